//! What can happen next.

use domain::Phase;
use proptest::{prelude::*, sample::subsequence, strategy::Union};

use super::world::World;

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
    Release(usize),
    Fail(usize),
    Sent { audit: usize, alert: usize },
    Nudge { audit: usize, alert: usize },
}

/// A step for which there is something there, most often one that gets the audits on.
pub(super) fn any(world: &World) -> BoxedStrategy<Step> {
    let one = || 0..1000_usize;
    let mut steps = vec![(4, (1..50_u64).prop_map(Step::Pass).boxed())];
    let mut may = |weight, step: BoxedStrategy<Step>| steps.push((weight, step));
    if world.audits.len() < AUDITS {
        let order = (any_bool(), any_bool());
        may(3, order.prop_map(|(full, alone)| Step::Order { full, alone }).boxed());
    }
    if !world.audits.is_empty() {
        may(1, one().prop_map(Step::Cancel).boxed());
        may(6, one().prop_map(Step::ClaimPlan).boxed());
        may(6, one().prop_map(Step::ClaimEvaluation).boxed());
        let publish = (one(), 0..PLACES, 0..30_u64, any_bool());
        let publish = publish
            .prop_map(|(audit, place, age, whole)| Step::Publish { audit, place, age, whole });
        may(2, publish.boxed());
        let alert = (one(), 0..3_usize, any_bool()).prop_map(|(audit, alert, sent)| {
            if sent { Step::Sent { audit, alert } } else { Step::Nudge { audit, alert } }
        });
        may(2, alert.boxed());
    }
    if world.audits.iter().any(|audit| !audit.tasks.is_empty()) {
        let claim = (one(), 1..3_u32, 0..PLACES);
        let claim = claim.prop_map(|(audit, plan, place)| Step::ClaimTask { audit, plan, place });
        may(16, claim.boxed());
    }
    if !world.tasks.is_empty() {
        let end = (one(), prop::bool::weighted(0.2));
        may(14, end.prop_map(|(task, failed)| Step::EndTask { task, failed }).boxed());
        may(2, one().prop_map(Step::ReleaseTask).boxed());
        may(2, one().prop_map(Step::RenewTask).boxed());
    }
    if !world.held.is_empty() {
        may(2, one().prop_map(Step::Renew).boxed());
        may(2, one().prop_map(Step::Release).boxed());
        may(1, one().prop_map(Step::Fail).boxed());
    }
    if world.held.iter().any(|held| held.phase == Phase::Plan) {
        may(8, one().prop_map(Step::Planned).boxed());
    }
    if world.held.iter().any(|held| held.phase == Phase::Evaluate) {
        may(12, transition().boxed());
        let finish = (one(), any_bool());
        may(3, finish.prop_map(|(held, digest)| Step::Finish { held, digest }).boxed());
    }
    Union::new_weighted(steps).boxed()
}

fn transition() -> impl Strategy<Value = Step> {
    let problems = subsequence(vec![0, 1, 2, 3], 1..4);
    let alert = prop::option::of(0..2_usize);
    let behind = prop::bool::weighted(0.1);
    (0..1000_usize, problems, 0..20_u64, behind, alert).prop_map(
        |(held, problems, age, behind, alert)| Step::Transition {
            held,
            problems,
            age,
            behind,
            alert,
        },
    )
}

fn any_bool() -> impl Strategy<Value = bool> {
    prop::bool::ANY
}
