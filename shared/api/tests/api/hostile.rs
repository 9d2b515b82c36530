//! Whatever comes in, the answer is a well-formed one.

use std::sync::LazyLock;

use axum::{
    body::Body,
    http::{Request, Uri},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::{
    cases,
    support::{ACCOUNT, Answer, Api, anyone, request, start},
};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
static API: LazyLock<&Api> = LazyLock::new(|| &SERVICE.0);
static NAMES: LazyLock<&[String]> = LazyLock::new(|| &SERVICE.1);

/// The API, and the names of what there is, so that some requests get far.
static SERVICE: LazyLock<(Api, Vec<String>)> = LazyLock::new(|| {
    let mut settings = anyone(api::Open);
    settings.limits.requests_per_second = std::num::NonZeroU32::MAX;
    settings.limits.waiting_audits = u32::MAX;
    let api = Api::new(settings);
    let cases = RUNTIME.block_on(cases::of(&api, "local"));
    let parts = cases.iter().flat_map(|case| case.uri.split(['/', '=', '&', '?']));
    let mut names: Vec<_> = parts.filter(|part| part.len() == 36).map(str::to_owned).collect();
    names.sort_unstable();
    names.dedup();
    assert!(names.len() > 3, "{names:?}");
    (api, names)
});

/// Every route that the document names: its method, its path and its fields by place.
static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    let document = RUNTIME.block_on(API.get("/openapi.json")).json();
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let queried = parameters.iter().filter(|one| one["in"] == "query");
            let name = |one: &Value| one["name"].as_str().unwrap().to_owned();
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            // One that may be left out is one of two.
            let schema = schema["oneOf"].as_array().and_then(|one| one.last()).unwrap_or(schema);
            let body = schema["$ref"]
                .as_str()
                .map(|schema| document.pointer(schema.trim_start_matches('#')).unwrap());
            let fields = body.map(|schema| schema["properties"].as_object().unwrap());
            routes.push(Route {
                method: method.to_uppercase(),
                path: path.clone(),
                query: queried.map(name).collect(),
                body: fields.map(|fields| fields.keys().cloned().collect()).unwrap_or_default(),
            });
        }
    }
    routes
});

#[derive(Clone, Debug)]
struct Route {
    method: String,
    path: String,
    query: Vec<String>,
    body: Vec<String>,
}

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

/// Texts that mean something somewhere, and some that mean nothing.
fn text() -> impl Strategy<Value = String> {
    let meant = [
        ACCOUNT,
        "s3_encryption",
        "eu-west-1",
        "s3",
        "critical",
        "fail",
        "new,resolved",
        "queued",
        "0 2 * * ? *",
        "0 2 ? * 7#6 2099",
        "* * 31 2 ? *",
        "0/0 0/0 ? 0/0 0/0 0/0",
        "Asia/Seoul",
        "2027-01-01T00:00:00Z",
        "+009999-12-31T23:59:59Z",
        "0192f0c1-2b3c-7def-8123-456789abcdef",
        "dDI6",
        "dDI6eA",
        "cDI6eA",
        "ZjE6MTg0NDY3NDQwNzM3MDk1NTE2MTU",
        "111122223333.",
        "111122223333.cDI6eA",
        "d2-18446744073709551615",
        "1000",
        "87600",
        "87601",
        "25",
        "last_used,key_id",
        "all",
        "*",
        "",
    ];
    prop_oneof![
        1 => prop::sample::select(NAMES.to_vec()),
        3 => prop::sample::select(meant.to_vec()).prop_map(str::to_owned),
        2 => ".{0,20}",
        1 => "[*?/ 0-9-]{0,24}",
    ]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        4 => text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 5, |inner| {
        let field = prop_oneof![
            3 => prop::sample::select(vec!["cron", "time_zone", "key", "value"]).prop_map(str::to_owned),
            1 => ".{0,10}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(field, inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A request to one of the routes, whose fields are its own and hold anything.
fn any_request() -> impl Strategy<Value = (Route, String, Value)> {
    let route = prop::sample::select(ROUTES.clone());
    route.prop_flat_map(|route| {
        let fields = |own: &[String]| {
            let own = if own.is_empty() { vec!["x".to_owned()] } else { own.to_vec() };
            prop_oneof![9 => prop::sample::select(own), 1 => ".{0,10}"]
        };
        let query = prop::collection::vec((fields(&route.query), text()), 0..4);
        let body = prop::collection::btree_map(fields(&route.body), any_json(), 0..6);
        (Just(route), text(), query, body).prop_map(|(route, name, query, body)| {
            let path = route
                .path
                .split('/')
                .map(|part| if part.starts_with('{') { encoded(&name) } else { part.to_owned() });
            let path = path.collect::<Vec<_>>().join("/");
            let pairs = query.iter().map(|(k, v)| format!("{}={}", encoded(k), encoded(v)));
            let uri = format!("{path}?{}", pairs.collect::<Vec<_>>().join("&"));
            (route, uri, json!(body))
        })
    })
}

fn encoded(text: &str) -> String {
    let byte = |byte: u8| {
        if byte.is_ascii_alphanumeric() {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(byte).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, ..ProptestConfig::default() })]

    #[test]
    fn every_route_answers_whatever_its_fields_hold((route, uri, body) in any_request()) {
        // Whatever was done to it before.
        let account = request("POST", "/api/accounts", Some(&json!({"account_id": ACCOUNT})));
        well(&send(account))?;
        let request = Request::builder()
            .method(route.method.as_str())
            .uri(&uri)
            .header("content-type", "application/json")
            .header("idempotency-key", "a");
        well(&send(request.body(Body::from(body.to_string())).unwrap()))?;
    }
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        well(&send(start(bytes.clone())))?;
        for (method, uri) in [("POST", "/api/accounts"), ("PATCH", "/api/accounts/111122223333"), ("POST", "/api/suppressions")] {
            let request = Request::builder().method(method).uri(uri);
            let request = request.header("content-type", "application/json");
            well(&send(request.body(Body::from(bytes.clone())).unwrap()))?;
        }
    }

    #[test]
    fn any_json_is_answered(body in any_json()) {
        well(&send(start(body.to_string())))?;
    }

    #[test]
    fn any_path_and_query_are_answered(text in "/[!-~]{0,40}", id in "[!-~]{0,40}", query in "[!-~]{0,40}") {
        for route in ROUTES.iter().filter(|route| route.method == "GET") {
            let path = route.path.replace("{audit_id}", &id).replace("{account_id}", &id);
            let path = path.replace("{job_id}", &id);
            let known = route.path.replace("{account_id}", ACCOUNT);
            for uri in [text.clone(), path, format!("{known}?{query}")] {
                let Ok(uri) = uri.parse::<Uri>() else { continue };
                well(&send(Request::get(uri).body(Body::empty()).unwrap()))?;
            }
        }
    }

    #[test]
    fn any_idempotency_key_is_answered(key in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut request = start(r#"{"account_id":"111122223333"}"#);
        let Ok(key) = axum::http::HeaderValue::from_bytes(&key) else { return Ok(()) };
        request.headers_mut().insert("idempotency-key", key);
        well(&send(request))?;
    }
}
