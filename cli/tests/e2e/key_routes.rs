//! The routes of old access keys through the function `keys`: the truth, a job, or a reason.

use serde_json::{Value, json};

use crate::{
    functions::{eventually, onboarded},
    support::{Customer, Functions, Seeded, StandIn, told},
};

const OPERATOR: &str = "100000000026";
const ANOTHER: &str = "100000000027";
const WORKER: &str = "AnotherWorker";
const ROUTES: &str = "/v1/iam/old-access-keys";

/// A deployment whose operator is the tenant of the events.
pub(crate) fn deployed(operator: &str) -> Functions {
    Functions::deployed(operator, &parameters())
}

pub(crate) fn parameters() -> Value {
    json!({"WorkerRoleName": WORKER, "OperatorTenant": "111122223333"})
}

/// An account with known keys, registered and proven.
pub(crate) fn proven(functions: &Functions, operator: &str, users: u32) -> Seeded {
    let customer = onboarded(functions, operator);
    let verify = format!("/api/accounts/{}/verify", customer.account);
    let (code, body) = functions.post(&verify, &json!({}), |_| ());
    assert_eq!((code, &body["state"]), (200, &json!("active")), "{body}");
    Seeded::of(customer, users)
}

/// Asks the live way; the query is in the order of `asked`.
pub(crate) fn list_users(functions: &Functions, asked: &[(&str, &str)]) -> (u64, Value, Value) {
    functions.ask("Keys", "keys-list-users.json", |event| {
        let pairs = asked.iter().map(|(name, value)| format!("{name}={value}"));
        event["rawQueryString"] = pairs.collect::<Vec<_>>().join("&").into();
        let pairs = asked.iter().map(|(name, value)| ((*name).to_owned(), (*value).into()));
        event["queryStringParameters"] = Value::Object(pairs.collect());
    })
}

/// Asks for the credential report.
pub(crate) fn report(functions: &Functions, asked: &Value) -> (u64, Value, Value) {
    functions.ask("Keys", "keys-credential-report.json", |event| {
        event["body"] = asked.to_string().into();
    })
}

/// Polls the job that a 202 told of until it has ended.
pub(crate) fn ended(functions: &Functions, headers: &Value) -> Value {
    let location = headers["location"].as_str().expect("where the job is");
    assert!(location.starts_with(&format!("{ROUTES}/jobs/")), "{location}");
    eventually("end of the job", || {
        let (code, _, job) = functions.ask("Keys", "keys-job.json", |event| {
            event["rawPath"] = location.into();
        });
        assert_eq!(code, 200, "{job}");
        (job["status"] != "running").then_some(job)
    })
}

#[test]
fn both_routes_tell_the_truth_at_once_and_as_a_job() {
    let functions = deployed(OPERATOR);
    let seeded = proven(&functions, OPERATOR, 120);
    let account = seeded.customer.account.as_str();
    for (hours, all) in [(1_000, false), (40_000, true)] {
        let (truth, text) = (seeded.old(hours, all), hours.to_string());
        assert!(!truth.is_empty());
        let status = if all { "all" } else { "active" };
        let asked = [("hours", text.as_str()), ("account_id", account), ("status", status)];
        let (code, _, live) = list_users(&functions, &asked);
        assert_eq!(code, 200, "{live}");
        assert_eq!(told(&live), truth);
        let mut body = json!({"hours": hours, "account_id": account, "status": status});
        let (code, _, read) = report(&functions, &body);
        assert_eq!(code, 200, "{read}");
        assert_eq!(told(&read), truth);
        assert!(read["stale_seconds"].as_u64().is_some(), "{read}");

        let (code, headers, job) =
            list_users(&functions, &[&asked[..], &[("wait_seconds", "0")]].concat());
        assert_eq!((code, &job["status"]), (202, &json!("running")), "{job}");
        assert_eq!(headers["retry-after"], "2");
        let done = ended(&functions, &headers);
        assert_eq!((&done["status"], &done["answer"]), (&json!("done"), &live), "{done}");
        body["wait_seconds"] = 0.into();
        let (code, headers, job) = report(&functions, &body);
        assert_eq!((code, &job["status"]), (202, &json!("running")), "{job}");
        let done = ended(&functions, &headers);
        assert_eq!((&done["status"], told(&done["answer"])), (&json!("done"), truth), "{done}");
    }
    assert!(seeded.customer.most_in_flight("iam") <= 5);
    // The body of a GET is as good as its query.
    let (code, _, in_body) = functions.ask("Keys", "keys-list-users.json", |event| {
        event["rawQueryString"] = format!("account_id={account}").into();
        event["queryStringParameters"] = json!({"account_id": account});
        event["headers"]["content-type"] = "application/json".into();
        event["body"] = r#"{"hours": 1000}"#.into();
    });
    assert_eq!((code, told(&in_body)), (200, seeded.old(1_000, false)), "{in_body}");
    let (code, _, problem) = list_users(&functions, &[("hours", "0"), ("account_id", account)]);
    assert_eq!((code, &problem["errors"][0]["field"]), (422, &json!("hours")), "{problem}");

    // The operator's own account, with the function's own permissions and for the operator alone.
    let own = Seeded::of(
        Customer { account: OPERATOR.into(), external_id: "the operator has none".into() },
        20,
    );
    let asked = [("hours", "1000"), ("include", "last_used")];
    let (code, _, live) = list_users(&functions, &asked);
    assert_eq!((code, told(&live)), (200, own.old(1_000, false)), "{live}");
    let (code, _, read) = report(&functions, &json!({"hours": 1000, "include": "key_id"}));
    assert_eq!((code, told(&read)), (200, own.old(1_000, false)), "{read}");
    let (code, _, problem) = functions.ask("Keys", "keys-list-users.json", |event| {
        event["rawQueryString"] = "hours=1000".into();
        event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] = "somebody".into();
    });
    assert_eq!(code, 403, "{problem}");
    assert_eq!(functions.failures(), json!([]));
}

