use std::num::NonZeroU32;

use domain::{Audit, AuditId, AuditState};
use jiff::Timestamp;

use crate::table::Written;

/// What a caller wants of a new audit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Intent {
    /// The caller's name for the request, so that sending it twice asks for one audit.
    pub idempotency: Option<Idempotency>,
    /// Whether it may not run beside another full audit of its account.
    pub alone: bool,
    /// Whether it is forced: it may run beside another full audit of its account, but not beside another forced one.
    pub forced: bool,
    /// Where it counts towards the audits of its tenant and day (UTC): how many there may be.
    pub a_day: Option<NonZeroU32>,
}

/// The caller's name for a request, and what it asked for; both hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// The hash of the key.
    pub key: String,
    /// The hash of the request: another one under the same key is refused.
    pub request: String,
}

/// What came of writing down a new audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Created {
    /// It is written.
    New,
    /// It was asked for before, and is as it is now; nothing was written.
    Already(Box<Audit>),
    /// The key was used for another request; nothing was written.
    OtherRequest,
    /// A full audit of the account is under way, or a forced one where this one is forced; nothing was written.
    Active(AuditId),
    /// As many audits as its tenant may have were begun on this day; nothing was written.
    Spent,
}

/// What came of asking for something to work on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim<T> {
    /// It is the caller's until the lease ends; its `attempt` fences every later write.
    Claimed(Box<T>),
    /// Another worker has it.
    Held {
        /// When that worker's lease ends unless it is renewed.
        until: Timestamp,
    },
    /// There is nothing left to do here: it is done, or it is not its turn yet.
    Passed,
    /// The audit has ended.
    Ended(AuditState),
    /// There is no such thing.
    Missing,
}

impl<T> Claim<T> {
    /// What is to be worked on; nothing where another worker has it, or nobody needs it any more.
    #[must_use]
    pub fn claimed(self) -> Option<T> {
        match self {
            Self::Claimed(held) => Some(*held),
            Self::Held { .. } | Self::Passed | Self::Ended(_) | Self::Missing => None,
        }
    }
}

/// Whether a write of a worker took place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Fence {
    /// It did, now or by the same call made before.
    Held,
    /// It did not: the work has been taken over or has ended. The worker drops it.
    Lost,
}

impl Fence {
    /// Whether one write took place.
    pub(crate) const fn of(written: &Written) -> Self {
        match written {
            Written::Done(_) => Self::Held,
            Written::Refused(_) => Self::Lost,
        }
    }
}

/// What came of cancelling an audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// It is cancelled, now or before.
    Done,
    /// It had ended otherwise.
    Ended(AuditState),
    /// There is no such audit.
    Missing,
}
