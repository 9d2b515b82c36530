//! The Lambda binaries end to end: an HTTP request goes in, an alert comes out of SNS.

use std::{
    collections::BTreeSet,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::support::{Customer, Functions, found};

const OPERATOR: &str = "100000000002";
const ANOTHER: &str = "100000000003";
const THIRD: &str = "100000000004";
const FOURTH: &str = "100000000005";
const DRIFTS: &str = "100000000031";
const WORKER: &str = "AnotherWorker";
const PATIENCE: Duration = Duration::from_mins(1);

/// Asks until there is an answer.
pub(crate) fn eventually<T>(what: &str, ask: impl Fn() -> Option<T>) -> T {
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
pub(crate) fn status(functions: &Functions, id: &str, cursor: Option<&str>) -> Value {
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

/// Registers an account and answers its ExternalId.
fn register(functions: &Functions, account: &str) -> String {
    let body = json!({"account_id": account, "name": "a customer"});
    let (code, body) = functions.post("/api/accounts", &body, |_| ());
    assert_eq!(code, 201, "{body}");
    body["external_id"].as_str().expect("an ExternalId").to_owned()
}

/// A customer who was given the ExternalId that the service made.
pub(crate) fn onboarded(functions: &Functions, operator: &str) -> Customer {
    let account = Customer::next();
    let external_id = register(functions, &account);
    Customer::registered(operator, WORKER, account, external_id)
}

/// The audit's list of old keys: the oldest first, with their owners, as seeded.
fn old_keys(functions: &Functions, id: &str) {
    let (code, keys) = functions.request("api-status.json", |event| {
        let path = format!("/api/audits/{id}/access-keys");
        event["rawPath"] = path.as_str().into();
        event["requestContext"]["http"]["path"] = path.as_str().into();
        event["rawQueryString"] = "".into();
        event["queryStringParameters"] = json!({});
    });
    assert_eq!((code, &keys["hours"], &keys["unread"]), (200, &json!(2160), &json!([])), "{keys}");
    let told = keys["old_access_keys"].as_array().expect("a list").iter();
    let told: Vec<_> = told
        .map(|key| {
            // The seed makes a key an hour younger than its days.
            let days = (key["age_hours"].as_i64().expect("an age") + 12) / 24;
            (key["user_name"].as_str().expect("a name"), days, key["owner"].as_str())
        })
        .collect();
    let owner = Some("old@example.com");
    assert_eq!(told, [("two-keys", 1000, None), ("old", 120, owner), ("just-too-old", 91, None)]);
}

/// Asks for an audit and answers its id.
pub(crate) fn start(functions: &Functions, customer: &Customer) -> String {
    let (code, body) =
        functions.post("/api/audit/start", &json!({"account_id": customer.account}), |_| ());
    assert_eq!((code, &body["status"]), (202, &json!("queued")), "{body}");
    body["audit_id"].as_str().expect("an id").to_owned()
}

/// Waits for the end of an audit and answers its status.
pub(crate) fn ended(functions: &Functions, id: &str) -> Value {
    eventually("end of the audit", || {
        let page = status(functions, id, None);
        let state = page["status"].as_str().expect("a state");
        (!["queued", "running"].contains(&state)).then_some(page)
    })
}

/// Waits until this many alerts have been published, and a little longer for one too many.
fn alerts(functions: &Functions, expected: usize) -> Vec<Value> {
    eventually("alert for each severe finding", || {
        (functions.published().len() >= expected).then_some(())
    });
    thread::sleep(Duration::from_millis(500));
    let published = functions.published();
    let subjects: Vec<_> = published.iter().map(|one| one["subject"].clone()).collect();
    assert_eq!(published.len(), expected, "{subjects:?}");
    published
}

/// The checks by which something severe fails: each is one alert, however many findings it has.
fn severe_checks(findings: &[Value]) -> BTreeSet<String> {
    let is_severe = |one: &&Value| {
        one["verdict"] == "fail" && (one["severity"] == "high" || one["severity"] == "critical")
    };
    let checks = findings.iter().filter(is_severe);
    checks.map(|one| one["check_id"].as_str().expect("a check").to_owned()).collect()
}

#[test]
fn a_request_to_the_api_becomes_findings_and_alerts_and_a_night_only_what_is_new() {
    let functions = Functions::deployed(OPERATOR, &json!({"WorkerRoleName": WORKER}));
    let customer = onboarded(&functions, OPERATOR);
    let truth = customer.seed("basic", &json!({"regions": ["eu-west-1"], "mfa": 0}));
    let (code, body) = functions.request("api-health.json", |_| ());
    assert_eq!(code, 200, "{body}");
    let verify = format!("/api/accounts/{}/verify", customer.account);
    let (code, body) = functions.post(&verify, &json!({}), |_| ());
    assert_eq!((code, &body["state"]), (200, &json!("active")), "{body}");

    let id = start(&functions, &customer);
    let end = ended(&functions, &id);
    assert_eq!(end["status"], "complete", "{end}\n{}", functions.failures());
    let all = findings(&functions, &id);
    let severe = severe_checks(&all).len();
    assert_eq!(found(&json!({"findings": all})), truth);
    old_keys(&functions, &id);
    for alert in alerts(&functions, severe) {
        for attribute in ["severity", "category", "account", "state"] {
            assert!(alert["attributes"][attribute].is_object(), "no `{attribute}`: {alert}");
        }
        let said = alert.to_string();
        assert!(said.contains(&customer.account), "{said}");
        assert!(!said.contains(&customer.external_id), "an ExternalId is a secret");
        assert!(alert["subject"].as_str().is_some_and(|one| one.chars().count() < 100), "{alert}");
        let about_keys = said.contains("iam_access_key_age");
        assert_eq!(said.contains("Owner: old@example.com"), about_keys, "{said}");
    }

    // A second bucket of two is open and not encrypted; the other is as it should be, and root has MFA by now.
    customer.seed("large", &json!({"regions": ["eu-west-1"], "users": 0, "buckets": 2}));
    for (queued, already) in [(1, 0), (0, 1)] {
        let night = functions.send("Worker", "schedule-nightly.json");
        let expected = json!({"sent": 0, "queued": queued, "already": already, "passed_over": 0});
        assert_eq!(night, expected);
    }
    let told = alerts(&functions, severe + 2).split_off(severe);
    let says = |state: &str, what: &str| {
        told.iter().any(|alert| {
            alert["attributes"]["state"]["Value"] == state && alert.to_string().contains(what)
        })
    };
    assert!(says("new", "large-0001"), "{told:?}");
    assert!(says("resolved", "iam_root_mfa"), "{told:?}");
    eventually("mark of every alert", || {
        let alerts = functions.items("alert");
        alerts.iter().all(|alert| alert["delivery"]["S"] == "sent").then_some(())
    });
    assert_eq!(functions.instances("Worker").len(), 1);
    assert_eq!(functions.failures(), json!([]));
}

#[test]
fn a_role_that_opens_to_anybody_suspends_its_account_and_is_told() {
    let functions = Functions::deployed(ANOTHER, &json!({"WorkerRoleName": WORKER}));
    let customer = onboarded(&functions, ANOTHER);
    customer.seed("basic", &json!({"regions": ["eu-west-1"]}));
    // The customer forgets the condition.
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": { "AWS": format!("arn:aws:iam::{ANOTHER}:root") },
        "Action": "sts:AssumeRole",
    }]});
    customer.change_trust(&trust);
    let id = start(&functions, &customer);
    let end = ended(&functions, &id);
    assert_eq!(end["status"], "failed", "{end}");
    assert!(
        end["error"].as_str().is_some_and(|why| why.contains("without an external id")),
        "{end}"
    );
    let told = alerts(&functions, 1).remove(0);
    assert_eq!(told["attributes"]["state"]["Value"], "suspended", "{told}");
    let (code, body) =
        functions.post("/api/audit/start", &json!({"account_id": customer.account}), |_| ());
    assert_eq!(code, 409, "{body}");
    assert_eq!(functions.failures(), json!([]));
}

