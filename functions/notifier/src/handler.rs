//! From stream records to notices.
//!
//! A record is delivered at least once, and so is its notice: a mail that comes twice does less harm
//! than one that is lost, and telling the two apart would take another write for every alert. How
//! often a problem is told at all is decided before, by the one alert that the store keeps of it.

mod record;

use std::fmt::Display;

use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use lambda_runtime::Diagnostic;
use notice::Notice;
use serde_json::Value;

/// Why an event was not taken in at all.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("the event has no list `Records`; send what a DynamoDB stream sends")]
    NotAStream,
    #[error("record {0} has no `SequenceNumber`, so its failure has no name to be told by")]
    Nameless(usize),
}

impl From<Refused> for Diagnostic {
    fn from(error: Refused) -> Self {
        Self { error_type: "MalformedEvent".into(), error_message: error.to_string() }
    }
}

/// Publishes what the records tell, in their order.
///
/// It stops at the first failure: the stream begins again there, and what was published beyond it
/// would be published twice.
///
/// # Errors
///
/// The event is none of a stream's.
pub(crate) async fn handle<E: Display>(
    event: Value,
    publish: impl AsyncFn(Notice) -> Result<(), E>,
) -> Result<DynamoDbEventResponse, Refused> {
    let Some(Value::Array(records)) = event.get("Records") else { return Err(Refused::NotAStream) };
    let mut response = DynamoDbEventResponse::default();
    for (index, record) in records.iter().enumerate() {
        let name = record::sequence_number(record).ok_or(Refused::Nameless(index))?;
        if let Err(reason) = tell(record, &publish).await {
            tracing::error!(sequence_number = name, reason, "a record failed");
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = Some(name.to_owned());
            response.batch_item_failures.push(failure);
            break;
        }
    }
    Ok(response)
}

/// Publishes what one record tells, if it tells anything.
async fn tell<E: Display>(
    record: &Value,
    publish: impl AsyncFn(Notice) -> Result<(), E>,
) -> Result<(), String> {
    let Some(alert) = record::new_alert(record).map_err(|error| error.to_string())? else {
        return Ok(());
    };
    publish(Notice::of(&alert)).await.map_err(|error| error.to_string())?;
    let (fingerprint, audit_id) = (&alert.fingerprint, alert.audit_id);
    tracing::info!(%fingerprint, %audit_id, "an alert is published");
    Ok(())
}

#[cfg(test)]
mod tests;
