//! The pipeline: plan, collect, evaluate.
//!
//! [`scan`] reads an account in one go and gives a snapshot; [`evaluate`] is pure. A [`Pipeline`] does the same
//! for the audits of a store, one [`Step`] at a time, so that many workers share an audit and any of them
//! may die, and [`Jobs`] does so for questions about old access keys. The command line, `infraaudit serve` and
//! the functions share all of it.

mod alerts;
mod audit_scope;
mod collect;
mod evaluate;
mod jobs;
mod lease;
mod nightly;
mod pipeline;
mod plan;
mod report;
mod scan;
mod sessions;
mod sweep;
mod tracking;

pub use ::collect::Limits;
pub use audit_scope::{AuditScope, CheckSelection, CheckSelectionError, REGION_TIMEOUT};
pub use domain::{Queued, Step, StepResult};
pub use jobs::{Jobs, Worked};
pub use pipeline::{Pipeline, Settings, Source, WorkError};
pub use report::{evaluate, suppress};
pub use scan::{Credentials, Event, ScanError, scan};
pub use sweep::Swept;
