use super::{Attempt, Lease, Phase, Store, Time};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TaskId {
    pub(crate) audit: usize,
    pub(crate) plan: Attempt,
    pub(crate) number: u8,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum TaskState {
    #[default]
    Queued,
    Running,
    Done,
    Failed,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Task {
    pub(crate) state: TaskState,
    pub(crate) attempt: Attempt,
    pub(crate) lease: Lease,
    /// The moment that the kept snapshot shows.
    pub(crate) snapshot: Option<Time>,
    /// The attempt that made it done or failed.
    pub(crate) ended_by: Option<Attempt>,
    /// How many writes made it done or failed.
    pub(crate) ends: u8,
}

impl Task {
    pub(crate) fn is_unfinished(&self) -> bool {
        matches!(self.state, TaskState::Queued | TaskState::Running)
    }

    pub(crate) fn is_failed(&self) -> bool {
        self.state == TaskState::Failed
    }

    fn held(&self, attempt: Attempt) -> bool {
        self.state == TaskState::Running && self.attempt == attempt
    }
}

impl Store {
    /// One chunk of a plan. It counts for nothing until the plan is chosen.
    pub(crate) fn write_task(&mut self, id: TaskId) {
        self.tasks.entry(id).or_default();
    }

    pub(crate) fn claim_task(&mut self, id: TaskId) -> Option<Attempt> {
        let task = self.tasks.get_mut(&id)?;
        let free = match task.state {
            TaskState::Queued => true,
            TaskState::Running => task.lease == Lease::Lapsed,
            TaskState::Done | TaskState::Failed => false,
        };
        free.then(|| {
            task.state = TaskState::Running;
            task.attempt += 1;
            task.lease = Lease::Live;
            task.attempt
        })
    }

    /// One transaction: the task is done, or failed where there is no snapshot to keep, and its
    /// audit has one less to wait for.
    pub(crate) fn complete(&mut self, id: TaskId, attempt: Attempt, ended: &Task) -> bool {
        let audit = &self.audits[id.audit];
        let counts = audit.phase == Phase::Collect && audit.plan == id.plan;
        let accepted = counts && self.tasks[&id].held(attempt);
        if accepted {
            self.end_task(id, ended);
            self.decrement(id.audit);
        }
        accepted
    }

    /// A flaw: only half of `complete`.
    pub(crate) fn complete_uncounted(
        &mut self,
        id: TaskId,
        attempt: Attempt,
        ended: &Task,
    ) -> bool {
        let accepted = self.tasks[&id].held(attempt);
        if accepted {
            self.end_task(id, ended);
        }
        accepted
    }

    /// The other half.
    pub(crate) fn count_down(&mut self, audit: usize) {
        self.decrement(audit);
    }

    /// A flaw: `complete` with the audit's condition, but not the task's.
    pub(crate) fn complete_whoever_holds(&mut self, id: TaskId, ended: &Task) -> bool {
        let accepted = self.audits[id.audit].phase == Phase::Collect;
        if accepted {
            self.end_task(id, ended);
            self.decrement(id.audit);
        }
        accepted
    }

    /// Puts a task back: the worker's time is nearly up.
    pub(crate) fn requeue(&mut self, id: TaskId, attempt: Attempt) -> bool {
        let Some(task) = self.tasks.get_mut(&id) else { return false };
        let held = task.held(attempt);
        if held {
            task.state = TaskState::Queued;
            task.lease = Lease::None;
        }
        held
    }

    fn end_task(&mut self, id: TaskId, ended: &Task) {
        if let Some(task) = self.tasks.get_mut(&id) {
            task.state = ended.state;
            task.snapshot = ended.snapshot;
            task.ended_by = ended.ended_by;
            task.lease = Lease::None;
            task.ends += 1;
        }
    }
}
