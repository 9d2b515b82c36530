//! Alerts of the one-machine edition: into the log, and to a Slack webhook where there is one.

use std::{sync::Arc, time::Duration};

use domain::Alert;
use notice::Notice;
use store::{PageRequest, Store};
use tokio::sync::Mutex;

/// Where alerts go.
#[derive(Clone, Default)]
pub(crate) struct Deliver {
    slack: Option<Slack>,
    /// Audits may end side by side, and each alert is delivered by one of them.
    turn: Arc<Mutex<()>>,
}

#[derive(Clone)]
struct Slack {
    client: reqwest::Client,
    /// A secret: whoever has it can write into the channel.
    url: String,
}

impl Deliver {
    /// To a Slack incoming webhook too.
    pub(crate) fn to_slack(url: String) -> Result<Self, String> {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).build();
        let client = client.map_err(|error| format!("no HTTP client: {error}"))?;
        Ok(Self { slack: Some(Slack { client, url }), ..Self::default() })
    }

    /// Delivers all that is not delivered. What fails is tried again the next time.
    pub(crate) async fn all(&self, store: &Store) {
        let _turn = self.turn.lock().await;
        let page = match store.unsent(PageRequest::FIRST).await {
            Ok(page) => page,
            Err(error) => return tracing::error!(%error, "alerts could not be listed"),
        };
        for alert in page.items {
            if let Err(error) = self.one(&alert).await {
                tracing::error!(alert = alert.id, audit = %alert.audit_id, error, "not delivered");
                return;
            }
            if let Err(error) = store.sent(&alert).await {
                return tracing::error!(%error, "an alert could not be marked as sent");
            }
        }
    }

    async fn one(&self, alert: &Alert) -> Result<(), String> {
        let notice = Notice::of(alert);
        if let Some(slack) = &self.slack {
            let sent = slack.client.post(&slack.url).json(&notice.slack).send().await;
            // The address is in the error, and is a secret.
            let answer = sent.map_err(|error| error.without_url().to_string())?;
            if !answer.status().is_success() {
                return Err(format!("the webhook answered {}", answer.status()));
            }
        }
        let (account, audit, count) = (&alert.account, alert.audit_id, alert.count);
        tracing::warn!(%account, %audit, count, subject = notice.subject, "alert");
        Ok(())
    }
}
