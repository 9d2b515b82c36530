//! The Lambda functions' store: the contract against the AWS stand-in, and what is particular to it.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::Alert;
use store::{Error, Fence, Intent, PageError, PageRequest, Store, TaskEnd, keys};

use crate::{
    contract::{self, created, ended, planned, reading, shows, whole_contract},
    samples::{alert, at, audit, latest, place, snapshot, tenant},
};

mod busy;
pub(crate) mod standin;
#[path = "../../../../cli/tests/e2e/support/venv.rs"]
mod venv;

whole_contract!(make);

pub(crate) struct Made(Store);

impl Made {
    pub(crate) const fn store(&self) -> &Store {
        &self.0
    }
}

pub(crate) async fn make() -> Made {
    let config = standin::config().await;
    Made(Store::on_aws(&config, standin::TABLE, standin::BUCKET).keep_days(30))
}

/// The item under a key, as a stream would show it.
async fn item(partition: String, sort: &str) -> Item {
    let client = aws_sdk_dynamodb::Client::new(&standin::config().await);
    let request = client
        .get_item()
        .table_name(standin::TABLE)
        .key(keys::PARTITION, AttributeValue::S(partition))
        .key(keys::SORT, AttributeValue::S(sort.into()));
    request.send().await.unwrap().item.unwrap()
}

type Item = std::collections::HashMap<String, AttributeValue>;

fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name).map(|value| value.as_s().unwrap().as_str())
}

fn number(item: &Item, name: &str) -> i64 {
    item[name].as_n().unwrap().parse().unwrap()
}

#[tokio::test]
async fn event_filters_find_what_they_ask_for_at_the_top() {
    let Made(store) = make().await;
    let tenant = tenant();
    let audit = created(&store, &tenant).await;
    let partition = format!("{tenant}#AUDIT#{}", audit.id);
    let read = async || item(partition.clone(), "AUDIT").await;
    let queued = read().await;
    assert_eq!(text(&queued, keys::KIND), Some(keys::AUDIT));
    assert_eq!((text(&queued, "state"), text(&queued, "phase")), (Some("queued"), Some("plan")));
    assert_eq!(text(&queued, keys::KIND_SORT), Some(&*format!("{tenant}#{}", audit.id)));
    let expires = audit.created_at.as_second() + 30 * 86_400;
    assert_eq!((keys::EXPIRES_AT, number(&queued, "ttl")), ("ttl", expires));

    let audit = planned(&store, &audit, 1).await;
    let collecting = read().await;
    assert_eq!(
        (text(&collecting, "phase"), number(&collecting, "remaining")),
        (Some("collect"), 1)
    );
    let task = reading(&store, &audit, 0, 3).await;
    let row = item(partition.clone(), "TASK#0001#eu-test-0#services").await;
    assert_eq!((text(&row, keys::KIND), text(&row, "state")), (Some(keys::TASK), Some("running")));
    let end = TaskEnd::whole("snapshots/one");
    assert_eq!(store.complete_task(&task, end, at(4)).await.unwrap(), Fence::Held);
    let all_read = read().await;
    assert_eq!((text(&all_read, "phase"), number(&all_read, "remaining")), (Some("collect"), 0));
    assert_eq!(all_read["remaining"], AttributeValue::N("0".into()), "a number, for a filter");

    store.cancel(&tenant, audit.id, at(5)).await.unwrap();
    let over = read().await;
    assert_eq!((text(&over, "state"), text(&over, "phase")), (Some("cancelled"), Some("ended")));
    assert_eq!(text(&over, keys::KIND_SORT), None, "it has left the index of the unfinished");
    assert_eq!(number(&over, "ttl"), expires);
}

#[tokio::test]
async fn accounts_from_before_the_quota_count() {
    let Made(store) = make().await;
    let client = aws_sdk_dynamodb::Client::new(&standin::config().await);
    contract::accounts_from_before_the_quota_count(&store, async |pk: &str, sk: &str| {
        let request = client
            .delete_item()
            .table_name(standin::TABLE)
            .key(keys::PARTITION, AttributeValue::S(pk.into()))
            .key(keys::SORT, AttributeValue::S(sk.into()));
        request.send().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_alert_can_be_read_from_its_item() {
    let Made(store) = make().await;
    let audit = created(&store, &tenant()).await;
    let raised = alert(&audit, "one");
    store.raise(&raised).await.unwrap();
    let partition = format!("{}#AUDIT#{}", audit.tenant, audit.id);
    let unsent = item(partition.clone(), "ALERT#one").await;
    assert_eq!(text(&unsent, keys::KIND), Some(keys::ALERT));
    assert_eq!(text(&unsent, "delivery"), Some("unsent"));
    assert_eq!(serde_dynamo::from_item::<_, Alert>(unsent).unwrap(), raised);
    store.sent(&raised).await.unwrap();
    let sent = item(partition, "ALERT#one").await;
    assert_eq!((text(&sent, "delivery"), text(&sent, keys::KIND_SORT)), (Some("sent"), None));
}

/// What commit db38872 wrote, by a request for a part of it and one for all.
#[tokio::test]
async fn a_result_of_an_older_version_is_read() {
    let Made(store) = make().await;
    let audit = ended(&store, &created(&store, &tenant()).await).await;
    let client = aws_sdk_s3::Client::from_conf(
        aws_sdk_s3::config::Builder::from(&standin::config().await).force_path_style(true).build(),
    );
    let old = include_bytes!("../db38872.json.zst").to_vec();
    let put = client.put_object().bucket(standin::BUCKET).key(audit.result.as_ref().unwrap());
    put.body(old.into()).send().await.unwrap();
    let result = store.result(&audit).await.unwrap().unwrap();
    let report = store.report(&audit).await.unwrap().unwrap();
    assert_eq!(report.findings.len(), 156);
    shows(&result, &report, &[50]).await;
}

#[tokio::test]
async fn an_outage_is_told_as_one() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = standin::config_of(&format!("http://{closed}"));
    let Made(there) = make().await;
    let task = {
        let audit = planned(&there, &created(&there, &tenant()).await, 1).await;
        reading(&there, &audit, 0, 3).await
    };
    let judged = ended(&there, &created(&there, &tenant()).await).await;
    for config in [nobody, standin::config().await] {
        let store = Store::on_aws(&config, "no-such-table", "no-such-bucket");
        let audit = audit(&tenant());
        let (tenant, account) = (&audit.tenant, &audit.order.account_id);
        let error = |error: Error| {
            assert!(matches!(&error, Error::Unavailable { .. }), "{error}");
        };
        error(store.create(&audit, &Intent::default()).await.unwrap_err());
        error(store.audit(tenant, audit.id).await.unwrap_err());
        error(store.claim_plan(tenant, audit.id, at(1), at(61)).await.unwrap_err());
        error(store.complete_task(&task, TaskEnd::Failed("why"), at(4)).await.unwrap_err());
        error(store.tracked(tenant, account).await.unwrap_err());
        error(store.unsuppress(tenant, audit.id.0).await.unwrap_err());
        error(store.keep_snapshot(&task, &snapshot(at(3))).await.unwrap_err());
        error(store.report(&judged).await.unwrap_err());
        let newest = latest(&audit, place(1), at(1));
        error(store.publish(tenant, account, &newest, None).await.unwrap_err());
        match store.unsent(PageRequest::FIRST).await.unwrap_err() {
            PageError::Store(outage) => error(outage),
            PageError::Cursor(cursor) => panic!("refused: {cursor}"),
        }
    }
}
