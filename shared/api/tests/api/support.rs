//! The API over a store of its own, and requests to it.

use std::{
    num::NonZeroU32,
    sync::{Arc, Mutex},
};

use api::{
    Access, Authenticate, Keys, Open, OwnAccount, ReadKeys, Refused, Scopes, Settings, Verify,
    router,
};
use async_trait::async_trait;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, request::Parts},
};
use domain::{
    Audit, JobStep, Proof, ProofOutcome, RegisteredAccount, RegisteredState, Tenant,
    keys::{Failure, KeyStatus, OldAccessKey, OldAccessKeys, Partial, Reading},
};
use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::{Value, json};
use store::Store;
use tempfile::TempDir;
use tokio::time::Instant;
use tower::ServiceExt;

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const EXTERNAL_ID: &str = "s3cr3t-between-us";

pub(crate) struct Api {
    pub(crate) router: Router,
    pub(crate) store: Store,
    /// The audits that the hook was told of.
    pub(crate) started: Arc<Mutex<Vec<Audit>>>,
    pub(crate) aws: Aws,
    pub(crate) iam: Iam,
    /// The jobs that the hook was told of.
    pub(crate) jobs: Arc<Mutex<Vec<JobStep>>>,
    directory: TempDir,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

/// AWS, as far as it says something of a role.
#[derive(Clone)]
pub(crate) struct Aws(Arc<Mutex<(ProofOutcome, Vec<RegisteredAccount>)>>);

impl Aws {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new((ProofOutcome::Proven, Vec::new()))))
    }

    /// What the next proofs give.
    pub(crate) fn gives(&self, outcome: ProofOutcome) {
        self.0.lock().unwrap().0 = outcome;
    }

    /// The accounts whose roles were asked.
    pub(crate) fn asked(&self) -> Vec<RegisteredAccount> {
        self.0.lock().unwrap().1.clone()
    }
}

#[async_trait]
impl Verify for Aws {
    async fn verify(&self, account: &RegisteredAccount) -> Proof {
        let mut inner = self.0.lock().unwrap();
        inner.1.push(account.clone());
        let outcome = inner.0;
        let reason = (outcome != ProofOutcome::Proven).then(|| format!("the role is {outcome}"));
        Proof { tried_at: Timestamp::now(), outcome, reason }
    }
}

/// What a reading comes to.
type Read = Result<Reading, Failure>;

/// IAM, as far as it tells keys: what the next readings come to, the last one for ever, and what was asked.
#[derive(Clone)]
pub(crate) struct Iam(Arc<Mutex<(Vec<Read>, Vec<Partial>)>>);

/// The answer that IAM gives unless it is told otherwise.
pub(crate) fn old_keys() -> OldAccessKeys {
    OldAccessKeys::live(vec![OldAccessKey {
        user_name: "kim".into(),
        access_key_id: Some("AKIAEXAMPLE".into()),
        created_date: "2020-01-01T00:00:00Z".parse().unwrap(),
        age_hours: 50_000,
        status: KeyStatus::Active,
        slot: None,
        no_id_because: None,
        last_used: None,
    }])
}

impl Iam {
    fn new() -> Self {
        Self(Arc::new(Mutex::new((vec![Ok(Reading::Done(old_keys()))], Vec::new()))))
    }

    /// What the next readings come to.
    pub(crate) fn gives(&self, reads: impl IntoIterator<Item = Read>) {
        self.0.lock().unwrap().0 = reads.into_iter().collect();
    }

    /// What was read on from.
    pub(crate) fn asked(&self) -> Vec<Partial> {
        self.0.lock().unwrap().1.clone()
    }
}

#[async_trait]
impl ReadKeys for Iam {
    async fn read(&self, _: Option<&RegisteredAccount>, from: Partial, _: Instant) -> Read {
        let mut inner = self.0.lock().unwrap();
        inner.1.push(from);
        if inner.0.len() > 1 { inner.0.remove(0) } else { inner.0[0].clone() }
    }
}

/// Takes the tenant from a header, and what it may do from another, as no real service would.
pub(crate) struct Said;

#[async_trait]
impl Authenticate for Said {
    async fn tenant(&self, request: &Parts, access: Access) -> Result<Tenant, Refused> {
        let allowed = request.headers.get("scopes").map(|scopes| scopes.to_str().unwrap());
        if let Some(allowed) = allowed {
            let scopes = ["read", "write", "admin"].map(|name| Some(name.to_owned()));
            let scopes = Scopes::of(scopes).unwrap().unwrap();
            scopes.check(&|claim| (claim == "scope").then(|| allowed.to_owned()), access)?;
        }
        match request.headers.get("tenant").map(|tenant| tenant.to_str().unwrap()) {
            None => Err(Refused::Missing),
            Some("nobody") => Err(Refused::Forbidden("the token names no tenant".into())),
            Some("later") => Err(Refused::Unavailable),
            Some(tenant) => Ok(Tenant::try_from(tenant.to_owned()).unwrap()),
        }
    }
}