#[test]
fn an_active_account_that_a_request_finds_open_is_told_of() {
    let functions = Functions::deployed(DRIFTS, &json!({"WorkerRoleName": WORKER}));
    let customer = onboarded(&functions, DRIFTS);
    let verify = format!("/api/accounts/{}/verify", customer.account);
    let (code, body) = functions.post(&verify, &json!({}), |_| ());
    assert_eq!((code, &body["state"]), (200, &json!("active")), "{body}");
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": { "AWS": format!("arn:aws:iam::{DRIFTS}:root") },
        "Action": "sts:AssumeRole",
    }]});
    customer.change_trust(&trust);
    let (code, body) = functions.post(&verify, &json!({}), |_| ());
    assert_eq!((code, &body["state"]), (200, &json!("suspended")), "{body}");
    let told = alerts(&functions, 1).remove(0);
    assert_eq!(told["attributes"]["state"]["Value"], "suspended", "{told}");
    assert!(!told.to_string().contains(&customer.external_id), "an ExternalId is a secret");
    assert_eq!(functions.failures(), json!([]));
}

#[test]
fn an_account_that_does_not_open_is_a_failed_audit_with_the_reason_and_no_alert() {
    let parameters = json!({"WorkerRoleName": WORKER});
    let mut functions = Functions::deployed_idle(THIRD, &parameters, &json!({}));
    for function in ["Api", "Worker", "Notifier"] {
        functions.set(function, "INFRAAUDIT_LOG", "trace");
        functions.start(function);
    }
    let account = Customer::next();
    let secret = register(&functions, &account);
    let customer = Customer::registered(THIRD, WORKER, account, "not-the-right-one".into());
    let id = start(&functions, &customer);
    let end = ended(&functions, &id);
    assert_eq!(end["status"], "failed", "{end}");
    let said = end.to_string();
    assert!(said.contains("AccessDenied") && said.contains(&customer.role()), "{said}");
    assert!(!said.contains("not-the-right-one"), "an ExternalId is a secret");
    // Its owner has not made the role yet, which is no reason to wake anybody: template.yaml counts `audit ended`.
    let log = eventually("end of the audit in the log", || {
        let is_there =
            |log: &String| ["audit refused", "audit ended"].iter().any(|line| log.contains(line));
        Some(functions.log()).filter(is_there)
    });
    assert!(log.contains("audit refused") && !log.contains("audit ended"), "{log}");
    assert!(!log.contains(&secret), "an ExternalId is a secret, whatever is logged: {log}");
    assert_eq!(functions.published(), Vec::<Value>::new());
    assert_eq!(functions.failures(), json!([]));
}

#[test]
fn instances_share_the_work_and_one_that_dies_is_replaced() {
    let mut functions =
        Functions::deployed_idle(FOURTH, &json!({"WorkerRoleName": WORKER}), &json!({}));
    functions.set("Api", "INFRAAUDIT_LOG", "warn");
    let names = [functions.start("Api"), functions.start("Api"), functions.start("Api")];
    let idle = |count| {
        eventually("idle instance of each process", || {
            (functions.states("Api") == vec!["idle"; count]).then_some(())
        });
    };
    idle(3);
    functions.kill(&names[0]);
    idle(2);
    let health = || functions.request("api-health.json", |_| ()).0;
    thread::scope(|scope| {
        let asked: Vec<_> = (0..6).map(|_| scope.spawn(health)).collect();
        assert!(asked.into_iter().all(|one| one.join().expect("an answer") == 200));
    });
    functions.start("Api");
    idle(3);

    functions.start("Worker");
    assert_eq!(functions.fire("Nightly")["task"], "nightly");
    let done = || (functions.states("Worker") == ["idle"]).then_some(());
    eventually("end of a night without accounts", done);
    assert_eq!(functions.failures(), json!([]));
}
