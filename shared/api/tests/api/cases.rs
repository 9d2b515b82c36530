//! One call of every route, with the names of what one tenant has.

use domain::{AuditId, ReceiptOutcome, Severity, Tenant, Verdict};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use crate::{
    support::{ACCOUNT, Api},
    work::{end, finding, report},
};

/// What the names of another tenant come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Foreign {
    /// There is no such thing.
    NotFound,
    /// A list of nothing.
    Empty,
    /// Something of one's own is made, as if nobody else had it.
    Own,
    /// It is nobody's.
    Public,
}

pub(crate) struct Case {
    pub(crate) method: &'static str,
    /// As the document names it.
    pub(crate) path: &'static str,
    pub(crate) uri: String,
    pub(crate) body: Option<Value>,
    pub(crate) foreign: Foreign,
}

/// A call of every route; those that take something away come last.
pub(crate) async fn of(api: &Api, tenant: &str) -> Vec<Case> {
    let have = Have::of(api, tenant).await;
    let (account, from, to) = (ACCOUNT, &have.earlier, &have.later);
    let until = (Timestamp::now() + 24.hours()).to_string();
    let case = |method, path, uri: String, body, foreign| Case { method, path, uri, body, foreign };
    let get = |path, uri, foreign| case("GET", path, uri, None, foreign);
    let one = format!("/api/accounts/{account}");
    let comparison = format!("from={from}&to={to}");
    let suppression = format!("/api/suppressions/{}", have.suppression);
    let mut cases = vec![
        get("/health", "/health".into(), Foreign::Public),
        get("/api/audits", format!("/api/audits?account={account}"), Foreign::Empty),
        get(
            "/api/audits/{audit_id}/findings",
            format!("/api/audits/{to}/findings"),
            Foreign::NotFound,
        ),
        get(
            "/api/audits/{audit_id}/access-keys",
            format!("/api/audits/{to}/access-keys"),
            Foreign::NotFound,
        ),
        get("/api/audit/status/{audit_id}", format!("/api/audit/status/{to}"), Foreign::NotFound),
        get("/api/accounts", "/api/accounts".into(), Foreign::Empty),
        get("/api/accounts/{account_id}", one.clone(), Foreign::NotFound),
        get("/api/accounts/{account_id}/findings", format!("{one}/findings"), Foreign::NotFound),
        get(
            "/api/accounts/{account_id}/findings/diff",
            format!("{one}/findings/diff?{comparison}"),
            Foreign::NotFound,
        ),
        get(
            "/api/accounts/{account_id}/diff",
            format!("{one}/diff?{comparison}"),
            Foreign::NotFound,
        ),
        get("/api/findings", format!("/api/findings?account={account}"), Foreign::Empty),
        get("/api/suppressions", "/api/suppressions".into(), Foreign::Empty),
        case(
            "POST",
            "/api/suppressions",
            "/api/suppressions".into(),
            Some(json!({
                "account_id": account, "check": "iam_root_mfa", "reason": "known",
                "expires_at": until,
            })),
            Foreign::NotFound,
        ),
    ];
    cases.extend(of_keys(account, &have.job));
    cases.extend([
        case(
            "PATCH",
            "/api/accounts/{account_id}",
            one.clone(),
            Some(json!({"name": "renamed"})),
            Foreign::NotFound,
        ),
        case(
            "POST",
            "/api/accounts/{account_id}/verify",
            format!("{one}/verify"),
            None,
            Foreign::NotFound,
        ),
        case(
            "POST",
            "/api/audit/start",
            "/api/audit/start".into(),
            Some(json!({"account_id": account, "force": true})),
            Foreign::NotFound,
        ),
        case(
            "POST",
            "/api/audits/{audit_id}/cancel",
            format!("/api/audits/{}/cancel", have.queued),
            None,
            Foreign::NotFound,
        ),
        case("DELETE", "/api/suppressions/{suppression_id}", suppression, None, Foreign::NotFound),
        case("DELETE", "/api/accounts/{account_id}", one, None, Foreign::NotFound),
        // Last of all: from here on the account is registered by both.
        case(
            "POST",
            "/api/accounts",
            "/api/accounts".into(),
            Some(json!({"account_id": account})),
            Foreign::Own,
        ),
    ]);
    cases
}

/// The routes of old access keys.
fn of_keys(account: &str, job: &str) -> [Case; 3] {
    let routes = "/v1/iam/old-access-keys";
    let foreign = Foreign::NotFound;
    [
        Case {
            method: "GET",
            path: "/v1/iam/old-access-keys/list-users",
            uri: format!("{routes}/list-users?hours=24&account_id={account}"),
            body: None,
            foreign,
        },
        Case {
            method: "POST",
            path: "/v1/iam/old-access-keys/credential-report",
            uri: format!("{routes}/credential-report"),
            body: Some(json!({"hours": 24, "account_id": account, "wait_seconds": 0})),
            foreign,
        },
        Case {
            method: "GET",
            path: "/v1/iam/old-access-keys/jobs/{job_id}",
            uri: format!("{routes}/jobs/{job}"),
            body: None,
            foreign,
        },
    ]
}

/// What a tenant has: a registered account with two audits that found something and one that is queued, a job, and
/// a suppression.
struct Have {
    earlier: AuditId,
    later: AuditId,
    queued: AuditId,
    job: String,
    suppression: String,
}

impl Have {
    async fn of(api: &Api, tenant: &str) -> Self {
        let named = Tenant::try_from(tenant.to_owned()).unwrap();
        let post = async |uri: &str, body: Value| {
            let answer = api.call_as(tenant, "POST", uri, Some(&body)).await;
            assert!(answer.status.is_success(), "{}", answer.text);
            answer.json()
        };
        post("/api/accounts", json!({"account_id": ACCOUNT})).await;
        let start = async || -> AuditId {
            let started = post("/api/audit/start", json!({"account_id": ACCOUNT})).await;
            started["audit_id"].as_str().unwrap().parse().unwrap()
        };
        let earlier = start().await;
        let fails = vec![finding("a", Verdict::Fail, Severity::High)];
        end(&api.store, &named, earlier, &report(fails, ReceiptOutcome::Done)).await;
        let later = start().await;
        let fails = vec![
            finding("a", Verdict::Fail, Severity::Critical),
            finding("b", Verdict::Fail, Severity::Low),
        ];
        end(&api.store, &named, later, &report(fails, ReceiptOutcome::Done)).await;
        let queued = start().await;
        let until = (Timestamp::now() + 24.hours()).to_string();
        let body = json!({"check": "s3_encryption", "reason": "known", "expires_at": until});
        let suppression = post("/api/suppressions", body).await;
        let suppression = suppression["id"].as_str().unwrap().to_owned();
        api.proven(&named, ACCOUNT).await;
        let asked = json!({"hours": 24, "account_id": ACCOUNT, "wait_seconds": 0});
        let job = post("/v1/iam/old-access-keys/credential-report", asked).await;
        let job = job["job_id"].as_str().unwrap().to_owned();
        Self { earlier, later, queued, job, suppression }
    }
}
