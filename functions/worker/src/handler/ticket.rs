use domain::{AuditId, Tenant};
use serde::{Deserialize, Serialize};

/// The body of a message: which audit to work on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ticket {
    /// Whose audit it is.
    pub(crate) tenant: Tenant,
    /// The audit.
    pub(crate) audit_id: AuditId,
}
