use std::cell::RefCell;

use domain::{AuditId, Tenant};
use serde_json::json;
use tempfile::TempDir;

use super::*;

fn event(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn inserted() -> Value {
    event(include_str!("../../../../events/stream-alert.json"))
}

/// The alert of the recorded event.
fn alert() -> Alert {
    let image = inserted()["Records"][0]["dynamodb"]["NewImage"].clone();
    serde_dynamo::from_item(serde_json::from_value::<serde_dynamo::Item>(image).unwrap()).unwrap()
}

/// The alert with another name.
fn named(id: &str) -> Alert {
    Alert { id: id.into(), ..alert() }
}

/// A record of the alert with that name.
fn record(number: &str, id: &str) -> Value {
    let mut record = inserted()["Records"][0].clone();
    record["dynamodb"]["SequenceNumber"] = number.into();
    record["dynamodb"]["NewImage"]["id"] = json!({ "S": id });
    record
}

/// A store with alerts, and a channel that does not take those named here.
struct Bench {
    store: Store,
    delivered: RefCell<Vec<String>>,
    refuse: &'static [&'static str],
    _directory: TempDir,
}

impl Bench {
    async fn with(alerts: &[Alert]) -> Self {
        let directory = TempDir::new().unwrap();
        let store = Store::open(directory.path()).unwrap();
        for alert in alerts {
            store.raise(alert).await.unwrap();
        }
        Self { store, delivered: RefCell::default(), refuse: &[], _directory: directory }
    }

    async fn handle(&self, event: Value) -> Result<DynamoDbEventResponse, Refused> {
        handle(event, &self.store, async |alert: &Alert| {
            assert_ne!(alert.id, "defect", "an alert that the program cannot tell");
            if self.refuse.contains(&&*alert.id) {
                return Err("the channel is full");
            }
            self.delivered.borrow_mut().push(alert.id.clone());
            Ok(())
        })
        .await
    }

    /// The names of the records that failed.
    async fn failures(&self, event: Value) -> Vec<String> {
        let failures = self.handle(event).await.unwrap().batch_item_failures;
        failures.into_iter().filter_map(|failure| failure.item_identifier).collect()
    }

    async fn delivery(&self, id: &str) -> Delivery {
        let alert = self.store.alert(&alert().tenant, alert().audit_id, id).await.unwrap();
        alert.unwrap().delivery
    }
}

#[tokio::test]
async fn an_inserted_alert_is_told_once_and_marked() {
    let bench = Bench::with(&[alert()]).await;
    for _ in 0..2 {
        assert!(bench.failures(inserted()).await.is_empty());
        assert_eq!(*bench.delivered.borrow(), [alert().id]);
        assert_eq!(bench.delivery(&alert().id).await, Delivery::Sent);
    }
}

#[tokio::test]
async fn an_alert_that_is_shown_again_is_told() {
    let bench = Bench::with(&[alert()]).await;
    let resent = event(include_str!("../../../../events/stream-alert-nudged.json"));
    assert!(bench.failures(resent).await.is_empty());
    assert_eq!(*bench.delivered.borrow(), [alert().id]);
}

#[tokio::test]
async fn the_store_and_not_the_record_says_what_is_told() {
    let bench = Bench::with(&[Alert { headline: "as it is now".into(), ..alert() }]).await;
    let delivered = RefCell::new(String::new());
    let mut cut_short = inserted();
    let image = cut_short["Records"][0]["dynamodb"]["NewImage"].as_object_mut().unwrap();
    image.retain(|name, _| ["kind", "delivery", "tenant", "audit_id", "id"].contains(&&**name));
    handle(cut_short, &bench.store, async |alert: &Alert| {
        delivered.replace(alert.headline.clone());
        Ok::<(), String>(())
    })
    .await
    .unwrap();
    assert_eq!(*delivered.borrow(), "as it is now");
}

#[tokio::test]
async fn the_first_alert_that_cannot_be_told_ends_the_batch() {
    let alerts = ["a", "b", "c"].map(named);
    let bench = Bench { refuse: &["b"], ..Bench::with(&alerts).await };
    let records = json!({ "Records": [record("1", "a"), record("2", "b"), record("3", "c")] });
    assert_eq!(bench.failures(records.clone()).await, ["2"]);
    assert_eq!(*bench.delivered.borrow(), ["a"]);
    assert_eq!(bench.delivery("b").await, Delivery::Unsent);
    let bench = Bench { refuse: &[], ..bench };
    assert!(bench.failures(records).await.is_empty());
    assert_eq!(*bench.delivered.borrow(), ["a", "b", "c"]);
}

