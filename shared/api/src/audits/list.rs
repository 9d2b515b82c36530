use axum::{Json, extract::State};
use domain::{AccountId, AuditState};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::AuditEntry;
use crate::{
    Problem, Shared,
    caller::Caller,
    paging::{Paging, USUAL},
    request::Asked,
};

/// One page of audits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Audits {
    /// The audits of this page, the newest first.
    items: Vec<AuditEntry>,
    /// Asks for the next page; null on the last.
    next_cursor: Option<String>,
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
    /// How many audits to tell at most; a filtered page may have fewer and still not be the last.
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
        (status = 400, response = crate::docs::Malformed),
        (status = 401, response = crate::docs::Unauthorized),
        (status = 403, response = crate::docs::Forbidden),
        (status = 422, response = crate::docs::InvalidFields),
        (status = 429, response = crate::docs::TooMany),
        (status = 503, response = crate::docs::Unavailable),
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
    let items = page.items.into_iter().map(AuditEntry::from).collect();
    Ok(Json(Audits { items, next_cursor: page.next_cursor }))
}
