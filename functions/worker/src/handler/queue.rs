use domain::{AuditState, Ticket};
use futures::future::join_all;
use serde_json::Value;

use super::{Failure, Refused, Send, Work, failed};

/// Works off the tickets of a batch side by side; every message fails or succeeds for itself.
pub(super) async fn take(
    messages: &[Value],
    send: &impl Send,
    work: &impl Work,
) -> Result<Vec<Failure>, Refused> {
    let mut names = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        let name = message.get("messageId").and_then(Value::as_str);
        names.push(name.ok_or(Refused::Nameless("message", index))?);
    }
    let ends = join_all(messages.iter().map(|message| one(message, send, work))).await;
    let failures = names.into_iter().zip(ends).filter_map(|(name, end)| {
        let reason = end.err()?;
        tracing::error!(message_id = name, reason, "a message failed");
        Some(failed(name))
    });
    Ok(failures.collect())
}

async fn one(message: &Value, send: &impl Send, work: &impl Work) -> Result<(), String> {
    let body = message.get("body").and_then(Value::as_str).ok_or("the message has no body")?;
    let ticket: Ticket = serde_json::from_str(body).map_err(|error| error.to_string())?;
    let done = work.work(&ticket).await?;
    match done.ended {
        // The alarm on failed audits counts this line by its message and state: template.yaml.
        Some((audit_id, state @ AuditState::Failed)) => {
            tracing::error!(%audit_id, %state, "audit ended");
        }
        Some((audit_id, state)) => tracing::info!(%audit_id, %state, "audit ended"),
        None => {}
    }
    // Not sent, they are found by the sweeper; but the message comes again before that.
    send.send(&done.next).await?;
    send.send_jobs(&done.jobs).await?;
    done.failed.map_or(Ok(()), Err)
}
