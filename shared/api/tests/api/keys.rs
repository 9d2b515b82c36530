//! Old access keys: what may be asked, what is answered, and what becomes of a job.

use api::{Jobs, Keys, KeysRead, OwnAccount, Until, Worked};
use domain::{
    Job, JobId, JobState, JobStep, Tenant,
    keys::{Ask, Failure, Method, Partial},
};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use store::Claim;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::support::{ACCOUNT, Answer, Api, Said, fields, old_keys, registering, request};

const LIVE: &str = "/v1/iam/old-access-keys/list-users";
const REPORT: &str = "/v1/iam/old-access-keys/credential-report";

fn whole() -> Value {
    serde_json::to_value(old_keys()).unwrap()
}

/// A reading that has come to its second page of users.
fn partial() -> Partial {
    let mut partial = Partial::new(Method::Live, Ask::new("24".parse().unwrap()), Timestamp::now());
    partial.page(vec!["kim".into()], Some("page 2".into()));
    partial
}

/// Works on a job as a worker with time enough.
async fn work(api: &Api, step: &JobStep) -> Worked {
    let (jobs, stop) =
        (Jobs::new(api.store.clone(), Arc::new(api.iam.clone())), CancellationToken::new());
    let until = Until { deadline: Instant::now() + Duration::from_mins(1), stop: &stop };
    jobs.work(step, until).await.unwrap()
}

#[tokio::test]
async fn a_question_may_be_asked_in_the_query_or_the_body() {
    let api = Api::open();
    let (body, full) = (
        json!({"hours": 24}),
        json!({"hours": 2160, "status": "all",
        "include": "last_used,key_id", "wait_seconds": 25}),
    );
    let half = json!({"hours": 48});
    for (method, uri, body, hours) in [
        ("GET", format!("{LIVE}?hours=24"), None, 24),
        ("GET", LIVE.into(), Some(&body), 24),
        ("GET", format!("{LIVE}?status=all&wait_seconds=9"), Some(&half), 48),
        ("GET", format!("{LIVE}?hours=2160&status=all&include=last_used,key_id"), None, 2160),
        ("POST", REPORT.into(), Some(&body), 24),
        ("POST", REPORT.into(), Some(&full), 2160),
    ] {
        assert_eq!(api.call(method, &uri, body).await.ok(200), whole(), "{uri}");
        let asked = api.iam.asked().pop().unwrap();
        assert_eq!(asked.ask.hours.get(), hours, "{uri}");
        assert_eq!(asked.way, if method == "GET" { Method::Live } else { Method::Report });
        assert_eq!(asked.ask.include.key_id, hours == 2160, "{uri}");
    }
}

#[tokio::test]
async fn hours_are_a_whole_number_and_anything_else_is_told_why() {
    let api = Api::open();
    let wrong = |answer: &Answer, field: &str, says: &str| {
        let problem = answer.problem(422, "invalid-fields");
        assert_eq!(fields(&problem), [field], "{problem}");
        assert!(problem.to_string().contains(says), "{says}: {problem}");
    };
    for (given, says) in [
        ("0", "`0`"),
        ("87601", "`87601`"),
        ("-1", "`-1` is not a whole number"),
        ("24.0", "`24.0` is not a whole number"),
        ("ten", "`ten` is not a whole number"),
        ("", "`` is not a whole number"),
        ("99999999999999999999", "is not a whole number"),
        ("٢٤", "is not a whole number"),
    ] {
        let encoded = given.bytes().map(|byte| format!("%{byte:02X}"));
        let uri = format!("{LIVE}?hours={}", encoded.collect::<Vec<_>>().concat());
        wrong(&api.get(&uri).await, "hours", says);
        wrong(&api.get(&uri).await, "hours", "1 to 87600");
    }
    for (given, says) in [
        (json!(0), "`0`"),
        (json!(87601), "`87601`"),
        (json!(-5), "`-5` is not a whole number"),
        (json!(24.5), "`24.5` is not a whole number"),
        (json!("24"), "`24` is not a whole number"),
        (json!(null), "it is null"),
        (json!([24]), "it is an array"),
        (json!(true), "it is a boolean"),
    ] {
        for (method, uri) in [("GET", LIVE), ("POST", REPORT)] {
            let body = json!({"hours": given});
            wrong(&api.call(method, uri, Some(&body)).await, "hours", says);
        }
    }
    wrong(&api.get(LIVE).await, "hours", "it is missing");
    wrong(&api.get(&format!("{LIVE}?hours=1&hours=2")).await, "hours", "more than once");
    let twice = api.call("GET", &format!("{LIVE}?hours=24"), Some(&json!({"hours": 24}))).await;
    wrong(&twice, "hours", "in the query and in the body");
    for (query, field) in [
        ("status=gone", "status"),
        ("include=secret", "include"),
        ("wait_seconds=26", "wait_seconds"),
        ("wait_seconds=-1", "wait_seconds"),
        ("account_id=12", "account_id"),
        ("days=3", "days"),
    ] {
        wrong(&api.get(&format!("{LIVE}?hours=24&{query}")).await, field, "accepted");
    }
    assert!(api.iam.asked().is_empty(), "nothing was read");
    api.call("POST", REPORT, None).await.problem(415, "not-json");
    let mut not_json = request("GET", LIVE, Some(&json!({"hours": 24})));
    not_json.headers_mut().remove("content-type");
    api.send(not_json).await.problem(415, "not-json");
}

