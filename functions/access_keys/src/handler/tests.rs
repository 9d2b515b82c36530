use std::{cell::RefCell, sync::Arc};

use access_keys::Run;
use api::{Gateway, Keys, OwnAccount, Settings};
use async_trait::async_trait;
use audit::Jobs;
use domain::{
    JobState, RegisteredAccount, Tenant,
    keys::{Failure, OldAccessKeys, Partial, Reading},
};
use proptest::prelude::*;
use store::Store;
use tempfile::TempDir;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::*;

const LIST: &str = include_str!("../../../../events/keys-list-users.json");
const REPORT: &str = include_str!("../../../../events/keys-credential-report.json");
const JOB: &str = include_str!("../../../../events/keys-job.json");
const MESSAGE: &str = include_str!("../../../../events/sqs-job.json");
const WITHOUT_ID: &str = include_str!("../../../../events/malformed/sqs-job-without-id.json");

/// An account without old keys.
struct Iam;

#[async_trait]
impl api::ReadKeys for Iam {
    async fn read(
        &self,
        _: Option<&RegisteredAccount>,
        _: Partial,
        _: Instant,
    ) -> Result<Reading, Failure> {
        Ok(Reading::Done(OldAccessKeys::live(Vec::new())))
    }
}

#[async_trait]
impl access_keys::ReadKeys for Iam {
    async fn read(
        &self,
        _: Option<&RegisteredAccount>,
        _: Partial,
        _: Run<'_>,
    ) -> Result<Reading, Failure> {
        Ok(Reading::Done(OldAccessKeys::live(Vec::new())))
    }
}

/// The function over a store of its own; the queue's messages are remembered.
struct Function {
    router: Router,
    jobs: Jobs,
    worked: RefCell<Vec<JobStep>>,
    away: bool,
    /// Whether the program has a defect that the first message meets.
    defect: bool,
    _directory: TempDir,
}

impl Work for Function {
    async fn work(&self, step: &JobStep) -> Result<Worked, String> {
        if self.away {
            return Err("the table is away".into());
        }
        self.worked.borrow_mut().push(step.clone());
        assert!(!self.defect || self.worked.borrow().len() > 1, "a job that cannot be done");
        let stop = CancellationToken::new();
        let run = Run::unwatched(Instant::now(), &stop);
        self.jobs.work(step, run).await.map_err(|error| error.to_string())
    }
}

impl Function {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        let operator = Tenant::try_from("111122223333".to_owned()).unwrap();
        let keys = Keys::new(Arc::new(Iam), OwnAccount::Only(operator));
        let gateway = Gateway { tenant_claim: "sub".into(), scopes: None, operator: None };
        let settings = Settings::of_keys(gateway, keys);
        let router = api::keys_router(store.clone(), settings);
        let jobs = Jobs::new(store, Arc::new(Iam));
        Self {
            router,
            jobs,
            worked: RefCell::default(),
            away: false,
            defect: false,
            _directory: directory,
        }
    }

    async fn handle(&self, event: &Value) -> Result<Value, Refused> {
        handle(event.clone(), self.router.clone(), self).await
    }

    /// The status and the body of an answer to a request.
    async fn answer(&self, event: &Value) -> (u64, Value) {
        let answer = self.handle(event).await.unwrap();
        assert_eq!(answer["isBase64Encoded"], false);
        let body = answer["body"].as_str().unwrap();
        (answer["statusCode"].as_u64().unwrap(), serde_json::from_str(body).unwrap())
    }
}

