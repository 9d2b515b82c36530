//! The words of the audit: audits, findings, reports, alerts, suppressions. No I/O, no clock, no AWS SDK.
//!
//! What was read of an account is in the crate `inventory`. Checks make [`Finding`]s of it, which stand in a
//! [`Report`], whose [`Receipt`] rows say what was read at all. A finding that fails is a [`TrackedFinding`]
//! from audit to audit, and what is new and severe becomes an [`Alert`].

mod alert;
mod audit;
mod audit_filter;
mod causes;
mod evidence;
mod finding;
mod fingerprint;
mod job;
mod lang;
mod proof;
mod register;
mod report;
mod schedule;
mod settings;
mod severity;
mod step;
mod task;
mod tenant;
mod tracked;
mod verdict;

pub mod credential_report;
pub mod keys;

pub use alert::{Alert, AlertFinding, AlertState, Delivery};
pub use audit::{Audit, AuditId, AuditRequest, AuditState, Phase, Progress};
pub use audit_filter::{AuditFilter, Readings};
pub use causes::{panic_message, with_causes};
pub use evidence::{Evidence, Statement, Value};
pub use finding::{Finding, Resource};
pub use fingerprint::Fingerprint;
pub use inventory::{
    Account, AccountId, Cause, ExternalId, GLOBAL, Invalid, OutdatedRole, Partition, Receipt,
    ReceiptOutcome, RoleArn, RoleName, Service, Tags, Unread, is_region, owner,
};
pub use job::{Job, JobId, JobState, JobStep};
pub use lang::Lang;
pub use proof::{Proof, ProofOutcome};
pub use register::{RegisteredAccount, RegisteredState};
pub use report::{Report, ReportHead, Status, Summary};
pub use schedule::Schedule;
pub use settings::{
    AccessKeyDays, AuditOverrides, AuditSettings, CheckSettings, OrganizationId, SeverityOverride,
    Threshold, ThresholdOverrides, Thresholds, Trust, TrustOverrides, VpcEndpointId, VpcId,
};
pub use severity::Severity;
pub use step::{Queued, Step, StepResult};
pub use task::{Latest, ServiceRegion, Task, TaskName, TaskState};
pub use tenant::Tenant;
pub use tracked::{CompiledSuppression, Lifecycle, Suppressed, Suppression, Tag, TrackedFinding};
pub use verdict::Verdict;
