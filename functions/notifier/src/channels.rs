//! Where an alert is told: on Slack if there is a webhook, and on SNS.

mod slack;
mod topic;

use std::fmt::Display;

use domain::Alert;
use notice::Notice;

pub(crate) use slack::Webhook;
pub(crate) use topic::Topic;

/// Tells an alert on every channel.
///
/// Slack comes first: whoever is told by SNS may be called by a telephone, and a retry for Slack's sake
/// must not call again. But Slack holds SNS up only for a while: what it refuses for good, and what the
/// sweeper had to show again, is told without it.
///
/// # Errors
///
/// A channel did not take it; it has to be told again on all of them.
pub(crate) async fn tell<E: Display>(
    alert: &Alert,
    slack: Option<&Webhook>,
    publish: impl AsyncFn(&Notice) -> Result<(), E>,
) -> Result<(), String> {
    let notice = Notice::of(alert);
    if let Some(webhook) = slack
        && let Err(error) = webhook.post(&notice.slack).await
    {
        if error.may_pass() && alert.nudged == 0 {
            return Err(error.to_string());
        }
        let (audit_id, id) = (alert.audit_id, &alert.id);
        tracing::error!(%error, %audit_id, id, "an alert is told without Slack");
    }
    publish(&notice).await.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests;
