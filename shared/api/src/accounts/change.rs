use axum::{Json, extract::State};
use domain::{
    CheckSettings, RegisteredAccount, RegisteredState, RoleName, ThresholdOverrides, TrustOverrides,
};
use jiff::Timestamp;

use super::{
    AccountEntry,
    body::{self, Said},
    is_deleted,
    register::usual_role,
};
use crate::{
    Problem, Shared,
    caller::Caller,
    request::{Named, Sent, no_account},
};

/// Changes what is said of an account; what is not there stays, null clears.
///
/// Another role has not been seen: the account is pending again until the role is proven.
#[utoipa::path(
    patch,
    path = "/api/accounts/{account_id}",
    tag = "accounts",
    security((), ("bearer" = [])),
    params(("account_id" = String, Path, description = "The account's 12 digits.")),
    request_body(content = body::ChangeRequest, content_type = "application/json"),
    responses(
        (status = 200, description = "The account as it is now.", body = AccountEntry),
        (status = 400, response = crate::docs::Malformed),
        (status = 401, response = crate::docs::Unauthorized),
        (status = 403, response = crate::docs::Forbidden),
        (status = 404, response = crate::docs::NotFound),
        (status = 409, response = crate::docs::Conflict),
        (status = 413, response = crate::docs::TooLarge),
        (status = 415, response = crate::docs::NotJson),
        (status = 422, response = crate::docs::InvalidFields),
        (status = 429, response = crate::docs::TooMany),
        (status = 503, response = crate::docs::Unavailable),
    ),
)]
pub(crate) async fn change(
    Caller(tenant): Caller,
    State(shared): State<Shared>,
    name: Named,
    sent: Sent,
) -> Result<Json<AccountEntry>, Problem> {
    let id = name.account()?;
    let said = body::change(sent.fields()?)?;
    let (now, role) = (Timestamp::now(), usual_role(&shared));
    let make = |account: &mut RegisteredAccount| apply(account, &said, &role, now);
    let account = shared.store.change_account(&tenant, &id, now, make).await?;
    let account = account.ok_or_else(|| no_account(id.as_str()))?;
    if account.state == RegisteredState::Deleted {
        return Err(is_deleted(&account));
    }
    Ok(Json(AccountEntry::of(account, now)))
}

/// Changes an account, unless it is deleted.
fn apply(account: &mut RegisteredAccount, said: &Said, usual_role: &RoleName, now: Timestamp) {
    if account.state == RegisteredState::Deleted {
        return;
    }
    let role_before = account.role_name.clone();
    said.role_name.change(&mut account.role_name, || usual_role.clone());
    if account.role_name != role_before {
        account.state = RegisteredState::Pending;
        account.reason = None;
        account.proof = None;
    }
    said.name.change_or_clear(&mut account.name);
    said.regions.change(&mut account.regions, Vec::new);
    said.services.change(&mut account.services, Vec::new);
    let schedule_before = account.schedule.clone();
    said.schedule.change_or_clear(&mut account.schedule);
    if account.schedule != schedule_before {
        // It begins now: a time of today that has gone by is not made up for.
        account.scheduled_for = Some(now);
    }
    said.alert_severity.change_or_clear(&mut account.alert_severity);
    said.thresholds.change(&mut account.overrides.thresholds, ThresholdOverrides::default);
    said.trust.change(&mut account.overrides.trust, TrustOverrides::default);
    said.checks.change(&mut account.overrides.checks, CheckSettings::default);
}
