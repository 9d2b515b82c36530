//! The pipeline: plan, collect, evaluate; and an audit of the store worked off from claim to end.
//!
//! [`scan`] talks to the customer's account and gives a snapshot; [`evaluate`] is pure. The command
//! line, `infraaudit serve` and the worker function share both.

mod brief;
mod evaluate;
mod scan;
mod work;

pub use brief::{Brief, Choice, ChoiceError};
pub use collect::Limits;
pub use evaluate::evaluate;
pub use scan::{Entry, Event, ScanError, scan};
pub use work::{Settings, WorkError, replay, work};
