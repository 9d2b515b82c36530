//! The steps of an audit's life as pure functions of what is stored.

use domain::{Audit, AuditState, Progress, Status};
use jiff::Timestamp;

use crate::{Claim, End, Fence};

/// Takes an audit if it is free.
#[cfg(feature = "sqlite")]
pub(crate) fn claim(audit: &mut Audit, now: Timestamp, lease_until: Timestamp) -> Claim {
    if audit.state.is_final() {
        return Claim::Ended(audit.state);
    }
    if let Some(until) = audit.lease_until
        && audit.state == AuditState::Running
        && until >= now
    {
        return Claim::Held { until };
    }
    audit.state = AuditState::Running;
    audit.attempt += 1;
    audit.lease_until = Some(lease_until);
    audit.updated_at = now;
    Claim::Claimed(Box::new(audit.clone()))
}

/// Whether `held` still is the attempt that works on what is stored.
pub(crate) fn works(stored: &Audit, held: &Audit) -> bool {
    stored.state == AuditState::Running && stored.attempt == held.attempt
}

/// What a write of `held` that did not find it working comes to: it may have ended it before.
pub(crate) fn ended_before(stored: Option<&Audit>, held: &Audit) -> Fence {
    let by_work =
        |state| matches!(state, AuditState::Complete | AuditState::Incomplete | AuditState::Failed);
    match stored {
        Some(stored) if stored.attempt == held.attempt && by_work(stored.state) => Fence::Held,
        _ => Fence::Lost,
    }
}

/// The audit with its end written into it.
pub(crate) fn end(audit: &Audit, now: Timestamp, end: End<'_>) -> Audit {
    let mut ended = Audit { lease_until: None, updated_at: now, ..audit.clone() };
    // The known account keeps the way in; an audit that has ended needs none.
    ended.order.external_id = None;
    match end {
        End::Judged { report, .. } => {
            let tasks = u32::try_from(report.receipt.len()).unwrap_or(u32::MAX);
            ended.state = match report.status {
                Status::Complete => AuditState::Complete,
                Status::Incomplete => AuditState::Incomplete,
            };
            ended.progress = Progress { done: tasks, total: tasks };
            ended.receipt.clone_from(&report.receipt);
            ended.summary = Some(report.summary.clone());
        }
        End::Failed { error } => {
            ended.state = AuditState::Failed;
            ended.error = Some(error.to_owned());
        }
    }
    ended
}