#[tokio::test]
async fn only_a_proven_account_is_read() {
    let api = Api::registered();
    let uri = format!("{LIVE}?hours=24&account_id={ACCOUNT}");
    let refused = async |says: &str| {
        let problem = api.get(&uri).await.problem(409, "conflict");
        assert!(problem["detail"].as_str().unwrap().contains(says), "{problem}");
    };
    api.get(&uri).await.problem(404, "not-found");
    api.register(ACCOUNT).await;
    refused("is not proven yet").await;
    api.proven(&Tenant::local(), ACCOUNT).await;
    assert_eq!(api.get(&uri).await.ok(200), whole());
    api.aws.gives(domain::ProofOutcome::Open);
    api.call("POST", &format!("/api/accounts/{ACCOUNT}/verify"), None).await.ok(200);
    refused("is suspended").await;
    api.call("DELETE", &format!("/api/accounts/{ACCOUNT}"), None).await.ok(200);
    refused("is deleted").await;
    assert_eq!(api.iam.asked().len(), 1);
}

#[tokio::test]
async fn the_services_own_account_is_the_operators() {
    let operator = OwnAccount::Only(Tenant::try_from("operator".to_owned()).unwrap());
    for (own, lets) in [(operator, true), (OwnAccount::Nobody, false)] {
        let mut settings = registering(Said);
        // The reader is put in by the support.
        let nobody = Api::open().iam;
        settings.keys = Some(Keys::new(Arc::new(nobody), own));
        let api = Api::new(settings);
        let uri = format!("{LIVE}?hours=24");
        let mine = api.call_as("operator", "GET", &uri, None).await;
        let told = if lets { mine.ok(200) } else { mine.problem(403, "forbidden") };
        assert_eq!(told["old_access_keys"].is_array(), lets, "{told}");
        let body = json!({"hours": 24, "wait_seconds": 0});
        for answer in [
            api.call_as("acme", "GET", &uri, None).await,
            api.call_as("acme", "POST", REPORT, Some(&body)).await,
        ] {
            let problem = answer.problem(403, "forbidden");
            assert!(problem["detail"].as_str().unwrap().contains("`account_id`"), "{problem}");
        }
        assert!(api.jobs.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn every_failure_has_its_own_answer() {
    let api = Api::open();
    let action = || "iam:ListAccessKeys".to_owned();
    let (reason, why) = ("the role does not open".to_owned(), "no header".to_owned());
    for (failure, status, kind, says) in [
        (Failure::Denied { action: action() }, 403, "denied", "iam:ListAccessKeys"),
        (Failure::Refused { reason: reason.clone(), denied: true }, 403, "denied", "does not open"),
        (Failure::Refused { reason, denied: false }, 503, "no-answer", "does not open"),
        (Failure::Throttled { action: action() }, 503, "throttled", "iam:ListAccessKeys"),
        (Failure::Timeout { what: "it was slow".into() }, 503, "no-answer", "it was slow"),
        (Failure::NotPresent, 503, "report-not-present", "ReportNotPresent"),
        (Failure::Expired, 503, "report-expired", "ReportExpired"),
        (Failure::InProgress, 503, "report-in-progress", "ReportInProgress"),
        (Failure::LimitExceeded, 503, "limit-exceeded", "LimitExceeded"),
        (Failure::Unusable { why: why.clone() }, 502, "report-unusable", "no header"),
        (Failure::Failed { action: action(), why }, 503, "no-answer", "no header"),
        (Failure::Stopped { what: "half of it".into() }, 503, "no-answer", "half of it"),
    ] {
        api.iam.gives([Err(failure.clone())]);
        let answer = api.call("POST", REPORT, Some(&json!({"hours": 24}))).await;
        let problem = answer.problem(status, kind);
        assert!(problem["detail"].as_str().unwrap().contains(says), "{problem}");
        let again = answer.header("retry-after").parse::<u64>().ok();
        assert_eq!(again.is_some_and(|seconds| seconds > 0), status == 503, "{failure:?}");
    }
}

#[tokio::test]
async fn what_takes_longer_is_a_job_that_goes_on_where_it_was_cut() {
    let api = Api::open();
    api.iam.gives([Ok(KeysRead::Cut(partial())), Ok(KeysRead::Whole(old_keys()))]);
    let answer = api.get(&format!("{LIVE}?hours=24&wait_seconds=1")).await;
    let job = answer.ok(202);
    assert_eq!(
        (&job["status"], &job["answer"], &job["error"]),
        (&json!("running"), &json!(null), &json!(null))
    );
    assert_eq!(
        (&job["way"], &job["hours"], &job["account_id"]),
        (&json!("live"), &json!(24), &json!(null))
    );
    let location = answer.header("location");
    assert_eq!(
        location,
        format!("/v1/iam/old-access-keys/jobs/{}", job["job_id"].as_str().unwrap())
    );
    let seconds = answer.header("retry-after").parse::<u64>().unwrap();
    assert!((1..60).contains(&seconds));
    let polled = api.get(location).await;
    assert_eq!(polled.ok(200)["status"], "running");
    assert!(!polled.header("retry-after").is_empty());

    let step = api.jobs.lock().unwrap().pop().unwrap();
    assert_eq!(work(&api, &step).await, Worked::Ended(JobState::Done));
    let asked = api.iam.asked();
    assert_eq!((asked.len(), asked[1].marker.as_deref()), (2, Some("page 2")));
    let done = api.get(location).await;
    assert_eq!((&done.ok(200)["status"], &done.json()["answer"]), (&json!("done"), &whole()));
    assert_eq!(done.header("retry-after"), "");
    // However often the message comes, there is one result.
    assert_eq!(work(&api, &step).await, Worked::Passed);
    assert_eq!(api.iam.asked().len(), 2);
}

#[tokio::test]
async fn without_waiting_a_question_is_a_job_at_once() {
    let api = Api::open();
    let body = json!({"hours": 24, "wait_seconds": 0});
    let answer = api.call("POST", REPORT, Some(&body)).await;
    let location = answer.header("location").to_owned();
    assert_eq!((&answer.ok(202)["way"], api.iam.asked().len()), (&json!("report"), 0));
    let step = api.jobs.lock().unwrap().pop().unwrap();
    let denied = Failure::Denied { action: "iam:GetCredentialReport".into() };
    api.iam.gives([Err(denied)]);
    assert_eq!(work(&api, &step).await, Worked::Ended(JobState::Failed));
    let failed = api.get(&location).await.ok(200);
    assert_eq!((&failed["status"], &failed["answer"]), (&json!("failed"), &json!(null)));
    let error = &failed["error"];
    assert_eq!(
        (&error["status"], &error["type"]),
        (&json!(403), &json!("urn:infraaudit:problem:denied"))
    );
    assert!(error["detail"].as_str().unwrap().contains("iam:GetCredentialReport"), "{error}");
}

#[tokio::test]
async fn no_more_jobs_wait_than_may() {
    let api = Api::open();
    let uri = format!("{LIVE}?hours=24&wait_seconds=0");
    for _ in 0..20 {
        api.get(&uri).await.ok(202);
    }
    let answer = api.get(&uri).await;
    answer.problem(429, "too-many");
    assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
    let step = api.jobs.lock().unwrap().pop().unwrap();
    work(&api, &step).await;
    api.get(&uri).await.ok(202);
    for wrong in ["nothing", "019aa940-5c3e-7d11-8a52-6c1f2e9b7d40"] {
        let uri = format!("/v1/iam/old-access-keys/jobs/{wrong}");
        api.get(&uri).await.problem(404, "not-found");
    }
}

/// A job that was asked so many hours ago.
async fn written(api: &Api, hours: i64, account: Option<&str>) -> Job {
    let from = Partial { asked_at: Timestamp::now() - hours.hours(), ..partial() };
    let account = account.map(|account| account.parse().unwrap());
    let job = Job::new(Tenant::local(), JobId(Uuid::now_v7()), account, &from);
    api.store.create_job(job, &from).await.unwrap()
}

async fn stored(api: &Api, job: &Job) -> Job {
    api.store.job(&job.tenant, job.id).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_job_whose_time_is_up_is_put_back_with_what_was_read() {
    let api = Api::open();
    let job = written(&api, 0, None).await;
    let mut further = partial();
    further.page(vec!["lee".into()], Some("page 3".into()));
    api.iam.gives([Ok(KeysRead::Cut(further.clone())), Ok(KeysRead::Whole(old_keys()))]);
    assert_eq!(work(&api, &job.step()).await, Worked::Requeued);
    let back = stored(&api, &job).await;
    assert_eq!((back.state, back.attempt, back.requeued), (JobState::Queued, 1, 1));
    assert_eq!(work(&api, &job.step()).await, Worked::Ended(JobState::Done));
    assert_eq!(api.iam.asked()[1], further);
}

#[tokio::test]
async fn a_job_that_nobody_finishes_ends_with_its_reason() {
    let api = Api::open();
    let job = written(&api, 0, None).await;
    // Three workers die with it.
    for _ in 0..3 {
        let (past, later) = (Timestamp::now() - 2.hours(), Timestamp::now() - 1.hour());
        let claim = api.store.claim_job((&job.tenant, job.id), past + 90.minutes(), later).await;
        assert!(matches!(claim.unwrap(), Claim::Claimed(_)));
    }
    assert_eq!(work(&api, &job.step()).await, Worked::Ended(JobState::Failed));
    let old = written(&api, 7, None).await;
    assert_eq!(work(&api, &old.step()).await, Worked::Ended(JobState::Failed));
    assert!(api.iam.asked().is_empty(), "nothing is read for them any more");
    for (job, says) in [(job, "3 attempts"), (old, "6 hours")] {
        let uri = format!("/v1/iam/old-access-keys/jobs/{}", job.id);
        let told = api.get(&uri).await.ok(200);
        assert_eq!(told["status"], "failed");
        assert!(told["error"]["detail"].as_str().unwrap().contains(says), "{told}");
    }
}

#[tokio::test]
async fn a_job_of_an_account_that_was_closed_since_reads_nothing() {
    let api = Api::registered();
    let unknown = written(&api, 0, Some("999999999999")).await;
    api.register(ACCOUNT).await;
    let unproven = written(&api, 0, Some(ACCOUNT)).await;
    for (job, says) in [(unknown, "not registered"), (unproven, "not proven")] {
        assert_eq!(work(&api, &job.step()).await, Worked::Ended(JobState::Failed));
        let why = stored(&api, &job).await.failure.unwrap().to_string();
        assert!(why.contains(says), "{why}");
    }
    assert!(api.iam.asked().is_empty());
}

#[tokio::test]
async fn an_outage_of_the_table_is_told_as_one() {
    let api = Api::registered();
    api.database().execute_batch("ALTER TABLE items RENAME TO gone").unwrap();
    for uri in [
        format!("{LIVE}?hours=24&account_id={ACCOUNT}"),
        format!("{LIVE}?hours=24&wait_seconds=0"),
        "/v1/iam/old-access-keys/jobs/019aa940-5c3e-7d11-8a52-6c1f2e9b7d40".into(),
    ] {
        let answer = api.get(&uri).await;
        answer.problem(503, "unavailable");
        assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
    }
}
