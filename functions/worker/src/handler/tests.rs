use std::cell::RefCell;

use domain::{
    Audit, AuditId, Order, Receipt, ReceiptOutcome, Report, Service, Status, Summary, Tenant,
};
use serde_json::json;
use store::{Claim, Created, End, Fence, PageRequest, SqliteStore};
use tempfile::TempDir;
use uuid::Uuid;

use super::*;

const NOW: &str = "2026-11-22T17:00:03Z";
const AUDIT: &str = "019aa938-7c0b-7c3a-9d51-3f6f2f6f9b10";

/// A handler with a store of its own, a queue that refuses the audits in `refuse`, and a worker that
/// makes of every audit what `worked` says.
struct Bench {
    store: SqliteStore,
    worked: Result<Worked, &'static str>,
    refuse: Vec<AuditId>,
    sent: RefCell<Vec<Ticket>>,
    begun: RefCell<Vec<Ticket>>,
    _directory: TempDir,
}

impl Bench {
    fn new() -> Self {
        let directory = TempDir::new().unwrap();
        Self {
            store: SqliteStore::open(directory.path()).unwrap(),
            worked: Ok(Worked::Ended(AuditState::Complete)),
            refuse: Vec::new(),
            sent: RefCell::default(),
            begun: RefCell::default(),
            _directory: directory,
        }
    }

    async fn handle(&self, event: Value) -> Result<Answer, Refused> {
        let enqueue = async |ticket: &Ticket| {
            if self.refuse.contains(&ticket.audit_id) {
                return Err("the queue is full");
            }
            self.sent.borrow_mut().push(ticket.clone());
            Ok(())
        };
        let work = async |ticket: &Ticket| {
            self.begun.borrow_mut().push(ticket.clone());
            self.worked
        };
        handle(event, NOW.parse().unwrap(), &self.store, enqueue, work).await
    }

    /// The names of the records or messages that failed.
    async fn failures(&self, event: Value) -> Vec<String> {
        match self.handle(event).await.unwrap() {
            Answer::Batch { failures } => failures.into_iter().map(|f| f.item_identifier).collect(),
            Answer::Nightly(queued) => panic!("no batch: {queued:?}"),
        }
    }
}