#[test]
fn what_aws_refuses_is_a_reason_and_never_a_shorter_list() {
    let functions = deployed(ANOTHER);
    let seeded = proven(&functions, ANOTHER, 60);
    let account = seeded.customer.account.as_str();
    let asked = [("hours", "1000"), ("account_id", account)];
    let body = json!({"hours": 1000, "account_id": account, "include": "key_id"});

    seeded.customer.rule("throttle", json!({"probability": 0.4, "services": ["iam"]}));
    for (code, headers, answer) in [list_users(&functions, &asked), report(&functions, &body)] {
        println!("40 % throttled: {code}");
        if code == 200 {
            assert_eq!(told(&answer), seeded.old(1_000, false));
        } else {
            assert_eq!(code, 503, "{answer}");
            assert!(headers["retry-after"].is_string(), "{headers}");
        }
    }
    seeded.customer.reset();
    for (operation, code) in
        [("ListUsers", 403), ("ListAccessKeys", 403), ("GetCredentialReport", 403)]
    {
        seeded.customer.rule("deny", json!({"operations": [operation]}));
        let (status, _, problem) = if operation.starts_with("List") {
            list_users(&functions, &asked)
        } else {
            report(&functions, &body)
        };
        assert_eq!((status, &problem["status"]), (code, &json!(code)), "{problem}");
        assert!(problem["detail"].to_string().contains(&format!("`iam:{operation}`")), "{problem}");
        seeded.customer.reset();
    }
    let fail = |operation: &str, status: u16, code: &str| {
        let rule = json!({"operations": [operation], "status": status, "code": code});
        seeded.customer.rule("fail", rule);
    };
    for (operation, status, code, kind) in [
        ("GenerateCredentialReport", 409, "LimitExceeded", "limit-exceeded"),
        ("GetCredentialReport", 410, "ReportNotPresent", "report-not-present"),
        ("GetCredentialReport", 410, "ReportExpired", "report-expired"),
    ] {
        fail(operation, status, code);
        let (status, headers, problem) = report(&functions, &body);
        assert_eq!(problem["type"], format!("urn:infraaudit:problem:{kind}"), "{problem}");
        assert_eq!((status, headers["retry-after"].is_string()), (503, true), "{problem}");
        seeded.customer.reset();
    }
    // A report that is being made is waited for, and then by a job.
    let making = json!({"account": account, "age": 5 * 3600, "seconds": 2.5});
    StandIn::shared().post("credential_report", &making);
    let mut short = body.clone();
    short["wait_seconds"] = 1.into();
    let (code, headers, job) = report(&functions, &short);
    assert_eq!((code, &job["way"]), (202, &json!("report")), "{job}");
    let done = ended(&functions, &headers);
    assert_eq!(told(&done["answer"]), seeded.old(1_000, false), "{done}");

    // The table does not answer.
    let away = json!({"account": ANOTHER, "services": ["dynamodb"], "operations": ["GetItem"]});
    StandIn::shared().post("fail", &away);
    let (code, headers, problem) = list_users(&functions, &asked);
    assert_eq!((code, headers["retry-after"].is_string()), (503, true), "{problem}");
    StandIn::shared().post("reset", &json!({"account": ANOTHER}));

    // A denial within a job is its end.
    seeded.customer.rule("deny", json!({"operations": ["ListUsers"]}));
    let (code, headers, job) =
        list_users(&functions, &[&asked[..], &[("wait_seconds", "0")]].concat());
    assert_eq!(code, 202, "{job}");
    let failed = ended(&functions, &headers);
    assert_eq!((&failed["status"], &failed["error"]["status"]), (&json!("failed"), &json!(403)));
    seeded.customer.reset();

    // A role that does not open any more, and an account that is not there.
    let nobody = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole",
    }]});
    seeded.customer.change_trust(&nobody);
    // The session that the function has still opens; a new process needs a new one.
    let idle = || {
        eventually("idle function", || (functions.states("Keys") == ["idle"]).then_some(()));
    };
    idle();
    functions.kill(&functions.instances("Keys")[0]);
    functions.start("Keys");
    idle();
    let (code, _, problem) = list_users(&functions, &asked);
    assert_eq!(code, 403, "{problem}");
    assert!(!problem.to_string().contains(&seeded.customer.external_id), "a secret");
    let (code, _, problem) =
        list_users(&functions, &[("hours", "9"), ("account_id", "999999999999")]);
    assert_eq!(code, 404, "{problem}");
    assert_eq!(functions.failures(), json!([]));
}
