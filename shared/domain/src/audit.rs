use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    AccountId, AuditOverrides, ExternalId, Invalid, RoleName, Service, Severity, Summary, Tenant,
};

/// The name of an audit: a `UUIDv7`, so that names sort by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AuditId(pub Uuid);

impl AuditId {
    /// Stands where no audit is meant.
    pub const NONE: Self = Self(Uuid::nil());
}

impl fmt::Display for AuditId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for AuditId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.parse().map(Self).map_err(|_| Invalid::new("audit id", text, "a UUID"))
    }
}

/// What is to be audited, and how to get in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRequest {
    /// The account.
    pub account_id: AccountId,
    /// The role to assume there.
    #[serde(default)]
    pub role_name: RoleName,
    /// What the role's trust policy asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalId>,
    /// The ids of the checks to run; empty means all.
    #[serde(default)]
    pub checks: Vec<String>,
    /// The regions to read; empty means every enabled one.
    #[serde(default)]
    pub regions: Vec<String>,
    /// The services to read; empty means all that the checks need.
    #[serde(default)]
    pub services: Vec<Service>,
    /// From which severity on a finding is told; the operator's choice where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert_severity: Option<Severity>,
    /// What it judges by, where that differs from the operator's choice.
    #[serde(default, skip_serializing_if = "AuditOverrides::is_empty")]
    pub overrides: AuditOverrides,
    /// Whether the account is registered: then its `ExternalId` is proven before anything is read,
    /// and an account whose role opens without it is suspended.
    #[serde(default)]
    pub registered: bool,
    /// Whether regions and services are those of the registration, so that it asks for all there is of
    /// the account, narrow as that may be.
    #[serde(default)]
    pub as_registered: bool,
}

impl AuditRequest {
    /// Everything in every region of an account, through the usual role without an `ExternalId`.
    #[must_use]
    pub fn new(account_id: AccountId) -> Self {
        Self {
            account_id,
            role_name: RoleName::default(),
            external_id: None,
            checks: Vec::new(),
            regions: Vec::new(),
            services: Vec::new(),
            alert_severity: None,
            overrides: AuditOverrides::default(),
            registered: false,
            as_registered: false,
        }
    }

    /// Whether it asks for a service's own checks, and not only for what another's need of it.
    #[must_use]
    pub fn asks_for(&self, service: Service) -> bool {
        self.services.is_empty() || self.services.contains(&service)
    }

    /// Whether it asks for all there is: such an audit runs alone on its account, and what it no
    /// longer finds is gone.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        let narrowed = !self.regions.is_empty() || !self.services.is_empty();
        self.checks.is_empty() && (self.as_registered || !narrowed)
    }
}

/// The states of an audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AuditState {
    /// Written down, not begun.
    Queued,
    /// Being read or judged.
    Running,
    /// Ended; everything was read.
    Complete,
    /// Ended; the receipt has gaps.
    Incomplete,
    /// Ended without a result, for the reason in `error`.
    Failed,
    /// Ended by request.
    Cancelled,
}

impl AuditState {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Queued,
        Self::Running,
        Self::Complete,
        Self::Incomplete,
        Self::Failed,
        Self::Cancelled,
    ];

    /// Whether it is the last one.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }

    /// The name used in JSON and in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Complete => "complete",
            Self::Incomplete => "incomplete",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for AuditState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for AuditState {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or_else(|| {
            Invalid::new(
                "audit state",
                text,
                "queued, running, complete, incomplete, failed or cancelled",
            )
        })
    }
}

/// What an audit's workers do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// One worker finds out what there is to read.
    Plan,
    /// Many workers read, a task each.
    Collect,
    /// One worker judges.
    Evaluate,
    /// Nothing.
    Ended,
}

impl Phase {
    /// The name used in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Collect => "collect",
            Self::Evaluate => "evaluate",
            Self::Ended => "ended",
        }
    }
}

/// How far an audit is, in tasks of one service in one region each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Progress {
    /// Tasks that ended, however they did.
    pub done: u32,
    /// Tasks there are; 0 until the audit is planned.
    pub total: u32,
}

/// An audit as the store keeps it; its receipt and findings are in its result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// Whose it is.
    pub tenant: Tenant,
    /// Its name.
    pub id: AuditId,
    /// What was asked for.
    pub order: AuditRequest,
    /// Where it stands.
    pub state: AuditState,
    /// What is done next.
    pub phase: Phase,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// How often a worker has begun the phase that only one may work on: plan or evaluate.
    pub attempt: u32,
    /// How many of these attempts ended by putting the work back, which is no failure.
    #[serde(default, rename = "put_back")]
    pub requeued: u32,
    /// Until when the worker of this attempt is trusted to be alive; nothing while none has it.
    pub lease_until: Option<Timestamp>,
    /// The attempt at planning whose tasks count; 0 until it is planned.
    pub plan: u32,
    /// How many tasks there are; 0 until it is planned.
    pub total: u32,
    /// How many tasks have not ended yet.
    pub remaining: u32,
    /// The findings, counted; nothing until it is judged.
    pub summary: Option<Summary>,
    /// Why it failed, in one sentence.
    pub error: Option<String>,
    /// The key of its result; nothing while it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
}

impl Audit {
    /// A new audit, queued.
    #[must_use]
    pub const fn new(tenant: Tenant, id: AuditId, order: AuditRequest, now: Timestamp) -> Self {
        Self {
            tenant,
            id,
            order,
            state: AuditState::Queued,
            phase: Phase::Plan,
            created_at: now,
            updated_at: now,
            attempt: 0,
            requeued: 0,
            lease_until: None,
            plan: 0,
            total: 0,
            remaining: 0,
            summary: None,
            error: None,
            result: None,
        }
    }

    /// How far it is.
    #[must_use]
    pub const fn progress(&self) -> Progress {
        Progress { done: self.total.saturating_sub(self.remaining), total: self.total }
    }
}
