use jiff::Timestamp;
use serde_json::Value;

use super::Refused;

/// What an event comes from. Records stay as they came, so that one malformed record does not take
/// its whole batch with it.
pub(super) enum Trigger {
    Stream(Vec<Value>),
    Queue(Vec<Value>),
    Nightly { scheduled_at: Option<Timestamp> },
}

impl Trigger {
    pub(super) fn of(mut event: Value) -> Result<Self, Refused> {
        if let Some(Value::Array(records)) = event.get_mut("Records").map(Value::take) {
            let source = records.first().and_then(|first| first.get("eventSource")?.as_str());
            return match source {
                Some("aws:dynamodb") => Ok(Self::Stream(records)),
                Some("aws:sqs") => Ok(Self::Queue(records)),
                _ => Err(Refused::Unknown),
            };
        }
        if event.get("task").and_then(Value::as_str) != Some("nightly") {
            return Err(Refused::Unknown);
        }
        let scheduled_at = match event.get("scheduled_at") {
            None | Some(Value::Null) => None,
            Some(Value::String(time)) => Some(time.parse().map_err(|_| Refused::Time)?),
            Some(_) => return Err(Refused::Time),
        };
        Ok(Self::Nightly { scheduled_at })
    }
}
