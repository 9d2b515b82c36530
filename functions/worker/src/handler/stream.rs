use aws_lambda_events::event::dynamodb::EventRecord;
use domain::{AuditId, AuditState, Phase, Tenant, Ticket};
use serde::Deserialize;
use serde_json::Value;

use super::{Failure, Refused, Send, failed};

/// Of an item, what tells whether it is an audit that waits for something. The order, with the customer's
/// `ExternalId` in it, is not even read.
#[derive(Deserialize)]
struct Item {
    kind: String,
    state: Option<String>,
    phase: Option<String>,
    remaining: Option<u32>,
}

#[derive(Deserialize)]
struct Named {
    tenant: Tenant,
    id: AuditId,
}

/// Sends a message for every audit that waits to be planned or judged, in the records' order.
///
/// It stops at the first failure, because the stream begins again there.
pub(super) async fn take(records: &[Value], send: &impl Send) -> Result<Vec<Failure>, Refused> {
    for (index, record) in records.iter().enumerate() {
        let name = record.get("dynamodb").and_then(|change| change.get("SequenceNumber")?.as_str());
        let name = name.ok_or(Refused::Nameless("record", index))?;
        let told = match ticket(record) {
            Ok(None) => continue,
            Ok(Some(ticket)) => send.send(&[ticket]).await,
            Err(error) => Err(error),
        };
        if let Err(reason) = told {
            tracing::error!(sequence_number = name, reason, "a record failed");
            return Ok(vec![failed(name)]);
        }
    }
    Ok(Vec::new())
}

/// What a record makes some worker do; nothing where it tells of something else.
fn ticket(record: &Value) -> Result<Option<Ticket>, String> {
    let record = EventRecord::deserialize(record).map_err(|error| error.to_string())?;
    let image = record.change.new_image;
    if record.event_name == "REMOVE" {
        return Ok(None);
    }
    let item: Item = serde_dynamo::from_item(image.clone()).map_err(|error| error.to_string())?;
    if item.kind != store::keys::AUDIT {
        return Ok(None);
    }
    let is_new =
        record.event_name == "INSERT" && item.state.as_deref() == Some(AuditState::Queued.name());
    let is_read = item.phase.as_deref() == Some(Phase::Collect.name()) && item.remaining == Some(0);
    if !is_new && !is_read {
        return Ok(None);
    }
    let Named { tenant, id } = serde_dynamo::from_item(image).map_err(|error| error.to_string())?;
    Ok(Some(if is_read {
        Ticket::Evaluate { tenant, audit_id: id }
    } else {
        Ticket::Plan { tenant, audit_id: id }
    }))
}
