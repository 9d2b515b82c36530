//! The API over a store of its own, and requests to it.

use std::sync::{Arc, Mutex};

use api::{Open, Settings, router};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use domain::Audit;
use serde_json::{Value, json};
use store::{SqliteStore, Store};
use tempfile::TempDir;
use tower::ServiceExt;

pub(crate) const EXTERNAL_ID: &str = "s3cr3t-between-us";

pub(crate) struct Api {
    pub(crate) router: Router,
    pub(crate) store: Arc<dyn Store>,
    /// The audits that the hook was told of.
    pub(crate) started: Arc<Mutex<Vec<Audit>>>,
    _directory: TempDir,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Api {
    pub(crate) fn new(mut settings: Settings) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(directory.path()).unwrap());
        let started = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&started);
        settings.started = Arc::new(move |audit| told.lock().unwrap().push(audit.clone()));
        let router = router(Arc::clone(&store), settings);
        Self { router, store, started, _directory: directory }
    }

    /// Open to everyone, as on one machine.
    pub(crate) fn open() -> Self {
        Self::new(Settings::new(Open))
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    pub(crate) async fn get(&self, uri: &str) -> Answer {
        self.send(Request::get(uri).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn start(&self, body: &Value) -> Answer {
        self.send(start(body.to_string())).await
    }
}

/// A request to start an audit, declared as JSON.
pub(crate) fn start(body: impl Into<Body>) -> Request<Body> {
    let request = Request::post("/api/audit/start").header("content-type", "application/json");
    request.body(body.into()).unwrap()
}

pub(crate) fn order() -> Value {
    json!({"account_id": "111122223333", "external_id": EXTERNAL_ID})
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The problem document, which has to say the status and its kind.
    pub(crate) fn problem(&self, status: u16, kind: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert_eq!(problem["type"], format!("urn:infraaudit:problem:{kind}"));
        assert!(problem["title"].as_str().is_some_and(|title| !title.is_empty()));
        problem
    }
}
