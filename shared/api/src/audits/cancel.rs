use axum::{Json, extract::State};
use jiff::Timestamp;
use store::Cancelled;

use super::{AuditEntry, find};
use crate::{
    caller::Writer,
    problem::Problem,
    request::{Named, no_audit},
    responses::{AnyRoute, Conflict, NamedResource},
    state::Shared,
};

/// Ends an audit before its time. What its workers still read is dropped; cancelling twice is one
/// cancelling.
#[utoipa::path(
    post,
    path = "/api/audits/{audit_id}/cancel",
    tag = "audits",
    security((), ("bearer" = ["write"])),
    params(("audit_id" = String, Path, format = Uuid, description = "The name `start` gave it.")),
    responses(
        (status = 200, description = "The audit, cancelled.", body = AuditEntry),
        AnyRoute,
        NamedResource,
        (status = 409, response = Conflict),
    ),
)]
pub(crate) async fn cancel(
    Writer(tenant): Writer,
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
