//! `/api/suppressions`.

use domain::Tenant;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{ACCOUNT, Api, fields};

const ALL: &str = "/api/suppressions";

fn hours(hours: i64) -> String {
    (Timestamp::now() + hours.hours()).to_string()
}

fn known() -> Value {
    json!({"check": "s3_encryption", "reason": "Step 4711", "expires_at": hours(24)})
}

#[tokio::test]
async fn what_is_known_is_written_down_and_taken_away() {
    let api = Api::registered();
    api.register(ACCOUNT).await;
    let body = json!({
        "account_id": ACCOUNT, "check": "s3_encryption", "resource": "arn:aws:s3:::site-*",
        "tag": {"key": "public", "value": "y?s"}, "reason": "The site is public",
        "expires_at": hours(24 * 365),
    });
    let answer = api.call("POST", ALL, Some(&body)).await;
    let told = answer.ok(201);
    for field in ["account_id", "check", "resource", "tag", "reason", "expires_at"] {
        assert_eq!(told[field], body[field], "{field}");
    }
    let id: Uuid = told["id"].as_str().unwrap().parse().unwrap();
    let uri = format!("{ALL}/{id}");
    assert_eq!(answer.header("location"), uri);
    let kept = api.store.all_suppressions(&Tenant::local()).await.unwrap();
    assert_eq!(serde_json::to_value(&kept).unwrap(), json!([told]));
    assert_eq!(api.get(ALL).await.ok(200), json!({"items": [told], "next_cursor": null}));

    let answer = api.call("DELETE", &uri, None).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
    api.call("DELETE", &uri, None).await.problem(404, "not-found");
    assert_eq!(api.get(ALL).await.ok(200)["items"], json!([]));
    api.call("DELETE", "/api/suppressions/x", None).await.problem(404, "not-found");
}

#[tokio::test]
async fn one_of_check_resource_and_tag_is_enough() {
    let api = Api::open();
    for (field, value) in [
        ("check", json!("iam_root_mfa")),
        ("resource", json!("arn:aws:iam::*:user/?")),
        ("tag", json!({"key": "team"})),
    ] {
        let body = json!({field: value, "reason": "x", "expires_at": hours(1)});
        let told = api.call("POST", ALL, Some(&body)).await.ok(201);
        let any = json!({"key": "team", "value": "*"});
        assert_eq!(told[field], if field == "tag" { any } else { value });
    }
    let mut seen = 0;
    let mut uri = format!("{ALL}?limit=2");
    loop {
        let page = api.get(&uri).await.ok(200);
        seen += page["items"].as_array().unwrap().len();
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        uri = format!("{ALL}?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, 3);
    let answer = api.get(&format!("{ALL}?limit=x&id=1")).await;
    assert_eq!(fields(&answer.problem(422, "invalid-fields")), ["limit", "id"]);
}

#[tokio::test]
async fn a_suppression_says_what_why_and_until_when() {
    let api = Api::open();
    let wrong = async |body: &Value| {
        fields(&api.call("POST", ALL, Some(body)).await.problem(422, "invalid-fields"))
    };
    assert_eq!(wrong(&json!({})).await, ["check", "reason", "expires_at"]);
    assert_eq!(wrong(&json!([])).await, [""]);
    for (field, value, place) in [
        ("expires_at", json!(hours(-1)), "expires_at"),
        ("expires_at", json!(hours(24 * 367)), "expires_at"),
        ("expires_at", json!("tomorrow"), "expires_at"),
        ("expires_at", json!(4_102_444_800_u64), "expires_at"),
        ("reason", json!(""), "reason"),
        ("reason", json!("  "), "reason"),
        ("reason", json!("x".repeat(501)), "reason"),
        ("check", json!("s3_encryptio"), "check"),
        ("check", Value::Null, "check"),
        ("resource", json!(""), "resource"),
        ("resource", json!("**"), "resource"),
        ("resource", json!("x".repeat(2049)), "resource"),
        ("tag", json!("team"), "tag"),
        ("tag", json!({"value": "x"}), "tag.key"),
        ("tag", json!({"key": "a", "value": 1}), "tag.value"),
        ("tag", json!({"key": "a", "values": "x"}), "tag.values"),
        ("account_id", json!("1"), "account_id"),
        ("id", json!("x"), "id"),
    ] {
        let mut body = known();
        body[field] = value;
        assert_eq!(wrong(&body).await, [place], "{body}");
    }
    assert!(api.rows("local").is_empty());
}

#[tokio::test]
async fn a_suppression_is_for_an_account_that_is_there() {
    let mut body = known();
    body["account_id"] = json!(ACCOUNT);
    Api::registered().call("POST", ALL, Some(&body)).await.problem(404, "not-found");
    assert_eq!(Api::open().call("POST", ALL, Some(&body)).await.status, 201);
}
