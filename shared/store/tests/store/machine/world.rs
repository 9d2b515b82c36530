//! What the model remembers.

use std::collections::BTreeMap;

use domain::{AuditState, Phase, TaskState};

/// How long a lease lasts, in seconds.
pub(super) const LEASE: u64 = 60;

/// One account, and all that happens to it.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) clock: u64,
    pub(super) audits: Vec<AuditModel>,
    /// The full audit that keeps others away.
    pub(super) lock: Option<usize>,
    /// Everyone who ever took an audit.
    pub(super) held: Vec<Held>,
    /// Everyone who ever took a task.
    pub(super) tasks: Vec<HeldTask>,
    /// When places were read: for all checks, and for some.
    pub(super) parts: BTreeMap<usize, u64>,
    pub(super) reads: BTreeMap<usize, u64>,
    /// Problems by number: how often each was written, and when what it comes from was read.
    pub(super) problems: BTreeMap<usize, (u32, u64)>,
    /// What the last step came to.
    pub(super) outcome: Outcome,
}

impl Default for World {
    fn default() -> Self {
        Self {
            clock: 100,
            audits: Vec::new(),
            lock: None,
            held: Vec::new(),
            tasks: Vec::new(),
            parts: BTreeMap::new(),
            reads: BTreeMap::new(),
            problems: BTreeMap::new(),
            outcome: Outcome::Nothing,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct AuditModel {
    pub(super) full: bool,
    pub(super) state: AuditState,
    pub(super) phase: Phase,
    pub(super) attempt: u32,
    pub(super) requeued: u32,
    pub(super) lease: Option<u64>,
    pub(super) plan: u32,
    pub(super) total: u32,
    pub(super) remaining: u32,
    /// The attempt whose result it has.
    pub(super) result: Option<u32>,
    pub(super) tasks: BTreeMap<(u32, usize), TaskModel>,
    /// Alerts by name: whether each was sent, and how often it was shown again.
    pub(super) alerts: BTreeMap<String, (bool, u32)>,
}

#[derive(Clone, Debug)]
pub(super) struct TaskModel {
    pub(super) state: TaskState,
    pub(super) attempt: u32,
    pub(super) requeued: u32,
    pub(super) lease: Option<u64>,
}

/// What a worker knows of the audit that it took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub(super) audit: usize,
    pub(super) phase: Phase,
    pub(super) attempt: u32,
    pub(super) plan: u32,
}

/// What a worker knows of the task that it took.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeldTask {
    pub(super) audit: usize,
    pub(super) key: (u32, usize),
    pub(super) attempt: u32,
}

/// What a step comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Nothing,
    New,
    Active(usize),
    Claimed { attempt: u32 },
    HeldUntil(u64),
    Passed,
    Ended(AuditState),
    Missing,
    Mine,
    Lost,
    Written,
    Stale,
    Done(bool),
}

impl Outcome {
    pub(super) const fn fence(mine: bool) -> Self {
        if mine { Self::Mine } else { Self::Lost }
    }
}

impl AuditModel {
    pub(super) const fn new(full: bool) -> Self {
        Self {
            full,
            state: AuditState::Queued,
            phase: Phase::Plan,
            attempt: 0,
            requeued: 0,
            lease: None,
            plan: 0,
            total: 0,
            remaining: 0,
            result: None,
            tasks: BTreeMap::new(),
            alerts: BTreeMap::new(),
        }
    }

    /// Whether the worker still is the audit's.
    pub(super) fn works(&self, held: &Held) -> bool {
        self.phase == held.phase && self.attempt == held.attempt
    }

    pub(super) const fn end(&mut self, state: AuditState) {
        (self.state, self.phase, self.lease) = (state, Phase::Ended, None);
    }

    /// Raises an alert, unless it is there.
    pub(super) fn raise(&mut self, name: String) {
        self.alerts.entry(name).or_insert((false, 0));
    }
}

/// How many tasks an attempt at planning finds: always as many.
pub(super) const fn tasks_of(audit: usize, attempt: u32) -> usize {
    (audit + attempt as usize) % super::step::PLACES
}

/// The place that a problem is in.
pub(super) const fn place_of(problem: usize) -> usize {
    problem % 2
}

/// One of some, whatever number it is.
pub(super) fn pick<T: Clone>(number: usize, from: impl IntoIterator<Item = T>) -> Option<T> {
    let from: Vec<_> = from.into_iter().collect();
    (!from.is_empty()).then(|| from[number % from.len()].clone())
}
