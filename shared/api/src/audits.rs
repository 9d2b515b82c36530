//! Audits: asking for one, reading what it found, ending it early.

use domain::{AccountId, Audit, AuditId, AuditState, Progress, Service, Summary, Tenant};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{problem::Problem, request::no_audit, state::Shared};

pub(crate) mod access_keys;
pub(crate) mod cancel;
pub(crate) mod findings;
mod key;
pub(crate) mod list;
pub(crate) mod start;
pub(crate) mod status;

/// An audit without its findings.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditEntry {
    /// Its name: a `UUIDv7`.
    #[schema(value_type = String, format = Uuid)]
    audit_id: AuditId,
    /// Where it stands.
    status: AuditState,
    /// The account.
    #[schema(value_type = String, pattern = "^[0-9]{12}$")]
    account_id: AccountId,
    /// The checks it runs; empty means all.
    checks: Vec<String>,
    /// The regions it reads; empty means every enabled one.
    regions: Vec<String>,
    /// The services it reads; empty means all that the checks need.
    services: Vec<Service>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// How far it is.
    progress: Progress,
    /// The number of findings; null until they are evaluated.
    summary: Option<Summary>,
    /// Why the audit failed.
    error: Option<String>,
}

impl From<Audit> for AuditEntry {
    fn from(audit: Audit) -> Self {
        Self {
            audit_id: audit.id,
            status: audit.state,
            account_id: audit.order.account_id.clone(),
            checks: audit.order.checks.clone(),
            regions: audit.order.regions.clone(),
            services: audit.order.services.clone(),
            created_at: audit.created_at,
            updated_at: audit.updated_at,
            progress: audit.progress(),
            summary: audit.summary,
            error: audit.error,
        }
    }
}

/// An audit of the caller's.
pub(crate) async fn find(shared: &Shared, tenant: &Tenant, id: AuditId) -> Result<Audit, Problem> {
    let audit = shared.store.audit(tenant, id).await?;
    audit.ok_or_else(|| no_audit(&id.to_string()))
}
