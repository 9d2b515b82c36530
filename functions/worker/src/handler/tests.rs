use std::{
    cell::RefCell,
    io::Write,
    sync::{Arc, Mutex},
};

use domain::{AuditId, AuditState, JobId, JobStep, Tenant};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::*;

const NOW: &str = "2026-11-22T17:00:03Z";
const AUDIT: &str = "019aa938-7c0b-7c3a-9d51-3f6f2f6f9b10";
const SECRET: &str = "d3b07384-d9a0-4c9b-8f3e-2f1f5a6b7c8d";

/// A queue that refuses the audits in `refuse`, and a worker whose every step comes to `next`.
#[derive(Default)]
struct Bench {
    next: Vec<Step>,
    ended: Option<(AuditId, AuditState)>,
    away: bool,
    failed: Option<String>,
    refuse: Vec<AuditId>,
    sent: RefCell<Vec<Step>>,
    jobs: Vec<JobStep>,
    sent_jobs: RefCell<Vec<JobStep>>,
    begun: RefCell<Vec<Step>>,
    onboarding: bool,
    /// The step at which the program has a defect.
    defect: Option<Step>,
    /// What comes again, and after how many seconds.
    again: RefCell<Vec<(String, u64)>>,
}

impl super::StepQueue for Bench {
    async fn send(&self, steps: &[Step]) -> Result<(), String> {
        for step in steps {
            if step.audit().is_some_and(|(_, id)| self.refuse.contains(&id)) {
                return Err("the queue is full".into());
            }
            self.sent.borrow_mut().push(step.clone());
        }
        Ok(())
    }

    async fn send_jobs(&self, jobs: &[JobStep]) -> Result<(), String> {
        if self.away && !jobs.is_empty() {
            return Err("the queue is away".into());
        }
        self.sent_jobs.borrow_mut().extend_from_slice(jobs);
        Ok(())
    }

    async fn come_again(&self, receipts: &[(&str, Duration)]) -> Result<(), String> {
        let receipts = receipts.iter().map(|(name, after)| ((*name).to_owned(), after.as_secs()));
        self.again.borrow_mut().extend(receipts);
        if self.away { Err("the queue is away".into()) } else { Ok(()) }
    }
}

impl Work for Bench {
    async fn work(&self, step: &Step) -> Result<StepResult, String> {
        self.begun.borrow_mut().push(step.clone());
        assert_ne!(self.defect.as_ref(), Some(step), "a step that the program cannot do");
        if self.away {
            return Err("the store is away".into());
        }
        let (next, jobs) = (self.next.clone(), self.jobs.clone());
        let failed = self.failed.clone();
        Ok(StepResult { next, jobs, ended: self.ended, night: None, failed })
    }

    async fn is_onboarding(&self, _: &Step) -> Result<bool, String> {
        if self.refuse.is_empty() { Ok(self.onboarding) } else { Err("it is away".into()) }
    }
}

impl Bench {
    async fn handle(&self, event: Value) -> Result<Answer, Refused> {
        handle(event, NOW.parse().unwrap(), self, self).await
    }

    /// The names of the records or messages that failed.
    async fn failures(&self, event: Value) -> Vec<String> {
        match self.handle(event).await.unwrap() {
            Answer::Batch { failures } => failures.into_iter().map(|f| f.item_identifier).collect(),
            answer @ Answer::Task { .. } => panic!("no batch: {answer:?}"),
        }
    }
}

