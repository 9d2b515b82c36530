//! Who has an audit, and until when.

use domain::{Audit, AuditState, Phase};
use futures::future::join_all;
use store::{Cancelled, Claim, Created, End, Fence, Intent, Store, Transitions};

use super::{created, judging, planned, planning, stored, to_judge};
use crate::samples::{at, complete, full, packed, place, tenant, tracked};

pub(crate) async fn a_claim_is_exclusive_until_its_lease_ends(store: &Store) {
    let audit = created(store, &tenant()).await;
    let claim = async |now, until| {
        store.claim_plan(&audit.tenant, audit.id, at(now), at(until)).await.unwrap()
    };
    let Claim::Claimed(first) = claim(10, 70).await else { panic!("a queued audit is free") };
    assert_eq!((first.state, first.phase, first.attempt), (AuditState::Running, Phase::Plan, 1));
    assert_eq!((first.lease_until, first.updated_at), (Some(at(70)), at(10)));
    assert_eq!(*first, stored(store, &audit).await);

    assert_eq!(claim(11, 71).await, Claim::Held { until: at(70) });
    assert_eq!(claim(70, 130).await, Claim::Held { until: at(70) });
    let Claim::Claimed(second) = claim(71, 131).await else { panic!("the lease has ended") };
    assert_eq!(second.attempt, 2);

    assert_eq!(store.planned(&second, &[], at(72)).await.unwrap(), Fence::Held);
    assert_eq!(claim(500, 560).await, Claim::Passed);
    let held = judging(store, &audit, 80).await;
    let error = "no way in";
    assert_eq!(store.fail(&held, at(81), error).await.unwrap(), Fence::Held);
    assert_eq!(claim(500, 560).await, Claim::Ended(AuditState::Failed));
    let judge = store.claim_evaluation(&audit.tenant, audit.id, at(500), at(560)).await.unwrap();
    assert_eq!(judge, Claim::Ended(AuditState::Failed));
}

pub(crate) async fn many_workers_want_one_audit(store: &Store) {
    let audit = created(store, &tenant()).await;
    let claims = (0..12).map(|_| store.claim_plan(&audit.tenant, audit.id, at(1), at(61)));
    let claims: Vec<_> = join_all(claims).await.into_iter().map(Result::unwrap).collect();
    let taken = claims.iter().filter(|claim| matches!(claim, Claim::Claimed(_))).count();
    assert_eq!(taken, 1, "{claims:?}");
    assert_eq!(stored(store, &audit).await.attempt, 1);
}

pub(crate) async fn a_renewed_lease_lasts_longer(store: &Store) {
    let audit = created(store, &tenant()).await;
    let held = planning(store, &audit, 1).await;
    assert_eq!(store.renew(&held, at(30), at(90)).await.unwrap(), Fence::Held);
    let claim = store.claim_plan(&audit.tenant, audit.id, at(70), at(130)).await.unwrap();
    assert_eq!(claim, Claim::Held { until: at(90) });
    // Late, but nobody took it: still the same worker's.
    assert_eq!(store.renew(&held, at(99), at(159)).await.unwrap(), Fence::Held);
}

pub(crate) async fn an_audit_is_put_back_once(store: &Store) {
    let audit = created(store, &tenant()).await;
    let held = planning(store, &audit, 1).await;
    assert_eq!(store.requeue(&held, at(2)).await.unwrap(), Fence::Held);
    let back = stored(store, &audit).await;
    assert_eq!((back.lease_until, back.requeued, back.attempt), (None, 1, 1));

    // The request may come twice, and a renewal late.
    assert_eq!(store.requeue(&held, at(2)).await.unwrap(), Fence::Lost);
    assert_eq!(store.renew(&held, at(3), at(63)).await.unwrap(), Fence::Lost);
    assert_eq!(stored(store, &audit).await, back);
    let next = planning(store, &audit, 3).await;
    assert_eq!((next.attempt, next.requeued), (2, 1));
    assert_eq!(store.requeue(&held, at(4)).await.unwrap(), Fence::Lost);
}

