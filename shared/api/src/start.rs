use std::time::Duration;

use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{
        HeaderMap, StatusCode,
        header::{CONTENT_TYPE, LOCATION},
    },
    response::IntoResponse,
};
use domain::{AccountId, Audit, AuditId, AuditState};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Problem, Shared, caller::Caller};

mod body;

/// An audit that was written down.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Started {
    /// Its name: a `UUIDv7`.
    #[schema(value_type = String, format = Uuid)]
    audit_id: AuditId,
    /// Where it stands.
    status: AuditState,
    /// The account.
    #[schema(value_type = String, pattern = "^[0-9]{12}$")]
    account_id: AccountId,
    /// The checks it runs; empty means all.
    checks: Vec<String>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// Asks for an audit of an account. It runs in the background; its status tells how far it is.
#[utoipa::path(
    post,
    path = "/api/audit/start",
    tag = "audits",
    security((), ("bearer" = [])),
    request_body(content = body::StartRequest, content_type = "application/json"),
    responses(
        (status = 202, description = "The audit is written down and will run.", body = Started,
         headers(("location" = String, description = "Where its status is."))),
        (status = 400, response = crate::docs::Malformed),
        (status = 401, response = crate::docs::Unauthorized),
        (status = 403, response = crate::docs::Forbidden),
        (status = 413, response = crate::docs::TooLarge),
        (status = 415, response = crate::docs::NotJson),
        (status = 422, response = crate::docs::InvalidFields),
        (status = 429, response = crate::docs::TooMany),
        (status = 503, response = crate::docs::Unavailable),
    ),
)]
pub(crate) async fn start(
    Caller(tenant): Caller,
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<impl IntoResponse, Problem> {
    let most = shared.settings.limits.body_bytes;
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(most),
        _ => Problem::malformed("the body broke off; send it again"),
    })?;
    if !is_json(&headers) {
        return Err(Problem::not_json());
    }
    let order = body::order(&body)?;

    let most = shared.settings.limits.waiting_audits;
    if shared.store.waiting(&tenant, most).await? >= most {
        let detail = format!("{most} audits are queued or running; wait until some have ended");
        return Err(Problem::too_many(detail, Duration::from_mins(1)));
    }
    let audit = Audit::new(tenant, AuditId(Uuid::now_v7()), order, Timestamp::now());
    shared.store.create(&audit).await?;
    tracing::info!(audit = %audit.id, tenant = %audit.tenant, "audit queued");
    (shared.settings.started)(&audit);

    let location = [(LOCATION, format!("/api/audit/status/{}", audit.id))];
    let started = Started {
        audit_id: audit.id,
        status: audit.state,
        account_id: audit.order.account_id,
        checks: audit.order.checks,
        created_at: audit.created_at,
    };
    Ok((StatusCode::ACCEPTED, location, Json(started)))
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}
