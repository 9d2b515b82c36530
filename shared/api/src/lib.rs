//! The HTTP API: the same [`router`] under `infraaudit serve` and in the Lambda function.
//!
//! Everything that goes wrong is told as a problem document (RFC 9457). An `ExternalId` comes in and
//! never goes out, neither in an answer nor in a log.

mod auth;
mod caller;
mod docs;
mod fields;
mod health;
mod layers;
mod problem;
mod start;
mod status;

use std::{fmt, sync::Arc};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{Method, Uri},
    routing::{get, post},
};
use domain::Audit;
use store::Store;

pub use auth::{Authenticate, Open, Refused, Token, bearer};
pub use problem::{FieldError, Problem};

/// What an operator decides about the API.
#[derive(Clone)]
pub struct Settings {
    /// Who may call, and whose data they see.
    pub auth: Arc<dyn Authenticate>,
    /// How much may be asked for.
    pub limits: Limits,
    /// Told of every new audit once it is written down.
    pub started: Arc<dyn Fn(&Audit) + Send + Sync>,
}

impl Settings {
    /// Settings with the usual limits, whose audits are picked up from the store.
    #[must_use]
    pub fn new(auth: impl Authenticate + 'static) -> Self {
        Self { auth: Arc::new(auth), limits: Limits::default(), started: Arc::new(|_| {}) }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// How much may be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The greatest size of a request's body, in bytes.
    pub body_bytes: usize,
    /// How many audits of a tenant may be queued or running.
    pub waiting_audits: u32,
    /// How many requests of a tenant are answered in a second, a burst being as many. Counted by each
    /// process for itself.
    pub requests_per_second: std::num::NonZeroU32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 16 * 1024,
            waiting_audits: 100,
            requests_per_second: std::num::NonZeroU32::MIN.saturating_add(49),
        }
    }
}

/// What the handlers share.
#[derive(Clone)]
struct Shared {
    store: Arc<dyn Store>,
    settings: Settings,
    rate: Arc<caller::Rate>,
}

/// Every route of the API over a store.
pub fn router(store: Arc<dyn Store>, settings: Settings) -> Router {
    let rate = Arc::new(caller::rate(settings.limits.requests_per_second));
    let body_bytes = settings.limits.body_bytes;
    let routes = Router::new()
        .route("/api/audit/start", post(start::start))
        .route("/api/audit/status/{audit_id}", get(status::status))
        .route("/health", get(health::health))
        .merge(docs::routes())
        .fallback(no_such_route)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(body_bytes))
        .with_state(Shared { store, settings, rate });
    layers::around(routes)
}

async fn no_such_route(uri: Uri) -> Problem {
    Problem::not_found(format!("there is nothing at `{}`; /docs lists what there is", uri.path()))
}

async fn method_not_allowed(method: Method) -> Problem {
    Problem::method_not_allowed(&method)
}
