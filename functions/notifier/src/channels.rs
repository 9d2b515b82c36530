//! Where an alert is delivered: on Slack if there is a webhook, and on SNS.

mod slack;
mod topic;

use std::fmt::Display;

use domain::Alert;
use environment::{Environment, EnvironmentError};
use notify::Notice;

pub(crate) use slack::Webhook;
pub(crate) use topic::Topic;

const ALONE: &str = "INFRAAUDIT_SLACK_ALONE";

/// The Slack channel that alerts are posted to.
pub(crate) struct Slack {
    pub(crate) webhook: Webhook,
    /// Whether the operator named nobody else: SNS then takes an alert and tells it to no one.
    pub(crate) alone: bool,
}

/// What the environment says of Slack is wrong.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Wrong {
    #[error(transparent)]
    Webhook(#[from] slack::NoUrl),
    #[error(transparent)]
    Alone(#[from] EnvironmentError),
}

impl Slack {
    /// The channel that the environment names, if it names one.
    pub(crate) fn read(environment: &Environment<'_>) -> Result<Option<Self>, Wrong> {
        let Some(webhook) = Webhook::read(environment)? else { return Ok(None) };
        let alone = environment.parsed_or(ALONE, false)?;
        Ok(Some(Self { webhook, alone }))
    }
}

/// Delivers an alert on every channel.
///
/// Slack comes first: whoever is told by SNS may be called by a telephone, and a retry for Slack's sake
/// must not call again. But Slack holds SNS up only for a while: what it refuses for good, and what the
/// sweeper had to show again, is told without it, and the log says so by a line that an alarm counts
/// (template.yaml). Where nobody else is told, what Slack may take later waits for it as long as the alert is kept.
///
/// # Errors
///
/// A channel did not take it; it has to be told again on all of them.
pub(crate) async fn deliver<E: Display>(
    alert: &Alert,
    slack: Option<&Slack>,
    publish: impl AsyncFn(&Notice) -> Result<(), E>,
) -> Result<(), String> {
    let notice = Notice::of(alert);
    let (audit_id, id) = (alert.audit_id, &alert.id);
    let mut missed = None;
    if let Some(slack) = slack
        && let Err(error) = slack.webhook.post(&notice.slack).await
    {
        let shown_again = alert.resent > 0;
        if error.may_pass() && (slack.alone || !shown_again) {
            if shown_again {
                tracing::error!(%error, %audit_id, id, "an alert waits for Slack");
            }
            return Err(error.to_string());
        }
        missed = Some(error);
    }
    publish(&notice).await.map_err(|error| error.to_string())?;
    if let Some(error) = missed {
        tracing::error!(%error, %audit_id, id, "an alert was told without Slack");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
