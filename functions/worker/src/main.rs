//! Audits accounts: what is queued, and every night all that are registered.

mod handler;
mod worker;

use std::process::ExitCode;

use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

use worker::Worker;

#[tokio::main]
async fn main() -> ExitCode {
    telemetry::run_function(run).await
}

async fn run() -> Result<(), Error> {
    let worker = &Worker::from_env().await?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| {
        let shift = worker.shift(event.context.deadline());
        Box::pin(handler::handle(event.payload, Timestamp::now(), &shift, &shift)).await
    }))
    .await
}
