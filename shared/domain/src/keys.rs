//! Old access keys: what is asked, what is answered, and why there is no answer.
//!
//! There are two ways to ask. The *live* one lists users and their keys; the *report* is IAM's credential report: one
//! answer for any number of users, up to four hours old, without key ids. Both give [`OldAccessKeys`], and both
//! can be interrupted and go on from a [`Partial`]. An answer is whole or it is a [`Failure`].

mod answer;
mod ask;
mod audited;
mod failure;
mod hours;
mod judge;
mod partial;

pub use answer::{KeyStatus, LastUsed, OldAccessKey, OldAccessKeys};
pub use ask::{Ask, Include, Method, Status};
pub use audited::{AuditedKeys, OwnedKey};
pub use failure::Failure;
pub use hours::Hours;
pub use judge::{Found, of_report, of_user};
pub use partial::{Partial, Reading, Seen};
