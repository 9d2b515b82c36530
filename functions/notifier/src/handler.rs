//! From stream records to what is told.
//!
//! A record says no more than that an alert may have to be told: the store says whether it still has to
//! be, and what it tells. So a record that comes twice, or late, tells nothing twice, except where the
//! function ends between telling an alert and marking it.

mod name;

use std::{fmt::Display, panic::AssertUnwindSafe};

use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use domain::{Alert, Delivery, panic_message, with_causes};
use futures::FutureExt as _;
use lambda_runtime::Diagnostic;
use serde_json::Value;
use store::{Store, keys};

use name::{Name, Task};

/// Why an event had no effect.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("the event has no list `Records`, as a DynamoDB stream sends, and no task `publish`")]
    Unknown,
    #[error("record {0} has no `SequenceNumber`, so its failure cannot be reported")]
    Nameless(usize),
    #[error("the task cannot be read: {0}; it takes `tenant`, `audit_id` and the alert's `id`")]
    Task(String),
    #[error("audit `{audit}` of this tenant has no alert `{id}`; it may have expired")]
    Missing { audit: String, id: String },
    #[error("the alert could not be published: {0}")]
    Failed(String),
}

impl From<Refused> for Diagnostic {
    fn from(error: Refused) -> Self {
        let error_type = match error {
            Refused::Unknown | Refused::Nameless(_) | Refused::Task(_) => "MalformedEvent",
            Refused::Missing { .. } => "NoSuchAlert",
            Refused::Failed(_) => "PublishFailed",
        };
        Self { error_type: error_type.into(), error_message: error.to_string() }
    }
}

/// What became of an alert.
enum Outcome {
    Published,
    SentBefore,
    Missing,
}

/// Tells what the records show as unsent, in their order; or the one alert of a task, which is how an
/// operator tells again what has gone to the dead-letter queue.
///
/// It stops at the first alert that cannot be told, for the stream begins again there. A malformed record
/// holds nothing up: those behind it are marked, so they are passed over when they come again.
///
/// # Errors
///
/// The event is neither, or the task's alert is not told.
pub(crate) async fn handle<E: Display>(
    event: Value,
    store: &Store,
    deliver: impl AsyncFn(&Alert) -> Result<(), E>,
) -> Result<DynamoDbEventResponse, Refused> {
    let mut response = DynamoDbEventResponse::default();
    if let Some(task) = Task::of(&event) {
        let Task::Publish(name) = task.map_err(Refused::Task)?;
        return match publish(&name, store, &deliver).await.map_err(Refused::Failed)? {
            Outcome::Published | Outcome::SentBefore => Ok(response),
            Outcome::Missing => {
                Err(Refused::Missing { audit: name.audit_id.to_string(), id: name.id })
            }
        };
    }
    let Some(Value::Array(records)) = event.get("Records") else { return Err(Refused::Unknown) };
    for (index, record) in records.iter().enumerate() {
        let number = name::sequence_number(record).ok_or(Refused::Nameless(index))?;
        let (failed, goes_on) = match Name::of_unsent(record) {
            Ok(None) => continue,
            Ok(Some(name)) => {
                // One that this program cannot tell, for a defect of its own, holds up no other tenant's either.
                let told = AssertUnwindSafe(publish(&name, store, &deliver)).catch_unwind().await;
                match told {
                    Ok(told) => (told.map(|_| ()), false),
                    Err(panic) => (Err(panic_message(&*panic)), true),
                }
            }
            Err(reason) => (Err(reason), true),
        };
        if let Err(reason) = failed {
            let (pk, sk) = (name::key(record, keys::PARTITION), name::key(record, keys::SORT));
            tracing::error!(sequence_number = number, pk, sk, reason, "a record failed");
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = Some(number.to_owned());
            response.batch_item_failures.push(failure);
            if !goes_on {
                break;
            }
        }
    }
    Ok(response)
}

/// Tells an alert unless it was told, and marks it.
async fn publish<E: Display>(
    name: &Name,
    store: &Store,
    deliver: impl AsyncFn(&Alert) -> Result<(), E>,
) -> Result<Outcome, String> {
    let (audit_id, id) = (name.audit_id, &*name.id);
    let alert =
        store.alert(&name.tenant, audit_id, id).await.map_err(|error| with_causes(&error))?;
    let Some(alert) = alert else {
        tracing::warn!(%audit_id, id, "an alert is not there any more");
        return Ok(Outcome::Missing);
    };
    if alert.delivery == Delivery::Sent {
        tracing::info!(%audit_id, id, "an alert was published before");
        return Ok(Outcome::SentBefore);
    }
    deliver(&alert).await.map_err(|error| error.to_string())?;
    store.sent(&alert).await.map_err(|error| with_causes(&error))?;
    tracing::info!(%audit_id, id, count = alert.count, "an alert is published");
    Ok(Outcome::Published)
}

#[cfg(test)]
mod tests;
