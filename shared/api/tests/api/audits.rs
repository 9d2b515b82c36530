//! `GET /api/audits`, and what is below it.

use domain::{AuditId, Finding, ReceiptOutcome, Service, Severity, Tenant, Verdict};
use serde_json::{Value, json};

use crate::{
    support::{ACCOUNT, Api, EXTERNAL_ID, fields, order},
    work::{end, finding, report},
};

async fn queued(api: &Api, account: &str) -> AuditId {
    let started = api.start(&json!({"account_id": account, "external_id": EXTERNAL_ID})).await;
    started.ok(202)["audit_id"].as_str().unwrap().parse().unwrap()
}

fn found() -> Vec<Finding> {
    let mut user = finding("b", Verdict::Fail, Severity::Medium);
    user.service = Service::Iam;
    user.check_id = "iam_root_mfa".into();
    vec![
        finding("a", Verdict::Fail, Severity::Critical),
        user,
        finding("c", Verdict::Unknown, Severity::High),
        finding("d", Verdict::Pass, Severity::Low),
    ]
}

fn names(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap();
    items.iter().map(|item| item["audit_id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn audits_are_listed_the_newest_first() {
    let api = Api::open();
    let mut ids = Vec::new();
    for account in [ACCOUNT, "444455556666", ACCOUNT] {
        ids.push(queued(&api, account).await);
    }
    end(&api.store, &Tenant::local(), ids[0], &report(found(), ReceiptOutcome::Done)).await;
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let [first, second, third] = ids.as_slice() else { panic!("{ids:?}") };
    let list = async |query: &str| api.get(&format!("/api/audits{query}")).await.ok(200);
    let all = list("").await;
    assert_eq!(names(&all), [third, second, first]);
    assert!(!all.to_string().contains(EXTERNAL_ID));
    assert_eq!(all["items"][2]["summary"]["fail"], 2);
    assert_eq!(all["items"][2]["status"], "incomplete");
    assert_eq!(all["items"][0]["summary"], Value::Null);
    assert_eq!(names(&list("?account=111122223333").await), [third, first]);
    assert_eq!(names(&list("?status=queued").await), [third, second]);
    assert_eq!(names(&list("?status=incomplete&limit=1").await), [first]);
    assert_eq!(names(&list("?status=running").await), [""; 0]);

    let page = list("?limit=2").await;
    assert_eq!(names(&page), [third, second]);
    let cursor = page["next_cursor"].as_str().unwrap();
    let page = list(&format!("?limit=2&cursor={cursor}")).await;
    assert_eq!((names(&page), &page["next_cursor"]), (vec![first.as_str()], &Value::Null));
    let answer = api.get("/api/audits?account=1&status=done&limit=1001&x=1").await;
    let wrong = fields(&answer.problem(422, "invalid-fields"));
    assert_eq!(wrong, ["account", "status", "limit", "x"]);
}

#[tokio::test]
async fn findings_are_narrowed_and_paged() {
    let api = Api::open();
    let id = queued(&api, ACCOUNT).await;
    let list = async |query: &str| {
        let page = api.get(&format!("/api/audits/{id}/findings{query}")).await.ok(200);
        let items = page["items"].as_array().unwrap();
        let arns = items.iter().map(|item| item["resource"]["arn"].as_str().unwrap());
        (arns.map(|arn| arn.replace("arn:aws:s3:::", "")).collect::<String>(), page)
    };
    assert_eq!(list("").await.1, json!({"items": [], "next_cursor": null}));
    end(&api.store, &Tenant::local(), id, &report(found(), ReceiptOutcome::Done)).await;
    for (query, expected) in [
        ("", "abcd"),
        ("?verdict=fail", "ab"),
        ("?severity=high", "ac"),
        ("?service=iam", "b"),
        ("?service=ec2", ""),
        ("?check=s3_encryption&verdict=fail", "a"),
        ("?check=iam_root_mfa", "b"),
    ] {
        assert_eq!(list(query).await.0, expected, "{query}");
    }
    let (first, page) = list("?limit=3").await;
    let cursor = page["next_cursor"].as_str().unwrap();
    let (rest, page) = list(&format!("?limit=3&cursor={cursor}")).await;
    assert_eq!((first.as_str(), rest.as_str(), &page["next_cursor"]), ("abc", "d", &Value::Null));
    let query = "?verdict=x&severity=x&service=x&check=s3_encryptio&cursor=zz&limit=x&page=2";
    let answer = api.get(&format!("/api/audits/{id}/findings{query}")).await;
    let mut wrong = fields(&answer.problem(422, "invalid-fields"));
    wrong.sort_unstable();
    assert_eq!(wrong, ["check", "limit", "page", "service", "severity", "verdict"]);
    let answer = api.get(&format!("/api/audits/{id}/findings?cursor=zz")).await;
    assert_eq!(fields(&answer.problem(422, "invalid-fields")), ["cursor"]);
}

#[tokio::test]
async fn an_audit_is_cancelled_once_and_for_all() {
    let api = Api::open();
    let id = queued(&api, ACCOUNT).await;
    let uri = format!("/api/audits/{id}/cancel");
    for _ in 0..2 {
        let told = api.call("POST", &uri, None).await.ok(200);
        assert_eq!(
            (&told["status"], &told["audit_id"]),
            (&json!("cancelled"), &json!(id.to_string()))
        );
    }
    let ended = queued(&api, ACCOUNT).await;
    end(&api.store, &Tenant::local(), ended, &report(Vec::new(), ReceiptOutcome::Done)).await;
    let problem = api.call("POST", &format!("/api/audits/{ended}/cancel"), None).await;
    let problem = problem.problem(409, "conflict");
    assert_eq!(problem["audit_id"], ended.to_string());
    assert!(problem["detail"].as_str().unwrap().contains("complete"), "{problem}");
    for name in ["0192f0c1-2b3c-7def-8123-456789abcdef", "x"] {
        let answer = api.call("POST", &format!("/api/audits/{name}/cancel"), None).await;
        answer.problem(404, "not-found");
        api.get(&format!("/api/audits/{name}/findings")).await.problem(404, "not-found");
    }
    assert_eq!(api.start(&order()).await.status, 202);
}
