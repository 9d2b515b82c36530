//! What can happen next.

use domain::Phase;
use proptest::{prelude::*, sample::subsequence, strategy::Union};

use super::world::{AuditModel, World};

/// How many audits there are at most.
const AUDITS: usize = 3;
/// How many places there are: a plan has fewer tasks.
pub(super) const PLACES: usize = 3;

/// One step. Numbers pick among what there is, whatever there is.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Pass(u64),
    Order { full: bool, alone: bool },
    Cancel(usize),
    ClaimPlan(usize),
    Planned(usize),
    ClaimTask { audit: usize, plan: u32, place: usize },
    EndTask { task: usize, failed: bool },
    ReleaseTask(usize),
    RenewTask(usize),
    Publish { audit: usize, place: usize, age: u64, whole: bool },
    ClaimEvaluation(usize),
    Transition { held: usize, problems: Vec<usize>, age: u64, behind: bool, alert: Option<usize> },
    Finish { held: usize, digest: bool },
    Renew(usize),
    Requeue(usize),
    Fail(usize),
    Sent { audit: usize, alert: usize },
    Nudge { audit: usize, alert: usize },
}

/// A step for which there is something there, most often one that gets an audit on.
pub(super) fn any(world: &World) -> BoxedStrategy<Step> {
    let mut steps = Steps(vec![(5, (1..40_u64).prop_map(Step::Pass).boxed())]);
    let audits = world.audits.len();
    if audits < AUDITS {
        let weight = if audits == 0 { 40 } else { 1 };
        let order = (any_bool(), any_bool());
        steps.add(weight, order.prop_map(|(full, alone)| Step::Order { full, alone }));
    }
    let active = world.lock.is_some_and(|number| !world.audits[number].state.is_final());
    if active {
        steps.add(4, Just(Step::Order { full: true, alone: true }));
    }
    if audits > 0 {
        steps.on_audits(world);
    }
    if !world.tasks.is_empty() {
        let one = || recent(world.tasks.len());
        let end = (one(), prop::bool::weighted(0.2));
        steps.add(14, end.prop_map(|(task, failed)| Step::EndTask { task, failed }));
        steps.add(2, one().prop_map(Step::ReleaseTask));
        steps.add(2, one().prop_map(Step::RenewTask));
    }
    if !world.held.is_empty() {
        let one = || recent(world.held.len());
        steps.add(2, one().prop_map(Step::Renew));
        steps.add(2, one().prop_map(Step::Requeue));
        steps.add(1, (0..world.held.len()).prop_map(Step::Fail));
    }
    let held = |phase| world.held.iter().filter(|held| held.phase == phase).count();
    if held(Phase::Plan) > 0 {
        let weight =
            if world.audits.iter().any(|audit| audit.phase == Phase::Plan) { 8 } else { 1 };
        steps.add(weight, recent(held(Phase::Plan)).prop_map(Step::Planned));
    }
    if held(Phase::Evaluate) > 0 {
        let judge = || recent(held(Phase::Evaluate));
        steps.add(20, transition(judge()));
        let finish = (judge(), any_bool());
        steps.add(3, finish.prop_map(|(held, digest)| Step::Finish { held, digest }));
    }
    Union::new_weighted(steps.0).boxed()
}

struct Steps(Vec<(u32, BoxedStrategy<Step>)>);

impl Steps {
    fn add(&mut self, weight: u32, step: impl Strategy<Value = Step> + 'static) {
        self.0.push((weight, step.boxed()));
    }

    /// What can happen to audits, and to what is written about them.
    fn on_audits(&mut self, world: &World) {
        let one = || 0..world.audits.len();
        self.add(1, one().prop_map(Step::Cancel));
        let is_in = |phase| world.audits.iter().any(|audit| audit.phase == phase);
        self.add(if is_in(Phase::Plan) { 8 } else { 1 }, one().prop_map(Step::ClaimPlan));
        let is_read = |audit: &AuditModel| {
            let all = audit.phase == Phase::Collect && audit.remaining == 0;
            all || audit.phase == Phase::Evaluate
        };
        let weight = if world.audits.iter().any(is_read) { 12 } else { 1 };
        self.add(weight, one().prop_map(Step::ClaimEvaluation));
        let publish = (one(), 0..PLACES, 0..30_u64, any_bool());
        let publish = publish.prop_map(|(audit, place, age, whole)| Step::Publish {
            audit,
            place,
            age,
            whole,
        });
        self.add(3, publish);
        let alert = (one(), 0..2_usize, any_bool()).prop_map(|(audit, alert, sent)| {
            if sent { Step::Sent { audit, alert } } else { Step::Nudge { audit, alert } }
        });
        let told = world.audits.iter().any(|audit| !audit.alerts.is_empty());
        self.add(if told { 6 } else { 1 }, alert);
        let tasks = world.audits.iter().enumerate().flat_map(|(audit, model)| {
            model.tasks.keys().map(move |&(plan, place)| Step::ClaimTask { audit, plan, place })
        });
        let tasks: Vec<_> = tasks.collect();
        if !tasks.is_empty() {
            self.add(12, prop::sample::select(tasks));
        }
        self.add(1, one().prop_map(|audit| Step::ClaimTask { audit, plan: 1, place: PLACES }));
    }
}

/// One of so many, most often the last.
fn recent(count: usize) -> impl Strategy<Value = usize> {
    prop_oneof![2 => Just(count - 1), 1 => 0..count]
}

fn transition(held: impl Strategy<Value = usize>) -> impl Strategy<Value = Step> {
    let problems = subsequence(vec![0, 1, 2, 3], 1..4);
    let alert = prop::option::of(0..2_usize);
    let behind = prop::bool::weighted(0.1);
    (held, problems, 0..30_u64, behind, alert).prop_map(|(held, problems, age, behind, alert)| {
        Step::Transition { held, problems, age, behind, alert }
    })
}

fn any_bool() -> impl Strategy<Value = bool> {
    prop::bool::ANY
}
