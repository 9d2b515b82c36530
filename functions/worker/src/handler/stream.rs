use aws_lambda_events::event::dynamodb::EventRecord;
use domain::{AuditId, AuditState, JobId, JobState, JobStep, Phase, Step, Tenant, panic_message};
use serde::Deserialize;
use serde_json::Value;

use super::{Failure, Refused, StepQueue, failed};

/// Of an item, what tells whether it is an audit or a job that waits for something. The order, with the customer's
/// `ExternalId` in it, is not even read.
#[derive(Deserialize)]
struct Item {
    kind: String,
    state: Option<String>,
    phase: Option<String>,
    remaining: Option<u32>,
}

#[derive(Deserialize)]
struct Named<Id> {
    tenant: Tenant,
    id: Id,
}

/// What a record makes somebody do.
enum Hint {
    Audit(Step),
    Job(JobStep),
}

/// Sends a message for every audit that waits to be planned or judged, and every job that waits, in the records'
/// order.
///
/// It stops at the first message that cannot be sent, because the stream begins again there. A malformed record
/// holds nothing up: it never becomes another, and is given up with those behind it.
pub(super) async fn take(
    records: &[Value],
    send: &impl StepQueue,
) -> Result<Vec<Failure>, Refused> {
    let mut failures = Vec::new();
    for (index, record) in records.iter().enumerate() {
        let name = record.get("dynamodb").and_then(|change| change.get("SequenceNumber")?.as_str());
        let name = name.ok_or(Refused::Nameless("record", index))?;
        let read = std::panic::catch_unwind(|| hint(record));
        let read = read.unwrap_or_else(|panic| Err(panic_message(&*panic)));
        let (sent, goes_on) = match read {
            Ok(None) => continue,
            Ok(Some(Hint::Audit(step))) => (send.send(&[step]).await, false),
            Ok(Some(Hint::Job(step))) => (send.send_jobs(&[step]).await, false),
            Err(error) => (Err(error), true),
        };
        if let Err(reason) = sent {
            let (pk, sk) = (part(record, store::keys::PARTITION), part(record, store::keys::SORT));
            tracing::error!(sequence_number = name, pk, sk, reason, "a record failed");
            failures.push(failed(name));
            if !goes_on {
                break;
            }
        }
    }
    Ok(failures)
}

/// A part of the key of the item that a record is about, for the log: what Lambda keeps of a record that is given
/// up does not tell it.
fn part<'a>(record: &'a Value, name: &str) -> Option<&'a str> {
    record.get("dynamodb")?.get("Keys")?.get(name)?.get("S")?.as_str()
}

/// What a record makes somebody do; nothing where it tells of something else.
fn hint(record: &Value) -> Result<Option<Hint>, String> {
    let record = EventRecord::deserialize(record).map_err(|error| error.to_string())?;
    let image = record.change.new_image;
    if record.event_name == "REMOVE" {
        return Ok(None);
    }
    let item: Item = serde_dynamo::from_item(image.clone()).map_err(|error| error.to_string())?;
    if item.kind == store::keys::JOB && item.state.as_deref() == Some(JobState::Queued.name()) {
        // New, or put back by an attempt whose time was up.
        let named: Result<Named<JobId>, _> = serde_dynamo::from_item(image);
        let Named { tenant, id } = named.map_err(|error| error.to_string())?;
        return Ok(Some(Hint::Job(JobStep { tenant, job_id: id })));
    }
    if item.kind != store::keys::AUDIT {
        return Ok(None);
    }
    let is_new =
        record.event_name == "INSERT" && item.state.as_deref() == Some(AuditState::Queued.name());
    let is_read = item.phase.as_deref() == Some(Phase::Collect.name()) && item.remaining == Some(0);
    if !is_new && !is_read {
        return Ok(None);
    }
    let named: Result<Named<AuditId>, _> = serde_dynamo::from_item(image);
    let Named { tenant, id } = named.map_err(|error| error.to_string())?;
    Ok(Some(Hint::Audit(if is_read {
        Step::Evaluate { tenant, audit_id: id }
    } else {
        Step::Plan { tenant, audit_id: id }
    })))
}
