//! Which handler answers which route.

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{Method, Uri},
    routing::{delete, get, post},
};
use store::Store;

use crate::{
    accounts, audits, findings, health, keys, layers, openapi, problem::Problem, rate::rate,
    settings::Settings, state::Shared, suppressions,
};

/// Every route of the API over a store; those of old access keys where the settings tell who reads them.
pub fn router(store: Store, settings: Settings) -> Router {
    let keys = if settings.keys.is_some() { key_routes() } else { Router::new() };
    let routes = Router::new()
        .merge(keys)
        .merge(audit_routes())
        .merge(account_routes())
        .route("/api/findings", get(findings::everywhere::everywhere))
        .route("/api/suppressions", get(suppressions::list).post(suppressions::suppress))
        .route("/api/suppressions/{suppression_id}", delete(suppressions::unsuppress))
        .route("/health", get(health::health))
        .merge(openapi::routes());
    finished(routes, store, settings)
}

/// The routes of old access keys alone, for the function that reads them.
pub fn keys_router(store: Store, settings: Settings) -> Router {
    finished(key_routes(), store, settings)
}

/// Routes with what surrounds them.
fn finished(routes: Router<Shared>, store: Store, settings: Settings) -> Router {
    let rate = Arc::new(rate(settings.limits.requests_per_second));
    let body_bytes = settings.limits.body_bytes;
    let routes = routes
        .fallback(no_such_route)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(body_bytes))
        .with_state(Shared { store, settings, rate });
    layers::around(routes)
}

fn key_routes() -> Router<Shared> {
    use keys::{credential_report::credential_report, job::job, list_users::list_users};
    Router::new()
        .route("/v1/iam/old-access-keys/list-users", get(list_users))
        .route("/v1/iam/old-access-keys/credential-report", post(credential_report))
        .route("/v1/iam/old-access-keys/jobs/{job_id}", get(job))
}

fn audit_routes() -> Router<Shared> {
    Router::new()
        .route("/api/audit/start", post(audits::start::start))
        .route("/api/audit/status/{audit_id}", get(audits::status::status))
        .route("/api/audits", get(audits::list::list))
        .route("/api/audits/{audit_id}/findings", get(audits::findings::findings))
        .route("/api/audits/{audit_id}/access-keys", get(audits::access_keys::access_keys))
        .route("/api/audits/{audit_id}/cancel", post(audits::cancel::cancel))
}

fn account_routes() -> Router<Shared> {
    let one =
        get(accounts::one::one).patch(accounts::change::change).delete(accounts::remove::remove);
    Router::new()
        .route("/api/accounts", get(accounts::list::list).post(accounts::register::register))
        .route("/api/accounts/{account_id}", one)
        .route("/api/accounts/{account_id}/verify", post(accounts::verify::verify))
        .route("/api/accounts/{account_id}/findings", get(accounts::findings::findings))
        .route("/api/accounts/{account_id}/findings/diff", get(accounts::diff::findings_diff))
        .route("/api/accounts/{account_id}/diff", get(accounts::diff::diff))
}

async fn no_such_route(uri: Uri) -> Problem {
    Problem::not_found(format!("there is nothing at `{}`; /docs lists what there is", uri.path()))
}

async fn method_not_allowed(method: Method) -> Problem {
    Problem::method_not_allowed(&method)
}
