//! The worker's world: the pipeline over the store, and the queue.

mod settings;

use std::time::{Duration, SystemTime};

use audit::{Pipeline, Source, Step, StepResult};
use aws_sdk_sqs::{
    Client,
    error::DisplayErrorContext,
    types::{ChangeMessageVisibilityBatchRequestEntry, SendMessageBatchRequestEntry},
};
use domain::{JobStep, with_causes};
use environment::{Environment, EnvironmentError};
use serde::Serialize;
use store::Store;
use tokio_util::sync::CancellationToken;

use crate::handler::{StepQueue, Work};
use settings::Settings;

/// How long before the function's time is up a step is put back, at most: of a short time a third.
const RESERVE: Duration = Duration::from_secs(30);

/// The most messages of one request. Source: SQS `SendMessageBatch`.
const BATCH: usize = 10;

/// Everything the function needs, made once per process.
pub(crate) struct Worker {
    pipeline: Pipeline,
    queue: Client,
    queue_url: String,
    jobs_url: String,
}

/// The worker while it handles one event.
pub(crate) struct Shift<'a> {
    worker: &'a Worker,
    stop: CancellationToken,
    alarm: tokio::task::JoinHandle<()>,
}

impl Worker {
    pub(crate) async fn from_env() -> Result<Self, EnvironmentError> {
        let settings = Settings::read(&Environment::process())?;
        // For the customers' accounts requests are sent once: `collect` retries and counts them.
        let config = aws::config(&aws::ClientOptions::default()).await;
        let own = aws::with_retries(&config);
        let store = Store::on_aws(&own, settings.table, settings.bucket);
        let store = store.keep_days(settings.keep_days);
        Ok(Self {
            pipeline: Pipeline::new(store, Source::Aws(Box::new(config)), settings.audit),
            queue: Client::new(&own),
            queue_url: settings.queue_url,
            jobs_url: settings.jobs_url,
        })
    }

    /// Begins to handle an event that has to be handled by `deadline`.
    pub(crate) fn shift(&self, deadline: SystemTime) -> Shift<'_> {
        let left = deadline.duration_since(SystemTime::now()).unwrap_or_default();
        let stop = CancellationToken::new();
        let rings = stop.clone();
        let alarm = tokio::spawn(async move {
            tokio::time::sleep(left.saturating_sub(RESERVE.min(left / 3))).await;
            rings.cancel();
        });
        Shift { worker: self, stop, alarm }
    }
}

impl Drop for Shift<'_> {
    fn drop(&mut self) {
        self.alarm.abort();
    }
}

impl Work for Shift<'_> {
    async fn work(&self, step: &Step) -> Result<StepResult, String> {
        let worked = self.worker.pipeline.work(step, &self.stop).await;
        worked.map_err(|error| with_causes(&error))
    }

    async fn is_onboarding(&self, step: &Step) -> Result<bool, String> {
        let Some((tenant, id)) = step.audit() else { return Ok(false) };
        let store = self.worker.pipeline.store();
        let lost = |error: store::Error| with_causes(&error);
        let Some(audit) = store.audit(tenant, id).await.map_err(lost)? else { return Ok(false) };
        let account = store.account(tenant, &audit.order.account_id).await.map_err(lost)?;
        Ok(account.is_some_and(|account| account.waited_for_its_role(&audit)))
    }
}

impl StepQueue for Shift<'_> {
    async fn send(&self, steps: &[Step]) -> Result<(), String> {
        self.worker.send(&self.worker.queue_url, steps).await
    }

    async fn send_jobs(&self, jobs: &[JobStep]) -> Result<(), String> {
        self.worker.send(&self.worker.jobs_url, jobs).await
    }

    async fn come_again(&self, receipts: &[(&str, Duration)]) -> Result<(), String> {
        let refused = |why| format!("a message's visibility could not be changed: {why}");
        for chunk in receipts.chunks(BATCH) {
            let entries = chunk.iter().enumerate().map(|(number, (receipt, after))| {
                let seconds = i32::try_from(after.as_secs()).unwrap_or(i32::MAX);
                let entry = ChangeMessageVisibilityBatchRequestEntry::builder();
                let entry = entry.id(number.to_string()).receipt_handle(*receipt);
                entry.visibility_timeout(seconds).build().map_err(|error| error.to_string())
            });
            let entries = entries.collect::<Result<Vec<_>, String>>()?;
            let request = self.worker.queue.change_message_visibility_batch();
            let request = request.queue_url(&self.worker.queue_url).set_entries(Some(entries));
            let answer = request.send().await;
            let answer = answer.map_err(|e| refused(DisplayErrorContext(e).to_string()))?;
            if let Some(failed) = answer.failed.into_iter().next() {
                return Err(refused(failed.message.unwrap_or(failed.code)));
            }
        }
        Ok(())
    }
}

impl Worker {
    async fn send<T: Serialize>(&self, queue_url: &str, bodies: &[T]) -> Result<(), String> {
        for chunk in bodies.chunks(BATCH) {
            let entries = chunk.iter().enumerate().map(|(number, body)| {
                let body = serde_json::to_string(body).map_err(|error| error.to_string())?;
                let entry = SendMessageBatchRequestEntry::builder().id(number.to_string());
                entry.message_body(body).build().map_err(|error| error.to_string())
            });
            let entries = entries.collect::<Result<Vec<_>, String>>()?;
            let request = self.queue.send_message_batch().queue_url(queue_url);
            let refused = |why| format!("a message could not be sent: {why}");
            let answer = request.set_entries(Some(entries)).send().await;
            let answer = answer.map_err(|e| refused(DisplayErrorContext(e).to_string()))?;
            if let Some(failed) = answer.failed.into_iter().next() {
                return Err(refused(failed.message.unwrap_or(failed.code)));
            }
        }
        Ok(())
    }
}