fn event(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn queued() -> Value {
    event(include_str!("../../../../events/stream-audit-queued.json"))
}

fn steps() -> Value {
    event(include_str!("../../../../events/sqs-steps.json"))
}

fn id() -> AuditId {
    AUDIT.parse().unwrap()
}

fn tenant() -> Tenant {
    Tenant::try_from("111122223333".to_owned()).unwrap()
}

fn plan() -> Step {
    Step::Plan { tenant: tenant(), audit_id: id() }
}

fn evaluate() -> Step {
    Step::Evaluate { tenant: tenant(), audit_id: id() }
}

/// A stream's record of a queued audit.
fn record(name: &str, id: AuditId) -> Value {
    let mut record = queued()["Records"][0].clone();
    record["dynamodb"]["SequenceNumber"] = name.into();
    record["dynamodb"]["NewImage"]["id"] = json!({ "S": id.to_string() });
    record
}

#[tokio::test]
async fn an_audit_that_waits_becomes_a_message_that_names_it() {
    let read = event(include_str!("../../../../events/stream-audit-read.json"));
    for (records, expected) in [(queued(), plan()), (read, evaluate())] {
        let bench = Bench::default();
        assert!(bench.failures(records).await.is_empty());
        assert_eq!(*bench.sent.borrow(), [expected]);
        assert!(bench.begun.borrow().is_empty(), "no work within a stream");
    }
}

fn job() -> JobStep {
    let job_id = JobId("019aa940-5c3e-7d11-8a52-6c1f2e9b7d40".parse().unwrap());
    JobStep { tenant: tenant(), job_id }
}

#[tokio::test]
async fn a_job_that_waits_becomes_a_message_for_the_keys_function() {
    let new = event(include_str!("../../../../events/stream-job-queued.json"));
    let mut back = new.clone();
    back["Records"][0]["eventName"] = "MODIFY".into();
    for records in [new.clone(), back] {
        let bench = Bench::default();
        assert!(bench.failures(records).await.is_empty());
        assert_eq!(*bench.sent_jobs.borrow(), [job()]);
        assert!(bench.sent.borrow().is_empty() && bench.begun.borrow().is_empty());
    }
    let number = new["Records"][0]["dynamodb"]["SequenceNumber"].as_str().unwrap();
    let away = Bench { away: true, ..Bench::default() };
    assert_eq!(away.failures(new.clone()).await, [number]);
    for (state, name) in [("running", "MODIFY"), ("done", "MODIFY"), ("queued", "REMOVE")] {
        let mut other = new.clone();
        other["Records"][0]["eventName"] = name.into();
        other["Records"][0]["dynamodb"]["NewImage"]["state"] = json!({ "S": state });
        let bench = Bench::default();
        assert!(bench.failures(other).await.is_empty());
        assert!(bench.sent_jobs.borrow().is_empty(), "{name} {state}");
    }
}

#[tokio::test]
async fn jobs_that_a_sweep_finds_are_sent_again() {
    let sweep = event(include_str!("../../../../events/schedule-sweep.json"));
    let bench = Bench { jobs: vec![job()], ..Bench::default() };
    let answer = bench.handle(sweep).await.unwrap();
    assert_eq!(answer, Answer::Task { sent: 1, night: None });
    assert_eq!(*bench.sent_jobs.borrow(), [job()]);
    // A long sweep goes on as a message.
    let bench = Bench { jobs: vec![job()], ..Bench::default() };
    let only = json!({ "Records": [steps()["Records"][0]] });
    assert!(bench.failures(only).await.is_empty());
    assert_eq!(*bench.sent_jobs.borrow(), [job()]);
}

#[tokio::test]
async fn a_stream_stops_at_the_first_failure() {
    let ids = [1, 2, 3].map(|n| AuditId(Uuid::from_u128(n)));
    let bench = Bench { refuse: vec![ids[1]], ..Bench::default() };
    let records = [record("11", ids[0]), record("12", ids[1]), record("13", ids[2])];
    assert_eq!(bench.failures(json!({ "Records": records })).await, ["12"]);
    assert_eq!(bench.sent.borrow().len(), 1);
}

#[tokio::test]
async fn a_malformed_record_holds_nothing_up() {
    let ids = [1, 2].map(|n| AuditId(Uuid::from_u128(n)));
    let mut broken = record("12", ids[0]);
    broken["dynamodb"]["NewImage"]["id"] = json!({ "S": "no id" });
    let records = [record("11", ids[0]), broken, record("13", ids[1])];
    let bench = Bench::default();
    assert_eq!(bench.failures(json!({ "Records": records })).await, ["12"]);
    assert_eq!(bench.sent.borrow().len(), 2);
    let bench = Bench { refuse: vec![ids[1]], ..Bench::default() };
    assert_eq!(bench.failures(json!({ "Records": records })).await, ["12", "13"]);
}

#[tokio::test]
async fn what_does_not_wait_is_passed_over() {
    let bench = Bench::default();
    let mut changed = queued()["Records"][0].clone();
    changed["eventName"] = "MODIFY".into();
    let mut running = queued()["Records"][0].clone();
    running["dynamodb"]["NewImage"]["state"] = json!({ "S": "running" });
    let mut expired = queued()["Records"][0].clone();
    expired["eventName"] = "REMOVE".into();
    let mut reading =
        event(include_str!("../../../../events/stream-audit-read.json"))["Records"][0].clone();
    reading["dynamodb"]["NewImage"]["remaining"] = json!({ "N": "3" });
    let alert = event(include_str!("../../../../events/stream-alert.json"))["Records"][0].clone();
    let records = [changed, running, expired, reading, alert];
    assert!(bench.failures(json!({ "Records": records })).await.is_empty());
    assert!(bench.sent.borrow().is_empty());
}

#[tokio::test]
async fn every_kind_of_step_is_understood() {
    let bench = Bench::default();
    assert!(bench.failures(steps()).await.is_empty());
    let collect = |name: &str| {
        let task = name.parse().unwrap();
        Step::Collect { tenant: tenant(), audit_id: id(), plan: 1, task }
    };
    let expected = [plan(), collect("ap-northeast-2#ec2"), collect("global#iam"), evaluate()];
    assert_eq!(*bench.begun.borrow(), expected);
    for (message, step) in steps()["Records"].as_array().unwrap().iter().zip(&expected) {
        let sent = serde_json::to_value(step).unwrap();
        assert_eq!(sent, event(message["body"].as_str().unwrap()), "what is sent is what is read");
    }
}

#[tokio::test]
async fn what_comes_next_is_sent_before_a_message_is_done() {
    let only = json!({ "Records": [steps()["Records"][0]] });
    let bench = Bench { next: vec![evaluate()], ..Bench::default() };
    assert!(bench.failures(only.clone()).await.is_empty());
    assert_eq!(*bench.sent.borrow(), [evaluate()]);
    let name = only["Records"][0]["messageId"].as_str().unwrap();
    let bench = Bench { next: vec![evaluate()], refuse: vec![id()], ..Bench::default() };
    assert_eq!(bench.failures(only.clone()).await, [name]);
}

#[tokio::test]
async fn messages_fail_each_for_itself() {
    let broken = event(include_str!("../../../../events/malformed/sqs-broken-json.json"));
    let mut broken = broken["Records"][0].clone();
    broken["messageId"] = "broken".into();
    let bench = Bench::default();
    let records = json!({ "Records": [broken, steps()["Records"][0]] });
    assert_eq!(bench.failures(records).await, ["broken"]);
    assert_eq!(*bench.begun.borrow(), [plan()]);
    let bench = Bench { away: true, ..Bench::default() };
    assert_eq!(bench.failures(steps()).await.len(), 4);
}

#[tokio::test]
async fn a_defect_met_by_one_message_costs_the_others_nothing() {
    let bench = Bench { defect: Some(plan()), next: vec![evaluate()], ..Bench::default() };
    let name = steps()["Records"][0]["messageId"].as_str().unwrap().to_owned();
    assert_eq!(bench.failures(steps()).await, [name]);
    assert_eq!(bench.begun.borrow().len(), 4);
    assert_eq!(bench.sent.borrow().len(), 3, "the others went on");
    let receipt = steps()["Records"][0]["receiptHandle"].as_str().unwrap().to_owned();
    assert_eq!(*bench.again.borrow(), [(receipt, 60)], "it comes again like any other failure");
}

#[tokio::test]
async fn a_sweep_that_got_past_a_failure_sends_the_rest_and_comes_again() {
    let bench = Bench { failed: Some("no purge".into()), next: vec![plan()], ..Bench::default() };
    let sweep = event(include_str!("../../../../events/schedule-sweep.json"));
    let error = bench.handle(sweep).await.unwrap_err().to_string();
    assert!(error.contains("no purge"), "{error}");
    assert_eq!(*bench.sent.borrow(), [plan()]);
}

#[tokio::test]
async fn a_message_that_failed_comes_again_soon() {
    let message = |receipt: &str, received: &str, body: &str| {
        let mut message = steps()["Records"][0].clone();
        message["receiptHandle"] = receipt.into();
        message["attributes"]["ApproximateReceiveCount"] = received.into();
        if !body.is_empty() {
            message["body"] = body.into();
        }
        message
    };
    let records = json!({ "Records": [
        message("done", "1", ""), message("first", "1", "{"), message("third", "3", "{"),
        message("fiftieth", "50", "{"), message("unread", "x", "{"),
    ]});
    let bench = Bench::default();
    assert_eq!(bench.failures(records).await.len(), 4);
    let expected = [("first", 60), ("third", 240), ("fiftieth", 480), ("unread", 60)];
    assert_eq!(*bench.again.borrow(), expected.map(|(name, after)| (name.to_owned(), after)));
    // Where that fails the message is a failure all the same.
    let away = Bench { away: true, ..Bench::default() };
    assert_eq!(away.failures(steps()).await.len(), 4);
    let fine = Bench::default();
    assert!(fine.failures(steps()).await.is_empty() && fine.again.borrow().is_empty());
}

/// The lines that the template's alarm on failed audits counts.
async fn counted(bench: Bench) -> usize {
    let log = Log::default();
    let kept = log.clone();
    let lines =
        tracing_subscriber::fmt().json().flatten_event(true).with_writer(move || kept.clone());
    let _logging = tracing::subscriber::set_default(lines.finish());
    let only = json!({ "Records": [steps()["Records"][0]] });
    assert!(bench.failures(only).await.is_empty());
    let filter = r#"'{ $.message = "audit ended" && $.state = "failed" }'"#;
    assert!(include_str!("../../../../template.yaml").contains(filter));
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let lines = log.lines().map(event);
    assert!(log.contains(AUDIT), "{log}");
    lines.filter(|line| line["message"] == "audit ended" && line["state"] == "failed").count()
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn an_account_without_its_role_yet_wakes_nobody() {
    let other = vec![AuditId(Uuid::from_u128(9))];
    for (state, onboarding, refuse, expected) in [
        (AuditState::Failed, false, vec![], 1),
        (AuditState::Failed, true, vec![], 0),
        (AuditState::Failed, true, other, 1),
        (AuditState::Complete, false, vec![], 0),
    ] {
        let ended = Some((id(), state));
        let bench = Bench { ended, refuse, onboarding, ..Bench::default() };
        assert_eq!(counted(bench).await, expected, "{state} {onboarding}");
    }
}

#[tokio::test]
async fn what_is_malformed_is_named_and_never_worked_on() {
    for text in [
        include_str!("../../../../events/malformed/stream-audit-without-id.json"),
        include_str!("../../../../events/malformed/sqs-foreign-tenant.json"),
        include_str!("../../../../events/malformed/sqs-step-outside.json"),
    ] {
        let bench = Bench::default();
        assert_eq!(bench.failures(event(text)).await.len(), 1, "{text}");
        assert!(bench.sent.borrow().is_empty() && bench.begun.borrow().is_empty(), "{text}");
    }
}

#[tokio::test]
async fn what_cannot_be_named_is_an_error_with_a_stable_type() {
    let nameless =
        event(include_str!("../../../../events/malformed/stream-without-sequence-number.json"));
    let mut message = steps();
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
        let error = Bench::default().handle(refused.clone()).await.unwrap_err();
        assert_eq!(Diagnostic::from(error).error_type, "MalformedEvent", "{refused}");
    }
    let error = Diagnostic::from(Refused::Task("it is away".into()));
    assert_eq!(error.error_type, "StoreUnavailable");
}

#[tokio::test]
async fn schedules_are_steps_too() {
    let nightly = event(include_str!("../../../../events/schedule-nightly.json"));
    let due: Timestamp = nightly["scheduled_at"].as_str().unwrap().parse().unwrap();
    let today: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
    let sweep = event(include_str!("../../../../events/schedule-sweep.json"));
    for (event, expected) in [
        (nightly, Step::Nightly { night: due, cursor: None }),
        (json!({ "task": "nightly" }), Step::Nightly { night: today, cursor: None }),
        (sweep, Step::Sweep { cursor: None }),
    ] {
        let bench = Bench { next: vec![plan()], ..Bench::default() };
        let answer = bench.handle(event).await.unwrap();
        assert_eq!(answer, Answer::Task { sent: 1, night: None });
        assert_eq!(*bench.begun.borrow(), [expected]);
        assert_eq!(*bench.sent.borrow(), [plan()], "what goes on is sent");
    }
}

#[test]
fn answers_are_what_lambda_reads() {
    let failures = vec![failed("12")];
    let batch = serde_json::to_value(Answer::Batch { failures }).unwrap();
    assert_eq!(batch, json!({ "batchItemFailures": [{ "itemIdentifier": "12" }] }));
    let night = Some(Queued { queued: 3, already: 1, passed_over: 0 });
    let nightly = serde_json::to_value(Answer::Task { sent: 0, night }).unwrap();
    assert_eq!(nightly, json!({ "sent": 0, "queued": 3, "already": 1, "passed_over": 0 }));
}

/// Any JSON, not deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-zA-Z]{1,12}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// The places in a value, as JSON pointers.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| places(value, &format!("{at}/{key}"), found));
        }
        Value::Array(list) => {
            list.iter()
                .enumerate()
                .for_each(|(n, value)| places(value, &format!("{at}/{n}"), found));
        }
        _ => {}
    }
}

proptest! {
    /// A real event with one place replaced by anything: never a panic, every failure has a name that the
    /// event has, and the `ExternalId` of an image is in no answer.
    #[test]
    fn a_broken_event_breaks_nothing(
        which in 0..4_usize, place in any::<prop::sample::Index>(), instead in any_json(),
    ) {
        let read = event(include_str!("../../../../events/stream-audit-read.json"));
        let job = event(include_str!("../../../../events/stream-job-queued.json"));
        let mut event = [queued(), read, steps(), job][which].clone();
        let mut found = Vec::new();
        places(&event, "", &mut found);
        let at: &String = place.get(&found);
        *event.pointer_mut(at).unwrap() = instead;
        let text = event.to_string();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let answer = runtime.block_on(Bench::default().handle(event));
        match answer {
            Ok(Answer::Batch { failures }) => {
                for failure in &failures {
                    prop_assert!(text.contains(&failure.item_identifier));
                }
            }
            Ok(Answer::Task { .. }) => {}
            Err(refused) => prop_assert!(!refused.to_string().contains(SECRET)),
        }
    }

    #[test]
    fn any_event_is_answered(event in any_json()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let _ = runtime.block_on(Bench::default().handle(event));
    }
}
