use axum::{
    Json,
    extract::State,
    http::{StatusCode, header::LOCATION},
    response::IntoResponse,
};
use domain::{AuditOverrides, ExternalId, RegisteredAccount, RegisteredState, RoleName};
use jiff::Timestamp;
use store::Registered;
use uuid::Uuid;

use super::{Account, body};
use crate::{
    caller::Writer,
    problem::Problem,
    request::Sent,
    responses::{AnyRoute, Conflict, JsonBody},
    state::Shared,
};

/// Registers an account, and makes the `ExternalId` that its role has to ask for.
#[utoipa::path(
    post,
    path = "/api/accounts",
    tag = "accounts",
    security((), ("bearer" = ["write"])),
    request_body(content = body::RegisterRequest, content_type = "application/json"),
    responses(
        (status = 201, description = "The account is registered; its owner can create the role.",
         body = Account, headers(("location" = String, description = "Where the account is."))),
        AnyRoute,
        JsonBody,
        (status = 409, response = Conflict),
    ),
)]
pub(crate) async fn register(
    Writer(tenant): Writer,
    State(shared): State<Shared>,
    sent: Sent,
) -> Result<impl IntoResponse, Problem> {
    let (account_id, given) = body::register(sent.fields()?)?;
    let now = Timestamp::now();
    let account = RegisteredAccount {
        tenant,
        account_id,
        name: given.name.value(),
        role_name: given.role_name.value().unwrap_or_else(|| usual_role(&shared)),
        external_id: made_up()?,
        regions: given.regions.value().unwrap_or_default(),
        services: given.services.value().unwrap_or_default(),
        schedule: given.schedule.value(),
        alert_severity: given.alert_severity.value(),
        overrides: AuditOverrides {
            thresholds: given.thresholds.value().unwrap_or_default(),
            trust: given.trust.value().unwrap_or_default(),
            checks: given.checks.value().unwrap_or_default(),
        },
        state: RegisteredState::Pending,
        reason: None,
        created_at: now,
        updated_at: now,
        proof: None,
        scheduled_for: None,
        last_audit: None,
        refused_days: 0,
        refused_at: None,
        purge_at: None,
    };
    let id = &account.account_id;
    let most = shared.settings.limits.accounts;
    match shared.store.register(&account, most).await? {
        Registered::New => {}
        Registered::There => {
            return Err(Problem::conflict(format!(
                "account `{id}` is registered already; `GET /api/accounts/{id}` tells what its role needs"
            )));
        }
        Registered::Full => {
            return Err(Problem::quota(format!(
                "{most} accounts are registered, and a tenant may have no more; delete one that is not \
                 needed, or ask the service's operator for a higher quota"
            )));
        }
    }
    tracing::info!(account = %id, tenant = %account.tenant, "account registered");
    let location = [(LOCATION, format!("/api/accounts/{id}"))];
    Ok((StatusCode::CREATED, location, Json(Account::of(account, &shared.settings, now))))
}

/// The role's name where nobody says one.
pub(super) fn usual_role(shared: &Shared) -> RoleName {
    let onboarding = shared.settings.onboarding.as_ref();
    onboarding.map(|onboarding| onboarding.role_name.clone()).unwrap_or_default()
}

/// A new `ExternalId`: a random UUID, so that nobody has another's and nobody can guess one.
fn made_up() -> Result<ExternalId, Problem> {
    Uuid::new_v4().to_string().parse().map_err(|_| Problem::internal())
}
