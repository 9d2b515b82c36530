//! Random workers on one audit, compared step by step with a model of a few lines.

use domain::{Audit, AuditState, Progress};
use proptest::prelude::*;
use store::{Claim, End, Fence, SqliteStore, Store};

use crate::samples::{at, audit, complete, tenant};

/// What a worker may do; the number chooses among the claims that were won so far.
#[derive(Clone, Debug)]
enum Step {
    Wait(u64),
    Claim { lease: u64 },
    Renew { by: prop::sample::Index, lease: u64 },
    Release(prop::sample::Index),
    Judge(prop::sample::Index),
    Fail(prop::sample::Index),
}

fn step() -> impl Strategy<Value = Step> {
    let by = any::<prop::sample::Index>;
    prop_oneof![
        3 => (1..40_u64).prop_map(Step::Wait),
        4 => (1..60_u64).prop_map(|lease| Step::Claim { lease }),
        3 => (by(), 1..60_u64).prop_map(|(by, lease)| Step::Renew { by, lease }),
        1 => by().prop_map(Step::Release),
        1 => by().prop_map(Step::Judge),
        1 => by().prop_map(Step::Fail),
    ]
}

/// All that decides what a step comes to.
#[derive(Debug)]
struct Model {
    state: AuditState,
    attempt: u32,
    lease: u64,
}

impl Model {
    fn works(&self, attempt: u32) -> bool {
        self.state == AuditState::Running && self.attempt == attempt
    }

    fn end(&mut self, attempt: u32, state: AuditState) -> Fence {
        let ended = self.state.is_final() && self.attempt == attempt;
        if self.works(attempt) {
            self.state = state;
            return Fence::Held;
        }
        if ended { Fence::Held } else { Fence::Lost }
    }
}

async fn run(steps: Vec<Step>) {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(directory.path()).unwrap();
    let audit = audit(&tenant());
    store.create(&audit).await.unwrap();
    let mut model = Model { state: AuditState::Queued, attempt: 0, lease: 0 };
    let mut won: Vec<Audit> = Vec::new();
    let mut now = 0;
    let report = complete(Vec::new());
    let judged = End::Judged { report: &report, alerts: &[] };

    for step in steps {
        let pick = |by: prop::sample::Index| (!won.is_empty()).then(|| by.get(&won).clone());
        match step {
            Step::Wait(seconds) => now += seconds,
            Step::Claim { lease } => {
                let until = now + lease;
                let claim = store.claim(&audit.tenant, audit.id, at(now), at(until)).await.unwrap();
                if model.state.is_final() {
                    assert_eq!(claim, Claim::Ended(model.state));
                } else if model.state == AuditState::Running && model.lease >= now {
                    assert_eq!(claim, Claim::Held { until: at(model.lease) });
                } else {
                    model = Model {
                        state: AuditState::Running,
                        attempt: model.attempt + 1,
                        lease: until,
                    };
                    let Claim::Claimed(held) = claim else { panic!("{claim:?}, {model:?}") };
                    assert_eq!(held.attempt, model.attempt);
                    won.push(*held);
                }
            }
            Step::Renew { by, lease } => {
                let Some(held) = pick(by) else { continue };
                let until = now + lease;
                let fence = store.renew(&held, at(now), at(until), Progress::default()).await;
                if model.works(held.attempt) {
                    assert_eq!(fence.unwrap(), Fence::Held);
                    model.lease = until;
                } else {
                    assert_eq!(fence.unwrap(), Fence::Lost);
                }
            }
            Step::Release(by) => {
                let Some(held) = pick(by) else { continue };
                let fence = store.release(&held, at(now)).await.unwrap();
                assert_eq!(fence == Fence::Held, model.works(held.attempt));
                if fence == Fence::Held {
                    model.state = AuditState::Queued;
                }
            }
            Step::Judge(by) => {
                let Some(held) = pick(by) else { continue };
                let fence = store.finish(&held, at(now), judged).await.unwrap();
                assert_eq!(fence, model.end(held.attempt, AuditState::Complete));
            }
            Step::Fail(by) => {
                let Some(held) = pick(by) else { continue };
                let end = End::Failed { error: "no way in" };
                let fence = store.finish(&held, at(now), end).await.unwrap();
                assert_eq!(fence, model.end(held.attempt, AuditState::Failed));
            }
        }
        let stored = store.audit(&audit.tenant, audit.id).await.unwrap().unwrap();
        assert_eq!((stored.state, stored.attempt), (model.state, model.attempt));
        let result = store.report(&audit.tenant, audit.id).await.unwrap();
        assert_eq!(result.is_some(), model.state == AuditState::Complete);
        let lease = (model.state == AuditState::Running).then(|| at(model.lease));
        assert_eq!(stored.lease_until, lease);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_course_of_workers_goes_as_the_model_says(steps in prop::collection::vec(step(), 1..40)) {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(run(steps));
    }
}
