use api::{Scopes, Settings, Verify};
use async_trait::async_trait;
use axum::Router;
use axum::body::to_bytes;
use domain::{AuditId, Proof, ProofOutcome, RegisteredAccount, Tenant};
use jiff::Timestamp;
use lambda_http::request::from_str;
use serde_json::{Value, json};
use store::Store;
use tempfile::TempDir;
use tower::ServiceExt;

use super::*;

const START: &str = include_str!("../../../../events/api-start.json");
const STATUS: &str = include_str!("../../../../events/api-status.json");
const REGISTER: &str = include_str!("../../../../events/api-register.json");
const HEALTH: &str = include_str!("../../../../events/api-health.json");

/// An AWS in which every role is as it should be.
struct Proven;

#[async_trait]
impl Verify for Proven {
    async fn verify(&self, _: &RegisteredAccount) -> Proof {
        Proof { tried_at: Timestamp::now(), outcome: ProofOutcome::Proven, reason: None }
    }
}

struct Function {
    router: Router,
    store: Store,
    _directory: TempDir,
}

impl Function {
    fn new() -> Self {
        Self::behind(Gateway { tenant_claim: "sub".into(), scopes: None, operator: None })
    }

    fn behind(gateway: Gateway) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        let router = router(store.clone(), Settings::new(gateway, Proven));
        Self { router, store, _directory: directory }
    }

    async fn handle(&self, event: &Value) -> (u16, Value) {
        let request = from_str(&event.to_string()).unwrap().map(axum::body::Body::new);
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let status = answer.status().as_u16();
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }
}

fn event(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn named(text: &str) -> Tenant {
    Tenant::try_from(text.to_owned()).unwrap()
}

#[tokio::test]
async fn the_tenant_is_the_claim_of_the_token() {
    let function = Function::new();
    assert_eq!(function.handle(&event(START)).await.0, 404, "it is not registered");
    let (status, account) = function.handle(&event(REGISTER)).await;
    assert_eq!((status, &account["state"]), (201, &json!("pending")), "{account}");
    let (status, started) = function.handle(&event(START)).await;
    assert_eq!((status, &started["status"]), (202, &json!("queued")), "{started}");
    let id: AuditId = started["audit_id"].as_str().unwrap().parse().unwrap();
    let audit = function.store.audit(&named("111122223333"), id).await.unwrap().unwrap();
    assert_eq!(audit.order.account_id.as_str(), "444455556666");

    let mut ask = event(STATUS);
    ask["rawPath"] = json!(format!("/api/audit/status/{id}"));
    ask["requestContext"]["http"]["path"] = ask["rawPath"].clone();
    let (status, told) = function.handle(&ask).await;
    assert_eq!((status, &told["audit_id"]), (200, &json!(id.to_string())), "{told}");
    ask["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] = json!("someone-else");
    assert_eq!(function.handle(&ask).await.0, 404);
}

#[tokio::test]
async fn the_committed_start_event_is_one_request_however_often_it_comes() {
    let function = Function::new();
    function.handle(&event(REGISTER)).await;
    let first = function.handle(&event(START)).await;
    assert_eq!(function.handle(&event(START)).await, first);
}

#[tokio::test]
async fn the_committed_status_event_is_understood() {
    let (status, problem) = Function::new().handle(&event(STATUS)).await;
    assert_eq!((status, &problem["type"]), (404, &json!("urn:infraaudit:problem:not-found")));
}

#[tokio::test]
async fn a_request_without_its_account_is_told_the_field() {
    let start = include_str!("../../../../events/malformed/api-start-without-account.json");
    let (status, problem) = Function::new().handle(&event(start)).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("account_id")));
}

#[tokio::test]
async fn health_needs_nobody() {
    let (status, health) = Function::new().handle(&event(HEALTH)).await;
    assert_eq!((status, &health["status"]), (200, &json!("ok")));
}

