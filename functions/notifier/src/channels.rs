//! Where an alert is delivered: on Slack if there is a webhook, and on SNS.

mod secret;
mod slack;
mod topic;

use std::{fmt::Display, time::Duration};

use aws_config::{SdkConfig, timeout::TimeoutConfig};
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
    Secret(#[from] secret::Unread),
    #[error(transparent)]
    Alone(#[from] EnvironmentError),
}

impl Slack {
    /// The channel that the environment names, if it names one: a secret comes before a webhook in the environment.
    ///
    /// # Errors
    ///
    /// The secret cannot be read, or what is given is no webhook.
    pub(crate) async fn read(
        environment: &Environment<'_>,
        config: &SdkConfig,
    ) -> Result<Option<Self>, Wrong> {
        let secret = match environment.optional(slack::SECRET) {
            Some(arn) => Some(secret::text(config, &arn).await?),
            None => None,
        };
        let webhook = Webhook::read(environment, secret.as_deref())?;
        let Some(webhook) = webhook else { return Ok(None) };
        let alone = environment.parsed_or(ALONE, false)?;
        Ok(Some(Self { webhook, alone }))
    }
}

/// How long a call of AWS may take: a batch is 25 alerts, each with up to five seconds for Slack, in the function's 180
/// seconds, and the first alert that AWS does not take ends it. The SDK itself waits for an answer for ever.
pub(crate) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(5))
        .operation_timeout(Duration::from_secs(20))
        .build()
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
    public_url: Option<&str>,
    slack: Option<&Slack>,
    publish: impl AsyncFn(&Notice) -> Result<(), E>,
) -> Result<(), String> {
    let notice = Notice::linked(alert, public_url);
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
