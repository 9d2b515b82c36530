//! The AWS stand-in of the end-to-end tests, with a table and a bucket as the template makes them.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement,
    KeyType::{self, Hash, Range},
    Projection, ProjectionType, ScalarAttributeType,
};
use store::keys;
use tokio::sync::OnceCell;

pub(super) const TABLE: &str = "audits";
pub(super) const BUCKET: &str = "audit-results";

/// The running stand-in. It ends when `_leash` closes, so when this test process does.
struct StandIn {
    endpoint: String,
    _leash: Child,
}

static STAND_IN: OnceCell<StandIn> = OnceCell::const_new();

/// Where the stand-in's own code is.
pub(super) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cli/tests/standin")
}

/// The way to the stand-in, which is started on first use.
pub(super) async fn config() -> SdkConfig {
    let stand_in = STAND_IN
        .get_or_init(|| async {
            let stand_in = tokio::task::spawn_blocking(start).await.unwrap();
            furnish(&config_of(&stand_in.endpoint)).await;
            stand_in
        })
        .await;
    config_of(&stand_in.endpoint)
}

/// The way to an endpoint, as the root user that the stand-in knows each account to have.
pub(super) fn config_of(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("AKIAROOT100000000001", "no secret", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .build()
}

fn start() -> StandIn {
    let mut child = Command::new(super::venv::python())
        .arg(folder().join("server.py"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut port = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
    let endpoint = format!("http://127.0.0.1:{}", port.trim());
    StandIn { endpoint, _leash: child }
}

async fn furnish(config: &SdkConfig) {
    let table = aws_sdk_dynamodb::Client::new(config)
        .create_table()
        .table_name(TABLE)
        .billing_mode(BillingMode::PayPerRequest);
    let named = [keys::PARTITION, keys::SORT, keys::KIND, keys::KIND_SORT];
    let table = named.into_iter().fold(table, |table, name| {
        let definition = AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S);
        table.attribute_definitions(definition.build().unwrap())
    });
    let index = GlobalSecondaryIndex::builder()
        .index_name(keys::BY_KIND)
        .key_schema(key(keys::KIND, Hash))
        .key_schema(key(keys::KIND_SORT, Range))
        .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build());
    table
        .key_schema(key(keys::PARTITION, Hash))
        .key_schema(key(keys::SORT, Range))
        .global_secondary_indexes(index.build().unwrap())
        .send()
        .await
        .unwrap();

    let place = aws_sdk_s3::types::CreateBucketConfiguration::builder()
        .location_constraint(aws_sdk_s3::types::BucketLocationConstraint::EuWest1)
        .build();
    aws_sdk_s3::Client::from_conf(
        aws_sdk_s3::config::Builder::from(config).force_path_style(true).build(),
    )
    .create_bucket()
    .bucket(BUCKET)
    .create_bucket_configuration(place)
    .send()
    .await
    .unwrap();
}

fn key(name: &str, kind: KeyType) -> KeySchemaElement {
    KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap()
}
