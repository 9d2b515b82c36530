//! One worker: what a message makes it do, one operation of the store after the other.

mod collect;
mod evaluate;
mod plan;

use crate::{
    scope::{Poison, Scope},
    state::State,
    store::{Attempt, Finding, Phase, TaskId, Time},
};

/// A message of the queue. It is only a hint: the claim decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Message {
    Plan(usize),
    Collect(TaskId),
    Evaluate(usize),
}

/// What a worker does next.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Job {
    /// Write the task after the `written` first ones, or choose the plan.
    Plan {
        attempt: Attempt,
        written: u8,
    },
    /// Send the message of the task after the `sent` first ones.
    Send {
        plan: Attempt,
        sent: u8,
    },

    /// Ask AWS.
    Read {
        attempt: Attempt,
    },
    /// Point to the snapshot.
    Publish {
        attempt: Attempt,
        taken: Time,
    },
    /// Complete the task.
    Complete {
        attempt: Attempt,
        taken: Option<Time>,
    },
    /// Count the task that is done: see `Flaw::SeparateDecrement`.
    CountDown,
    /// Send the message again, for the task is put back.
    SendAgain,

    /// Look up the newest snapshot.
    Merge {
        attempt: Attempt,
    },
    /// Look up the findings that the snapshot may change.
    Compare {
        attempt: Attempt,
        judged: Time,
    },
    /// Write the transition of the finding `next`.
    Transition {
        attempt: Attempt,
        judged: Time,
        read: Vec<Finding>,
        next: usize,
    },
    /// Write the alert about it: see `Flaw::AlertApart`.
    Raise {
        attempt: Attempt,
        judged: Time,
        read: Vec<Finding>,
        next: usize,
    },
    Finish {
        attempt: Attempt,
        judged: Option<Time>,
    },
    /// Claim the evaluation without a message: see `Flaw::InlineFinalise`.
    Inline,

    /// Fail what was tried too often.
    GiveUp {
        attempt: Attempt,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Worker {
    pub(crate) message: Message,
    pub(crate) job: Job,
}

impl Worker {
    /// Claims what a message names; a message whose claim is refused is done with.
    pub(crate) fn take(scope: &Scope, state: &mut State, message: Message) -> Option<Self> {
        let (phase, attempt) = match message {
            Message::Plan(audit) => (Phase::Plan, state.store.claim_plan(audit)?),
            Message::Collect(id) => (Phase::Collect, state.store.claim_task(id)?),
            Message::Evaluate(audit) => (Phase::Evaluate, state.store.claim_evaluate(audit)?),
        };
        let job = match phase {
            _ if scope.gives_up(phase, attempt) => Job::GiveUp { attempt },
            Phase::Plan => plan::first(scope, attempt),
            Phase::Collect => collect::first(scope, attempt),
            Phase::Evaluate | Phase::Ended => evaluate::first(scope, attempt),
        };
        Some(Self { message, job })
    }

    /// The next operation, and what is to be done after it.
    pub(crate) fn step(&self, scope: &Scope, state: &mut State) -> Option<Job> {
        match self.message {
            Message::Plan(audit) => plan::step(scope, state, audit, &self.job),
            Message::Collect(id) => collect::step(scope, state, id, &self.job),
            Message::Evaluate(audit) => evaluate::step(scope, state, audit, &self.job),
        }
    }

    /// The claim that it works under; nothing once that has served.
    pub(crate) fn attempt(&self) -> Option<Attempt> {
        match self.job {
            Job::Plan { attempt, .. }
            | Job::Read { attempt }
            | Job::Publish { attempt, .. }
            | Job::Complete { attempt, .. }
            | Job::Merge { attempt }
            | Job::Compare { attempt, .. }
            | Job::Transition { attempt, .. }
            | Job::Raise { attempt, .. }
            | Job::Finish { attempt, .. }
            | Job::GiveUp { attempt } => Some(attempt),
            Job::Send { .. } | Job::CountDown | Job::SendAgain | Job::Inline => None,
        }
    }

    /// The attempt under which it asks AWS, when it can still stop doing so.
    pub(crate) fn collecting(&self) -> Option<(TaskId, Attempt)> {
        match (self.message, &self.job) {
            (
                Message::Collect(id),
                Job::Read { attempt }
                | Job::Publish { attempt, .. }
                | Job::Complete { attempt, .. },
            ) => Some((id, *attempt)),
            _ => None,
        }
    }

    /// The attempt under which it plans, while it has not chosen the plan.
    pub(crate) fn planning(&self) -> Option<(usize, Attempt)> {
        match (self.message, &self.job) {
            (Message::Plan(audit), Job::Plan { attempt, .. }) => Some((audit, *attempt)),
            _ => None,
        }
    }

    /// Whether what it does next kills it.
    pub(crate) fn is_poisoned(&self, scope: &Scope) -> bool {
        let given_up = matches!(self.job, Job::GiveUp { .. });
        let poisoned = match (scope.poison, self.message) {
            (Some(Poison::Plan), Message::Plan(_))
            | (Some(Poison::Evaluation), Message::Evaluate(_)) => true,
            (Some(Poison::Task), Message::Collect(id)) => id.number == 0,
            _ => false,
        };
        poisoned && !given_up
    }
}
