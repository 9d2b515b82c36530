//! The three Lambda binaries end to end: an HTTP request goes in, an alert comes out of SNS.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::support::{Customer, Functions, found};

const OPERATOR: &str = "100000000002";
const WORKER: &str = "AnotherWorker";
const PATIENCE: Duration = Duration::from_mins(1);

/// Asks until there is an answer.
fn eventually<T>(what: &str, ask: impl Fn() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "no {what} within {PATIENCE:?}");
        thread::sleep(Duration::from_millis(100));
    }
}

/// One page of an audit's status.
fn status(functions: &Functions, id: &str, cursor: Option<&str>) -> Value {
    let (code, body) = functions.request("api-status.json", |event| {
        let path = format!("/api/audit/status/{id}");
        let query = cursor.map_or("limit=20".to_owned(), |one| format!("limit=20&cursor={one}"));
        event["rawPath"] = path.as_str().into();
        event["requestContext"]["http"]["path"] = path.as_str().into();
        event["rawQueryString"] = query.as_str().into();
        event["queryStringParameters"] = json!({"limit": "20"});
        if let Some(cursor) = cursor {
            event["queryStringParameters"]["cursor"] = cursor.into();
        }
    });
    assert_eq!(code, 200, "{body}");
    body
}

/// All findings of an audit, page by page.
fn findings(functions: &Functions, id: &str) -> Vec<Value> {
    let mut all = vec![];
    let mut cursor = None;
    loop {
        let page = status(functions, id, cursor.as_deref());
        all.extend(page["findings"]["items"].as_array().expect("items").clone());
        match page["findings"]["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return all,
        }
    }
}

#[test]
fn a_request_to_the_api_becomes_findings_and_alerts() {
    let functions = Functions::deployed(OPERATOR, &json!({"WorkerRoleName": WORKER}));
    let customer = Customer::of(OPERATOR, WORKER);
    let truth = customer.seed("basic", &json!({"regions": ["eu-west-1"], "mfa": 0}));

    let (code, body) = functions.request("api-health.json", |_| ());
    assert_eq!(code, 200, "{body}");

    let (code, body) = functions.request("api-start.json", |event| {
        let body = json!({
            "account_id": customer.account,
            "role_name": "CloudDoctorAuditRole",
            "external_id": customer.external_id,
        });
        event["body"] = body.to_string().into();
        event["headers"]["content-length"] = body.to_string().len().to_string().into();
    });
    assert_eq!((code, &body["status"]), (202, &json!("queued")), "{body}");
    let id = body["audit_id"].as_str().expect("an id").to_owned();

    let ended = eventually("end of the audit", || {
        let page = status(&functions, &id, None);
        (!["queued", "running"].contains(&page["status"].as_str().expect("a state")))
            .then_some(page)
    });
    assert_eq!(ended["status"], "complete", "{ended}\n{}", functions.failures());
    let all = json!({"findings": findings(&functions, &id)});
    assert_eq!(found(&all), truth);

    let severe = |one: &&Value| {
        one["verdict"] == "fail" && (one["severity"] == "high" || one["severity"] == "critical")
    };
    let severe = all["findings"].as_array().expect("findings").iter().filter(severe).count();
    let alerts = eventually("alert for each severe finding", || {
        let published = functions.published();
        (published.len() >= severe).then_some(published)
    });
    assert_eq!(alerts.len(), severe);
    for alert in alerts {
        for attribute in ["severity", "category", "account", "state"] {
            assert!(alert["attributes"][attribute].is_object(), "no `{attribute}`: {alert}");
        }
        let said = alert.to_string();
        assert!(said.contains(&customer.account), "{said}");
        assert!(!said.contains(&customer.external_id), "an ExternalId is a secret");
        assert!(alert["subject"].as_str().is_some_and(|one| one.chars().count() < 100), "{alert}");
    }
    assert_eq!(functions.failures(), json!([]));
}
