use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Audit, AuditId, AuditState, JobStep, Phase, Task, TaskName, Tenant};

/// A message that makes some worker do the next step of something. It is only a hint: whether there is
/// anything to do is decided by the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// Find out what there is to read.
    Plan {
        /// Whose audit it is.
        tenant: Tenant,
        /// The audit.
        audit_id: AuditId,
    },
    /// Read the services of one region.
    Collect {
        /// Whose audit it is.
        tenant: Tenant,
        /// The audit.
        audit_id: AuditId,
        /// The attempt at planning that made the task.
        plan: u32,
        /// The task.
        #[serde(rename = "place")]
        task: TaskName,
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

impl Step {
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

    /// Asks for an audit's planning.
    #[must_use]
    pub fn plan(audit: &Audit) -> Self {
        Self::Plan { tenant: audit.tenant.clone(), audit_id: audit.id }
    }

    /// Asks for the reading of a task.
    #[must_use]
    pub fn collect(task: &Task) -> Self {
        let (tenant, name) = (task.tenant.clone(), task.name.clone());
        Self::Collect { tenant, audit_id: task.audit_id, plan: task.plan, task: name }
    }

    /// Asks for the judging of an audit.
    #[must_use]
    pub fn evaluate(audit: &Audit) -> Self {
        Self::Evaluate { tenant: audit.tenant.clone(), audit_id: audit.id }
    }
}

/// What came of a step.
#[derive(Debug, Default)]
pub struct StepResult {
    /// What has to be done next, by any worker.
    pub next: Vec<Step>,
    /// The jobs that another function has to be told of again.
    pub jobs: Vec<JobStep>,
    /// The audit that has ended by it, and how.
    pub ended: Option<(AuditId, AuditState)>,
    /// What was queued, of a night.
    pub night: Option<Queued>,
    /// Why some of it was not done, where the rest was: the same step has to come again.
    pub failed: Option<String>,
}

impl StepResult {
    /// There is nothing to do next.
    #[must_use]
    pub const fn nothing() -> Self {
        Self { next: Vec::new(), jobs: Vec::new(), ended: None, night: None, failed: None }
    }

    /// These have to be done next.
    #[must_use]
    pub fn next(next: Vec<Step>) -> Self {
        Self { next, ..Self::nothing() }
    }
}

/// What a night's event came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Queued {
    /// How many audits are new.
    pub queued: usize,
    /// How many were there already: the event came before.
    pub already: usize,
    /// How many accounts have a full audit under way, or are not audited.
    pub passed_over: usize,
}
