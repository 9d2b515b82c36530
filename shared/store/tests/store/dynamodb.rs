//! The Lambda functions' store: the contract against the AWS stand-in, and what is particular to it.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Alert, Severity, Verdict};
use store::{DynamoStore, Error, Store, keys};

use crate::{
    contract::{judged, whole_contract},
    samples::{ACCOUNT, audit, complete, finding, tenant},
};

mod standin;
#[path = "../../../../cli/tests/e2e/support/venv.rs"]
mod venv;

whole_contract!(make);

struct Made(DynamoStore);

impl Made {
    fn store(&self) -> &dyn Store {
        &self.0
    }
}

async fn make() -> Made {
    let config = standin::config().await;
    Made(DynamoStore::new(&config, standin::TABLE, standin::BUCKET).keep_days(30))
}

/// The item under a key, as a stream would show it.
async fn item(partition: String, sort: String) -> Option<Item> {
    aws_sdk_dynamodb::Client::new(&standin::config().await)
        .get_item()
        .table_name(standin::TABLE)
        .key(keys::PARTITION, AttributeValue::S(partition))
        .key(keys::SORT, AttributeValue::S(sort))
        .send()
        .await
        .unwrap()
        .item
}

type Item = std::collections::HashMap<String, AttributeValue>;

#[tokio::test]
async fn event_filters_find_kind_and_state_at_the_top() {
    let Made(store) = make().await;
    let tenant = tenant();
    let audit = audit(&tenant);
    let read = async || {
        let partition = keys::audit_partition(&tenant, audit.id);
        item(partition, keys::AUDIT_SORT.into()).await.unwrap()
    };
    store.create(&audit).await.unwrap();
    let queued = read().await;
    let text = |item: &Item, name: &str| item.get(name).and_then(|v| v.as_s().ok().cloned());
    assert_eq!(text(&queued, keys::KIND).as_deref(), Some(keys::AUDIT));
    assert_eq!(text(&queued, "state").as_deref(), Some("queued"));
    assert_eq!(text(&queued, keys::KIND_SORT), Some(format!("{tenant}#{}", audit.id)));
    let expires = audit.created_at.as_second() + 30 * 86_400;
    assert_eq!(queued[keys::EXPIRES_AT], AttributeValue::N(expires.to_string()));

    let report = complete(vec![finding("a", Verdict::Fail, Severity::Critical)]);
    judged(&store, &audit, &report).await;
    let ended = read().await;
    assert_eq!(text(&ended, "state").as_deref(), Some("complete"));
    assert_eq!(text(&ended, keys::KIND_SORT), None, "it has left the index of the unfinished");
    assert_eq!(ended[keys::EXPIRES_AT], AttributeValue::N(expires.to_string()));
}

#[tokio::test]
async fn an_alert_can_be_read_from_its_item() {
    let Made(store) = make().await;
    let tenant = tenant();
    let audit = audit(&tenant);
    let report = complete(vec![finding("a", Verdict::Fail, Severity::Critical)]);
    judged(&store, &audit, &report).await;

    let partition = keys::account_partition(&tenant, &ACCOUNT.parse().unwrap());
    let sort = keys::alert_sort(&report.findings[0].fingerprint);
    let item = item(partition, sort).await.unwrap();
    assert_eq!(item[keys::KIND], AttributeValue::S(keys::ALERT.into()));
    assert_eq!(item["severity"], AttributeValue::S("critical".into()));
    let alert: Alert = serde_dynamo::from_item(item).unwrap();
    assert_eq!([alert], Alert::of(&audit, &report, Severity::High, "en").as_slice());
}

#[tokio::test]
async fn an_outage_is_told_as_one() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = standin::config_of(&format!("http://{closed}"));
    let audit = audit(&tenant());
    for config in [nobody, standin::config().await] {
        let store = DynamoStore::new(&config, "no-such-table", "no-such-bucket");
        let error = store.create(&audit).await.unwrap_err();
        assert!(matches!(&error, Error::Unavailable { .. }), "{error}");
        let error = store.audit(&audit.tenant, audit.id).await.unwrap_err();
        assert!(matches!(&error, Error::Unavailable { .. }), "{error}");
    }
}
