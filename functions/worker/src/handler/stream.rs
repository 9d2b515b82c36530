use std::fmt::Display;

use aws_lambda_events::event::dynamodb::EventRecord;
use domain::{AuditId, AuditState, Tenant};
use serde::Deserialize;
use serde_json::Value;

use super::{Failure, Refused, Ticket};

/// Of a new item, what tells whether it is an audit to work on. The order, with the customer's
/// `ExternalId` in it, is not even read.
#[derive(Deserialize)]
struct Item {
    kind: String,
    state: Option<String>,
}

#[derive(Deserialize)]
struct Queued {
    tenant: Tenant,
    id: AuditId,
}

/// Sends a message for every audit that the records tell of, in their order.
///
/// It stops at the first failure, because the stream begins again there.
pub(super) async fn take<E: Display>(
    records: &[Value],
    enqueue: impl AsyncFn(&Ticket) -> Result<(), E>,
) -> Result<Vec<Failure>, Refused> {
    for (index, record) in records.iter().enumerate() {
        let name = record.get("dynamodb").and_then(|change| change.get("SequenceNumber")?.as_str());
        let name = name.ok_or(Refused::Nameless("record", index))?;
        let sent = match ticket(record) {
            Ok(None) => continue,
            Ok(Some(ticket)) => enqueue(&ticket).await.map_err(|error| error.to_string()),
            Err(error) => Err(error),
        };
        if let Err(reason) = sent {
            tracing::error!(sequence_number = name, reason, "a record failed");
            return Ok(vec![Failure { item_identifier: name.to_owned() }]);
        }
    }
    Ok(Vec::new())
}

/// The audit that a record inserts to be worked on; nothing where it tells of something else.
fn ticket(record: &Value) -> Result<Option<Ticket>, String> {
    let record = EventRecord::deserialize(record).map_err(|error| error.to_string())?;
    let image = record.change.new_image;
    if record.event_name != "INSERT" {
        return Ok(None);
    }
    let item: Item = serde_dynamo::from_item(image.clone()).map_err(|error| error.to_string())?;
    if item.kind != "audit" || item.state.as_deref() != Some(AuditState::Queued.name()) {
        return Ok(None);
    }
    let audit: Queued = serde_dynamo::from_item(image).map_err(|error| error.to_string())?;
    Ok(Some(Ticket { tenant: audit.tenant, audit_id: audit.id }))
}
