//! Old access keys: what is asked of IAM for an answer.
//!
//! The words and all that is decided are in [`domain::keys`]; here is only who is asked, in which order, and how long.
//! A [`Monitor`] reads one account and is made once. [`Monitor::read`] begins or goes on with a [`Partial`], and ends
//! with the whole answer, with what to go on from, or with the reason why there is none.

mod accounts;
mod monitor;
mod report;
mod run;
mod session;
mod users;

pub use accounts::{Accounts, ReadKeys};
pub use collect::{ConcurrencyLimits, Limits};
pub use domain::keys::{
    Ask, Failure, Hours, Include, KeyStatus, LastUsed, Method, OldAccessKey, OldAccessKeys,
    Partial, Reading, Seen, Status,
};
pub use monitor::Monitor;
pub use run::Run;
pub use session::{CALL_TIMEOUT, session};
