use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{AccountId, ExternalId, Invalid, Receipt, RoleName, Summary, Tenant};

/// The name of an audit: a `UUIDv7`, so that names sort by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AuditId(pub Uuid);

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
pub struct Order {
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

/// How far an audit is, in tasks of one service in one region each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Progress {
    /// Tasks that ended, however they did.
    pub done: u32,
    /// Tasks there are; 0 until the audit is planned.
    pub total: u32,
}

/// An audit as the store keeps it; its findings are kept beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// Whose it is.
    pub tenant: Tenant,
    /// Its name.
    pub id: AuditId,
    /// What was asked for.
    pub order: Order,
    /// Where it stands.
    pub state: AuditState,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// How often a worker has begun it.
    pub attempt: u32,
    /// Until when the worker of this attempt is trusted to be alive; nothing while none has it.
    pub lease_until: Option<Timestamp>,
    /// How far it is.
    pub progress: Progress,
    /// How each region and service ended; empty until then.
    pub receipt: Vec<Receipt>,
    /// The findings, counted; nothing until it is judged.
    pub summary: Option<Summary>,
    /// Why it failed, in one sentence.
    pub error: Option<String>,
}

impl Audit {
    /// A new audit, queued.
    #[must_use]
    pub fn new(tenant: Tenant, id: AuditId, order: Order, now: Timestamp) -> Self {
        Self {
            tenant,
            id,
            order,
            state: AuditState::Queued,
            created_at: now,
            updated_at: now,
            attempt: 0,
            lease_until: None,
            progress: Progress::default(),
            receipt: Vec::new(),
            summary: None,
            error: None,
        }
    }
}
