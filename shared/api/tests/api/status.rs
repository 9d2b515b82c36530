//! `GET /api/audit/status/{audit_id}`.

use domain::{
    AuditId, Finding, ReceiptOutcome, Service, Severity, Task, TaskName, Tenant, Verdict,
};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};
use store::{Claim, Fence, TaskEnd};

use crate::{
    support::{Api, EXTERNAL_ID, fields as fields_of, order},
    work::{end, finding, planning, report},
};

fn found() -> Vec<Finding> {
    vec![
        finding("a", Verdict::Fail, Severity::Critical),
        finding("b", Verdict::Fail, Severity::Medium),
        finding("c", Verdict::Unknown, Severity::High),
        finding("d", Verdict::Pass, Severity::Low),
    ]
}

async fn queued(api: &Api) -> AuditId {
    api.start(&order()).await.json()["audit_id"].as_str().unwrap().parse().unwrap()
}

async fn ended(api: &Api) -> AuditId {
    let id = queued(api).await;
    end(&api.store, &Tenant::local(), id, &report(found(), ReceiptOutcome::Denied)).await;
    id
}

async fn status(api: &Api, id: AuditId, query: &str) -> Value {
    let answer = api.get(&format!("/api/audit/status/{id}{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(!answer.text.contains(EXTERNAL_ID), "{}", answer.text);
    answer.json()
}

fn names(status: &Value) -> Vec<&str> {
    let items = status["findings"]["items"].as_array().unwrap();
    items.iter().map(|item| item["resource"]["arn"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn progress_is_told_while_it_runs() {
    let api = Api::open();
    let (id, tenant, now) = (queued(&api).await, Tenant::local(), Timestamp::now());
    let held = planning(&api.store, &tenant, id).await;
    let places = ["global#iam", "global#s3", "eu-west-1#services"];
    let places = places.map(|place| place.parse::<TaskName>().unwrap());
    let tasks = places.clone().map(|place| Task::new(&held, place, vec![Service::Ec2], now));
    assert_eq!(api.store.planned(&held, &tasks, now).await.unwrap(), Fence::Held);
    let claim = api.store.claim_task((&tenant, id), 1, &places[0], now, now + 1.minute()).await;
    let Claim::Claimed(task) = claim.unwrap() else { panic!("it is not free") };
    let fence = api.store.complete_task(&task, TaskEnd::Failed("gone"), now).await.unwrap();
    assert_eq!(fence, Fence::Held);
    let status = status(&api, id, "").await;
    assert_eq!(status["status"], "running");
    assert_eq!(status["progress"], json!({"done": 1, "total": 3}));
    assert_eq!(status["findings"], json!({"items": [], "next_cursor": null}));
    assert_eq!(
        (&status["receipt"], &status["summary"], &status["error"]),
        (&json!([]), &Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn the_result_is_told_when_it_has_ended() {
    let api = Api::open();
    let id = ended(&api).await;
    let status = status(&api, id, "").await;
    assert_eq!(status["audit_id"], id.to_string());
    assert_eq!(status["status"], "incomplete");
    assert_eq!(status["account_id"], "111122223333");
    assert_eq!(status["progress"], json!({"done": 0, "total": 0}));
    assert_eq!(status["receipt"][0]["denied"], json!(["s3:GetEncryptionConfiguration"]));
    assert_eq!(status["summary"]["by_severity"]["critical"], 1);
    let shown = |one: &Finding| checks::PresentedFinding::new(one, domain::Lang::En);
    let items: Vec<_> = found().iter().map(shown).collect();
    assert_eq!(status["findings"], json!({"items": items, "next_cursor": null}));
}

#[tokio::test]
async fn findings_are_paged_and_filtered() {
    let api = Api::open();
    let id = ended(&api).await;
    let first = status(&api, id, "?limit=3").await;
    assert_eq!(names(&first).len(), 3);
    let cursor = first["findings"]["next_cursor"].as_str().unwrap();
    let last = status(&api, id, &format!("?limit=3&cursor={cursor}")).await;
    assert_eq!(names(&last), ["arn:aws:s3:::d"]);
    assert_eq!(last["findings"]["next_cursor"], Value::Null);

    assert_eq!(
        names(&status(&api, id, "?verdict=fail").await),
        ["arn:aws:s3:::a", "arn:aws:s3:::b"]
    );
    assert_eq!(
        names(&status(&api, id, "?severity=high").await),
        ["arn:aws:s3:::a", "arn:aws:s3:::c"]
    );
    assert_eq!(names(&status(&api, id, "?severity=high&verdict=fail").await), ["arn:aws:s3:::a"]);
}

#[tokio::test]
async fn a_failed_audit_says_why() {
    let api = Api::open();
    let held = planning(&api.store, &Tenant::local(), queued(&api).await).await;
    let failed = api.store.fail(&held, Timestamp::now(), "the role refused").await.unwrap();
    assert_eq!(failed, Fence::Held);
    let status = status(&api, held.id, "").await;
    assert_eq!(
        (&status["status"], &status["error"]),
        (&json!("failed"), &json!("the role refused"))
    );
}

#[tokio::test]
async fn an_audit_that_is_not_there_is_not_found() {
    let api = Api::open();
    for id in ["0192f0c1-2b3c-7def-8123-456789abcdef", "none", "%F0%9F%A6%80", &"x".repeat(999)] {
        let answer = api.get(&format!("/api/audit/status/{id}")).await;
        answer.problem(404, "not-found");
    }
    let answer = api.get("/api/audit/status/%FF").await;
    answer.problem(400, "malformed");
}

#[tokio::test]
async fn a_strange_query_is_told_field_by_field() {
    let api = Api::open();
    let id = ended(&api).await;
    let fields = async |query: &str| {
        let answer = api.get(&format!("/api/audit/status/{id}?{query}")).await;
        fields_of(&answer.problem(422, "invalid-fields"))
    };
    for limit in ["0", "1001", "-1", "x", "", "1.5", "99999999999999999999"] {
        assert_eq!(fields(&format!("limit={limit}")).await, ["limit"], "{limit}");
    }
    assert_eq!(fields("cursor=zzzz").await, ["cursor"]);
    assert_eq!(fields("verdict=failed&severity=HIGH").await, ["verdict", "severity"]);
    assert_eq!(fields("limit=1&limit=2").await, ["limit"]);
    assert_eq!(fields("Limit=1&page=2").await, ["Limit", "page"]);
}
