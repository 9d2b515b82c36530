use domain::{AccountId, Alert, Audit, AuditState, Order, Report, Severity, Tenant, Verdict};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What came of writing down a new audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Created {
    /// It is written.
    New,
    /// An audit of that id was there already, as it is now; nothing was written.
    Already(Box<Audit>),
}

/// What came of asking for an audit to work on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is the caller's until the lease ends; its `attempt` fences every later write.
    Claimed(Box<Audit>),
    /// Another worker has it.
    Held {
        /// When that worker's lease ends unless it is renewed.
        until: Timestamp,
    },
    /// There is nothing left to do.
    Ended(AuditState),
    /// There is no such audit.
    Missing,
}

/// Whether a write of a worker took place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Fence {
    /// It did, now or by the same call made before.
    Held,
    /// It did not: the audit has been taken over or has ended. The worker drops its work.
    Lost,
}

/// How an attempt at an audit ends.
#[derive(Clone, Copy, Debug)]
pub enum End<'a> {
    /// It was judged. The report's status decides between `complete` and `incomplete`.
    Judged {
        /// The whole result.
        report: &'a Report,
        /// What has to be told, unless it has been told before.
        alerts: &'a [Alert],
    },
    /// It came to nothing.
    Failed {
        /// Why, in one sentence without secrets.
        error: &'a str,
    },
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// What asks for the next one; nothing on the last.
    pub next_cursor: Option<String>,
}

/// Which page of a list.
#[derive(Clone, Copy, Debug)]
pub struct PageRequest<'a> {
    /// The `next_cursor` of the page before; nothing for the first.
    pub cursor: Option<&'a str>,
    /// How many items at most, from 1 to [`PageRequest::MAX`]; anything else is brought within.
    pub limit: u16,
}

impl<'a> PageRequest<'a> {
    /// The greatest number of items on a page.
    pub const MAX: u16 = 1000;

    /// The first page, as long as can be.
    pub const FIRST: Self = Self { cursor: None, limit: Self::MAX };

    /// The page that a cursor asks for, as long as can be.
    #[must_use]
    pub const fn after(cursor: &'a str) -> Self {
        Self { cursor: Some(cursor), ..Self::FIRST }
    }

    /// The limit, brought within its bounds.
    #[cfg(any(feature = "sqlite", feature = "dynamodb"))]
    pub(crate) fn bounded(&self) -> u16 {
        self.limit.clamp(1, Self::MAX)
    }
}

/// Which findings of an audit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those that ended so.
    pub verdict: Option<Verdict>,
    /// Only those at least so severe.
    pub severity: Option<Severity>,
}

/// An account that was audited with a result, and is therefore audited every night.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownAccount {
    /// Whose it is.
    pub tenant: Tenant,
    /// How its last audit with a result got in, with every check.
    pub order: Order,
}

impl KnownAccount {
    /// What a finished audit makes known: its account and the way in that worked.
    #[cfg(any(feature = "sqlite", feature = "dynamodb"))]
    pub(crate) fn of(audit: &Audit) -> Self {
        let order = Order { checks: Vec::new(), ..audit.order.clone() };
        Self { tenant: audit.tenant.clone(), order }
    }

    /// Its 12 digits.
    #[must_use]
    pub const fn account(&self) -> &AccountId {
        &self.order.account_id
    }
}
