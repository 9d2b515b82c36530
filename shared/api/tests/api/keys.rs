//! Old access keys: what may be asked, what is answered, and what becomes of a job.

use std::sync::Arc;

use api::{Keys, OwnAccount, ReadKeys as _};
use domain::{
    Job, JobState, JobStep, Tenant,
    keys::{Ask, Failure, Method, Partial, Reading},
};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};
use store::{Claim, Fence};
use tokio::time::Instant;

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

/// What a worker does to a job, made by hand; how the job is then.
async fn work(api: &Api, step: &JobStep) -> Job {
    let (name, now) = ((&step.tenant, step.job_id), Timestamp::now());
    let claim = api.store.claim_job(name, now, now + 1.minute()).await.unwrap();
    let Claim::Claimed(held) = claim else { panic!("{claim:?}") };
    let from = api.store.job_partial(&held).await.unwrap();
    let fence = match api.iam.read(None, from, Instant::now()).await {
        Ok(Reading::Done(answer)) => api.store.finish_job(&held, &answer, now).await,
        Ok(Reading::Unfinished(partial)) => api.store.release_job(&held, &partial, now).await,
        Err(failure) => api.store.fail_job(&held, &failure, now).await,
    };
    assert_eq!(fence.unwrap(), Fence::Held);
    api.store.job(&step.tenant, step.job_id).await.unwrap().unwrap()
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
    api.iam.gives([Ok(Reading::Unfinished(partial())), Ok(Reading::Done(old_keys()))]);
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
    assert_eq!(work(&api, &step).await.state, JobState::Done);
    let asked = api.iam.asked();
    assert_eq!((asked.len(), asked[1].marker.as_deref()), (2, Some("page 2")));
    let done = api.get(location).await;
    assert_eq!((&done.ok(200)["status"], &done.json()["answer"]), (&json!("done"), &whole()));
    assert_eq!(done.header("retry-after"), "");
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
    assert_eq!(work(&api, &step).await.state, JobState::Failed);
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
