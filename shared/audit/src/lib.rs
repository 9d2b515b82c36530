//! The pipeline: plan, collect, evaluate.
//!
//! [`scan`] reads an account in one go and gives a snapshot; [`evaluate`] is pure. A [`Pipeline`] does the same
//! for the audits of a store, one [`Ticket`] at a time, so that many workers share an audit and any of them
//! may die. The command line, `infraaudit serve` and the worker function share all of it.

mod brief;
mod conclude;
mod evaluate;
mod follow;
mod lease;
mod night;
mod pipeline;
mod plan;
mod read;
mod scan;
mod sweep;
mod tell;

pub use brief::{Brief, Choice, ChoiceError};
pub use collect::Limits;
pub use domain::{Done, Queued, Ticket};
pub use evaluate::{evaluate, suppress};
pub use pipeline::{Pipeline, Settings, Source, WorkError};
pub use scan::{Entry, Event, ScanError, scan};
pub use sweep::Swept;
