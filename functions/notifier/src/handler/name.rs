use domain::{AuditId, Tenant};
use serde::Deserialize;
use serde_json::Value;

/// Which alert. No more of a record's image is read: the store has the alert as it is now.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Name {
    pub(super) tenant: Tenant,
    pub(super) audit_id: AuditId,
    pub(super) id: String,
}

/// What an operator asks for.
#[derive(Debug, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub(super) enum Task {
    Publish(Name),
}

impl Task {
    /// The task that an event is; nothing where it is none.
    pub(super) fn of(event: &Value) -> Option<Result<Self, String>> {
        event.get("task")?;
        Some(Self::deserialize(event).map_err(|error| error.to_string()))
    }
}

/// What a record is called in a batch response.
pub(super) fn sequence_number(record: &Value) -> Option<&str> {
    record.get("dynamodb")?.get("SequenceNumber")?.as_str()
}

/// A part of the key of the item that a record is about, for the log: what Lambda keeps of a record that is given
/// up does not tell it.
pub(super) fn key<'a>(record: &'a Value, part: &str) -> Option<&'a str> {
    record.get("dynamodb")?.get("Keys")?.get(part)?.get("S")?.as_str()
}

impl Name {
    /// The alert that a record shows as unsent; nothing where it shows something else.
    pub(super) fn of_unsent(record: &Value) -> Result<Option<Self>, String> {
        let event = record.get("eventName").and_then(Value::as_str);
        let image = record.pointer("/dynamodb/NewImage");
        let text = |attribute: &str| image?.get(attribute)?.get("S")?.as_str();
        let written = matches!(event, Some("INSERT" | "MODIFY"));
        let sent = text("delivery").is_some_and(|delivery| delivery != "unsent");
        if !written || text("kind") != Some("alert") || sent {
            return Ok(None);
        }
        let part = |attribute: &'static str| {
            let value = text(attribute).map(|value| (attribute.to_owned(), value.into()));
            value.ok_or_else(|| format!("the record's alert has no `{attribute}`"))
        };
        let parts = ["tenant", "audit_id", "id"].into_iter().map(part);
        let parts = parts.collect::<Result<_, _>>().map(Value::Object)?;
        let malformed = |error| format!("the record's alert has no name: {error}");
        Self::deserialize(parts).map(Some).map_err(malformed)
    }
}