#[tokio::test]
async fn a_malformed_record_fails_alone() {
    let bench = Bench::with(&[named("a"), named("b")]).await;
    let malformed =
        event(include_str!("../../../../events/malformed/stream-alert-without-id.json"));
    let mut foreign = record("3", "a");
    foreign["dynamodb"]["NewImage"]["tenant"] = json!({ "S": "a#b" });
    let malformed = malformed["Records"][0].clone();
    let records = [record("1", "a"), malformed, foreign, record("5", "b")];
    let failed = bench.failures(json!({ "Records": records })).await;
    assert_eq!(failed, ["100000000000000000004", "3"]);
    assert_eq!(*bench.delivered.borrow(), ["a", "b"]);
}

#[tokio::test]
async fn an_alert_that_the_program_cannot_tell_holds_nothing_up() {
    let bench = Bench::with(&[named("a"), named("defect"), named("b")]).await;
    let records = [record("1", "a"), record("2", "defect"), record("3", "b")];
    assert_eq!(bench.failures(json!({ "Records": records })).await, ["2"]);
    assert_eq!(*bench.delivered.borrow(), ["a", "b"]);
    assert_eq!(bench.delivery("defect").await, Delivery::Unsent);
}

#[tokio::test]
async fn other_items_and_other_changes_are_passed_over() {
    let bench = Bench::with(&[alert()]).await;
    let mut sent = record("1", &alert().id);
    sent["eventName"] = "MODIFY".into();
    sent["dynamodb"]["NewImage"]["delivery"] = json!({ "S": "sent" });
    let mut removed = record("2", &alert().id);
    removed["eventName"] = "REMOVE".into();
    removed["dynamodb"].as_object_mut().unwrap().remove("NewImage");
    let audit = event(include_str!("../../../../events/stream-audit-queued.json"));
    let records = [sent, removed, audit["Records"][0].clone()];
    assert!(bench.failures(json!({ "Records": records })).await.is_empty());
    assert!(bench.delivered.borrow().is_empty());
}

#[tokio::test]
async fn an_alert_that_has_expired_is_passed_over() {
    let bench = Bench::with(&[]).await;
    assert!(bench.failures(inserted()).await.is_empty());
    assert!(bench.delivered.borrow().is_empty());
}

#[tokio::test]
async fn an_operator_can_have_an_alert_told() {
    let bench = Bench::with(&[alert()]).await;
    let task = event(include_str!("../../../../events/publish-alert.json"));
    for _ in 0..2 {
        assert!(bench.failures(task.clone()).await.is_empty());
        assert_eq!(*bench.delivered.borrow(), [alert().id]);
    }
}

#[tokio::test]
async fn a_task_that_tells_nothing_is_an_error() {
    let bench = Bench { refuse: &["full"], ..Bench::with(&[named("full")]).await };
    let (tenant, audit_id): (Tenant, AuditId) = (alert().tenant, alert().audit_id);
    for (task, error_type) in [
        (json!({ "tenant": tenant, "audit_id": audit_id, "id": "full" }), "PublishFailed"),
        (json!({ "tenant": tenant, "audit_id": audit_id, "id": "none" }), "NoSuchAlert"),
        (json!({ "tenant": "local", "audit_id": audit_id, "id": "full" }), "NoSuchAlert"),
        (json!({ "tenant": tenant, "audit_id": "1", "id": "full" }), "MalformedEvent"),
        (json!({ "tenant": tenant, "audit_id": audit_id }), "MalformedEvent"),
    ] {
        let mut event = task.clone();
        event["task"] = "publish".into();
        let refused = bench.handle(event).await.unwrap_err();
        assert_eq!(Diagnostic::from(refused).error_type, error_type, "{task}");
    }
    assert!(bench.delivered.borrow().is_empty());
}

#[tokio::test]
async fn what_cannot_be_named_is_an_error_with_a_stable_type() {
    let bench = Bench::with(&[]).await;
    for (text, words) in [
        (
            include_str!("../../../../events/malformed/stream-without-sequence-number.json"),
            "record 0 has no `SequenceNumber`",
        ),
        (
            include_str!("../../../../events/malformed/empty.json"),
            "the event has no list `Records`",
        ),
        (
            include_str!("../../../../events/malformed/unknown-task.json"),
            "the task cannot be read: unknown variant",
        ),
    ] {
        let refused = bench.handle(event(text)).await.unwrap_err();
        assert!(refused.to_string().starts_with(words), "{refused}");
        assert_eq!(Diagnostic::from(refused).error_type, "MalformedEvent");
    }
}
