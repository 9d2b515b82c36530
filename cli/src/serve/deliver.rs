//! Alerts of the one-machine edition: into the log, and to a Slack webhook where there is one.

use std::{collections::HashSet, sync::Arc, time::Duration};

use domain::{Alert, AuditId, Tenant};
use notify::Notice;
use reqwest::{StatusCode, redirect::Policy};
use store::{PageRequest, Store};
use tokio::sync::Mutex;

/// Where alerts go.
#[derive(Clone, Default)]
pub(crate) struct Deliver {
    slack: Option<Slack>,
    /// Audits may end side by side, and each alert is delivered by one of them: whoever has the turn.
    turn: Arc<Mutex<Logged>>,
}

/// The alerts that are in the log and not on Slack: they are logged once.
type Logged = HashSet<(Tenant, AuditId, String)>;

#[derive(Clone)]
struct Slack {
    client: reqwest::Client,
    /// A secret: whoever has it can write into the channel.
    url: String,
}

/// Why Slack has not taken an alert.
enum Untaken {
    /// It never will.
    ForGood(String),
    /// It may later.
    ForNow(String),
    /// It takes nothing at all for now.
    Away(String),
}

impl Deliver {
    /// To a Slack incoming webhook too.
    pub(crate) fn to_slack(url: String) -> Result<Self, String> {
        // A redirect would carry the message elsewhere.
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(10))
            .redirect(Policy::none())
            .build()
            .map_err(|error| format!("no HTTP client: {error}"))?;
        Ok(Self { slack: Some(Slack { client, url }), ..Self::default() })
    }

    /// Delivers all that is not delivered: into the log first, which takes everything. What Slack may take later is
    /// tried again the next time, and holds nothing else up; what it refuses for good is told by the log alone.
    pub(crate) async fn all(&self, store: &Store) {
        let mut logged = self.turn.lock().await;
        let mut is_away = false;
        let mut cursor: Option<String> = None;
        loop {
            let page = PageRequest { cursor: cursor.as_deref(), ..PageRequest::FIRST };
            let page = match store.unsent(page).await {
                Ok(page) => page,
                Err(error) => return tracing::error!(%error, "alerts could not be listed"),
            };
            for alert in page.items {
                let notice = Notice::of(&alert);
                let name = (alert.tenant.clone(), alert.audit_id, alert.id.clone());
                if logged.insert(name.clone()) {
                    log(&alert, &notice);
                }
                let (audit, id) = (alert.audit_id, &alert.id);
                match &self.slack {
                    Some(_) if is_away => continue,
                    Some(slack) => match slack.post(&notice).await {
                        Ok(()) => {}
                        Err(Untaken::ForGood(error)) => {
                            tracing::error!(%audit, id, error, "an alert was told without Slack");
                        }
                        Err(Untaken::ForNow(error)) => {
                            tracing::error!(%audit, id, error, "an alert waits for Slack");
                            continue;
                        }
                        Err(Untaken::Away(error)) => {
                            tracing::error!(%audit, id, error, "alerts wait for Slack");
                            is_away = true;
                            continue;
                        }
                    },
                    None => {}
                }
                match store.sent(&alert).await {
                    Ok(()) => _ = logged.remove(&name),
                    Err(error) => tracing::error!(%error, "an alert could not be marked as sent"),
                }
            }
            cursor = page.next_cursor;
            if cursor.is_none() {
                return;
            }
        }
    }
}

fn log(alert: &Alert, notice: &Notice) {
    let (account, audit, count) = (&alert.account, alert.audit_id, alert.count);
    tracing::warn!(%account, %audit, count, subject = notice.subject, "alert");
}

impl Slack {
    async fn post(&self, notice: &Notice) -> Result<(), Untaken> {
        let sent = self.client.post(&self.url).json(&notice.slack).send().await;
        // The address is in the error, and is a secret.
        let answer = sent.map_err(|error| Untaken::Away(error.without_url().to_string()))?;
        let why = |status: StatusCode| format!("the webhook answered {status}");
        match answer.status() {
            status if status.is_success() => Ok(()),
            status @ StatusCode::TOO_MANY_REQUESTS => Err(Untaken::Away(why(status))),
            status if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT => {
                Err(Untaken::ForNow(why(status)))
            }
            status => Err(Untaken::ForGood(why(status))),
        }
    }
}

#[cfg(test)]
mod tests;