#[tokio::test]
async fn with_iam_the_tenant_is_the_operator() {
    let authorizer = json!({"iam": {
        "accessKey": "ASIAIOSFODNN7EXAMPLE", "accountId": "777788889999",
        "callerId": "AIDACKCEVSQ6C2EXAMPLE", "cognitoIdentity": null,
        "principalOrgId": null, "userArn": "arn:aws:iam::777788889999:user/x",
        "userId": "AIDACKCEVSQ6C2EXAMPLE",
    }});
    for (operator, tenant) in [(None, "777788889999"), (Some("auth0|ops"), "auth0|ops")] {
        let operator = operator.map(|name| Tenant::named(name).unwrap());
        // Scopes are of tokens: what such callers may do is IAM's.
        let scopes = Some(scopes());
        let function = Function::behind(Gateway { tenant_claim: "sub".into(), scopes, operator });
        let with = async |text: &str| {
            let mut event = event(text);
            event["requestContext"]["authorizer"] = authorizer.clone();
            function.handle(&event).await
        };
        assert_eq!(with(REGISTER).await.0, 201);
        let (status, started) = with(START).await;
        assert_eq!(status, 202, "{started}");
        let id = started["audit_id"].as_str().unwrap().parse().unwrap();
        let tenant = Tenant::named(tenant).unwrap();
        assert!(function.store.audit(&tenant, id).await.unwrap().is_some(), "{tenant}");
    }
}

fn scopes() -> Scopes {
    let scopes = ["audit/read", "audit/write", "audit/admin"].map(|name| Some(name.to_owned()));
    Scopes::of(scopes).unwrap().unwrap()
}

#[tokio::test]
async fn a_token_may_do_what_its_scope_says() {
    let scopes = Some(scopes());
    let function = Function::behind(Gateway { tenant_claim: "sub".into(), scopes, operator: None });
    let with = async |text: &str, claims: Value| {
        let mut event = event(text);
        let there = event["requestContext"]["authorizer"]["jwt"]["claims"].as_object_mut();
        there.unwrap().extend(claims.as_object().unwrap().clone());
        function.handle(&event).await.0
    };
    for (claims, reads, writes) in [
        (json!({}), 403, 403),
        (json!({"scope": "openid"}), 403, 403),
        (json!({"scope": "openid audit/read"}), 404, 403),
        (json!({"scp": "[audit/read audit/write]"}), 404, 201),
        (json!({"scope": "audit/admin", "token_use": "access"}), 404, 409),
        (json!({"scope": "audit/admin", "token_use": "id"}), 403, 403),
    ] {
        assert_eq!(with(STATUS, claims.clone()).await, reads, "{claims}");
        assert_eq!(with(REGISTER, claims.clone()).await, writes, "{claims}");
    }
    assert_eq!(function.handle(&event(HEALTH)).await.0, 200);
}

#[tokio::test]
async fn any_printable_subject_has_data_of_its_own() {
    let function = Function::new();
    let with = async |text: &str, subject: &str| {
        let mut event = event(text);
        event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] = json!(subject);
        function.handle(&event).await
    };
    let subjects = ["auth0|5f7c8ec7", "auth0=7C5f7c8ec7", "-9n_AAb3Q", "9n_AAb3Q", "a#b/c", ".."];
    for subject in subjects {
        let (status, account) = with(REGISTER, subject).await;
        assert_eq!(status, 201, "{subject}: {account}");
        let (status, started) = with(START, subject).await;
        assert_eq!(status, 202, "{subject}: {started}");
        let id = started["audit_id"].as_str().unwrap().parse().unwrap();
        let tenant = Tenant::named(subject).unwrap();
        assert!(function.store.audit(&tenant, id).await.unwrap().is_some(), "{subject}");
    }
}

#[tokio::test]
async fn nobody_is_let_in_without_an_authorizer() {
    let function = Function::new();
    let with = async |authorizer: Value| {
        let mut event = event(START);
        event["requestContext"]["authorizer"] = authorizer;
        function.handle(&event).await
    };
    for nobody in [json!(null), json!({}), json!({"iam": {"accountId": null}})] {
        assert_eq!(with(nobody.clone()).await.0, 401, "{nobody}");
    }
    for claims in [json!({}), json!({"sub": ""}), json!({"sub": "a\nb"}), json!({"sub": "[a b]"})] {
        let (status, problem) = with(json!({"jwt": {"claims": claims, "scopes": null}})).await;
        assert_eq!(status, 403, "{problem}");
    }
}
