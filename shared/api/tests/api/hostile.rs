//! Whatever comes in, the answer is a well-formed one.

use std::sync::LazyLock;

use axum::{
    body::Body,
    http::{Request, Uri},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::support::{Answer, Api, start};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
static API: LazyLock<Api> = LazyLock::new(|| {
    let mut settings = api::Settings::new(api::Open);
    settings.limits.requests_per_second = std::num::NonZeroU32::MAX;
    settings.limits.waiting_audits = u32::MAX;
    Api::new(settings)
});

fn send(request: Request<Body>) -> Answer {
    RUNTIME.block_on(API.send(request))
}

/// Says no to the request, or yes; never that something went wrong here.
fn well(answer: &Answer) -> Result<(), TestCaseError> {
    let status = answer.status.as_u16();
    prop_assert!((200..500).contains(&status), "{status}: {}", answer.text);
    if status >= 400 {
        prop_assert_eq!(answer.header("content-type"), "application/problem+json");
        prop_assert_eq!(&answer.json()["status"], status);
    }
    prop_assert!(!answer.header("x-request-id").is_empty());
    Ok(())
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        Just(json!("111122223333")),
        Just(json!("s3_encryption")),
    ];
    leaf.prop_recursive(3, 20, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(field(), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(vec!["account_id", "role_name", "external_id", "checks"])
            .prop_map(str::to_owned),
        1 => ".{0,10}",
    ]
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        well(&send(start(bytes)))?;
    }

    #[test]
    fn any_json_is_answered(body in any_json()) {
        well(&send(start(body.to_string())))?;
    }

    #[test]
    fn any_path_and_query_are_answered(text in "/[!-~]{0,40}", id in "[!-~]{0,40}", query in "[!-~]{0,40}") {
        for uri in [text, format!("/api/audit/status/{id}"), format!("/api/audit/status/0192f0c1-2b3c-7def-8123-456789abcdef?{query}")] {
            let Ok(uri) = uri.parse::<Uri>() else { continue };
            well(&send(Request::get(uri).body(Body::empty()).unwrap()))?;
        }
    }
}
