//! The life of one audit.

use domain::{AuditState, Progress, ReceiptOutcome, Severity, Verdict};
use store::{Claim, Created, End, Fence, Filter, PageRequest, Store};

use super::{claimed, created, judged, state, stored};
use crate::samples::{at, audit, complete, finding, report, tenant};

pub(crate) async fn an_audit_is_written_once(store: &dyn Store) {
    let tenant = tenant();
    let audit = audit(&tenant);
    assert_eq!(store.audit(&tenant, audit.id).await.unwrap(), None);
    assert_eq!(store.create(&audit).await.unwrap(), Created::New);
    assert_eq!(store.audit(&tenant, audit.id).await.unwrap(), Some(audit.clone()));

    let held = claimed(store, &audit, 1).await;
    assert_eq!(store.create(&audit).await.unwrap(), Created::Already(Box::new(held.clone())));
    assert_eq!(stored(store, &audit).await, held);
    assert_eq!(held.order, audit.order, "the worker needs the way in");
}

pub(crate) async fn a_tenant_sees_only_its_own(store: &dyn Store) {
    let (mine, other) = (tenant(), tenant());
    let audit = audit(&mine);
    judged(store, &audit, &complete(vec![finding("a", Verdict::Fail, Severity::High)])).await;

    assert_eq!(store.audit(&other, audit.id).await.unwrap(), None);
    assert_eq!(store.report(&other, audit.id).await.unwrap(), None);
    assert_eq!(store.claim(&other, audit.id, at(9), at(99)).await.unwrap(), Claim::Missing);
    let findings = store.findings(&other, audit.id, Filter::default(), PageRequest::FIRST).await;
    assert_eq!(findings.unwrap().items, []);
    let alerts = store.alerts(&other, &audit.order.account_id, PageRequest::FIRST).await;
    assert_eq!(alerts.unwrap().items, []);
}

pub(crate) async fn a_claim_is_exclusive_until_its_lease_ends(store: &dyn Store) {
    let audit = created(store, &tenant()).await;
    let claim =
        async |now, until| store.claim(&audit.tenant, audit.id, at(now), at(until)).await.unwrap();
    let Claim::Claimed(first) = claim(10, 70).await else { panic!("a queued audit is free") };
    assert_eq!((first.state, first.attempt), (AuditState::Running, 1));
    assert_eq!((first.lease_until, first.updated_at), (Some(at(70)), at(10)));
    assert_eq!(*first, stored(store, &audit).await);

    assert_eq!(claim(11, 71).await, Claim::Held { until: at(70) });
    assert_eq!(claim(70, 130).await, Claim::Held { until: at(70) });
    let Claim::Claimed(second) = claim(71, 131).await else { panic!("the lease has ended") };
    assert_eq!((second.state, second.attempt), (AuditState::Running, 2));

    let end = End::Failed { error: "no way in" };
    assert_eq!(store.finish(&second, at(72), end).await.unwrap(), Fence::Held);
    assert_eq!(claim(500, 560).await, Claim::Ended(AuditState::Failed));
}

pub(crate) async fn a_worker_that_was_given_up_on_changes_nothing(store: &dyn Store) {
    let audit = created(store, &tenant()).await;
    let zombie = claimed(store, &audit, 10).await;
    let worker = claimed(store, &audit, 100).await;
    let old = complete(vec![finding("old", Verdict::Pass, Severity::High)]);
    let new = complete(vec![finding("new", Verdict::Fail, Severity::Low)]);

    let write = async || {
        let before = stored(store, &audit).await;
        let progress = Progress { done: 9, total: 9 };
        assert_eq!(store.renew(&zombie, at(101), at(999), progress).await.unwrap(), Fence::Lost);
        assert_eq!(store.release(&zombie, at(101)).await.unwrap(), Fence::Lost);
        for end in [End::Judged { report: &old, alerts: &[] }, End::Failed { error: "too late" }] {
            assert_eq!(store.finish(&zombie, at(101), end).await.unwrap(), Fence::Lost);
        }
        assert_eq!(stored(store, &audit).await, before);
    };
    write().await;
    assert_eq!(store.report(&audit.tenant, audit.id).await.unwrap(), None);
    let end = End::Judged { report: &new, alerts: &[] };
    assert_eq!(store.finish(&worker, at(102), end).await.unwrap(), Fence::Held);
    write().await;
    assert_eq!(store.report(&audit.tenant, audit.id).await.unwrap(), Some(new));
}