fn event(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The request about the service's own account.
fn own() -> Value {
    let mut event = event(LIST);
    event["rawQueryString"] = "hours=24".into();
    event["queryStringParameters"] = json!({ "hours": "24" });
    event
}

#[tokio::test]
async fn requests_are_answered_as_api_gateway_expects() {
    let function = Function::new();
    assert_eq!(function.answer(&own()).await, (200, json!({ "old_access_keys": [] })));
    // The account of the events is not registered, and there is no such job.
    for text in [LIST, REPORT, JOB] {
        let (status, problem) = function.answer(&event(text)).await;
        assert_eq!((status, &problem["status"]), (404, &json!(404)), "{problem}");
    }
    let mut elsewhere = own();
    elsewhere["rawPath"] = "/api/accounts".into();
    assert_eq!(function.answer(&elsewhere).await.0, 404, "the other routes are not its own");
    let mut nobody = own();
    nobody["requestContext"].as_object_mut().unwrap().remove("authorizer");
    assert_eq!(function.answer(&nobody).await.0, 401);
    let mut tenant = own();
    tenant["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] = "somebody".into();
    assert_eq!(function.answer(&tenant).await.0, 403, "the operator's account is its own");
}

#[tokio::test]
async fn a_request_with_a_body_asks_in_it() {
    let function = Function::new();
    let mut asked = event(REPORT);
    asked["body"] = r#"{"hours": 24}"#.into();
    assert_eq!(function.answer(&asked).await.0, 200);
    asked["body"] = r#"{"hours": "24"}"#.into();
    assert_eq!(function.answer(&asked).await.0, 422);
    let mut get = own();
    get["rawQueryString"] = "".into();
    get.as_object_mut().unwrap().remove("queryStringParameters");
    get["headers"]["content-type"] = "application/json".into();
    get["body"] = r#"{"hours": 24}"#.into();
    assert_eq!(function.answer(&get).await.0, 200);
}

#[tokio::test]
async fn a_job_is_worked_on_when_its_message_comes() {
    let function = Function::new();
    let mut asked = own();
    asked["rawQueryString"] = "hours=24&wait_seconds=0".into();
    let answer = function.handle(&asked).await.unwrap();
    assert_eq!(
        (&answer["statusCode"], &answer["headers"]["retry-after"]),
        (&json!(202), &json!("2"))
    );
    let location = answer["headers"]["location"].as_str().unwrap();
    let mut message = event(MESSAGE);
    let id = location.rsplit('/').next().unwrap();
    message["Records"][0]["body"] =
        json!({ "tenant": "111122223333", "job_id": id }).to_string().into();
    // Messages come more than once.
    for _ in 0..2 {
        let answer = function.handle(&message).await.unwrap();
        assert_eq!(answer, json!({ "batchItemFailures": [] }));
    }
    let mut poll = event(JOB);
    poll["rawPath"] = location.into();
    let (status, job) = function.answer(&poll).await;
    assert_eq!((status, &job["status"]), (200, &json!(JobState::Done.name())));
    assert_eq!(job["answer"], json!({ "old_access_keys": [] }));
}

#[tokio::test]
async fn a_defect_met_by_one_message_costs_the_others_nothing() {
    let function = Function { defect: true, ..Function::new() };
    let mut both = event(MESSAGE);
    let first = both["Records"][0].clone();
    let mut second = first.clone();
    second["messageId"] = "second".into();
    both["Records"] = json!([first, second]);
    let failed = json!({ "batchItemFailures": [{ "itemIdentifier": first["messageId"] }] });
    assert_eq!(function.handle(&both).await.unwrap(), failed);
    assert_eq!(function.worked.borrow().len(), 2);
}

#[tokio::test]
async fn a_message_that_fails_comes_again() {
    let function = Function { away: true, ..Function::new() };
    let name = event(MESSAGE)["Records"][0]["messageId"].clone();
    let failed = json!({ "batchItemFailures": [{ "itemIdentifier": name }] });
    assert_eq!(function.handle(&event(MESSAGE)).await.unwrap(), failed);
    let function = Function::new();
    assert_eq!(function.handle(&event(WITHOUT_ID)).await.unwrap(), failed);
    assert!(function.worked.borrow().is_empty(), "what is malformed is not worked on");
    // A job that has expired is none of anybody's any more.
    let gone = function.handle(&event(MESSAGE)).await.unwrap();
    assert_eq!(gone, json!({ "batchItemFailures": [] }));
}

#[tokio::test]
async fn what_is_neither_is_an_error_with_a_stable_type() {
    let mut nameless = event(MESSAGE);
    nameless["Records"][0].as_object_mut().unwrap().remove("messageId");
    let stream = event(include_str!("../../../../events/stream-job-queued.json"));
    for strange in [nameless, stream, json!({}), json!({ "Records": [] }), json!([1]), Value::Null]
    {
        let error = Function::new().handle(&strange).await.unwrap_err();
        assert_eq!(Diagnostic::from(error).error_type, "MalformedEvent", "{strange}");
    }
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
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// A real event with one place replaced: an answer, or an error with its type, and never a 5xx.
    #[test]
    fn a_broken_event_breaks_nothing(
        which in 0..4_usize, place in any::<prop::sample::Index>(),
        instead in prop_oneof![
            Just(Value::Null), any::<bool>().prop_map(Value::from), any::<i64>().prop_map(Value::from),
            ".{0,20}".prop_map(Value::from), Just(json!([])), Just(json!({})),
        ],
    ) {
        let mut event = [event(LIST), event(REPORT), event(JOB), event(MESSAGE)][which].clone();
        let mut found = Vec::new();
        places(&event, "", &mut found);
        let at: &String = place.get(&found);
        *event.pointer_mut(at).unwrap() = instead;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        if let Ok(answer) = runtime.block_on(Function::new().handle(&event)) {
            let status = answer["statusCode"].as_u64().unwrap_or(200);
            prop_assert!(status < 500, "{answer}");
        }
    }
}
