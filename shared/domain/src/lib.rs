//! The words of the audit: accounts, facts, verdicts, findings, receipts. No I/O, no clock, no AWS SDK.
//!
//! A *fact* is what the collector read about a customer's resource, or why it could not ([`Known`],
//! [`Listing`]). A [`Snapshot`] is all facts of one audit. Checks turn facts into [`Judgement`]s, and
//! those become [`Finding`]s in a [`Report`], whose [`Receipt`] rows say what was read at all.

mod account;
mod alert;
mod audit;
mod audit_filter;
mod causes;
mod context;
mod fact;
mod finding;
mod fingerprint;
mod job;
mod known;
mod proof;
mod receipt;
mod register;
mod report;
mod schedule;
mod severity;
mod snapshot;
mod step;
mod task;
mod tenant;
mod tracked;
mod verdict;

pub mod credential_report;
pub mod ec2;
pub mod iam;
pub mod keys;
pub mod s3;

pub use account::{Account, AccountId, ExternalId, Invalid, Partition, RoleArn, RoleName};
pub use alert::{Alert, AlertFinding, AlertState, Delivery};
pub use audit::{Audit, AuditId, AuditRequest, AuditState, Phase, Progress};
pub use audit_filter::{AuditFilter, Readings};
pub use causes::with_causes;
pub use context::{Context, Thresholds};
pub use fact::{Fact, GLOBAL, Service};
pub use finding::{Finding, Resource, Tags, owner};
pub use fingerprint::Fingerprint;
pub use job::{Job, JobId, JobState, JobStep};
pub use known::{Cause, Known, Listing, Unread};
pub use proof::{Proof, ProofOutcome};
pub use receipt::{Outcome as ReceiptOutcome, Receipt};
pub use register::{RegisteredAccount, RegisteredState};
pub use report::{Report, Status, Summary};
pub use schedule::Schedule;
pub use severity::Severity;
pub use snapshot::{Facts, ServiceSnapshot, Snapshot, VersionMismatch};
pub use step::{Queued, Step, StepResult};
pub use task::{Latest, ServiceRegion, Task, TaskState, is_region};
pub use tenant::Tenant;
pub use tracked::{Lifecycle, Suppressed, Suppression, Tag, TrackedFinding};
pub use verdict::{Failure, Judgement, Outcome, Verdict, fail, fail_at, manual, pass, pass_with};