fn event(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn queued() -> Value {
    event(include_str!("../../../../events/stream-audit-queued.json"))
}

fn message() -> Value {
    event(include_str!("../../../../events/sqs-audit.json"))
}

fn ticket() -> Ticket {
    let tenant = Tenant::try_from("111122223333".to_owned()).unwrap();
    Ticket { tenant, audit_id: AUDIT.parse().unwrap() }
}

/// A stream's record of a queued audit.
fn record(name: &str, id: AuditId) -> Value {
    let mut record = queued()["Records"][0].clone();
    record["dynamodb"]["SequenceNumber"] = name.into();
    record["dynamodb"]["NewImage"]["id"] = json!({ "S": id.to_string() });
    record
}

#[tokio::test]
async fn a_queued_audit_becomes_a_message_that_names_it() {
    let bench = Bench::new();
    assert!(bench.failures(queued()).await.is_empty());
    assert_eq!(*bench.sent.borrow(), [ticket()]);
    assert!(bench.begun.borrow().is_empty(), "no work within a stream");
    let body = message()["Records"][0]["body"].as_str().unwrap().to_owned();
    let sent = serde_json::to_value(&bench.sent.borrow()[0]).unwrap();
    assert_eq!(sent, event(&body), "the queue's message is the one that is sent");
}

#[tokio::test]
async fn a_stream_stops_at_the_first_failure() {
    let ids = [1, 2, 3].map(|n| AuditId(Uuid::from_u128(n)));
    let bench = Bench { refuse: vec![ids[1]], ..Bench::new() };
    let records = [record("11", ids[0]), record("12", ids[1]), record("13", ids[2])];
    assert_eq!(bench.failures(json!({ "Records": records })).await, ["12"]);
    assert_eq!(bench.sent.borrow().iter().map(|t| t.audit_id).collect::<Vec<_>>(), ids[..1]);
}

#[tokio::test]
async fn what_is_no_new_queued_audit_is_passed_over() {
    let bench = Bench::new();
    let mut changed = queued()["Records"][0].clone();
    changed["eventName"] = "MODIFY".into();
    let mut running = queued()["Records"][0].clone();
    running["dynamodb"]["NewImage"]["state"] = json!({ "S": "running" });
    let alert = event(include_str!("../../../../events/stream-alert.json"))["Records"][0].clone();
    assert!(bench.failures(json!({ "Records": [changed, running, alert] })).await.is_empty());
    assert!(bench.sent.borrow().is_empty());
}

#[tokio::test]
async fn a_message_is_worked_on() {
    for worked in [
        Worked::Ended(AuditState::Complete),
        Worked::Ended(AuditState::Failed),
        Worked::Held,
        Worked::Missing,
    ] {
        let bench = Bench { worked: Ok(worked), ..Bench::new() };
        assert!(bench.failures(message()).await.is_empty(), "{worked:?}");
        assert_eq!(*bench.begun.borrow(), [ticket()]);
        assert!(bench.sent.borrow().is_empty(), "{worked:?}");
    }
}

#[tokio::test]
async fn an_audit_that_is_put_back_gets_another_message() {
    let bench = Bench { worked: Ok(Worked::PutBack), ..Bench::new() };
    assert!(bench.failures(message()).await.is_empty());
    assert_eq!(*bench.sent.borrow(), [ticket()]);

    let refuse = vec![ticket().audit_id];
    let bench = Bench { worked: Ok(Worked::PutBack), refuse, ..Bench::new() };
    assert_eq!(bench.failures(message()).await, ["059f36b4-87a3-44ab-83d2-661975830a7d"]);
}

#[tokio::test]
async fn messages_fail_each_for_itself() {
    let broken = event(include_str!("../../../../events/malformed/sqs-broken-json.json"));
    let mut broken = broken["Records"][0].clone();
    broken["messageId"] = "broken".into();
    let bench = Bench::new();
    let records = json!({ "Records": [broken, message()["Records"][0]] });
    assert_eq!(bench.failures(records).await, ["broken"]);
    assert_eq!(*bench.begun.borrow(), [ticket()]);

    let bench = Bench { worked: Err("the store is away"), ..Bench::new() };
    assert_eq!(bench.failures(message()).await, ["059f36b4-87a3-44ab-83d2-661975830a7d"]);
}

#[tokio::test]
async fn what_is_malformed_is_named_and_never_worked_on() {
    for (text, name) in [
        (
            include_str!("../../../../events/malformed/stream-audit-without-id.json"),
            "100000000000000000003",
        ),
        (
            include_str!("../../../../events/malformed/sqs-foreign-tenant.json"),
            "059f36b4-87a3-44ab-83d2-661975830a7d",
        ),
    ] {
        let bench = Bench::new();
        assert_eq!(bench.failures(event(text)).await, [name]);
        assert!(bench.sent.borrow().is_empty() && bench.begun.borrow().is_empty(), "{name}");
    }
}

#[tokio::test]
async fn what_cannot_be_named_is_an_error_with_a_stable_type() {
    let nameless =
        event(include_str!("../../../../events/malformed/stream-without-sequence-number.json"));
    let mut message = message();
    message["Records"][0].as_object_mut().unwrap().remove("messageId");
    for refused in [
        nameless,
        message,
        event(include_str!("../../../../events/malformed/empty.json")),
        event(include_str!("../../../../events/malformed/unknown-task.json")),
        json!({ "Records": [] }),
        json!({ "task": "nightly", "scheduled_at": "tonight" }),
        json!([1]),
        Value::Null,
    ] {
        let error = Bench::new().handle(refused.clone()).await.unwrap_err();
        assert_eq!(Diagnostic::from(error).error_type, "MalformedEvent", "{refused}");
    }
    let error = Diagnostic::from(Refused::Store("it is away".into()));
    assert_eq!(error.error_type, "StoreUnavailable");
}

/// Ends an audit of an account with a result, so that the account is known.
async fn make_known(store: &SqliteStore, n: u32) {
    let now: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
    let order: Order = serde_json::from_value(json!({ "account_id": format!("{n:012}") })).unwrap();
    let id = AuditId(Uuid::from_u128(n.into()));
    let audit = Audit::new(Tenant::local(), id, order, now);
    assert_eq!(store.create(&audit).await.unwrap(), Created::New);
    let Claim::Claimed(held) = store.claim(&audit.tenant, id, now, now).await.unwrap() else {
        panic!("not claimed");
    };
    let report = Report {
        schema: Report::SCHEMA,
        account: audit.order.account_id,
        started_at: now,
        finished_at: now,
        status: Status::Complete,
        receipt: vec![Receipt {
            region: "global".into(),
            service: Service::Iam,
            outcome: ReceiptOutcome::Done,
            calls: 1,
            denied: Vec::new(),
            error: None,
        }],
        summary: Summary::of(&[]),
        findings: Vec::new(),
    };
    let end = End::Judged { report: &report, alerts: &[] };
    assert_eq!(store.finish(&held, now, end).await.unwrap(), Fence::Held);
}

#[tokio::test]
async fn a_night_queues_each_known_account_once_however_often_it_comes() {
    let bench = Bench::new();
    for n in 1..=3 {
        make_known(&bench.store, n).await;
    }
    let nightly = event(include_str!("../../../../events/schedule-nightly.json"));
    let first = bench.handle(nightly.clone()).await.unwrap();
    assert_eq!(first, Answer::Nightly(Queued { queued: 3, already: 0 }));
    let again = bench.handle(nightly).await.unwrap();
    assert_eq!(again, Answer::Nightly(Queued { queued: 0, already: 3 }));

    let waiting = bench.store.unfinished(PageRequest::FIRST).await.unwrap().items;
    let accounts = waiting.iter().map(|audit| audit.order.account_id.as_str()).collect::<Vec<_>>();
    assert_eq!(accounts.len(), 3);
    for n in 1..=3 {
        assert!(accounts.contains(&&*format!("{n:012}")), "{accounts:?}");
    }
    for audit in &waiting {
        assert_eq!(audit.state, AuditState::Queued);
        assert_eq!(audit.created_at, NOW.parse().unwrap());
    }

    let other_night = json!({ "task": "nightly", "scheduled_at": "2026-11-23T17:00:00Z" });
    let answer = bench.handle(other_night).await.unwrap();
    assert_eq!(answer, Answer::Nightly(Queued { queued: 3, already: 0 }));
}

#[tokio::test]
async fn a_night_by_hand_counts_by_the_day() {
    let bench = Bench::new();
    make_known(&bench.store, 7).await;
    for (queued, already) in [(1, 0), (0, 1)] {
        let answer = bench.handle(json!({ "task": "nightly" })).await.unwrap();
        assert_eq!(answer, Answer::Nightly(Queued { queued, already }));
    }
}

#[test]
fn answers_are_what_lambda_reads() {
    let failures = vec![Failure { item_identifier: "12".into() }];
    let batch = serde_json::to_value(Answer::Batch { failures }).unwrap();
    assert_eq!(batch, json!({ "batchItemFailures": [{ "itemIdentifier": "12" }] }));
    let nightly = serde_json::to_value(Answer::Nightly(Queued::default())).unwrap();
    assert_eq!(nightly, json!({ "queued": 0, "already": 0 }));
}
