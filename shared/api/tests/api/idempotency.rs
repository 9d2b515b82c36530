//! The header `Idempotency-Key`.

use std::sync::Arc;

use serde_json::json;

use crate::support::{ACCOUNT, Answer, Api, Said, fields, order, registering, start};

async fn keyed(api: &Api, key: &str, body: &str) -> Answer {
    let mut request = start(body.to_owned());
    request.headers_mut().insert("idempotency-key", key.parse().unwrap());
    api.send(request).await
}

#[tokio::test]
async fn the_same_request_asks_for_one_audit() {
    for api in [Api::open(), Api::registered()] {
        api.register(ACCOUNT).await;
        let body = json!({"account_id": ACCOUNT, "checks": ["iam_root_mfa"]}).to_string();
        let first = keyed(&api, "8e03978e-40d5-43dd-bc93-6894a57f9324", &body).await;
        first.ok(202);
        for key in
            ["8e03978e-40d5-43dd-bc93-6894a57f9324", "\"8e03978e-40d5-43dd-bc93-6894a57f9324\""]
        {
            let again = keyed(&api, key, &body).await;
            assert_eq!(again.ok(202), first.json());
            assert_eq!(again.header("location"), first.header("location"));
        }
        assert_eq!(api.started.lock().unwrap().len(), 1);
        let other = keyed(&api, "another", &body).await.ok(202);
        assert_ne!(other["audit_id"], first.json()["audit_id"]);
    }
}

#[tokio::test]
async fn the_first_answer_stays_whatever_has_happened_since() {
    let mut settings = registering(api::Open);
    settings.limits.waiting_audits = 1;
    let api = Api::new(settings);
    api.register(ACCOUNT).await;
    let body = json!({"account_id": ACCOUNT}).to_string();
    let first = keyed(&api, "k", &body).await.ok(202);
    assert_eq!(keyed(&api, "k", &body).await.ok(202), first, "although one may wait");
    let id = first["audit_id"].as_str().unwrap();
    api.call("POST", &format!("/api/audits/{id}/cancel"), None).await.ok(200);
    assert_eq!(keyed(&api, "k", &body).await.ok(202), first, "although it is cancelled");
    api.call("DELETE", "/api/accounts/111122223333", None).await.ok(200);
    assert_eq!(keyed(&api, "k", &body).await.ok(202), first, "although the account is deleted");
}

#[tokio::test]
async fn a_key_is_not_used_for_another_request() {
    let api = Api::open();
    keyed(&api, "k", &order().to_string()).await.ok(202);
    let answer = keyed(&api, "k", r#"{"account_id":"444455556666"}"#).await;
    assert_eq!(fields(&answer.problem(422, "invalid-fields")), ["idempotency-key"]);
    assert_eq!(api.started.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_is_forgotten_after_a_day() {
    let api = Api::open();
    let body = order().to_string();
    let first = keyed(&api, "k", &body).await.ok(202);
    let day = 86_400;
    let ttl = format!("'$.{}'", store::keys::EXPIRES_AT);
    let aged = format!(
        "UPDATE items SET body = json_set(body, {ttl}, json_extract(body, {ttl}) - ?1) WHERE sk = 'KEY'"
    );
    assert_eq!(api.database().execute(&aged, [day - 60]).unwrap(), 1);
    assert_eq!(keyed(&api, "k", &body).await.ok(202), first, "a minute before");
    api.database().execute(&aged, [120]).unwrap();
    assert_ne!(keyed(&api, "k", &body).await.ok(202)["audit_id"], first["audit_id"]);
}

#[tokio::test]
async fn a_key_belongs_to_its_tenant() {
    let mut settings = registering(Said);
    settings.registration = false;
    let api = Api::new(settings);
    let mut ids = Vec::new();
    for tenant in ["acme", "other"] {
        let mut request = start(order().to_string());
        request.headers_mut().insert("idempotency-key", "k".parse().unwrap());
        request.headers_mut().insert("tenant", tenant.parse().unwrap());
        ids.push(api.send(request).await.ok(202)["audit_id"].clone());
    }
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn a_key_is_one_visible_text() {
    let api = Api::open();
    for key in ["", " ", "\"\"", "a b", "a\tb", &"x".repeat(256)] {
        let answer = keyed(&api, key, &order().to_string()).await;
        assert_eq!(fields(&answer.problem(422, "invalid-fields")), ["idempotency-key"], "{key:?}");
    }
    let mut request = start(order().to_string());
    for key in ["a", "b"] {
        request.headers_mut().append("idempotency-key", key.parse().unwrap());
    }
    assert_eq!(
        fields(&api.send(request).await.problem(422, "invalid-fields")),
        ["idempotency-key"]
    );
    assert!(api.started.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_many_times_at_once_asks_for_one_audit() {
    let api = Arc::new(Api::registered());
    api.register(ACCOUNT).await;
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let api = Arc::clone(&api);
            let body = json!({"account_id": ACCOUNT}).to_string();
            tokio::spawn(async move { keyed(&api, "k", &body).await.ok(202) })
        })
        .collect();
    let mut answers = Vec::new();
    for call in calls {
        answers.push(call.await.unwrap());
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(api.started.lock().unwrap().len(), 1);
}
