//! Tells which access keys are old: on request, and as jobs of what takes longer than a request may.

mod handler;
mod service;
mod settings;

use std::process::ExitCode;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

use service::Service;

#[tokio::main]
async fn main() -> ExitCode {
    telemetry::run_function(run).await
}

async fn run() -> Result<(), Error> {
    let service = &Service::from_env().await?;
    let serving = lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| {
        let _busy = service.busy().await;
        let shift = service.shift(event.context.deadline());
        Box::pin(handler::handle(event.payload, service.router(), &shift)).await
    }));
    service.until_stopped(serving).await
}
