//! What goes wrong apart from the fields of a request.

use std::num::NonZeroU32;

use api::Open;
use axum::{body::Body, http::Request};
use serde_json::json;

use crate::{
    cases::{self, Foreign},
    support::{Api, anyone, order, start},
};

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let api = Api::open();
    for uri in
        ["/", "/api", "/api/audit/status", "/api/audit/status/", "/api/audit/start/x", "/..%2f"]
    {
        let problem = api.get(uri).await.problem(404, "not-found");
        assert!(problem["detail"].as_str().unwrap().contains("/docs"), "{problem}");
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let api = Api::open();
    for (method, uri, allowed) in [
        ("GET", "/api/audit/start", "POST"),
        ("DELETE", "/api/audit/start", "POST"),
        ("POST", "/api/audit/status/x", "GET,HEAD"),
        ("PUT", "/health", "GET,HEAD"),
        ("POST", "/openapi.json", "GET,HEAD"),
    ] {
        let request = Request::builder().method(method).uri(uri).body(Body::empty()).unwrap();
        let answer = api.send(request).await;
        answer.problem(405, "method-not-allowed");
        assert_eq!(answer.header("allow"), allowed, "{method} {uri}");
    }
}

#[tokio::test]
async fn a_body_is_json() {
    let api = Api::open();
    for body in ["", "{", "{\"account_id\": }", "{} {}", "nul", "{\"a\":1,}", "\u{feff}{}"] {
        let problem = api.send(start(body)).await.problem(400, "malformed");
        assert!(problem["detail"].as_str().is_some_and(|why| why.contains("body")), "{problem}");
    }
    let deep = "[".repeat(10_000);
    api.send(start(deep)).await.problem(400, "malformed");
    api.send(start(vec![0xff, 0xfe])).await.problem(400, "malformed");
    for kind in [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("")] {
        let mut request = start(order().to_string());
        request.headers_mut().remove("content-type");
        if let Some(kind) = kind {
            request.headers_mut().insert("content-type", kind.parse().unwrap());
        }
        api.send(request).await.problem(415, "not-json");
    }
}

#[tokio::test]
async fn a_body_has_a_size() {
    let api = Api::open();
    let body = |bytes: usize| {
        let mut body = order();
        body["external_id"] = json!("");
        let rest = bytes - body.to_string().len();
        body["external_id"] = json!("x".repeat(rest));
        body
    };
    api.start(&body(16 * 1024)).await.problem(422, "invalid-fields");
    let problem = api.start(&body(16 * 1024 + 1)).await.problem(413, "too-large");
    assert!(problem["detail"].as_str().unwrap().contains("16384"));
}

#[tokio::test]
async fn only_so_many_audits_wait() {
    let mut settings = anyone(Open);
    settings.limits.waiting_audits = 2;
    let api = Api::new(settings);
    for _ in 0..2 {
        assert_eq!(api.start(&order()).await.status, 202);
    }
    let answer = api.start(&order()).await;
    answer.problem(429, "too-many");
    assert_eq!(answer.header("retry-after"), "60");
    assert_eq!(api.started.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn only_so_many_requests_come_in_a_second() {
    let mut settings = anyone(Open);
    settings.limits.requests_per_second = NonZeroU32::new(3).unwrap();
    let api = Api::new(settings);
    let uri = "/api/audit/status/0192f0c1-2b3c-7def-8123-456789abcdef";
    let mut answers = Vec::new();
    for _ in 0..10 {
        answers.push(api.get(uri).await);
    }
    let refused = answers.iter().find(|answer| answer.status == 429).unwrap();
    refused.problem(429, "too-many");
    assert_eq!(refused.header("retry-after"), "1");
    assert!(answers.iter().take(3).all(|answer| answer.status == 404));
    assert_eq!(api.get("/health").await.status, 200, "health is not counted");
}

#[tokio::test]
async fn an_outage_is_no_success_and_tells_nothing_of_itself() {
    for (damage, status, kind, retry) in [
        ("ALTER TABLE items RENAME TO burning", 503, "unavailable", "5"),
        ("UPDATE items SET body = 'garbage'", 500, "internal", ""),
    ] {
        let api = Api::registered();
        let cases = cases::of(&api, "local").await;
        let started = api.started.lock().unwrap().len();
        api.database().execute(damage, []).unwrap();
        for case in cases.iter().filter(|case| case.foreign != Foreign::Public) {
            let answer = api.call(case.method, &case.uri, case.body.as_ref()).await;
            assert_eq!(answer.status, status, "{} {}: {}", case.method, case.uri, answer.text);
            answer.problem(status, kind);
            assert_eq!(answer.header("retry-after"), retry);
            for inside in ["burning", "garbage", "items", "local#"] {
                assert!(!answer.text.contains(inside), "{}", answer.text);
            }
        }
        assert_eq!(api.started.lock().unwrap().len(), started, "no audit was acknowledged");
    }
}
