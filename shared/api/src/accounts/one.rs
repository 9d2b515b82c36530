use axum::{Json, extract::State};
use jiff::Timestamp;

use super::{Account, find};
use crate::{Problem, Shared, caller::Caller, request::Named};

/// Tells a registered account, and what its owner needs to create the role.
#[utoipa::path(
    get,
    path = "/api/accounts/{account_id}",
    tag = "accounts",
    security((), ("bearer" = [])),
    params(("account_id" = String, Path, description = "The account's 12 digits.")),
    responses(
        (status = 200, description = "The account as it is now.", body = Account),
        (status = 400, response = crate::docs::Malformed),
        (status = 401, response = crate::docs::Unauthorized),
        (status = 403, response = crate::docs::Forbidden),
        (status = 404, response = crate::docs::NotFound),
        (status = 429, response = crate::docs::TooMany),
        (status = 503, response = crate::docs::Unavailable),
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
