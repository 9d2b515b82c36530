//! `POST /api/audit/start`.

use domain::{AuditId, AuditState, Tenant};
use serde_json::{Value, json};

use crate::support::{Api, EXTERNAL_ID, order, start};

#[tokio::test]
async fn an_audit_is_written_down_and_its_worker_told() {
    let api = Api::open();
    let answer = api
        .start(&json!({
            "account_id": "111122223333",
            "role_name": "team.Reader@eu",
            "external_id": EXTERNAL_ID,
            "checks": ["s3_public_access", "iam_root_mfa", "s3_public_access"],
            "regions": ["eu-west-1", "eu-west-1", "us-gov-west-1"],
            "services": ["s3", "iam"],
        }))
        .await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let started = answer.json();
    assert_eq!(started["status"], "queued");
    assert_eq!(started["account_id"], "111122223333");
    assert_eq!(started["checks"], json!(["s3_public_access", "iam_root_mfa"]));
    assert_eq!(started["regions"], json!(["eu-west-1", "us-gov-west-1"]));
    assert_eq!(started["services"], json!(["s3", "iam"]));
    let id: AuditId = started["audit_id"].as_str().unwrap().parse().unwrap();
    assert_eq!(id.0.get_version_num(), 7);
    assert_eq!(answer.header("location"), format!("/api/audit/status/{id}"));

    let audit = api.store.audit(&Tenant::local(), id).await.unwrap().unwrap();
    assert_eq!(
        (audit.state, audit.order.role_name.as_str()),
        (AuditState::Queued, "team.Reader@eu")
    );
    assert_eq!(audit.order.external_id.as_ref().unwrap().as_str(), EXTERNAL_ID);
    assert_eq!(started["created_at"], audit.created_at.to_string());
    assert_eq!(*api.started.lock().unwrap(), [audit]);
}

#[tokio::test]
async fn only_the_account_has_to_be_named() {
    let api = Api::open();
    let answer = api.start(&json!({"account_id": "000000000000"})).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let audit = api.started.lock().unwrap().pop().unwrap();
    assert_eq!(audit.order.role_name.as_str(), "CloudDoctorAuditRole");
    assert_eq!((&audit.order.external_id, audit.order.registered), (&None, false));
    assert!(audit.order.is_full());
}

#[tokio::test]
async fn two_requests_are_two_audits() {
    let api = Api::open();
    let (one, other) = (api.start(&order()).await.json(), api.start(&order()).await.json());
    assert_ne!(one["audit_id"], other["audit_id"]);
    assert_eq!(api.started.lock().unwrap().len(), 2);
}

/// What is wrong with a body, by field.
async fn wrong(body: &Value) -> Vec<(String, String, String)> {
    let api = Api::open();
    let answer = api.start(body).await;
    let problem = answer.problem(422, "invalid-fields");
    assert!(!answer.text.contains(EXTERNAL_ID));
    assert!(api.started.lock().unwrap().is_empty());
    let text = |error: &Value, name: &str| error[name].as_str().unwrap().to_owned();
    let errors = problem["errors"].as_array().unwrap();
    errors.iter().map(|e| (text(e, "field"), text(e, "problem"), text(e, "accepted"))).collect()
}

#[tokio::test]
async fn an_account_has_twelve_digits() {
    for account in ["", "1111", "1111222233334", "11112222333x", "１１１１２２２２３３３３"]
    {
        let errors = wrong(&json!({"account_id": account})).await;
        let [(field, problem, accepted)] = errors.as_slice() else { panic!("{errors:?}") };
        assert_eq!((field.as_str(), accepted.as_str()), ("account_id", "exactly 12 digits"));
        assert!(problem.contains(account) && problem.contains("account id"), "{problem}");
    }
    let errors = wrong(&json!({})).await;
    assert_eq!(errors[0].0, "account_id");
    assert_eq!(errors[0].1, "it is missing");
}

