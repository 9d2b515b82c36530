use axum::{Json, extract::State};
use domain::{
    CheckSettings, RegisteredAccount, RegisteredState, RoleName, ThresholdOverrides, TrustOverrides,
};
use jiff::Timestamp;

use super::{
    AccountEntry,
    body::{self, AccountFields},
    register::usual_role,
};
use crate::{
    caller::Writer,
    problem::Problem,
    request::{Named, Sent, deleted_account, no_account},
    responses::{AnyRoute, Conflict, JsonBody, NotFound},
    state::Shared,
};

/// Changes what is said of an account; what is not there stays, null clears.
///
/// Another role has not been seen: the account is pending again until the role is proven.
#[utoipa::path(
    patch,
    path = "/api/accounts/{account_id}",
    tag = "accounts",
    security((), ("bearer" = ["write"])),
    params(("account_id" = String, Path, description = "The account's 12 digits.")),
    request_body(content = body::ChangeRequest, content_type = "application/json"),
    responses(
        (status = 200, description = "The account as it is now.", body = AccountEntry),
        AnyRoute,
        JsonBody,
        (status = 404, response = NotFound),
        (status = 409, response = Conflict),
    ),
)]
pub(crate) async fn change(
    Writer(tenant): Writer,
    State(shared): State<Shared>,
    name: Named,
    sent: Sent,
) -> Result<Json<AccountEntry>, Problem> {
    let id = name.account()?;
    let given = body::change(sent.fields()?)?;
    let (now, role) = (Timestamp::now(), usual_role(&shared));
    let make = |account: &mut RegisteredAccount| apply(account, &given, &role, now);
    let account = shared.store.change_account(&tenant, &id, now, make).await?;
    let account = account.ok_or_else(|| no_account(id.as_str()))?;
    if account.state == RegisteredState::Deleted {
        return Err(deleted_account(&id));
    }
    Ok(Json(AccountEntry::of(account, now)))
}

/// Changes an account, unless it is deleted.
fn apply(
    account: &mut RegisteredAccount,
    given: &AccountFields,
    usual_role: &RoleName,
    now: Timestamp,
) {
    if account.state == RegisteredState::Deleted {
        return;
    }
    let role_before = account.role_name.clone();
    given.role_name.change(&mut account.role_name, || usual_role.clone());
    if account.role_name != role_before {
        account.state = RegisteredState::Pending;
        account.reason = None;
        account.proof = None;
        account.refused_days = 0;
    }
    given.name.change_or_clear(&mut account.name);
    given.regions.change(&mut account.regions, Vec::new);
    given.services.change(&mut account.services, Vec::new);
    let schedule_before = account.schedule.clone();
    given.schedule.change_or_clear(&mut account.schedule);
    if account.schedule != schedule_before {
        // It begins now: a time of today that has gone by is not made up for.
        account.scheduled_for = Some(now);
    }
    given.alert_severity.change_or_clear(&mut account.alert_severity);
    given.thresholds.change(&mut account.overrides.thresholds, ThresholdOverrides::default);
    given.trust.change(&mut account.overrides.trust, TrustOverrides::default);
    given.checks.change(&mut account.overrides.checks, CheckSettings::default);
}
