//! The register of accounts, and what is wrong in each.

use std::fmt;

use domain::{
    AccountId, AuditId, CheckSettings, ExternalId, Proof, RegisteredAccount, RegisteredState,
    RoleName, Service, Severity, Tenant, ThresholdOverrides, TrustOverrides,
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{problem::Problem, request::no_account, settings::Settings, state::Shared};

mod body;
pub(crate) mod change;
mod compare;
pub(crate) mod diff;
mod difference;
pub(crate) mod findings;
mod given;
pub(crate) mod list;
pub(crate) mod one;
pub(crate) mod register;
pub(crate) mod remove;
pub(crate) mod verify;

/// A registered account, without its `ExternalId`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountEntry {
    /// Its 12 digits.
    #[schema(value_type = String, pattern = "^[0-9]{12}$")]
    account_id: AccountId,
    /// What the operator calls it.
    name: Option<String>,
    /// The role to assume there.
    #[schema(value_type = String)]
    role_name: RoleName,
    /// The regions that are read by schedule; empty means every enabled one.
    regions: Vec<String>,
    /// The services that are read by schedule; empty means all.
    services: Vec<Service>,
    /// When it is audited; null for every night with the others.
    schedule: Option<ScheduleEntry>,
    /// Minimum severity that triggers an alert; null for the operator's setting.
    alert_severity: Option<Severity>,
    /// The numbers that its audits judge by, where they differ from the operator's.
    thresholds: ThresholdOverrides,
    /// Who may reach into it from outside, where that differs from the operator's choice.
    trust: TrustOverrides,
    /// Checks that are switched on or off, or rated otherwise.
    checks: CheckSettings,
    /// Whether it may be audited.
    state: RegisteredState,
    /// Why it is suspended.
    reason: Option<String>,
    /// The last attempt to prove that its role asks for the `ExternalId`.
    proof: Option<Proof>,
    /// The newest audit of it that ended with a result.
    #[schema(value_type = Option<String>, format = Uuid)]
    last_audit: Option<AuditId>,
    /// When it was registered.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// When its data is deleted; only of a deleted account.
    #[schema(value_type = Option<String>, format = DateTime)]
    purge_at: Option<Timestamp>,
}

/// When an account is audited.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScheduleEntry {
    /// Six fields: minutes, hours, day of month, month, day of week, year.
    #[schema(example = "0 2 * * ? *")]
    cron: String,
    /// A name of the time zone database.
    #[schema(example = "Asia/Seoul")]
    time_zone: String,
    /// The next time; null where there is none.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_at: Option<Timestamp>,
}

impl AccountEntry {
    fn of(account: RegisteredAccount, now: Timestamp) -> Self {
        Self {
            account_id: account.account_id,
            name: account.name,
            role_name: account.role_name,
            regions: account.regions,
            services: account.services,
            schedule: account.schedule.map(|schedule| ScheduleEntry {
                cron: schedule.cron().to_owned(),
                time_zone: schedule.time_zone().to_owned(),
                next_at: schedule.next(now),
            }),
            alert_severity: account.alert_severity,
            thresholds: account.overrides.thresholds,
            trust: account.overrides.trust,
            checks: account.overrides.checks,
            state: account.state,
            reason: account.reason,
            proof: account.proof,
            last_audit: account.last_audit,
            created_at: account.created_at,
            updated_at: account.updated_at,
            purge_at: account.purge_at,
        }
    }
}

/// A registered account, and what its owner needs to create the role.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Account {
    #[serde(flatten)]
    entry: AccountEntry,
    /// What the role's trust policy has to ask for. Made here, one for each account, and never changed;
    /// told to whoever registers the account and whoever asks for it alone, in no other answer.
    #[schema(value_type = String, read_only)]
    external_id: ExternalId,
    /// The link with which the account's owner creates the role, with the `ExternalId` filled in. Null where the
    /// operator has no template in S3.
    #[schema(value_type = Option<String>, read_only)]
    quick_create_url: Option<Filled>,
    /// The command of the AWS CLI that creates the role, with everything filled in: from the operator's template in
    /// S3, or from `onboarding/trust-role.yaml` in the current directory. Null where the service does not know which
    /// role it comes in with.
    #[schema(value_type = Option<String>, read_only)]
    cli_command: Option<Filled>,
    /// The call of the Terraform module `onboarding/terraform` that creates the role, with everything filled in. Null
    /// where `cli_command` is.
    #[schema(value_type = Option<String>, read_only)]
    terraform: Option<Filled>,
}

/// A text that has an `ExternalId` in it.
#[derive(Serialize)]
#[serde(transparent)]
struct Filled(String);

impl fmt::Debug for Filled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Filled(…)")
    }
}

impl Account {
    fn of(account: RegisteredAccount, settings: &Settings, now: Timestamp) -> Self {
        let onboarding = settings.onboarding.as_ref();
        Self {
            external_id: account.external_id.clone(),
            quick_create_url: onboarding.and_then(|made| made.url(&account)).map(Filled),
            cli_command: onboarding.map(|made| Filled(made.command(&account))),
            terraform: onboarding.map(|made| Filled(made.terraform(&account))),
            entry: AccountEntry::of(account, now),
        }
    }
}

/// A registered account of the caller's, deleted or not.
async fn find(
    shared: &Shared,
    tenant: &Tenant,
    id: &AccountId,
) -> Result<RegisteredAccount, Problem> {
    let account = shared.store.account(tenant, id).await?;
    account.ok_or_else(|| no_account(id.as_str()))
}

/// The registered account, or nothing for one that is audited without being registered, where that is
/// allowed.
async fn audited(
    shared: &Shared,
    tenant: &Tenant,
    id: &AccountId,
) -> Result<Option<RegisteredAccount>, Problem> {
    let account = shared.store.account(tenant, id).await?;
    if account.is_some() {
        return Ok(account);
    }
    let one = store::PageRequest { cursor: None, limit: 1 };
    if shared.settings.registration
        || shared.store.audits(tenant, Some(id), one).await?.items.is_empty()
    {
        return Err(no_account(id.as_str()));
    }
    Ok(None)
}
