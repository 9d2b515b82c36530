use axum::{Json, extract::State};
use jiff::Timestamp;
use utoipa::IntoParams;

use super::AccountEntry;
use crate::{
    caller::Caller,
    paging::{Paging, page},
    problem::Problem,
    request::Asked,
    responses::{AnyRoute, QueryParameters},
    state::Shared,
};

page! {
    /// One page of accounts.
    Accounts,
    /// The accounts of this page, by their digits, deleted ones included.
    AccountEntry
}

/// Which accounts are told.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "its fields are read one by one, to tell all that is wrong at once")]
pub(crate) struct AccountsQuery {
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Maximum number of accounts.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u16>,
}

/// Lists the caller's registered accounts, without their `ExternalId`s.
#[utoipa::path(
    get,
    path = "/api/accounts",
    tag = "accounts",
    security((), ("bearer" = [])),
    params(AccountsQuery),
    responses(
        (status = 200, description = "A page of accounts.", body = Accounts),
        AnyRoute,
        QueryParameters,
    ),
)]
pub(crate) async fn list(
    Caller(tenant): Caller,
    State(shared): State<Shared>,
    Asked(fields): Asked,
) -> Result<Json<Accounts>, Problem> {
    let paging = Paging::alone(fields)?;
    let page = shared.store.accounts(&tenant, paging.request()).await?;
    let now = Timestamp::now();
    Ok(Json(Accounts::of(page, |account| AccountEntry::of(account, now))))
}