#[tokio::test]
async fn a_value_has_the_type_of_its_field() {
    let values =
        [json!(null), json!(1), json!(true), json!([]), json!({}), json!(111_122_223_333_u64)];
    for value in &values {
        for field in ["account_id", "role_name", "external_id"] {
            let mut body = order();
            body[field] = value.clone();
            let errors = wrong(&body).await;
            assert_eq!(errors.len(), 1, "{body}: {errors:?}");
            assert_eq!(errors[0].0, field);
        }
    }
    for value in [json!(null), json!("s3_encryption"), json!({}), json!(0)] {
        let mut body = order();
        body["checks"] = value;
        assert_eq!(wrong(&body).await[0].0, "checks");
    }
    for value in [json!([]), json!("x"), json!(null), json!(1)] {
        let errors = wrong(&value).await;
        assert_eq!((errors[0].0.as_str(), errors[0].2.as_str()), ("", "a JSON object"));
        assert_eq!(errors.len(), 1, "{errors:?}");
    }
}

#[tokio::test]
async fn role_and_external_id_have_their_characters() {
    for role in ["", "a b", "path//role", "/role", "rôle", &"x".repeat(65)] {
        let errors = wrong(&json!({"account_id": "111122223333", "role_name": role})).await;
        assert_eq!(errors[0].0, "role_name");
        assert!(errors[0].2.contains("1 to 64"), "{errors:?}");
    }
    for id in ["", "x", "with space", "semi;colon", "s3cr3t\u{0}", &"x".repeat(1225)] {
        let errors = wrong(&json!({"account_id": "111122223333", "external_id": id})).await;
        assert_eq!(errors[0].0, "external_id");
        assert!(errors[0].2.contains("2 to 1,224"), "{errors:?}");
        assert!(!errors[0].1.contains("space") && !errors[0].1.contains("s3cr3t"), "{errors:?}");
    }
}

#[tokio::test]
async fn an_unknown_check_is_named_with_the_nearest_one() {
    let checks = json!(["s3_encryptoin", "iam_root_mfa", "nothing-like-it", 7]);
    let errors = wrong(&json!({"account_id": "111122223333", "checks": checks})).await;
    let fields: Vec<&str> = errors.iter().map(|error| error.0.as_str()).collect();
    assert_eq!(fields, ["checks[0]", "checks[2]", "checks[3]"]);
    assert_eq!(errors[0].1, "there is no check `s3_encryptoin`; did you mean `s3_encryption`?");
    assert_eq!(errors[1].1, "there is no check `nothing-like-it`");
    assert_eq!(errors[2].1, "it is a number");
}

#[tokio::test]
async fn regions_services_and_force_have_their_values() {
    for (field, value, place) in [
        ("regions", json!(["eu-west-1", "*"]), "regions[1]"),
        ("regions", json!(["global"]), "regions[0]"),
        ("regions", json!(["EU"]), "regions[0]"),
        ("regions", json!("eu-west-1"), "regions"),
        ("services", json!(["s3", "lambda"]), "services[1]"),
        ("services", json!([null]), "services[0]"),
        ("force", json!("yes"), "force"),
        ("force", json!(null), "force"),
    ] {
        let mut body = order();
        body[field] = value;
        let errors = wrong(&body).await;
        assert_eq!((errors[0].0.as_str(), errors.len()), (place, 1), "{body}");
    }
}

#[tokio::test]
async fn everything_wrong_is_told_at_once() {
    let errors = wrong(&json!({
        "account_id": "1", "role_name": "a//b", "external_id": "?", "checks": ["x"],
        "role_arn": "arn:aws:iam::111122223333:role/x", "Account_Id": "111122223333",
    }))
    .await;
    let mut fields: Vec<&str> = errors.iter().map(|error| error.0.as_str()).collect();
    fields.sort_unstable();
    let expected =
        ["Account_Id", "account_id", "checks[0]", "external_id", "role_arn", "role_name"];
    assert_eq!(fields, expected);
    let unknown = errors.iter().find(|error| error.0 == "role_arn").unwrap();
    assert_eq!(
        unknown.2,
        "only `account_id`, `role_name`, `external_id`, `checks`, `regions`, `services`, `force`"
    );
}

#[tokio::test]
async fn json_may_be_declared_with_a_charset() {
    let api = Api::open();
    let mut request = start(order().to_string());
    let kind = "Application/JSON; charset=utf-8".parse().unwrap();
    request.headers_mut().insert("content-type", kind);
    assert_eq!(api.send(request).await.status, 202);
}
