//! How much a tenant may have and ask for.

use std::num::NonZeroU32;

use api::Limits;
use domain::Tenant;
use jiff::{Timestamp, ToSpan};
use serde_json::json;

use crate::support::{ACCOUNT, Api, Said, registering};

const OTHER: &str = "444455556666";

#[tokio::test]
async fn a_tenant_registers_so_many_accounts_and_no_more() {
    let mut settings = registering(Said);
    settings.limits.accounts = 1;
    let api = Api::new(settings);
    let register = async |tenant: &str, account: &str| {
        let body = json!({ "account_id": account });
        api.call_as(tenant, "POST", "/api/accounts", Some(&body)).await
    };
    assert_eq!(register("acme", ACCOUNT).await.status, 201);
    let full = register("acme", OTHER).await.problem(409, "quota");
    let detail = full["detail"].as_str().unwrap();
    assert!(
        detail.starts_with("1 accounts are registered") && detail.contains("delete"),
        "{detail}"
    );
    register("acme", ACCOUNT).await.problem(409, "conflict");
    assert_eq!(register("other", OTHER).await.status, 201, "each tenant has a quota of its own");
    let path = format!("/api/accounts/{ACCOUNT}");
    assert_eq!(api.call_as("acme", "DELETE", &path, None).await.status, 200);
    assert_eq!(register("acme", OTHER).await.status, 201);
    register("acme", ACCOUNT).await.problem(409, "quota");
}

#[tokio::test]
async fn of_an_account_one_forced_audit_runs_at_a_time() {
    let api = Api::registered();
    api.register(ACCOUNT).await;
    let forced = json!({ "account_id": ACCOUNT, "force": true });
    let first = api.start(&forced).await.ok(202)["audit_id"].clone();
    let refused = api.start(&forced).await.problem(409, "conflict");
    assert_eq!(refused["audit_id"], first);
    assert!(refused["detail"].as_str().unwrap().contains("was forced"), "{refused}");
    let cancel = format!("/api/audits/{}/cancel", first.as_str().unwrap());
    assert_eq!(api.call("POST", &cancel, None).await.status, 200);
    assert_eq!(api.start(&forced).await.status, 202);
}

#[tokio::test]
async fn a_tenant_begins_so_many_audits_in_a_day() {
    let mut settings = registering(Said);
    settings.limits.audits_per_day = NonZeroU32::MIN;
    let api = Api::new(settings);
    for tenant in ["acme", "other"] {
        let body = json!({ "account_id": ACCOUNT });
        api.call_as(tenant, "POST", "/api/accounts", Some(&body)).await.ok(201);
    }
    let narrow = json!({ "account_id": ACCOUNT, "regions": ["eu-west-1"] });
    let start =
        async |tenant: &str| api.call_as(tenant, "POST", "/api/audit/start", Some(&narrow)).await;
    assert_eq!(start("acme").await.status, 202);
    let refused = start("acme").await;
    let problem = refused.problem(429, "too-many");
    assert!(problem["detail"].as_str().unwrap().contains("midnight UTC"), "{problem}");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=86_400).contains(&wait), "{wait}");
    assert_eq!(start("other").await.status, 202, "each tenant has a day of its own");
    assert_eq!(api.started.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn calls_that_cost_are_counted_by_tenant_and_kind() {
    let mut settings = registering(Said);
    let two = NonZeroU32::new(2).unwrap();
    settings.limits = Limits {
        starts_per_minute: two,
        verifications_per_minute: two,
        key_requests_per_minute: two,
        ..settings.limits
    };
    let api = Api::new(settings);
    let verify = format!("/api/accounts/{ACCOUNT}/verify");
    let narrow = json!({ "account_id": ACCOUNT, "regions": ["eu-west-1"] });
    let asked = json!({ "hours": 24, "account_id": ACCOUNT });
    let keys = "/v1/iam/old-access-keys";
    let (list, report) = (
        format!("{keys}/list-users?hours=24&account_id={ACCOUNT}"),
        format!("{keys}/credential-report"),
    );
    for tenant in ["acme", "other"] {
        let body = json!({ "account_id": ACCOUNT });
        api.call_as(tenant, "POST", "/api/accounts", Some(&body)).await.ok(201);
        api.proven(&Tenant::named(tenant).unwrap(), ACCOUNT).await;
        for (calls, body) in [
            ([("POST", "/api/audit/start"); 2], Some(&narrow)),
            ([("POST", &*verify); 2], None),
            ([("GET", &*list), ("POST", &*report)], None),
        ] {
            for (method, uri) in calls {
                let body = if uri == report { Some(&asked) } else { body };
                let answer = api.call_as(tenant, method, uri, body).await;
                assert!(answer.status.is_success(), "{tenant} {uri}: {}", answer.text);
            }
            let (method, uri) = calls[0];
            let refused = api.call_as(tenant, method, uri, body).await;
            refused.problem(429, "too-many");
            let wait: u64 = refused.header("retry-after").parse().unwrap();
            assert!((1..=31).contains(&wait), "{uri}: {wait}");
        }
    }
    assert_eq!(api.started.lock().unwrap().len(), 4);
    assert_eq!((api.aws.asked().len(), api.iam.asked().len()), (4, 4));
    let lists = api.call_as("acme", "GET", "/api/audits", None).await;
    assert_eq!(lists.status, 200, "what costs little is not counted");
}

#[tokio::test]
async fn a_tenant_has_so_many_suppressions_and_no_more() {
    let mut settings = registering(Said);
    settings.limits.suppressions = 1;
    let api = Api::new(settings);
    let until = (Timestamp::now() + 24.hours()).to_string();
    let body = json!({ "check": "s3_encryption", "reason": "known", "expires_at": until });
    let suppress =
        async |tenant: &str| api.call_as(tenant, "POST", "/api/suppressions", Some(&body)).await;
    let first = suppress("acme").await.ok(201)["id"].as_str().unwrap().to_owned();
    let full = suppress("acme").await.problem(409, "quota");
    assert!(full["detail"].as_str().unwrap().starts_with("1 suppressions"), "{full}");
    assert_eq!(suppress("other").await.status, 201);
    let uri = format!("/api/suppressions/{first}");
    assert_eq!(api.call_as("acme", "DELETE", &uri, None).await.status, 204);
    assert_eq!(suppress("acme").await.status, 201);
}
