//! `POST /api/accounts/{account_id}/verify`.

use api::{Open, Settings};
use domain::{AlertState, Lang, ProofOutcome, RegisteredAccount, Severity, Tenant};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::PageRequest;

use crate::support::{ACCOUNT, Api, registering};

const ONE: &str = "/api/accounts/111122223333";

async fn verified(api: &Api, outcome: ProofOutcome) -> Value {
    api.aws.gives(outcome);
    api.call("POST", "/api/accounts/111122223333/verify", None).await.ok(200)
}

#[tokio::test]
async fn what_aws_says_decides_whether_an_account_is_audited() {
    let api = Api::registered();
    let secret = api.register(ACCOUNT).await["external_id"].as_str().unwrap().to_owned();
    let mut before = "pending";
    for (outcome, state) in [
        (ProofOutcome::Refused, "pending"),
        (ProofOutcome::Unproven, "pending"),
        (ProofOutcome::Proven, "active"),
        (ProofOutcome::Unproven, "active"),
        (ProofOutcome::Refused, "active"),
        (ProofOutcome::Open, "suspended"),
        (ProofOutcome::Unproven, "suspended"),
        (ProofOutcome::Proven, "active"),
        (ProofOutcome::Elsewhere, "suspended"),
    ] {
        let told = verified(&api, outcome).await;
        assert_eq!(told["state"], state, "{before} {outcome}");
        assert_eq!(told["proof"]["outcome"], outcome.name());
        let why = format!("the role is {outcome}");
        let reason = (outcome != ProofOutcome::Proven).then_some(why);
        assert_eq!(told["proof"]["reason"], json!(reason));
        assert_eq!(told["reason"].is_string(), state == "suspended");
        assert_eq!(api.get(ONE).await.ok(200)["proof"], told["proof"], "it is kept");
        before = state;
    }
    let asked = api.aws.asked();
    assert_eq!(asked.len(), 9);
    assert!(asked.iter().all(|account| account.external_id.as_str() == secret));
}

#[tokio::test]
async fn an_active_account_that_is_suspended_is_told_of_once_each_time() {
    let api = Api::new(Settings { lang: Lang::Ko, ..registering(Open) });
    api.register(ACCOUNT).await;
    api.call("PATCH", ONE, Some(&json!({"name": "Shop"}))).await.ok(200);
    let unsent = async || api.store.unsent(PageRequest::FIRST).await.unwrap().items;
    let mut told = 0;
    for (outcome, tells) in [
        (ProofOutcome::Open, false),
        (ProofOutcome::Proven, false),
        (ProofOutcome::Refused, false),
        (ProofOutcome::Unproven, false),
        (ProofOutcome::Open, true),
        (ProofOutcome::Open, false),
        (ProofOutcome::Elsewhere, false),
        (ProofOutcome::Proven, false),
        (ProofOutcome::Elsewhere, true),
    ] {
        verified(&api, outcome).await;
        told += usize::from(tells);
        let unsent = unsent().await;
        assert_eq!(unsent.len(), told, "{outcome}: {unsent:?}");
        if let Some(alert) = unsent.iter().max_by_key(|alert| alert.created_at).filter(|_| tells) {
            assert_eq!((alert.state, alert.severity), (AlertState::Suspended, Severity::Critical));
            assert_eq!(alert.headline, format!("the role is {outcome}"));
            assert_eq!((alert.account.as_str(), &*alert.lang), (ACCOUNT, "ko"));
            assert_eq!(alert.account_name.as_deref(), Some("Shop"));
        }
    }
}

#[tokio::test]
async fn a_suspended_account_is_not_audited_and_says_why() {
    let api = Api::registered();
    api.register(ACCOUNT).await;
    verified(&api, ProofOutcome::Open).await;
    let order = json!({"account_id": ACCOUNT, "force": true});
    let problem = api.start(&order).await.problem(409, "conflict");
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains("suspended: the role is open") && detail.contains("/verify"),
        "{detail}"
    );
    assert!(api.started.lock().unwrap().is_empty());
    verified(&api, ProofOutcome::Proven).await;
    assert_eq!(api.start(&order).await.status, 202);
}

#[tokio::test]
async fn another_role_has_to_be_proven_anew() {
    let api = Api::registered();
    api.register(ACCOUNT).await;
    for outcome in [ProofOutcome::Proven, ProofOutcome::Open] {
        let before = verified(&api, outcome).await;
        let named = api.call("PATCH", ONE, Some(&json!({"name": "x"}))).await.ok(200);
        assert_eq!(named["state"], before["state"]);
        let role = json!({"role_name": format!("Role-{outcome}")});
        let changed = api.call("PATCH", ONE, Some(&role)).await.ok(200);
        assert_eq!(changed["state"], "pending");
        assert_eq!((&changed["proof"], &changed["reason"]), (&Value::Null, &Value::Null));
    }
}

#[tokio::test]
async fn an_account_that_no_schedule_audits_any_more_comes_back_once_its_role_opens() {
    let api = Api::registered();
    api.register(ACCOUNT).await;
    let (tenant, id) = (Tenant::local(), ACCOUNT.parse().unwrap());
    let pause = |account: &mut RegisteredAccount| {
        account.refused_days = RegisteredAccount::REFUSED_DAYS;
        account.reason = Some("no schedule audits it any more".into());
    };
    let paused = api.store.change_account(&tenant, &id, Timestamp::now(), pause).await.unwrap();
    assert!(!paused.unwrap().is_scheduled());
    for (outcome, state, scheduled) in [
        (ProofOutcome::Refused, "pending", false),
        (ProofOutcome::Unproven, "pending", false),
        (ProofOutcome::Proven, "active", true),
    ] {
        let told = verified(&api, outcome).await;
        assert_eq!((&told["state"], told["reason"].is_string()), (&json!(state), !scheduled));
        let account = api.store.account(&tenant, &id).await.unwrap().unwrap();
        assert_eq!(account.is_scheduled(), scheduled, "{outcome}");
    }
    // Another role is another try.
    api.store.change_account(&tenant, &id, Timestamp::now(), pause).await.unwrap();
    api.call("PATCH", ONE, Some(&json!({"role_name": "Another"}))).await.ok(200);
    assert!(api.store.account(&tenant, &id).await.unwrap().unwrap().is_scheduled());
    let started = api.start(&json!({"account_id": ACCOUNT})).await;
    assert_eq!(started.status, 202, "on request it may be audited at any time");
}
