use axum::{Json, extract::State};
use jiff::Timestamp;

use super::{Account, find};
use crate::{
    caller::Caller,
    problem::Problem,
    request::Named,
    responses::{AnyRoute, NamedResource},
    state::Shared,
};

/// Returns a registered account, and what its owner needs to create the role.
#[utoipa::path(
    get,
    path = "/api/accounts/{account_id}",
    tag = "accounts",
    security((), ("bearer" = [])),
    params(("account_id" = String, Path, description = "The account's 12 digits.")),
    responses(
        (status = 200, description = "The account as it is now.", body = Account),
        AnyRoute,
        NamedResource,
    ),
)]
pub(crate) async fn one(
    Caller(tenant): Caller,
    State(shared): State<Shared>,
    name: Named,
) -> Result<Json<Account>, Problem> {
    let account = find(&shared, &tenant, &name.account()?).await?;
    Ok(Json(Account::of(account, &shared.settings, Timestamp::now())))
}
