//! Publishes the outbox: the table's stream in, SNS and Slack out.

mod channels;
mod handler;

use std::process::ExitCode;

use aws_config::BehaviorVersion;
use domain::Alert;
use environment::Environment;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use store::Store;

use channels::{Slack, Topic};

#[tokio::main]
async fn main() -> ExitCode {
    telemetry::run_function(run).await
}

async fn run() -> Result<(), Error> {
    let defaults = aws_config::defaults(BehaviorVersion::latest());
    let config = defaults.timeout_config(channels::timeouts()).load().await;
    let environment = Environment::process();
    let topic = &Topic::new(&config, environment.required("INFRAAUDIT_TOPIC_ARN")?);
    let table = environment.required("INFRAAUDIT_TABLE")?;
    let bucket = environment.required("INFRAAUDIT_BUCKET")?;
    let store = &Store::on_aws(&config, table, bucket);
    let slack = &Slack::read(&environment, &config).await?;
    let public_url = environment.optional("INFRAAUDIT_PUBLIC_URL");
    let public_url = public_url.as_deref();
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| {
        let publish = async |notice: &_| topic.publish(notice).await;
        let deliver = async |alert: &Alert| {
            channels::deliver(alert, public_url, slack.as_ref(), publish).await
        };
        handler::handle(event.payload, store, deliver).await
    }))
    .await
}