pub(crate) async fn a_worker_that_was_given_up_on_changes_nothing(store: &Store) {
    let tenant = tenant();
    let audit = created(store, &tenant).await;
    let planner = planning(store, &audit, 10).await;
    let second = planning(store, &audit, 100).await;
    let refused = async |zombie: &Audit| {
        let before = stored(store, &audit).await;
        assert_eq!(store.renew(zombie, at(101), at(999)).await.unwrap(), Fence::Lost);
        assert_eq!(store.requeue(zombie, at(101)).await.unwrap(), Fence::Lost);
        assert_eq!(store.fail(zombie, at(101), "too late").await.unwrap(), Fence::Lost);
        let problem = tracked(&audit, "a", place(1), at(1));
        let written = store.transition(zombie, &[problem], None).await.unwrap();
        assert_eq!(written, Transitions::Lost);
        assert_eq!(stored(store, &audit).await, before);
    };
    refused(&planner).await;
    assert_eq!(store.planned(&planner, &[], at(101)).await.unwrap(), Fence::Lost);
    assert_eq!(store.planned(&second, &[], at(102)).await.unwrap(), Fence::Held);
    refused(&planner).await;
    refused(&second).await;
    // The judge's first attempt has the number of the first planner.
    let judge = judging(store, &audit, 103).await;
    assert_eq!(judge.attempt, planner.attempt);
    refused(&planner).await;
    let end = End { result: &packed(&complete(Vec::new())).await, digest: None };
    assert_eq!(store.finish(&planner, at(104), end).await.unwrap(), Fence::Lost);
    assert_eq!(store.finish(&judge, at(104), end).await.unwrap(), Fence::Held);
    refused(&planner).await;
    assert_eq!(store.renew(&judge, at(105), at(165)).await.unwrap(), Fence::Lost);
}

pub(crate) async fn a_failed_audit_says_why(store: &Store) {
    let audit = created(store, &tenant()).await;
    let held = planning(store, &audit, 1).await;
    for now in [5, 6] {
        let fence = store.fail(&held, at(now), "the role refused").await.unwrap();
        assert_eq!(fence, Fence::Held);
    }
    let after = stored(store, &audit).await;
    assert_eq!((after.state, after.phase), (AuditState::Failed, Phase::Ended));
    assert_eq!((after.error.as_deref(), after.updated_at), (Some("the role refused"), at(5)));
    assert_eq!((after.lease_until, after.order.external_id.as_ref()), (None, None));
    assert_eq!(store.report(&after).await.unwrap(), None);
    assert_eq!(store.waiting(&audit.tenant, 9).await.unwrap(), 0);

    // A judge whose attempt has the same number did not fail it.
    let judged = to_judge(store, &audit.tenant).await;
    let planner = Audit { plan: 0, phase: Phase::Plan, ..judged.clone() };
    assert_eq!(store.fail(&judged, at(7), "no checks").await.unwrap(), Fence::Held);
    assert_eq!(store.fail(&planner, at(8), "too late").await.unwrap(), Fence::Lost);
}

pub(crate) async fn a_lost_failure_keeps_the_lock(store: &Store) {
    let tenant = tenant();
    let alone = Intent { alone: true, ..Intent::default() };
    let audit = full(&tenant);
    assert_eq!(store.create(&audit, &alone).await.unwrap(), Created::New);
    let zombie = planning(store, &audit, 10).await;
    let worker = planning(store, &audit, 100).await;
    assert_eq!(store.fail(&zombie, at(101), "too late").await.unwrap(), Fence::Lost);
    let second = full(&tenant);
    assert_eq!(store.create(&second, &alone).await.unwrap(), Created::Active(audit.id));
    assert_eq!(store.fail(&worker, at(102), "no way in").await.unwrap(), Fence::Held);
    assert_eq!(store.create(&second, &alone).await.unwrap(), Created::New);
}

pub(crate) async fn a_cancelled_audit_stays_so(store: &Store) {
    let tenant = tenant();
    let cancel = async |audit: &Audit| store.cancel(&tenant, audit.id, at(9)).await.unwrap();
    let queued = created(store, &tenant).await;
    assert_eq!(cancel(&queued).await, Cancelled::Done);
    assert_eq!(cancel(&queued).await, Cancelled::Done);
    let after = stored(store, &queued).await;
    assert_eq!((after.state, after.phase), (AuditState::Cancelled, Phase::Ended));
    assert_eq!(after.order.external_id, None);

    let audit = created(store, &tenant).await;
    planned(store, &audit, 0).await;
    let held = judging(store, &audit, 3).await;
    assert_eq!(cancel(&audit).await, Cancelled::Done);
    let end = End { result: &packed(&complete(Vec::new())).await, digest: None };
    assert_eq!(store.finish(&held, at(10), end).await.unwrap(), Fence::Lost);
    assert_eq!(store.fail(&held, at(10), "too late").await.unwrap(), Fence::Lost);
    assert_eq!(stored(store, &audit).await.state, AuditState::Cancelled);

    let failed = created(store, &tenant).await;
    let held = planning(store, &failed, 1).await;
    assert_eq!(store.fail(&held, at(2), "no way in").await.unwrap(), Fence::Held);
    assert_eq!(cancel(&failed).await, Cancelled::Ended(AuditState::Failed));
    assert_eq!(cancel(&crate::samples::audit(&tenant)).await, Cancelled::Missing);
    assert_eq!(store.waiting(&tenant, 9).await.unwrap(), 0);
}
