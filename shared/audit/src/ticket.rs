use domain::{Audit, AuditId, Phase, Place, Task, Tenant};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A message that makes some worker do the next step of something. It is only a hint: whether there is
/// anything to do is decided by the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum Ticket {
    /// Find out what there is to read.
    Plan {
        /// Whose audit it is.
        tenant: Tenant,
        /// The audit.
        audit_id: AuditId,
    },
    /// Read one service in one region.
    Collect {
        /// Whose audit it is.
        tenant: Tenant,
        /// The audit.
        audit_id: AuditId,
        /// The attempt at planning that made the task.
        plan: u32,
        /// What to read.
        place: Place,
    },
    /// Judge what was read.
    Evaluate {
        /// Whose audit it is.
        tenant: Tenant,
        /// The audit.
        audit_id: AuditId,
    },
    /// Go on queueing the audits of a night.
    Nightly {
        /// The time that the night was due.
        night: Timestamp,
        /// Where to go on.
        cursor: Option<String>,
    },
    /// Go on looking for what got stuck.
    Sweep {
        /// Where to go on.
        cursor: Option<String>,
    },
}

impl Ticket {
    /// The audit that it is about, if it is about one.
    #[must_use]
    pub const fn audit(&self) -> Option<(&Tenant, AuditId)> {
        match self {
            Self::Plan { tenant, audit_id }
            | Self::Collect { tenant, audit_id, .. }
            | Self::Evaluate { tenant, audit_id } => Some((tenant, *audit_id)),
            Self::Nightly { .. } | Self::Sweep { .. } => None,
        }
    }

    /// What an audit waits for next, where no message says so: planning or judging.
    #[must_use]
    pub fn of(audit: &Audit) -> Option<Self> {
        match audit.phase {
            Phase::Plan => Some(Self::plan(audit)),
            Phase::Collect if audit.remaining == 0 => Some(Self::evaluate(audit)),
            Phase::Collect | Phase::Evaluate | Phase::Ended => None,
        }
    }

    pub(crate) fn plan(audit: &Audit) -> Self {
        Self::Plan { tenant: audit.tenant.clone(), audit_id: audit.id }
    }

    pub(crate) fn collect(task: &Task) -> Self {
        let (tenant, place) = (task.tenant.clone(), task.place.clone());
        Self::Collect { tenant, audit_id: task.audit_id, plan: task.plan, place }
    }

    pub(crate) fn evaluate(audit: &Audit) -> Self {
        Self::Evaluate { tenant: audit.tenant.clone(), audit_id: audit.id }
    }
}
