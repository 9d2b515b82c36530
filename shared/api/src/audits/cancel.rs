use axum::{Json, extract::State};
use jiff::Timestamp;
use store::Cancelled;

use super::{AuditEntry, find};
use crate::{
    Problem, Shared,
    caller::Caller,
    request::{Named, no_audit},
};

/// Ends an audit before its time. What its workers still read is dropped; cancelling twice is one
/// cancelling.
#[utoipa::path(
    post,
    path = "/api/audits/{audit_id}/cancel",
    tag = "audits",
    security((), ("bearer" = [])),
    params(("audit_id" = String, Path, format = Uuid, description = "The name `start` gave it.")),
    responses(
        (status = 200, description = "The audit, cancelled.", body = AuditEntry),
        (status = 400, response = crate::docs::Malformed),
        (status = 401, response = crate::docs::Unauthorized),
        (status = 403, response = crate::docs::Forbidden),
        (status = 404, response = crate::docs::NotFound),
        (status = 409, response = crate::docs::Conflict),
        (status = 429, response = crate::docs::TooMany),
        (status = 503, response = crate::docs::Unavailable),
    ),
)]
pub(crate) async fn cancel(
    Caller(tenant): Caller,
    State(shared): State<Shared>,
    name: Named,
) -> Result<Json<AuditEntry>, Problem> {
    let id = name.audit()?;
    match shared.store.cancel(&tenant, id, Timestamp::now()).await? {
        Cancelled::Done => {
            tracing::info!(audit = %id, %tenant, "audit cancelled");
            Ok(Json(find(&shared, &tenant, id).await?.into()))
        }
        Cancelled::Ended(state) => {
            let detail = format!("the audit has ended already: it is {state}");
            Err(Problem::conflict(detail).of_audit(id))
        }
        Cancelled::Missing => Err(no_audit(&id.to_string())),
    }
}
