use std::cell::RefCell;

use serde_json::json;

use super::*;

fn event(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn alert() -> Value {
    event(include_str!("../../../../events/stream-alert.json"))
}

/// The record of `alert` under another name, with one attribute of its image changed.
fn record(name: &str, attribute: &str, value: &str) -> Value {
    let mut record = alert()["Records"][0].clone();
    record["dynamodb"]["SequenceNumber"] = name.into();
    record["dynamodb"]["NewImage"][attribute] = json!({ "S": value });
    record
}

/// What was published, and the names of the records that failed, where a publisher refuses every
/// notice whose text holds `refuse`.
async fn run(event: Value, refuse: &str) -> (Vec<Notice>, Vec<String>) {
    let published = RefCell::new(Vec::new());
    let response = handle(event, async |notice: Notice| {
        if notice.text.contains(refuse) {
            return Err("refused");
        }
        published.borrow_mut().push(notice);
        Ok(())
    })
    .await
    .unwrap();
    let failed = response.batch_item_failures.into_iter().filter_map(|item| item.item_identifier);
    (published.into_inner(), failed.collect())
}

const NEVER: &str = "no text holds this";

#[tokio::test]
async fn an_inserted_alert_is_published() {
    let (published, failed) = run(alert(), NEVER).await;
    let [notice] = &*published else { panic!("{published:?}") };
    assert_eq!(
        notice.subject,
        "[InfraAudit] CRITICAL s3_public_access in 444455556666: payroll-exports"
    );
    assert!(notice.text.contains("`BlockPublicPolicy` is off"), "{}", notice.text);
    assert!(notice.attributes.contains(&("severity", "critical".to_owned())));
    assert!(failed.is_empty());
}

#[tokio::test]
async fn the_first_failure_ends_the_batch() {
    let records = ["1", "2", "3"].map(|name| record(name, "headline", &format!("number {name}")));
    let (published, failed) = run(json!({ "Records": records }), "number 2").await;
    assert_eq!(published.len(), 1);
    assert!(published[0].text.contains("number 1"));
    assert_eq!(failed, ["2"]);
}

#[tokio::test]
async fn a_malformed_alert_is_named_and_not_published() {
    let text = include_str!("../../../../events/malformed/stream-alert-without-headline.json");
    let (published, failed) = run(event(text), NEVER).await;
    assert!(published.is_empty());
    assert_eq!(failed, ["100000000000000000004"]);
}

#[tokio::test]
async fn other_items_and_other_changes_are_passed_over() {
    let mut changed = record("1", "lang", "ko");
    changed["eventName"] = "MODIFY".into();
    let mut removed = record("2", "lang", "ko");
    removed["eventName"] = "REMOVE".into();
    removed["dynamodb"].as_object_mut().unwrap().remove("NewImage");
    let audit = event(include_str!("../../../../events/stream-audit-queued.json"));
    let records = json!({ "Records": [changed, removed, audit["Records"][0]] });
    let (published, failed) = run(records, NEVER).await;
    assert!(published.is_empty(), "{published:?}");
    assert!(failed.is_empty(), "{failed:?}");
}

#[tokio::test]
async fn the_frame_is_in_the_language_of_the_alert() {
    let records = json!({ "Records": [record("1", "lang", "ko")] });
    let (published, _) = run(records, NEVER).await;
    assert!(published[0].text.contains("\n조치 방법: "), "{}", published[0].text);
}

#[tokio::test]
async fn what_cannot_be_named_is_an_error_with_a_stable_type() {
    let publish = async |_: Notice| Ok::<(), String>(());
    let nameless = include_str!("../../../../events/malformed/stream-without-sequence-number.json");
    for (text, error) in [
        (nameless, Refused::Nameless(0)),
        (include_str!("../../../../events/malformed/empty.json"), Refused::NotAStream),
        (include_str!("../../../../events/malformed/unknown-task.json"), Refused::NotAStream),
    ] {
        let refused = handle(event(text), publish).await.unwrap_err();
        assert_eq!(refused, error);
        assert_eq!(Diagnostic::from(refused).error_type, "MalformedEvent");
    }
}
