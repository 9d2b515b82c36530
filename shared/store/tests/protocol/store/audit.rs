use super::{Attempt, Lease, Record, Store, TaskId, Time};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Phase {
    #[default]
    Plan,
    Collect,
    Evaluate,
    Ended,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum End {
    Complete,
    Incomplete,
    /// There is no plan: planning was given up, or the role is closed.
    Unplanned,
    /// Evaluation was given up.
    Unjudged,
    Cancelled,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Audit {
    pub(crate) phase: Phase,
    pub(crate) attempt: Attempt,
    pub(crate) lease: Lease,
    /// The attempt whose tasks count.
    pub(crate) plan: Attempt,
    pub(crate) remaining: i8,
    pub(crate) end: Option<End>,
    /// The snapshot that the result was made from.
    pub(crate) judged: Option<Time>,
    /// The attempt that evaluated it to its end.
    pub(crate) ended_by: Option<Attempt>,
    /// How many writes ended it.
    pub(crate) ends: u8,
}

impl Audit {
    fn held(&self, phase: Phase, attempt: Attempt) -> bool {
        self.phase == phase && self.attempt == attempt
    }

    fn claim(&mut self) -> Attempt {
        self.attempt += 1;
        self.lease = Lease::Live;
        self.attempt
    }

    fn end(&mut self, end: End) {
        self.phase = Phase::Ended;
        self.lease = Lease::None;
        self.end = Some(end);
        self.ends += 1;
    }
}

impl Store {
    pub(crate) fn create(&mut self) {
        self.stream.insert(Record::Created(self.audits.len()));
        self.audits.push(Audit::default());
    }

    pub(crate) fn claim_plan(&mut self, audit: usize) -> Option<Attempt> {
        let audit = &mut self.audits[audit];
        let free = audit.phase == Phase::Plan && audit.lease != Lease::Live;
        free.then(|| audit.claim())
    }

    /// Chooses the tasks of this attempt as the plan.
    pub(crate) fn begin_collect(&mut self, audit: usize, attempt: Attempt, total: u8) -> bool {
        if !self.audits[audit].held(Phase::Plan, attempt) {
            return false;
        }
        self.audits[audit] = Audit {
            phase: Phase::Collect,
            plan: attempt,
            remaining: i8::try_from(total).unwrap(),
            ..Audit::default()
        };
        self.show(audit);
        true
    }

    pub(crate) fn claim_evaluate(&mut self, audit: usize) -> Option<Attempt> {
        let audit = &mut self.audits[audit];
        let free = match audit.phase {
            Phase::Collect => audit.remaining == 0,
            Phase::Evaluate => audit.lease == Lease::Lapsed,
            Phase::Plan | Phase::Ended => false,
        };
        free.then(|| {
            audit.phase = Phase::Evaluate;
            audit.claim()
        })
    }

    /// Ends an audit with a result made of the snapshot `judged`.
    pub(crate) fn finish(&mut self, audit: usize, attempt: Attempt, judged: Option<Time>) -> bool {
        let gaps = self.tasks_of_plan(audit).any(|(_, task)| task.is_failed());
        let audit = &mut self.audits[audit];
        let held = audit.held(Phase::Evaluate, attempt);
        if held {
            audit.judged = judged;
            audit.ended_by = Some(attempt);
            audit.end(if gaps { End::Incomplete } else { End::Complete });
        }
        held
    }

    /// Ends an audit without a result. `phase` is the one whose claim was `attempt`.
    pub(crate) fn fail(&mut self, audit: usize, phase: Phase, attempt: Attempt) -> bool {
        let held = self.audits[audit].held(phase, attempt);
        if held {
            self.fail_whatever_phase(audit, phase, attempt);
        }
        held
    }

    /// A flaw: attempts are counted from 1 again in each phase.
    pub(crate) fn fail_whatever_phase(&mut self, audit: usize, phase: Phase, attempt: Attempt) {
        let audit = &mut self.audits[audit];
        if audit.phase != Phase::Ended && audit.attempt == attempt {
            audit.end(if phase == Phase::Plan { End::Unplanned } else { End::Unjudged });
        }
    }

    pub(crate) fn cancel(&mut self, audit: usize) -> bool {
        let audit = &mut self.audits[audit];
        let running = audit.phase != Phase::Ended;
        if running {
            audit.end(End::Cancelled);
        }
        running
    }

    pub(super) fn decrement(&mut self, audit: usize) {
        self.audits[audit].remaining -= 1;
        self.show(audit);
    }

    /// What the stream's filter lets through of a changed audit.
    fn show(&mut self, audit: usize) {
        if self.audits[audit].phase == Phase::Collect && self.audits[audit].remaining == 0 {
            self.stream.insert(Record::Collected(audit));
        }
    }

    pub(crate) fn tasks_of_plan(
        &self,
        audit: usize,
    ) -> impl Iterator<Item = (TaskId, &super::Task)> {
        let plan = self.audits[audit].plan;
        let tasks = self.tasks.iter().map(|(id, task)| (*id, task));
        tasks.filter(move |(id, _)| id.audit == audit && id.plan == plan)
    }
}
