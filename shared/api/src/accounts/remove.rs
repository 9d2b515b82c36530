use std::time::Duration;

use axum::{Json, extract::State};
use domain::RegisteredState;
use jiff::Timestamp;
use store::PageRequest;

use super::AccountEntry;
use crate::{
    caller::Admin,
    problem::Problem,
    request::{Named, no_account},
    responses::{AnyRoute, NamedResource},
    state::Shared,
};

/// Ends the auditing of an account: its audits under way are cancelled, and all that is kept of it is
/// deleted at `purge_at`. Until then it can be read, or registered anew.
#[utoipa::path(
    delete,
    path = "/api/accounts/{account_id}",
    tag = "accounts",
    security((), ("bearer" = ["admin"])),
    params(("account_id" = String, Path, description = "The account's 12 digits.")),
    responses(
        (status = 200, description = "The account, deleted now or before.", body = AccountEntry),
        AnyRoute,
        NamedResource,
    ),
)]
pub(crate) async fn remove(
    Admin(tenant): Admin,
    State(shared): State<Shared>,
    name: Named,
) -> Result<Json<AccountEntry>, Problem> {
    let (id, now) = (name.account()?, Timestamp::now());
    let days = u64::from(shared.settings.purge_days.max(1));
    let purge_at = now.checked_add(Duration::from_hours(days * 24)).unwrap_or(Timestamp::MAX);
    let changed = shared.store.change_account(&tenant, &id, now, |account| {
        if account.state != RegisteredState::Deleted {
            account.state = RegisteredState::Deleted;
            account.reason = None;
            account.purge_at = Some(purge_at);
        }
    });
    let account = changed.await?.ok_or_else(|| no_account(id.as_str()))?;
    tracing::info!(account = %id, %tenant, "account deleted");

    // Those that are under way are among the newest; any other one ends at its next look at the register.
    let page = PageRequest { cursor: None, limit: 100 };
    for audit in shared.store.audits(&tenant, Some(&id), page).await?.items {
        if !audit.state.is_final() {
            let _ = shared.store.cancel(&tenant, audit.id, now).await?;
        }
    }
    Ok(Json(AccountEntry::of(account, now)))
}
