use axum::{Json, extract::State};
use domain::keys::AuditedKeys;

use super::find;
use crate::{
    caller::Reader,
    paging::whole,
    problem::Problem,
    request::{Asked, Named},
    responses::{AnyRoute, InvalidFields, NotFound},
    state::Shared,
};

const TOO_LONG: &str = "there are more keys than an answer holds; \
                        `GET /api/audits/{audit_id}/findings?check=iam_access_key_age` tells them page by page";

/// Tells the old access keys that an audit found, the oldest first, with their owners; null where the audit has not
/// been judged, or has no check about keys.
///
/// A list of an account's keys is never long: IAM's quota is 5,000 users with two keys each.
#[utoipa::path(
    get,
    path = "/api/audits/{audit_id}/access-keys",
    tag = "audits",
    security((), ("bearer" = ["read"])),
    params(("audit_id" = String, Path, format = Uuid, description = "The name `start` gave it.")),
    responses(
        (status = 200, description = "The old keys, and why some may be missing.", body = Option<AuditedKeys>),
        AnyRoute,
        (status = 404, response = NotFound),
        (status = 422, response = InvalidFields),
    ),
)]
pub(crate) async fn access_keys(
    Reader(tenant): Reader,
    State(shared): State<Shared>,
    name: Named,
    Asked(fields): Asked,
) -> Result<Json<Option<AuditedKeys>>, Problem> {
    fields.done(&[]).map_err(Problem::invalid)?;
    let audit = find(&shared, &tenant, name.audit()?).await?;
    match shared.store.result(&audit).await? {
        Some(result) => whole(result.access_keys().await?, TOO_LONG),
        None => Ok(Json(None)),
    }
}