/// Settings of a service on one machine: any account may be audited.
pub(crate) fn anyone(auth: impl Authenticate + 'static) -> Settings {
    Settings { registration: false, ..registering(auth) }
}

/// Settings of a service for registered accounts, whose limit is in no test's way.
pub(crate) fn registering(auth: impl Authenticate + 'static) -> Settings {
    let mut settings = Settings::new(auth, Aws::new());
    let many = NonZeroU32::new(10_000).unwrap();
    settings.limits.requests_per_second = many;
    settings.limits.starts_per_minute = many;
    settings.limits.verifications_per_minute = many;
    settings.limits.key_requests_per_minute = many;
    settings
}

impl Api {
    pub(crate) fn new(mut settings: Settings) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        let (started, aws) = (Arc::new(Mutex::new(Vec::new())), Aws::new());
        let told = Arc::clone(&started);
        settings.started = Arc::new(move |audit| told.lock().unwrap().push(audit.clone()));
        settings.verify = Arc::new(aws.clone());
        let (iam, jobs) = (Iam::new(), Arc::new(Mutex::new(Vec::new())));
        let began = Arc::clone(&jobs);
        let keys = settings.keys.take();
        let keys = keys.unwrap_or_else(|| Keys::new(Arc::new(iam.clone()), OwnAccount::Everybody));
        settings.keys = Some(Keys {
            reader: Arc::new(iam.clone()),
            started: Arc::new(move |step| began.lock().unwrap().push(step)),
            ..keys
        });
        let router = router(store.clone(), settings);
        Self { router, store, started, aws, iam, jobs, directory }
    }

    /// Open to everyone on this machine, any account being audited.
    pub(crate) fn open() -> Self {
        Self::new(anyone(Open))
    }

    /// Open to everyone on this machine, registered accounts alone being audited.
    pub(crate) fn registered() -> Self {
        Self::new(registering(Open))
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    pub(crate) async fn get(&self, uri: &str) -> Answer {
        self.call("GET", uri, None).await
    }

    pub(crate) async fn call(&self, method: &str, uri: &str, body: Option<&Value>) -> Answer {
        self.send(request(method, uri, body)).await
    }

    /// A call on behalf of a tenant, for a service that believes [`Said`].
    pub(crate) async fn call_as(
        &self,
        tenant: &str,
        method: &str,
        uri: &str,
        body: Option<&Value>,
    ) -> Answer {
        let mut request = request(method, uri, body);
        request.headers_mut().insert("tenant", tenant.parse().unwrap());
        self.send(request).await
    }

    pub(crate) async fn start(&self, body: &Value) -> Answer {
        self.send(start(body.to_string())).await
    }

    /// Registers an account by its digits, and answers what is told of it.
    pub(crate) async fn register(&self, account: &str) -> Value {
        let answer =
            self.call("POST", "/api/accounts", Some(&json!({"account_id": account}))).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()
    }

    /// Registers an account of a tenant, whose role counts as proven.
    pub(crate) async fn proven(&self, tenant: &Tenant, account: &str) {
        let (now, id) = (Timestamp::now(), account.parse().unwrap());
        let prove = |account: &mut RegisteredAccount| account.state = RegisteredState::Active;
        let changed = self.store.change_account(tenant, &id, now, prove).await.unwrap();
        assert!(changed.is_some(), "it is not registered");
    }

    /// The database, beside the store.
    pub(crate) fn database(&self) -> Connection {
        Connection::open(self.directory.path().join("infraaudit.sqlite")).unwrap()
    }

    /// All that is kept of a tenant.
    pub(crate) fn rows(&self, tenant: &str) -> Vec<(String, String, String)> {
        let database = self.database();
        let mut statement = database
            .prepare("SELECT pk, sk, body FROM items WHERE pk LIKE ?1 || '#%' ORDER BY pk, sk")
            .unwrap();
        let rows = statement.query_map([tenant], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        rows.unwrap().map(Result::unwrap).collect()
    }
}

pub(crate) fn request(method: &str, uri: &str, body: Option<&Value>) -> Request<Body> {
    let request = Request::builder().method(method).uri(uri);
    match body {
        Some(body) => request
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .unwrap(),
        None => request.body(Body::empty()).unwrap(),
    }
}

/// A request to start an audit, declared as JSON.
pub(crate) fn start(body: impl Into<Body>) -> Request<Body> {
    let request = Request::post("/api/audit/start").header("content-type", "application/json");
    request.body(body.into()).unwrap()
}

pub(crate) fn order() -> Value {
    json!({"account_id": ACCOUNT, "external_id": EXTERNAL_ID})
}

/// The names of the fields that a problem document lists.
pub(crate) fn fields(problem: &Value) -> Vec<String> {
    let errors = problem["errors"].as_array().unwrap();
    errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The answer's JSON, which has to have this status.
    pub(crate) fn ok(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()
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
