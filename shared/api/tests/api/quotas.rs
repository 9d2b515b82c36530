//! How much a tenant may have and ask for.

use std::num::NonZeroU32;

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
