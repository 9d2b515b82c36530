//! Publishes new severe findings: the table's stream in, SNS out.

mod handler;
mod publish;

use std::process::ExitCode;

use aws_config::BehaviorVersion;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use tracing_subscriber::EnvFilter;

use publish::Topic;

#[tokio::main]
async fn main() -> ExitCode {
    let level = EnvFilter::try_from_env("INFRAAUDIT_LOG").unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().json().flatten_event(true).with_env_filter(level).init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the function cannot run");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Error> {
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let topic = &Topic::from_env(&config)?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| {
        handler::handle(event.payload, async |notice| topic.publish(notice).await).await
    }))
    .await
}
