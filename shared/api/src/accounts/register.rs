use axum::{
    Json,
    extract::State,
    http::{StatusCode, header::LOCATION},
    response::IntoResponse,
};
use domain::{AuditOverrides, ExternalId, RegisteredAccount, RegisteredState, RoleName};
use jiff::Timestamp;
use uuid::Uuid;

use super::{Account, body};
use crate::{Problem, Shared, caller::Caller, request::Sent};

/// Registers an account, and makes the `ExternalId` that its role has to ask for.
#[utoipa::path(
    post,
    path = "/api/accounts",
    tag = "accounts",
    security((), ("bearer" = [])),
    request_body(content = body::RegisterRequest, content_type = "application/json"),
    responses(
        (status = 201, description = "The account is registered; its owner can create the role.",
         body = Account, headers(("location" = String, description = "Where the account is."))),
        (status = 400, response = crate::docs::Malformed),
        (status = 401, response = crate::docs::Unauthorized),
        (status = 403, response = crate::docs::Forbidden),
        (status = 409, response = crate::docs::Conflict),
        (status = 413, response = crate::docs::TooLarge),
        (status = 415, response = crate::docs::NotJson),
        (status = 422, response = crate::docs::InvalidFields),
        (status = 429, response = crate::docs::TooMany),
        (status = 503, response = crate::docs::Unavailable),
    ),
)]
pub(crate) async fn register(
    Caller(tenant): Caller,
    State(shared): State<Shared>,
    sent: Sent,
) -> Result<impl IntoResponse, Problem> {
    let (account_id, said) = body::register(sent.fields()?)?;
    let now = Timestamp::now();
    let account = RegisteredAccount {
        tenant,
        account_id,
        name: said.name.value(),
        role_name: said.role_name.value().unwrap_or_else(|| usual_role(&shared)),
        external_id: made_up()?,
        regions: said.regions.value().unwrap_or_default(),
        services: said.services.value().unwrap_or_default(),
        schedule: said.schedule.value(),
        alert_severity: said.alert_severity.value(),
        overrides: AuditOverrides {
            thresholds: said.thresholds.value().unwrap_or_default(),
            trust: said.trust.value().unwrap_or_default(),
            checks: said.checks.value().unwrap_or_default(),
        },
        state: RegisteredState::Pending,
        reason: None,
        created_at: now,
        updated_at: now,
        proof: None,
        scheduled_for: None,
        last_audit: None,
        purge_at: None,
    };
    let id = &account.account_id;
    if !shared.store.register(&account).await? {
        return Err(Problem::conflict(format!(
            "account `{id}` is registered already; `GET /api/accounts/{id}` tells what its role needs"
        )));
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