pub(crate) async fn the_end_may_be_told_twice(store: &dyn Store) {
    let audit = created(store, &tenant()).await;
    let held = claimed(store, &audit, 1).await;
    let report = complete(vec![finding("a", Verdict::Fail, Severity::High)]);
    let end = End::Judged { report: &report, alerts: &[] };
    assert_eq!(store.finish(&held, at(5), end).await.unwrap(), Fence::Held);
    let after = stored(store, &audit).await;
    assert_eq!(store.finish(&held, at(6), end).await.unwrap(), Fence::Held);
    assert_eq!(stored(store, &audit).await, after);

    assert_eq!((after.state, after.updated_at), (AuditState::Complete, at(5)));
    assert_eq!((after.lease_until, after.error), (None, None));
    assert_eq!(
        (after.receipt, after.summary),
        (report.receipt.clone(), Some(report.summary.clone()))
    );
    assert_eq!(after.progress, Progress { done: 1, total: 1 });
    assert_eq!(store.report(&audit.tenant, audit.id).await.unwrap(), Some(report));
    assert_eq!(store.renew(&held, at(7), at(67), Progress::default()).await.unwrap(), Fence::Lost);
}

pub(crate) async fn gaps_make_an_audit_incomplete(store: &dyn Store) {
    let audit = audit(&tenant());
    judged(store, &audit, &report(Vec::new(), ReceiptOutcome::Denied)).await;
    assert_eq!(state(store, &audit).await, AuditState::Incomplete);
}

pub(crate) async fn a_failed_audit_says_why_and_has_no_result(store: &dyn Store) {
    let audit = created(store, &tenant()).await;
    let held = claimed(store, &audit, 1).await;
    for _ in 0..2 {
        let end = End::Failed { error: "the role refused" };
        assert_eq!(store.finish(&held, at(5), end).await.unwrap(), Fence::Held);
    }
    let after = stored(store, &audit).await;
    assert_eq!(
        (after.state, after.error.as_deref()),
        (AuditState::Failed, Some("the role refused"))
    );
    assert_eq!(store.report(&audit.tenant, audit.id).await.unwrap(), None);
    let findings = store.findings(&audit.tenant, audit.id, Filter::default(), PageRequest::FIRST);
    assert_eq!(findings.await.unwrap().items, []);
}

pub(crate) async fn an_audit_can_be_handed_back(store: &dyn Store) {
    let audit = created(store, &tenant()).await;
    let first = claimed(store, &audit, 1).await;
    let progress = Progress { done: 1, total: 4 };
    assert_eq!(store.renew(&first, at(2), at(62), progress).await.unwrap(), Fence::Held);
    assert_eq!(store.release(&first, at(3)).await.unwrap(), Fence::Held);
    let back = stored(store, &audit).await;
    assert_eq!((back.state, back.lease_until), (AuditState::Queued, None));
    assert_eq!(back.progress, Progress::default());

    let end = End::Failed { error: "too late" };
    assert_eq!(store.finish(&first, at(4), end).await.unwrap(), Fence::Lost);
    assert_eq!(claimed(store, &audit, 4).await.attempt, 2);
}

pub(crate) async fn progress_is_seen(store: &dyn Store) {
    let audit = created(store, &tenant()).await;
    let held = claimed(store, &audit, 1).await;
    let progress = Progress { done: 2, total: 19 };
    assert_eq!(store.renew(&held, at(30), at(90), progress).await.unwrap(), Fence::Held);
    let now = stored(store, &audit).await;
    assert_eq!((now.progress, now.lease_until, now.updated_at), (progress, Some(at(90)), at(30)));
    let claim = store.claim(&audit.tenant, audit.id, at(80), at(140)).await.unwrap();
    assert_eq!(claim, Claim::Held { until: at(90) });
}

pub(crate) async fn a_large_result_comes_back_whole(store: &dyn Store) {
    let audit = audit(&tenant());
    let name = |index| finding(&format!("bucket-{index}"), Verdict::Pass, Severity::Low);
    let report = complete((0..5_000).map(name).collect());
    judged(store, &audit, &report).await;
    assert_eq!(store.report(&audit.tenant, audit.id).await.unwrap(), Some(report));
}
