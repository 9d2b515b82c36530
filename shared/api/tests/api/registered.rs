//! Audits of registered accounts.

use domain::Tenant;
use serde_json::{Value, json};

use crate::support::{ACCOUNT, Api, EXTERNAL_ID, fields, order};

#[tokio::test]
async fn a_registered_account_is_audited_as_it_is_registered() {
    let api = Api::registered();
    let told = api.register(ACCOUNT).await;
    let change = json!({"regions": ["eu-west-1"], "services": ["s3"], "alert_severity": "low"});
    api.call("PATCH", "/api/accounts/111122223333", Some(&change)).await.ok(200);
    let secret = &told["external_id"];
    for body in [
        json!({"account_id": ACCOUNT}),
        // What is asked for as it is registered is everything, and runs alone.
        json!({"account_id": ACCOUNT, "external_id": secret, "role_name": told["role_name"], "force": true}),
    ] {
        api.start(&body).await.ok(202);
        let audit = api.started.lock().unwrap().pop().unwrap();
        assert_eq!(audit.order.external_id.as_ref().unwrap().as_str(), secret.as_str().unwrap());
        assert!(audit.order.registered);
        assert_eq!(audit.order.regions, ["eu-west-1"]);
        assert_eq!(audit.order.services, [domain::Service::S3]);
        assert_eq!(audit.order.alert_severity, Some(domain::Severity::Low));
    }
    let body = json!({"account_id": ACCOUNT, "regions": [], "services": ["iam", "ec2"]});
    api.start(&body).await.ok(202);
    let audit = api.started.lock().unwrap().pop().unwrap();
    assert!(audit.order.regions.is_empty());
    assert_eq!(audit.order.services, [domain::Service::Iam, domain::Service::Ec2]);
}

#[tokio::test]
async fn an_account_that_is_not_registered_is_told_how_to_be() {
    let api = Api::registered();
    let problem = api.start(&order()).await.problem(404, "not-found");
    assert!(problem["detail"].as_str().unwrap().contains("POST /api/accounts"), "{problem}");
    assert!(api.started.lock().unwrap().is_empty());
    assert!(api.rows("local").is_empty());
}

#[tokio::test]
async fn another_way_in_than_the_registered_one_is_refused_without_telling_it() {
    for api in [Api::registered(), Api::open()] {
        let secret = api.register(ACCOUNT).await["external_id"].as_str().unwrap().to_owned();
        let body = json!({"account_id": ACCOUNT, "external_id": EXTERNAL_ID, "role_name": "Other"});
        let answer = api.start(&body).await;
        let problem = answer.problem(422, "invalid-fields");
        assert_eq!(fields(&problem), ["external_id", "role_name"]);
        assert!(!answer.text.contains(&secret) && !answer.text.contains(EXTERNAL_ID));
        assert!(api.started.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn one_full_audit_of_an_account_runs_at_a_time() {
    let api = Api::registered();
    api.register(ACCOUNT).await;
    api.register("444455556666").await;
    let full = json!({"account_id": ACCOUNT});
    let first = api.start(&full).await.ok(202)["audit_id"].clone();
    let problem = api.start(&full).await.problem(409, "conflict");
    assert_eq!(problem["audit_id"], first);
    assert_eq!(api.started.lock().unwrap().len(), 1);
    api.start(&json!({"account_id": "444455556666"})).await.ok(202);
    api.start(&json!({"account_id": ACCOUNT, "checks": ["iam_root_mfa"]})).await.ok(202);
    let forced = json!({"account_id": ACCOUNT, "force": true});
    let forced = api.start(&forced).await.ok(202)["audit_id"].clone();
    assert_eq!(api.start(&full).await.problem(409, "conflict")["audit_id"], forced);

    let cancel = format!("/api/audits/{}/cancel", forced.as_str().unwrap());
    api.call("POST", &cancel, None).await.ok(200);
    api.start(&full).await.ok(202);
    assert_eq!(api.store.waiting(&Tenant::local(), 100).await.unwrap(), 4);
}

#[tokio::test]
async fn a_problem_without_an_audit_names_none() {
    let api = Api::registered();
    let problem = api.start(&order()).await.json();
    assert_eq!(problem.get("audit_id"), None::<&Value>);
}
