use domain::Step;
use jiff::Timestamp;
use serde_json::Value;

use super::Refused;

/// What an event comes from. Records stay as they came, so that one malformed record does not take
/// its whole batch with it.
pub(super) enum Trigger {
    Stream(Vec<Value>),
    Queue(Vec<Value>),
    /// A schedule, or a person who plays one.
    Task(Step),
}

impl Trigger {
    pub(super) fn of(mut event: Value, now: Timestamp) -> Result<Self, Refused> {
        if let Some(Value::Array(records)) = event.get_mut("Records").map(Value::take) {
            let source = records.first().and_then(|first| first.get("eventSource")?.as_str());
            return match source {
                Some("aws:dynamodb") => Ok(Self::Stream(records)),
                Some("aws:sqs") => Ok(Self::Queue(records)),
                _ => Err(Refused::Unknown),
            };
        }
        match event.get("task").and_then(Value::as_str) {
            Some("sweep") => Ok(Self::Task(Step::Sweep { cursor: None })),
            Some("nightly") => {
                let night = match event.get("scheduled_at") {
                    None | Some(Value::Null) => today(now),
                    Some(Value::String(time)) => time.parse().map_err(|_| Refused::Time)?,
                    Some(_) => return Err(Refused::Time),
                };
                Ok(Self::Task(Step::Nightly { night, cursor: None }))
            }
            _ => Err(Refused::Unknown),
        }
    }
}

/// The night of an event that does not say when it was due: one a day, by UTC.
fn today(now: Timestamp) -> Timestamp {
    let seconds = now.as_second();
    Timestamp::from_second(seconds - seconds.rem_euclid(86_400)).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn today_begins_at_midnight() {
        let now: Timestamp = "2026-11-22T17:03:04.5Z".parse().unwrap();
        assert_eq!(today(now).to_string(), "2026-11-22T00:00:00Z");
    }
}
