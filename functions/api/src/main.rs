//! The HTTP API behind API Gateway. What is queued here reaches the worker through the table's stream.

mod handler;
mod settings;
mod verify;

use std::process::ExitCode;

use aws_config::{BehaviorVersion, retry::RetryConfig};
use environment::Environment;
use lambda_http::Error;
use store::Store;

use settings::Settings;
use verify::AsWorker;

#[tokio::main]
async fn main() -> ExitCode {
    telemetry::run_function(run).await
}

async fn run() -> Result<(), Error> {
    let settings = Settings::read(&Environment::process())?;
    let retries = RetryConfig::standard();
    let config = aws_config::defaults(BehaviorVersion::latest()).retry_config(retries).load().await;
    let store = Store::on_aws(&config, &settings.table, &settings.bucket);
    let store = store.keep_days(settings.keep_days);
    let region = config.region().map(ToString::to_string).unwrap_or_default();
    let verify = AsWorker { config, worker: settings.worker.clone() };
    lambda_http::run(handler::router(store, settings.api(region, verify))).await
}
