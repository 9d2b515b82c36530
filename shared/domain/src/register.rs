use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, AuditId, ExternalId, Order, Proof, ProofOutcome, RoleName, Schedule, Service,
    Severity, Tenant,
};

/// An account that an operator audits, and how to get in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// Whose it is.
    pub tenant: Tenant,
    /// Its 12 digits.
    pub account_id: AccountId,
    /// What the operator calls it.
    pub name: Option<String>,
    /// The role to assume there.
    pub role_name: RoleName,
    /// Made here when the account was registered, and never changed.
    pub external_id: ExternalId,
    /// The regions that are read every night; empty means every enabled one.
    pub regions: Vec<String>,
    /// The services that are read every night; empty means all.
    pub services: Vec<Service>,
    /// When it is audited; every night with the others where nothing is said.
    pub schedule: Option<Schedule>,
    /// From which severity on a finding is told; the operator's choice where it is not said.
    pub alert_severity: Option<Severity>,
    /// Whether it may be audited.
    pub state: RegisteredState,
    /// Why it is suspended, in one sentence.
    pub reason: Option<String>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// What came of the last attempt to prove that its role asks for the `ExternalId`.
    pub proof: Option<Proof>,
    /// The scheduled time of its last audit by its own schedule.
    pub scheduled_for: Option<Timestamp>,
    /// The newest audit of it that ended with a result.
    pub last_audit: Option<AuditId>,
    /// When its data is deleted; only of a deleted account.
    pub purge_at: Option<Timestamp>,
}

/// Whether a registered account may be audited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RegisteredState {
    /// Its role was not seen yet.
    Pending,
    /// Its role asks for the `ExternalId`.
    Active,
    /// Its role opened without the `ExternalId`, or leads elsewhere: it is not audited.
    Suspended,
    /// It is not audited any more, and its data is deleted at `purge_at`.
    Deleted,
}

impl RegisteredState {
    /// The name used in JSON and in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Deleted => "deleted",
        }
    }
}

impl Registered {
    /// The order of an audit of it, as it is registered.
    #[must_use]
    pub fn order(&self) -> Order {
        Order {
            account_id: self.account_id.clone(),
            role_name: self.role_name.clone(),
            external_id: Some(self.external_id.clone()),
            checks: Vec::new(),
            regions: self.regions.clone(),
            services: self.services.clone(),
            alert_severity: self.alert_severity,
            registered: true,
            as_registered: true,
        }
    }

    /// Whether its owner may still have to make the role, as far as is known: it has never opened, and AWS refused it
    /// the last time.
    #[must_use]
    pub fn waits_for_its_role(&self) -> bool {
        let refused = |proof: &Proof| proof.outcome == ProofOutcome::Refused;
        self.state == RegisteredState::Pending && self.proof.as_ref().is_some_and(refused)
    }

    /// Whether the schedule audits it.
    #[must_use]
    pub const fn is_audited(&self) -> bool {
        matches!(self.state, RegisteredState::Pending | RegisteredState::Active)
    }
}
