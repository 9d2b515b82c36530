use std::fmt::Display;

use domain::AuditState;
use serde_json::Value;

use super::{Failure, Refused, Ticket, Worked};

/// Works on the audits that the messages name; every message fails or succeeds for itself.
pub(super) async fn take<E: Display, W: Display>(
    messages: &[Value],
    enqueue: impl AsyncFn(&Ticket) -> Result<(), E>,
    work: impl AsyncFn(&Ticket) -> Result<Worked, W>,
) -> Result<Vec<Failure>, Refused> {
    let mut failures = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        let name = message.get("messageId").and_then(Value::as_str);
        let name = name.ok_or(Refused::Nameless("message", index))?;
        if let Err(reason) = one(message, &enqueue, &work).await {
            tracing::error!(message_id = name, reason, "a message failed");
            failures.push(Failure { item_identifier: name.to_owned() });
        }
    }
    Ok(failures)
}

async fn one<E: Display, W: Display>(
    message: &Value,
    enqueue: impl AsyncFn(&Ticket) -> Result<(), E>,
    work: impl AsyncFn(&Ticket) -> Result<Worked, W>,
) -> Result<(), String> {
    let body = message.get("body").and_then(Value::as_str).ok_or("the message has no body")?;
    let ticket: Ticket = serde_json::from_str(body).map_err(|error| error.to_string())?;
    let (tenant, audit_id) = (&ticket.tenant, ticket.audit_id);
    match work(&ticket).await.map_err(|error| error.to_string())? {
        // The alarm on failed audits counts this line by its message and state: template.yaml.
        Worked::Ended(state @ AuditState::Failed) => {
            tracing::error!(%tenant, %audit_id, %state, "audit ended");
        }
        Worked::Ended(state) => tracing::info!(%tenant, %audit_id, %state, "audit ended"),
        Worked::Held => tracing::info!(%tenant, %audit_id, "another worker has the audit"),
        Worked::Missing => tracing::warn!(%tenant, %audit_id, "there is no such audit"),
        Worked::PutBack => {
            tracing::info!(%tenant, %audit_id, "the audit is put back");
            enqueue(&ticket).await.map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}
