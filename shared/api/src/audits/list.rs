use axum::{Json, extract::State};
use domain::{AccountId, AuditState};
use utoipa::IntoParams;

use super::AuditEntry;
use crate::{
    caller::Caller,
    paging::{Paging, USUAL, page},
    problem::Problem,
    request::Asked,
    responses::{AnyRoute, QueryParameters},
    state::Shared,
};

page! {
    /// One page of audits.
    Audits,
    /// The audits of this page, the newest first.
    AuditEntry
}

/// Which audits are told.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "its fields are read one by one, to tell all that is wrong at once")]
pub(crate) struct AuditsQuery {
    /// Only audits of this account, 12 digits.
    account: Option<String>,
    /// Only audits that stand so.
    status: Option<AuditState>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Maximum number of audits; a filtered page may have fewer and still not be the last.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u16>,
}

const FIELDS: [&str; 4] = ["account", "status", "cursor", "limit"];
const STATUS: &str = "queued, running, complete, incomplete, failed or cancelled";

/// Lists the caller's audits, the newest first.
#[utoipa::path(
    get,
    path = "/api/audits",
    tag = "audits",
    security((), ("bearer" = [])),
    params(AuditsQuery),
    responses(
        (status = 200, description = "A page of audits.", body = Audits),
        AnyRoute,
        QueryParameters,
    ),
)]
pub(crate) async fn list(
    Caller(tenant): Caller,
    State(shared): State<Shared>,
    Asked(mut fields): Asked,
) -> Result<Json<Audits>, Problem> {
    let account: Option<AccountId> = fields.text("account", AccountId::ACCEPTED);
    let status: Option<AuditState> = fields.text("status", STATUS);
    let paging = Paging::of(&mut fields, USUAL);
    fields.done(&FIELDS).map_err(Problem::invalid)?;
    let (store, page) = (&shared.store, paging.request());
    let page = store.audits_in(&tenant, account.as_ref(), status, page).await?;
    Ok(Json(Audits::of(page, AuditEntry::from)))
}
