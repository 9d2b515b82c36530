use std::time::Duration;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};
use domain::{AccountId, Audit, AuditId, AuditState, Service};
use jiff::Timestamp;
use serde::Serialize;
use store::{Created, Intent};
use utoipa::ToSchema;
use uuid::Uuid;

use super::key::{self, Key};
use crate::{
    caller::Caller,
    problem::Problem,
    request::Sent,
    responses::{AnyRoute, Conflict, JsonBody, NotFound},
    state::Shared,
};

mod admit;
mod body;

/// An audit that was written down.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Started {
    /// Its name: a `UUIDv7`.
    #[schema(value_type = String, format = Uuid)]
    audit_id: AuditId,
    /// Where it stood when it was written down: `queued`.
    status: AuditState,
    /// The account.
    #[schema(value_type = String, pattern = "^[0-9]{12}$")]
    account_id: AccountId,
    /// The checks it runs; empty means all.
    checks: Vec<String>,
    /// The regions it reads; empty means every enabled one.
    regions: Vec<String>,
    /// The services it reads; empty means all that the checks need.
    services: Vec<Service>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// Starts an audit of an account. It runs in the background; its status shows the progress.
///
/// The same request under the same `Idempotency-Key` asks for one audit, for 24 hours. One full audit of
/// a registered account runs at a time, unless `force` is true.
#[utoipa::path(
    post,
    path = "/api/audit/start",
    tag = "audits",
    security((), ("bearer" = [])),
    params(("idempotency-key" = Option<String>, Header,
            description = "The caller's name for this request, 1 to 255 visible characters.")),
    request_body(content = body::StartRequest, content_type = "application/json"),
    responses(
        (status = 202, description = "The audit is written down and will run.", body = Started,
         headers(("location" = String, description = "Where its status is."))),
        AnyRoute,
        JsonBody,
        (status = 404, response = NotFound),
        (status = 409, response = Conflict),
    ),
)]
pub(crate) async fn start(
    Caller(tenant): Caller,
    State(shared): State<Shared>,
    key: Key,
    sent: Sent,
) -> Result<Response, Problem> {
    let wanted = body::wanted(sent.fields()?)?;
    let now = Timestamp::now();
    let idempotency = key.of(sent.bytes());
    // Before anything else that may have changed since: a repeated request gets its first answer.
    if let Some(key) = &idempotency {
        match shared.store.remembered(&tenant, key, now).await? {
            Some(Created::Already(audit)) => return Ok(accepted(*audit)),
            Some(_) => return Err(key::reused(&tenant)),
            None => {}
        }
    }
    let account = shared.store.account(&tenant, &wanted.account_id).await?;
    let force = wanted.force;
    let order = match &account {
        Some(account) => admit::registered(account, wanted)?,
        None => admit::unregistered(wanted, shared.settings.registration)?,
    };
    let most = shared.settings.limits.waiting_audits;
    if shared.store.waiting(&tenant, most).await? >= most {
        let detail = format!("{most} audits are queued or running; wait until some have ended");
        return Err(Problem::too_many(detail, Duration::from_mins(1)));
    }
    let audit = Audit::new(tenant, AuditId(Uuid::now_v7()), order, now);
    let intent = Intent { idempotency, alone: account.is_some() && !force };
    match shared.store.create(&audit, &intent).await? {
        Created::New => {
            tracing::info!(audit = %audit.id, tenant = %audit.tenant, "audit queued");
            (shared.settings.started)(&audit);
            Ok(accepted(audit))
        }
        Created::Already(there) => Ok(accepted(*there)),
        Created::OtherRequest => Err(key::reused(&audit.tenant)),
        Created::Active(id) => {
            let account = &audit.order.account_id;
            let detail = format!(
                "audit `{id}` of everything in account `{account}` is under way; wait for it, cancel it, \
                 or send `force`"
            );
            Err(Problem::conflict(detail).of_audit(id))
        }
    }
}

/// The answer as of the moment that the audit was written down, so that it is the same each time.
fn accepted(audit: Audit) -> Response {
    let location = [(LOCATION, format!("/api/audit/status/{}", audit.id))];
    let started = Started {
        audit_id: audit.id,
        status: AuditState::Queued,
        account_id: audit.order.account_id,
        checks: audit.order.checks,
        regions: audit.order.regions,
        services: audit.order.services,
        created_at: audit.created_at,
    };
    (StatusCode::ACCEPTED, location, Json(started)).into_response()
}
