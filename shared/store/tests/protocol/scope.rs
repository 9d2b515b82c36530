//! How much of the world a model has.

use crate::{
    state::State,
    store::{Attempt, Audit, Phase, Record, TaskId, Time},
    worker::Message,
};

/// How often each fault may happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Faults {
    /// A worker dies between two writes. Its message comes again.
    pub(crate) crashes: u8,
    /// A message or record that was taken comes again all the same.
    pub(crate) duplicates: u8,
    /// A message or record never comes: it was tried too often, or became too old.
    pub(crate) losses: u8,
    /// A lease lapses though its worker lives.
    pub(crate) lapses: u8,
    /// A worker of a task runs out of time and puts it back.
    pub(crate) deadlines: u8,
    /// The customer's role is found closed while planning.
    pub(crate) refusals: u8,
    pub(crate) cancels: u8,
    /// A message that nobody sent.
    pub(crate) strays: u8,
}

/// What kills every worker that tries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Poison {
    Plan,
    /// The first of the tasks.
    Task,
    Evaluation,
}

/// A way to get the protocol wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// A task is marked done in one write and counted in the next.
    SeparateDecrement,
    /// A task is completed by whoever comes, whichever attempt holds it.
    UnconditionalCompletion,
    /// The worker that completes the last task goes on to evaluate; nobody else is told.
    InlineFinalise,
    NoSweeper,
    /// Whatever was tried too often is tried again.
    NoGiveUp,
    /// Only planning is.
    EndlessPlanning,
    /// The plan is chosen, with its `remaining`, before its tasks are written.
    CountedBeforeWritten,
    /// A failing planner names its attempt but not its phase.
    AttemptWithoutPhase,
    /// The pointer to the newest snapshot moves back.
    AnySnapshot,
    /// A transition is conditional on nothing but the moment of the finding's last one.
    SeenAtOnly,
    /// A transition is conditional on the snapshot, but not on the finding.
    FindingUnread,
    /// A transition is one write, its alert the next.
    AlertApart,
    /// The notifier believes the record that the alert is still unsent.
    PublishedUnread,
}

/// Where the story begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// Every audit was just created.
    Created,
    /// Every audit has its plan, and a message for each task is under way.
    Planned,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope {
    pub(crate) start: Start,
    pub(crate) audits: usize,
    /// Of each audit.
    pub(crate) tasks: u8,
    /// At a time.
    pub(crate) workers: usize,
    /// How often something is tried.
    pub(crate) attempts: Attempt,
    /// Whether the account is in order, moment by moment; nothing where facts do not matter.
    pub(crate) facts: &'static [bool],
    pub(crate) findings: usize,
    pub(crate) faults: Faults,
    pub(crate) poison: Option<Poison>,
    pub(crate) flaw: Option<Flaw>,
}

impl Scope {
    pub(crate) fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    /// Whether a snapshot shows something to find.
    pub(crate) fn is_bad(&self, taken: Time) -> bool {
        !self.facts[usize::from(taken)]
    }

    pub(crate) fn gives_up(&self, phase: Phase, attempt: Attempt) -> bool {
        let endless =
            self.has(Flaw::NoGiveUp) || self.has(Flaw::EndlessPlanning) && phase == Phase::Plan;
        attempt > self.attempts && !endless
    }

    pub(crate) fn first_state(&self) -> State {
        let mut state = State::new(self);
        for audit in 0..self.audits {
            state.store.create();
            if self.start == Start::Planned {
                self.plan(&mut state, audit);
            }
        }
        state
    }

    fn plan(&self, state: &mut State, audit: usize) {
        state.store.stream.remove(&Record::Created(audit));
        state.store.audits[audit] = Audit { attempt: 1, ..Audit::default() };
        for number in 0..self.tasks {
            let id = TaskId { audit, plan: 1, number };
            state.store.write_task(id);
            state.queue.insert(Message::Collect(id));
        }
        assert!(state.store.begin_collect(audit, 1, self.tasks));
    }
}
