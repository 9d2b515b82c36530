use std::{panic::AssertUnwindSafe, time::Duration};

use domain::{AuditState, Step, panic_message};
use futures::{FutureExt as _, future::join_all};
use serde_json::Value;

use super::{Failure, Refused, StepQueue, Work, failed};

/// How long a message that failed for the first time rests: what failed may be over, and the sweeper takes longer.
const FIRST_PAUSE: Duration = Duration::from_mins(1);

/// Works off the steps of a batch side by side; every message fails or succeeds for itself, also where a defect of the
/// program ends it: the others are of other tenants.
pub(super) async fn take(
    messages: &[Value],
    send: &impl StepQueue,
    work: &impl Work,
) -> Result<Vec<Failure>, Refused> {
    let mut names = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        let name = message.get("messageId").and_then(Value::as_str);
        names.push(name.ok_or(Refused::Nameless("message", index))?);
    }
    let ends = join_all(messages.iter().map(async |message| {
        // What a panic leaves half done is the store's to judge, as after a crash.
        let done = AssertUnwindSafe(one(message, send, work)).catch_unwind().await;
        done.unwrap_or_else(|panic| Err(panic_message(&*panic)))
    }));
    let ends = ends.await;
    let mut failures = Vec::new();
    let mut receipts = Vec::new();
    for ((name, message), end) in names.into_iter().zip(messages).zip(ends) {
        let Err(reason) = end else { continue };
        tracing::error!(message_id = name, reason, "a message failed");
        failures.push(failed(name));
        let receipt = message.get("receiptHandle").and_then(Value::as_str);
        receipts.extend(receipt.map(|receipt| (receipt, pause(message))));
    }
    if !receipts.is_empty()
        && let Err(reason) = send.come_again(&receipts).await
    {
        tracing::warn!(reason, "failed messages come again only after the queue's time");
    }
    Ok(failures)
}

/// How long a message that failed rests: a minute at first, twice as long each time.
fn pause(message: &Value) -> Duration {
    let received = message.pointer("/attributes/ApproximateReceiveCount").and_then(Value::as_str);
    let received: u32 = received.and_then(|count| count.parse().ok()).unwrap_or(1);
    FIRST_PAUSE.saturating_mul(1 << received.saturating_sub(1).min(3))
}

async fn one(message: &Value, send: &impl StepQueue, work: &impl Work) -> Result<(), String> {
    let body = message.get("body").and_then(Value::as_str).ok_or("the message has no body")?;
    let step: Step = serde_json::from_str(body).map_err(|error| error.to_string())?;
    let done = work.work(&step).await?;
    match done.ended {
        // Nobody is woken for an account whose owner has not made the role yet; the audit itself says why. Where that
        // cannot be found out, it counts.
        Some((audit_id, state @ AuditState::Failed))
            if work.is_onboarding(&step).await == Ok(true) =>
        {
            tracing::warn!(%audit_id, %state, "audit refused: the account is still being onboarded");
        }
        // The alarm on failed audits counts this line by its message and state: template.yaml.
        Some((audit_id, state @ AuditState::Failed)) => {
            tracing::error!(%audit_id, %state, "audit ended");
        }
        Some((audit_id, state)) => tracing::info!(%audit_id, %state, "audit ended"),
        None => {}
    }
    // Not sent, they are found by the sweeper; but the message comes again before that, in a minute.
    send.send(&done.next).await?;
    send.send_jobs(&done.jobs).await?;
    done.failed.map_or(Ok(()), Err)
}
