//! What each step comes to, in the model.

use domain::{AuditState, Phase};

use super::{
    step::Step,
    world::{AuditModel, Held, Outcome, World, pick, place_of},
};

impl World {
    /// Takes a step, and answers what comes of it.
    pub(super) fn after(&mut self, step: &Step) -> Outcome {
        self.step(step).unwrap_or(Outcome::Nothing)
    }

    fn step(&mut self, step: &Step) -> Option<Outcome> {
        let audit = |number: usize| pick(number, 0..self.audits.len());
        let held = |number: usize| pick(number, self.held.clone());
        let task = |number: usize| pick(number, self.tasks.clone());
        Some(match *step {
            Step::Pass(seconds) => {
                self.clock += seconds;
                Outcome::Nothing
            }
            Step::Order { full, alone } => self.order(full, alone),
            Step::Cancel(number) => self.cancel(audit(number)?),
            Step::ClaimPlan(number) => self.claim(audit(number)?, Phase::Plan),
            Step::ClaimEvaluation(number) => self.claim(audit(number)?, Phase::Evaluate),
            Step::Planned(number) => self.planned(self.held_in(Phase::Plan, number)?),
            Step::ClaimTask { audit: number, plan, place } => {
                self.claim_task(audit(number)?, (plan, place))
            }
            Step::EndTask { task: number, failed } => self.end_task(task(number)?, failed),
            Step::ReleaseTask(number) => self.release_task(task(number)?),
            Step::RenewTask(number) => self.renew_task(task(number)?),
            Step::Renew(number) => self.renew(held(number)?),
            Step::Requeue(number) => self.requeue(held(number)?),
            Step::Fail(number) => self.fail(held(number)?),
            Step::Publish { audit: number, place, age, whole } => {
                audit(number)?;
                let read = if whole { &mut self.parts } else { &mut self.reads };
                let newest = read.entry(place).or_default();
                *newest = (*newest).max(self.clock - age);
                Outcome::Nothing
            }
            Step::Transition { held: number, ref problems, age, behind, alert } => {
                let held = self.held_in(Phase::Evaluate, number)?;
                self.transition(held, problems, self.clock - age, behind, alert)
            }
            Step::Finish { held: number, digest } => {
                self.finish(self.held_in(Phase::Evaluate, number)?, digest)
            }
            Step::Sent { audit: number, alert } => {
                let number = audit(number)?;
                if let Some(alert) = self.audits[number].alerts.get_mut(&alert.to_string()) {
                    alert.0 = true;
                }
                Outcome::Nothing
            }
            Step::Nudge { audit: number, alert } => {
                let number = audit(number)?;
                match self.audits[number].alerts.get_mut(&alert.to_string()) {
                    Some((false, resent)) => {
                        *resent += 1;
                        Outcome::Done(true)
                    }
                    _ => Outcome::Done(false),
                }
            }
        })
    }

    fn held_in(&self, phase: Phase, number: usize) -> Option<Held> {
        pick(number, self.held.iter().copied().filter(|held| held.phase == phase))
    }

    fn order(&mut self, full: bool, alone: bool) -> Outcome {
        let active = self.lock.filter(|number| !self.audits[*number].state.is_final());
        if let Some(active) = active.filter(|_| full && alone) {
            return Outcome::Active(active);
        }
        if full {
            self.lock = Some(self.audits.len());
        }
        self.audits.push(AuditModel::new(full));
        Outcome::New
    }

    fn unlock(&mut self, number: usize) {
        if self.audits[number].full {
            self.lock = self.lock.filter(|locked| *locked != number);
        }
    }

    fn cancel(&mut self, number: usize) -> Outcome {
        let audit = &mut self.audits[number];
        match audit.state {
            AuditState::Cancelled => return Outcome::Done(true),
            state if state.is_final() => return Outcome::Ended(state),
            _ => audit.end(AuditState::Cancelled),
        }
        self.unlock(number);
        Outcome::Done(true)
    }

    fn fail(&mut self, held: Held) -> Outcome {
        let audit = &mut self.audits[held.audit];
        if !audit.works(&held) {
            let same = audit.attempt == held.attempt && audit.plan == held.plan;
            return Outcome::fence(same && audit.state == AuditState::Failed);
        }
        audit.end(AuditState::Failed);
        self.unlock(held.audit);
        Outcome::Mine
    }

    fn finish(&mut self, held: Held, digest: bool) -> Outcome {
        let audit = &mut self.audits[held.audit];
        if !audit.works(&held) {
            return Outcome::fence(audit.result == Some(held.attempt));
        }
        audit.end(AuditState::Complete);
        audit.result = Some(held.attempt);
        if digest {
            audit.raise("resolved".into());
        }
        self.unlock(held.audit);
        Outcome::Mine
    }

    fn transition(
        &mut self,
        held: Held,
        problems: &[usize],
        seen: u64,
        behind: bool,
        alert: Option<usize>,
    ) -> Outcome {
        let audit = &mut self.audits[held.audit];
        if !audit.works(&held) {
            return Outcome::Lost;
        }
        let read_since = |problem: &usize| {
            let place = place_of(*problem);
            [&self.parts, &self.reads].iter().any(|times| times.get(&place) > Some(&seen))
        };
        let alert = alert.map(|alert| alert.to_string());
        let told = alert.as_ref().is_some_and(|name| audit.alerts.contains_key(name));
        if behind || told || problems.iter().any(read_since) {
            return Outcome::Stale;
        }
        if let Some(name) = alert {
            audit.raise(name);
        }
        for problem in problems {
            let (version, at) = self.problems.entry(*problem).or_default();
            (*version, *at) = (*version + 1, seen);
        }
        Outcome::Written
    }
}
