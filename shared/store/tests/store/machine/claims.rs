//! The rules of leases, in the model.

use domain::{AuditState, Phase, TaskState};

use super::world::{Held, HeldTask, LEASE, Outcome, TaskModel, World, tasks_of};

impl World {
    fn free(&self, lease: Option<u64>) -> bool {
        lease.is_none_or(|until| until < self.clock)
    }

    pub(super) fn claim(&mut self, number: usize, phase: Phase) -> Outcome {
        let now = self.clock;
        let audit = &self.audits[number];
        let its_turn = match (phase, audit.phase) {
            (Phase::Evaluate, Phase::Collect) => audit.remaining == 0,
            (wanted, there) => wanted == there && self.free(audit.lease),
        };
        if !its_turn {
            return match audit.lease {
                _ if audit.state.is_final() => Outcome::Ended(audit.state),
                Some(until) if audit.phase == phase => Outcome::HeldUntil(until),
                _ => Outcome::Passed,
            };
        }
        let audit = &mut self.audits[number];
        audit.attempt += 1;
        (audit.state, audit.phase) = (AuditState::Running, phase);
        audit.lease = Some(now + LEASE);
        let (attempt, plan) = (audit.attempt, audit.plan);
        self.held.push(Held { audit: number, phase, attempt, plan });
        Outcome::Claimed { attempt }
    }

    pub(super) fn planned(&mut self, held: Held) -> Outcome {
        let count = tasks_of(held.audit, held.attempt);
        let total = u32::try_from(count).unwrap();
        let audit = &mut self.audits[held.audit];
        for place in 0..count {
            audit.tasks.entry((held.attempt, place)).or_insert(TaskModel {
                state: TaskState::Queued,
                attempt: 0,
                requeued: 0,
                lease: None,
            });
        }
        if !audit.works(&held) {
            let mine = audit.plan == held.attempt && audit.state != AuditState::Cancelled;
            return Outcome::fence(mine);
        }
        audit.phase = Phase::Collect;
        audit.plan = held.attempt;
        (audit.total, audit.remaining) = (total, total);
        (audit.attempt, audit.requeued, audit.lease) = (0, 0, None);
        Outcome::Mine
    }

    pub(super) fn claim_task(&mut self, number: usize, key: (u32, usize)) -> Outcome {
        let now = self.clock;
        let Some(task) = self.audits[number].tasks.get(&key) else { return Outcome::Missing };
        let open = match task.state {
            TaskState::Queued => true,
            TaskState::Running => self.free(task.lease),
            TaskState::Done | TaskState::Failed => return Outcome::Passed,
        };
        if !open {
            return task.lease.map_or(Outcome::Passed, Outcome::HeldUntil);
        }
        let attempt = task.attempt + 1;
        let task = TaskModel {
            state: TaskState::Running,
            attempt,
            lease: Some(now + LEASE),
            ..task.clone()
        };
        self.audits[number].tasks.insert(key, task);
        self.tasks.push(HeldTask { audit: number, key, attempt });
        Outcome::Claimed { attempt }
    }

    /// Changes a task of whoever still has it.
    fn with_task(&mut self, held: HeldTask, change: impl FnOnce(&mut TaskModel)) -> Outcome {
        let task = self.audits[held.audit].tasks.get_mut(&held.key).unwrap();
        let mine = task.state == TaskState::Running && task.attempt == held.attempt;
        if mine {
            change(task);
        }
        Outcome::fence(mine)
    }

    pub(super) fn renew_task(&mut self, held: HeldTask) -> Outcome {
        let until = self.clock + LEASE;
        self.with_task(held, |task| task.lease = Some(until))
    }

    pub(super) fn release_task(&mut self, held: HeldTask) -> Outcome {
        self.with_task(held, |task| {
            (task.state, task.lease) = (TaskState::Queued, None);
            task.requeued += 1;
        })
    }

    pub(super) fn end_task(&mut self, held: HeldTask, failed: bool) -> Outcome {
        let audit = &self.audits[held.audit];
        let task = &audit.tasks[&held.key];
        if task.state.is_final() {
            return Outcome::fence(task.attempt == held.attempt);
        }
        if audit.phase != Phase::Collect || audit.plan != held.key.0 {
            return Outcome::Lost;
        }
        let outcome = self.with_task(held, |task| {
            task.state = if failed { TaskState::Failed } else { TaskState::Done };
            task.lease = None;
        });
        if outcome == Outcome::Mine {
            self.audits[held.audit].remaining -= 1;
        }
        outcome
    }

    pub(super) fn renew(&mut self, held: Held) -> Outcome {
        let until = self.clock + LEASE;
        let audit = &mut self.audits[held.audit];
        let mine = audit.works(&held) && audit.lease.is_some();
        if mine {
            audit.lease = Some(until);
        }
        Outcome::fence(mine)
    }

    pub(super) fn requeue(&mut self, held: Held) -> Outcome {
        let audit = &mut self.audits[held.audit];
        let mine = audit.works(&held) && audit.lease.is_some();
        if mine {
            audit.lease = None;
            audit.requeued += 1;
        }
        Outcome::fence(mine)
    }
}
