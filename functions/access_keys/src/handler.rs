//! What wakes the function: API Gateway with a request, or its queue with jobs.
//!
//! A message names a job, and may come more than once: the store says whether there is something to do. A job
//! whose time is up is put back and gets another message from the table's stream.

use std::{error::Error, panic::AssertUnwindSafe};

use audit::Worked;
use aws_lambda_events::{apigw::ApiGatewayV2httpResponse, encodings::Body};
use axum::{Router, body::to_bytes};
use domain::{JobStep, panic_message};
use futures::FutureExt as _;
use lambda_runtime::Diagnostic;
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// Works on jobs.
pub(crate) trait Work {
    async fn work(&self, step: &JobStep) -> Result<Worked, String>;
}

/// Why an event was not taken in at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error("the event is none of an HTTP API of API Gateway or an SQS queue; send one of these")]
    Unknown,
    #[error("the event's message, number {0}, has no name, so its failure cannot be reported")]
    Nameless(usize),
    #[error("the answer could not be written: {0}")]
    Answer(String),
}

impl From<Refused> for Diagnostic {
    fn from(error: Refused) -> Self {
        let error_type = match error {
            Refused::Unknown | Refused::Nameless(_) => "MalformedEvent",
            Refused::Answer(_) => "AnswerLost",
        };
        Self { error_type: error_type.into(), error_message: error.to_string() }
    }
}

/// Answers a request, or works on the jobs that messages name.
///
/// # Errors
///
/// The event is none that this function knows, or the answer cannot be given. Messages that fail are told in the
/// answer.
pub(crate) async fn handle(
    event: Value,
    router: Router,
    jobs: &impl Work,
) -> Result<Value, Refused> {
    match event.get("Records") {
        Some(Value::Array(messages)) if !messages.is_empty() => take(messages, jobs).await,
        Some(_) => Err(Refused::Unknown),
        None => answer(&event, router).await,
    }
}

/// Works on the jobs that messages name, one behind the other: each has its own invocation.
async fn take(messages: &[Value], jobs: &impl Work) -> Result<Value, Refused> {
    let mut names = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        if message.get("eventSource").and_then(Value::as_str) != Some("aws:sqs") {
            return Err(Refused::Unknown);
        }
        let name = message.get("messageId").and_then(Value::as_str);
        names.push(name.ok_or(Refused::Nameless(index))?);
    }
    let mut failures = Vec::new();
    for (name, message) in names.into_iter().zip(messages) {
        // A defect of the program that one message meets is that message's failure.
        let done = AssertUnwindSafe(one(message, jobs)).catch_unwind().await;
        if let Err(reason) = done.unwrap_or_else(|panic| Err(panic_message(&*panic))) {
            tracing::error!(message_id = name, reason, "a message failed");
            failures.push(json!({ "itemIdentifier": name }));
        }
    }
    Ok(json!({ "batchItemFailures": failures }))
}

async fn one(message: &Value, jobs: &impl Work) -> Result<(), String> {
    let body = message.get("body").and_then(Value::as_str).ok_or("the message has no body")?;
    let step: JobStep = serde_json::from_str(body).map_err(|error| error.to_string())?;
    let worked = jobs.work(&step).await?;
    tracing::info!(job = %step.job_id, ?worked, "a message is done");
    Ok(())
}

async fn answer(event: &Value, router: Router) -> Result<Value, Refused> {
    let is_http = event.pointer("/requestContext/http/method").is_some();
    let text = event.to_string();
    // It unwraps the URL that it makes of host and path, and API Gateway's are not all that may come in.
    let request = std::panic::catch_unwind(|| lambda_http::request::from_str(&text));
    let (true, Ok(Ok(request))) = (is_http, request) else { return Err(Refused::Unknown) };
    let lost = |why: &dyn Error| Refused::Answer(why.to_string());
    let request = request.map(axum::body::Body::new);
    let response = router.oneshot(request).await.map_err(|error| lost(&error))?;
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.map_err(|error| lost(&error))?;
    let text = String::from_utf8(bytes.to_vec()).map_err(|error| lost(&error))?;
    let mut answer = ApiGatewayV2httpResponse::default();
    answer.status_code = parts.status.as_u16().into();
    answer.headers = parts.headers;
    answer.body = Some(Body::Text(text));
    serde_json::to_value(answer).map_err(|error| lost(&error))
}

#[cfg(test)]
mod tests;
