//! What wakes the worker, and what it does then.
//!
//! - The table's stream tells of audits that wait to be planned or judged, and of jobs that wait for the function
//!   `keys`; each becomes a message, because that takes a while and a shard waits for its consumer.
//! - A message of the queue is a step: a step of an audit.
//! - The schedules queue the audits of a night, and sweep for what got stuck.
//!
//! All of them are delivered at least once. An event is only a hint: what there is to do is decided by the
//! store, whose conditional writes do nothing twice.

mod queue;
mod stream;
mod trigger;

use std::time::Duration;

use domain::{JobStep, Queued, Step, StepResult};
use jiff::Timestamp;
use lambda_runtime::Diagnostic;
use serde::Serialize;
use serde_json::Value;

use trigger::Trigger;

/// Sends the messages that make some worker do what steps ask for.
pub(crate) trait StepQueue {
    async fn send(&self, steps: &[Step]) -> Result<(), String>;

    /// The same for the jobs of the function `access_keys`, which has a queue of its own.
    async fn send_jobs(&self, jobs: &[JobStep]) -> Result<(), String>;

    /// Lets messages that failed, by their receipts, come again after so long instead of after the queue's visibility
    /// timeout, which is made for messages whose worker died.
    async fn come_again(&self, receipts: &[(&str, Duration)]) -> Result<(), String>;
}

/// Does what a step asks for.
pub(crate) trait Work {
    async fn work(&self, step: &Step) -> Result<StepResult, String>;

    /// Whether an audit that has failed is one of an account that is still being onboarded: its role has not been made
    /// yet, so that AWS refused it.
    async fn is_onboarding(&self, step: &Step) -> Result<bool, String>;
}

/// What the function answers.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    /// To a stream or a queue: the names of what has to come again.
    Batch {
        #[serde(rename = "batchItemFailures")]
        failures: Vec<Failure>,
    },
    /// To a schedule.
    Task {
        /// How many messages it came to.
        sent: usize,
        /// What was queued, of a night.
        #[serde(flatten)]
        night: Option<Queued>,
    },
}

/// A record or message that has to come again.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Failure {
    pub(crate) item_identifier: String,
}

fn failed(name: &str) -> Failure {
    Failure { item_identifier: name.to_owned() }
}

/// Why an event was not taken in at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error(
        "the event is none of a DynamoDB stream, an SQS queue or a schedule; send one of these"
    )]
    Unknown,
    #[error("the event's {0}, number {1}, has no name, so its failure cannot be reported")]
    Nameless(&'static str, usize),
    #[error("`scheduled_at` is not a time like `2026-11-22T17:00:00Z`")]
    Time,
    #[error("the scheduled task did not end: {0}; the same event may be sent again")]
    Task(String),
}

impl From<Refused> for Diagnostic {
    fn from(error: Refused) -> Self {
        let error_type = match error {
            Refused::Task(_) => "StoreUnavailable",
            Refused::Unknown | Refused::Nameless(..) | Refused::Time => "MalformedEvent",
        };
        Self { error_type: error_type.into(), error_message: error.to_string() }
    }
}

/// Does what an event asks for.
///
/// # Errors
///
/// The event as a whole has to come again, or is none that this function knows. What fails within a
/// batch is told in the answer.
pub(crate) async fn handle(
    event: Value,
    now: Timestamp,
    send: &impl StepQueue,
    work: &impl Work,
) -> Result<Answer, Refused> {
    match Trigger::of(event, now)? {
        Trigger::Stream(records) => {
            let failures = stream::take(&records, send).await?;
            Ok(Answer::Batch { failures })
        }
        Trigger::Queue(messages) => {
            let failures = queue::take(&messages, send, work).await?;
            Ok(Answer::Batch { failures })
        }
        Trigger::Task(step) => {
            let done = work.work(&step).await.map_err(Refused::Task)?;
            send.send(&done.next).await.map_err(Refused::Task)?;
            send.send_jobs(&done.jobs).await.map_err(Refused::Task)?;
            if let Some(reason) = done.failed {
                return Err(Refused::Task(reason));
            }
            Ok(Answer::Task { sent: done.next.len() + done.jobs.len(), night: done.night })
        }
    }
}

#[cfg(test)]
mod tests;
