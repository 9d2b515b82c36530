//! What is stored, and the operations of the protocol on it: each one conditional write or one
//! transaction, which tells whether it was accepted.

mod alert;
mod audit;
mod finding;
mod task;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use alert::Alert;
pub(crate) use audit::{Audit, End, Phase};
pub(crate) use finding::Finding;
pub(crate) use task::{Task, TaskId, TaskState};

/// How often something was claimed.
pub(crate) type Attempt = u8;

/// A moment, counted in the changes of the audited account.
pub(crate) type Time = u8;

/// Whose turn it is. Time passes for a lease when the model says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Lease {
    #[default]
    None,
    Live,
    Lapsed,
}

/// What the table's stream shows and somebody waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Record {
    /// An audit was created.
    Created(usize),
    /// An audit has no task left to collect.
    Collected(usize),
    /// An alert is unsent.
    Unsent(usize),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Store {
    pub(crate) audits: Vec<Audit>,
    pub(crate) tasks: BTreeMap<TaskId, Task>,
    /// The moment of the account's newest snapshot: there is one region and one service.
    pub(crate) part: Option<Time>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) alerts: Vec<Alert>,
    /// What the stream did not show yet. A write that is seen twice or late is one of the faults.
    pub(crate) stream: BTreeSet<Record>,
}
