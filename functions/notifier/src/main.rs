//! Publishes the outbox: the table's stream in, SNS and Slack out.

mod channels;
mod environment;
mod handler;

use std::process::ExitCode;

use aws_config::BehaviorVersion;
use domain::Alert;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use store::Store;

use channels::{Slack, Topic};
use environment::required;

#[tokio::main]
async fn main() -> ExitCode {
    telemetry::of_function();
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
    let topic = &Topic::new(&config, required("INFRAAUDIT_TOPIC_ARN", "the topic's ARN")?);
    let table = required("INFRAAUDIT_TABLE", "the table's name")?;
    let bucket = required("INFRAAUDIT_BUCKET", "the bucket's name")?;
    let store = &Store::on_aws(&config, table, bucket);
    let slack = &Slack::from_env()?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| {
        let publish = async |notice: &_| topic.publish(notice).await;
        let tell = async |alert: &Alert| channels::tell(alert, slack.as_ref(), publish).await;
        handler::handle(event.payload, store, tell).await
    }))
    .await
}
