//! What wakes the worker, and what it does then.
//!
//! - The table's stream tells of queued audits; each becomes a message, because an audit takes
//!   minutes and a shard waits for its consumer.
//! - A message of the queue names an audit to work on.
//! - The schedule queues an audit of every known account.
//!
//! All three are delivered at least once. An event is only a hint: what there is to do is decided by
//! the store, whose conditional writes do nothing twice.

mod nightly;
mod queue;
mod stream;
mod ticket;
mod trigger;

use std::fmt::Display;

use domain::AuditState;
use jiff::Timestamp;
use lambda_runtime::Diagnostic;
use serde::Serialize;
use serde_json::Value;
use store::Store;

pub(crate) use nightly::Queued;
pub(crate) use ticket::Ticket;
use trigger::Trigger;

/// What the function answers.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    /// To a stream or a queue: the names of what has to come again.
    Batch {
        #[serde(rename = "batchItemFailures")]
        failures: Vec<Failure>,
    },
    /// To the schedule.
    Nightly(Queued),
}

/// A record or message that has to come again.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Failure {
    pub(crate) item_identifier: String,
}

/// What came of working on an audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Worked {
    /// It has ended, now or before.
    Ended(AuditState),
    /// Another worker has it; the message of that worker comes again should it die.
    Held,
    /// It was put back before the function's time was up, and needs another message.
    PutBack,
    /// There is no such audit.
    Missing,
}

/// Why an event was not taken in at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error(
        "the event is none of a DynamoDB stream, an SQS queue or the schedule; send one of these"
    )]
    Unknown,
    #[error("the event's {0}, number {1}, has no name, so its failure cannot be told")]
    Nameless(&'static str, usize),
    #[error("`scheduled_at` is not a time like `2026-11-22T17:00:00Z`")]
    Time,
    #[error("not every account could be queued: {0}; the same event may be sent again")]
    Store(String),
}

impl From<Refused> for Diagnostic {
    fn from(error: Refused) -> Self {
        let error_type = match error {
            Refused::Store(_) => "StoreUnavailable",
            Refused::Unknown | Refused::Nameless(..) | Refused::Time => "MalformedEvent",
        };
        Self { error_type: error_type.into(), error_message: error.to_string() }
    }
}

/// Does what an event asks for.
///
/// `enqueue` sends the message that makes some worker call `work`.
///
/// # Errors
///
/// The event as a whole has to come again, or is none that this function knows. What fails within a
/// batch is told in the answer.
pub(crate) async fn handle<E: Display, W: Display>(
    event: Value,
    now: Timestamp,
    store: &dyn Store,
    enqueue: impl AsyncFn(&Ticket) -> Result<(), E>,
    work: impl AsyncFn(&Ticket) -> Result<Worked, W>,
) -> Result<Answer, Refused> {
    match Trigger::of(event)? {
        Trigger::Stream(records) => {
            let failures = stream::take(&records, enqueue).await?;
            Ok(Answer::Batch { failures })
        }
        Trigger::Queue(messages) => {
            let failures = queue::take(&messages, enqueue, work).await?;
            Ok(Answer::Batch { failures })
        }
        Trigger::Nightly { scheduled_at } => {
            let night = scheduled_at.unwrap_or_else(|| nightly::today(now));
            nightly::queue_all(store, night, now).await.map(Answer::Nightly)
        }
    }
}

#[cfg(test)]
mod tests;
