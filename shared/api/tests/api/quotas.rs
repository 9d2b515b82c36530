//! How much a tenant may have and ask for.

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
