use aws_lambda_events::event::dynamodb::EventRecord;
use domain::Alert;
use serde::Deserialize;
use serde_dynamo::AttributeValue;
use serde_json::Value;

/// Why a record is not what it should be.
#[derive(Debug, thiserror::Error)]
pub(super) enum Malformed {
    #[error("the record is none of a DynamoDB stream: {0}")]
    Record(#[from] serde_json::Error),
    #[error("the alert cannot be read: {0}")]
    Alert(#[from] serde_dynamo::Error),
}

/// What a record is called in a batch response.
pub(super) fn sequence_number(record: &Value) -> Option<&str> {
    record.get("dynamodb")?.get("SequenceNumber")?.as_str()
}

/// The alert that a record inserts; nothing where it tells of something else.
pub(super) fn new_alert(record: &Value) -> Result<Option<Alert>, Malformed> {
    let record = EventRecord::deserialize(record)?;
    let kind = record.change.new_image.get("kind");
    let is_alert = matches!(kind, Some(AttributeValue::S(kind)) if kind == "alert");
    if record.event_name != "INSERT" || !is_alert {
        return Ok(None);
    }
    Ok(Some(serde_dynamo::from_item(record.change.new_image)?))
}
