//! The steps, taken by a store.

use std::{collections::BTreeMap, rc::Rc};

use domain::{Audit, AuditId, Fingerprint, Phase, TrackedFinding, Verdict};
use store::{Cancelled, Claim, Created, End, Error, Fence, Intent, Store, TaskEnd, Transitions};

use super::{
    Kind, Machine,
    step::Step,
    world::{LEASE, Outcome, pick, place_of, tasks_of},
};
use crate::samples::{
    alert, at, audit, complete, finding, full, latest, new_task, packed, place, scopes, task_name,
    tracked,
};

impl<K: Kind> Machine<K> {
    /// Takes a step at a time, and answers what comes of it.
    pub(super) fn act(&mut self, step: &Step, clock: u64) -> Outcome {
        let runtime = Rc::clone(&self.runtime);
        let work = async {
            let (now, until) = (at(clock), at(clock + LEASE));
            let (store, tenant) = (&self.store, &self.tenant);
            let id = |number: usize| pick(number, self.audits.iter().copied());
            let held = |number: usize| pick(number, self.held.iter().cloned());
            let task = |number: usize| pick(number, self.tasks.iter().cloned());
            let in_phase = |phase, number| {
                pick(number, self.held.iter().filter(|held| held.phase == phase).cloned())
            };
            Some(match *step {
                Step::Pass(_) => Outcome::Nothing,
                Step::Order { full: all, alone } => {
                    let audit = if all { full(tenant) } else { audit(tenant) };
                    let intent = Intent { alone, ..Intent::default() };
                    match store.create(&audit, &intent).await.unwrap() {
                        Created::New => {
                            self.audits.push(audit.id);
                            Outcome::New
                        }
                        Created::Active(id) => Outcome::Active(self.number(id)),
                        other => panic!("{other:?}"),
                    }
                }
                Step::Cancel(number) => match store.cancel(tenant, id(number)?, now).await.unwrap()
                {
                    Cancelled::Done => Outcome::Done(true),
                    Cancelled::Ended(state) => Outcome::Ended(state),
                    Cancelled::Missing => Outcome::Missing,
                },
                Step::ClaimPlan(number) => {
                    let claim = store.claim_plan(tenant, id(number)?, now, until).await;
                    claimed(claim, &mut self.held, |audit| audit.attempt)
                }
                Step::ClaimEvaluation(number) => {
                    let claim = store.claim_evaluation(tenant, id(number)?, now, until).await;
                    claimed(claim, &mut self.held, |audit| audit.attempt)
                }
                Step::Planned(number) => {
                    let held = in_phase(Phase::Plan, number)?;
                    let count = tasks_of(self.number(held.id), held.attempt);
                    let tasks: Vec<_> = (0..count).map(|n| new_task(&held, n, now)).collect();
                    fence(store.planned(&held, &tasks, now).await)
                }
                Step::ClaimTask { audit, plan, place: number } => {
                    let of = (tenant, id(audit)?);
                    let claim = store.claim_task(of, plan, &task_name(number), now, until).await;
                    claimed(claim, &mut self.tasks, |task| task.attempt)
                }
                Step::EndTask { task: number, failed } => {
                    let held = task(number)?;
                    let key = &held.attempt.to_string();
                    let end = if failed { TaskEnd::Failed(key) } else { TaskEnd::whole(key) };
                    fence(store.complete_task(&held, end, now).await)
                }
                Step::ReleaseTask(n) => fence(store.release_task(&task(n)?, None, now).await),
                Step::RenewTask(n) => fence(store.renew_task(&task(n)?, now, until).await),
                Step::Renew(number) => fence(store.renew(&held(number)?, now, until).await),
                Step::Requeue(number) => fence(store.requeue(&held(number)?, now).await),
                Step::Fail(number) => fence(store.fail(&held(number)?, now, "no way in").await),
                Step::Publish { audit: number, place: there, age, whole } => {
                    let audit = Audit { id: id(number)?, ..audit(tenant) };
                    let latest = latest(&audit, place(there), at(clock - age));
                    let account = &audit.order.account_id;
                    store
                        .publish(tenant, account, &latest, scopes(whole).as_deref())
                        .await
                        .unwrap();
                    Outcome::Nothing
                }
                Step::Transition { held: number, ref problems, age, behind, alert } => {
                    let held = in_phase(Phase::Evaluate, number)?;
                    let seen = clock - age;
                    write(store, &held, problems, seen, behind, alert).await
                }
                Step::Finish { held: number, digest } => {
                    let held = in_phase(Phase::Evaluate, number)?;
                    let digest = digest.then(|| alert(&held, "resolved"));
                    let end = End {
                        result: &packed(&complete(Vec::new())).await,
                        digest: digest.as_ref(),
                    };
                    fence(store.finish(&held, now, end).await)
                }
                Step::Sent { audit: number, alert: name } => {
                    let audit = Audit { id: id(number)?, ..audit(tenant) };
                    store.sent(&alert(&audit, &name.to_string())).await.unwrap();
                    Outcome::Nothing
                }
                Step::Nudge { audit: number, alert: name } => {
                    let audit = Audit { id: id(number)?, ..audit(tenant) };
                    let alert = alert(&audit, &name.to_string());
                    Outcome::Done(store.resend(&alert).await.unwrap())
                }
            })
        };
        runtime.block_on(work).unwrap_or(Outcome::Nothing)
    }

    fn number(&self, id: AuditId) -> usize {
        self.audits.iter().position(|audit| *audit == id).unwrap()
    }
}

/// Writes problems from what is there, or with `behind` from what is not.
async fn write(
    store: &Store,
    held: &Audit,
    problems: &[usize],
    seen: u64,
    behind: bool,
    name: Option<usize>,
) -> Outcome {
    let known = store.tracked(&held.tenant, &held.order.account_id).await.unwrap();
    let versions: BTreeMap<_, _> =
        known.into_iter().map(|known| (known.fingerprint, known.version)).collect();
    let change = |problem: &usize| {
        let version = versions.get(&fingerprint(*problem)).copied().unwrap_or_default();
        let version = version + u32::from(behind);
        let place = place(place_of(*problem));
        TrackedFinding { version, ..tracked(held, &problem.to_string(), place, at(seen)) }
    };
    let changed: Vec<_> = problems.iter().map(change).collect();
    let alert = name.map(|name| alert(held, &name.to_string()));
    match store.transition(held, &changed, alert.as_ref()).await.unwrap() {
        Transitions::Written => Outcome::Written,
        Transitions::Stale => Outcome::Stale,
        Transitions::Lost => Outcome::Lost,
    }
}

/// The lasting name of a problem.
pub(super) fn fingerprint(problem: usize) -> Fingerprint {
    finding(&problem.to_string(), Verdict::Fail).fingerprint
}

fn fence(answer: Result<Fence, Error>) -> Outcome {
    Outcome::fence(answer.unwrap() == Fence::Held)
}

fn claimed<T>(
    claim: Result<Claim<T>, Error>,
    held: &mut Vec<T>,
    attempt: fn(&T) -> u32,
) -> Outcome {
    match claim.unwrap() {
        Claim::Claimed(taken) => {
            let attempt = attempt(&taken);
            held.push(*taken);
            Outcome::Claimed { attempt }
        }
        Claim::Held { until } => {
            let seconds = until.as_second() - at(0).as_second();
            Outcome::HeldUntil(seconds.try_into().unwrap())
        }
        Claim::Passed => Outcome::Passed,
        Claim::Ended(state) => Outcome::Ended(state),
        Claim::Missing => Outcome::Missing,
    }
}
