//! What was used: least privilege from CloudTrail's records and from IAM's last-accessed reports.
//!
//! Records go in as bytes, whatever they come from, and a policy comes out. Nothing here does I/O,
//! reads a clock or knows an SDK.

pub mod advice;
mod asked;
mod calls;
mod document;
mod gaps;
mod log;
mod needs;
mod principal;
mod record;
mod resources;
mod text;
mod usage;

pub use asked::{Asked, BY_PARAMETER, NOT_TOLD, NotTold, On, TAGGING, Tagging, VERSIONS};
pub use calls::{Row, SERVICES, Service, TABLE};
pub use document::{MANAGED_POLICY_CHARACTERS, Policies};
pub use gaps::{DATA_EVENTS, DataEvents};
pub use log::{LogFile, MOST_RECORD_BYTES, Trouble};
pub use needs::Widened;
pub use principal::{NotAPrincipal, Principal};
pub use usage::{Counts, Unmapped, Untold, Usage, UsageOptions};
