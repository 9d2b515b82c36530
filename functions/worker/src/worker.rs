//! The worker's world: the store, the queue, and the customer's accounts.

mod settings;

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use audit::WorkError;
use aws_config::{SdkConfig, retry::RetryConfig};
use aws_sdk_sqs::{Client, error::DisplayErrorContext};
use store::{DynamoStore, Store};
use tokio_util::sync::CancellationToken;

use crate::handler::{Ticket, Worked};
use settings::{Settings, Wrong};

/// How long before the function's time is up an audit is put back.
const RESERVE: Duration = Duration::from_secs(30);

/// Everything the function needs, made once per process.
pub(crate) struct Worker {
    /// For the customers' accounts: requests are sent once, `collect` retries and counts them.
    config: SdkConfig,
    store: Arc<dyn Store>,
    queue: Client,
    queue_url: String,
    settings: audit::Settings,
}

/// Why a message was not sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    #[error("the message could not be written: {0}")]
    Message(#[from] serde_json::Error),
    #[error("the message could not be sent: {0}")]
    Refused(String),
}

impl Worker {
    pub(crate) async fn from_env() -> Result<Self, Wrong> {
        let settings = Settings::read(|name| std::env::var(name).ok())?;
        let config = access::config(&access::Manner::default()).await;
        let own = config.to_builder().retry_config(RetryConfig::standard()).build();
        let store = DynamoStore::new(&own, settings.table, settings.bucket);
        Ok(Self {
            store: Arc::new(store.keep_days(settings.keep_days)),
            queue: Client::new(&own),
            queue_url: settings.queue_url,
            settings: settings.audit,
            config,
        })
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// Sends the message that makes some worker work on an audit.
    pub(crate) async fn enqueue(&self, ticket: &Ticket) -> Result<(), SendError> {
        let body = serde_json::to_string(ticket)?;
        let sent = self.queue.send_message().queue_url(&self.queue_url).message_body(body).send();
        let refused = |error| SendError::Refused(DisplayErrorContext(error).to_string());
        sent.await.map(|_| ()).map_err(refused)
    }

    /// Works on an audit, and puts it back when the function's time is nearly up.
    pub(crate) async fn work(
        &self,
        ticket: &Ticket,
        deadline: SystemTime,
    ) -> Result<Worked, store::Error> {
        let left = deadline.duration_since(SystemTime::now()).unwrap_or_default();
        let stop = CancellationToken::new();
        let alarm = stop.clone();
        let alarm = tokio::spawn(async move {
            tokio::time::sleep(left.saturating_sub(RESERVE)).await;
            alarm.cancel();
        });
        let store = Arc::clone(&self.store);
        let Ticket { tenant, audit_id } = ticket;
        let worked =
            audit::work(store, &self.config, &self.settings, tenant, *audit_id, stop).await;
        alarm.abort();
        match worked {
            Ok(state) => Ok(Worked::Ended(state)),
            Err(WorkError::Held { .. }) => Ok(Worked::Held),
            Err(WorkError::Stopped(_)) => Ok(Worked::PutBack),
            Err(WorkError::Missing(_)) => Ok(Worked::Missing),
            Err(WorkError::Store(error)) => Err(error),
        }
    }
}
