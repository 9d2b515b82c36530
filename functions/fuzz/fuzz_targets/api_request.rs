//! Any body and any fields, sent to any route, are taken or refused with a problem document; never is anything wrong
//! here. The input's first line is the number of the route, the values of its path and its query, with blanks between;
//! the rest is the body.

#![no_main]

use std::sync::{Arc, LazyLock};

use api::{Keys, Open, OwnAccount, ReadKeys, Settings, Verify, router};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, Uri, header::CONTENT_TYPE},
};
use domain::{
    Proof, ProofOutcome, RegisteredAccount,
    keys::{Failure, Partial, Reading},
};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use store::Store;
use tokio::{
    runtime::{Builder, Runtime},
    time::Instant,
};
use tower::ServiceExt as _;

/// AWS, which always says yes.
struct Yes;

#[async_trait::async_trait]
impl Verify for Yes {
    async fn verify(&self, _: &RegisteredAccount) -> Proof {
        let tried_at = jiff::Timestamp::UNIX_EPOCH;
        Proof { tried_at, outcome: ProofOutcome::Proven, reason: None }
    }
}

/// IAM, which never answers in time.
struct Slow;

#[async_trait::async_trait]
impl ReadKeys for Slow {
    async fn read(
        &self,
        _: Option<&RegisteredAccount>,
        from: Partial,
        _: Instant,
    ) -> Result<Reading, Failure> {
        Ok(Reading::Unfinished(from))
    }
}

struct Service {
    router: Router,
    /// Method and path of every route.
    routes: Vec<(String, String)>,
    _directory: tempfile::TempDir,
}

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_all().build().expect("a runtime"));

static SERVICE: LazyLock<Service> = LazyLock::new(|| {
    let directory = tempfile::tempdir().expect("a directory");
    let mut settings = Settings::new(Open, Yes);
    settings.limits.requests_per_second = std::num::NonZeroU32::MAX;
    settings.limits.starts_per_minute = std::num::NonZeroU32::MAX;
    settings.limits.verifications_per_minute = std::num::NonZeroU32::MAX;
    settings.limits.key_requests_per_minute = std::num::NonZeroU32::MAX;
    settings.limits.waiting_audits = u32::MAX;
    settings.keys = Some(Keys::new(Arc::new(Slow), OwnAccount::Everybody));
    let router = router(Store::open(directory.path()).expect("a store"), settings);
    let request = Request::get("/openapi.json").body(Body::empty()).expect("a request");
    let document: Value = serde_json::from_slice(&send(&router, request).1).expect("a document");
    let paths = document["paths"].as_object().expect("paths");
    let routes = paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().expect("methods").keys();
            methods.map(|method| (method.to_uppercase(), path.clone())).collect::<Vec<_>>()
        })
        .collect();
    Service { router, routes, _directory: directory }
});

fn send(router: &Router, request: Request<Body>) -> (axum::http::response::Parts, Vec<u8>) {
    RUNTIME.block_on(async {
        let answer = router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = answer.into_parts();
        (parts, to_bytes(body, usize::MAX).await.expect("a body").to_vec())
    })
}

fuzz_target!(|text: &str| {
    let (line, body) = text.split_once('\n').unwrap_or((text, ""));
    let mut words = line.split(' ');
    let mut word = || words.next().unwrap_or_default();
    let Ok(number) = word().parse::<usize>() else { return };
    let (name, query) = (word(), word());
    let service = &*SERVICE;
    let (method, path) = &service.routes[number % service.routes.len()];
    let filled: Vec<_> =
        path.split('/').map(|part| if part.starts_with('{') { name } else { part }).collect();
    let Ok(uri) = format!("{}?{query}", filled.join("/")).parse::<Uri>() else { return };
    let request = Request::builder().method(method.as_str()).uri(uri);
    let request = request.header(CONTENT_TYPE, "application/json").body(body.to_owned().into());
    let Ok(request) = request else { return };
    let (parts, answer) = send(&service.router, request);
    let status = parts.status.as_u16();
    assert!((200..500).contains(&status), "{status}: {}", String::from_utf8_lossy(&answer));
    if status >= 400 {
        assert_eq!(parts.headers[CONTENT_TYPE], "application/problem+json");
        let problem: Value = serde_json::from_slice(&answer).expect("a problem document");
        assert_eq!(problem["status"], status);
    }
});
