//! How a judged audit ends.

use domain::{AuditState, Evidence, Phase, ReceiptOutcome, Verdict};
use store::{End, Fence, Registered, Store};

use super::{created, ended, judging, ordered, planned, stored, to_judge};
use crate::samples::{
    ACCOUNT, alert, at, audit, complete, finding, full, packed, registered, report, tenant,
};

pub(crate) async fn the_end_is_one_write(store: &Store) {
    let held = to_judge(store, &tenant()).await;
    assert_eq!(store.report(&held).await.unwrap(), None);
    let mut report = complete(vec![finding("a", Verdict::Fail), finding("b", Verdict::Pass)]);
    // Larger than an item of the table may be, and not to be compressed much.
    let scattered = (0..80_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_string());
    report.findings[0].evidence = Evidence::of("large").with("text", scattered.collect::<String>());
    let digest = alert(&held, "resolved");
    let end = End { result: &packed(&report).await, digest: Some(&digest) };
    assert_eq!(store.finish(&held, at(5), end).await.unwrap(), Fence::Held);
    let after = stored(store, &held).await;
    assert_eq!((after.state, after.phase), (AuditState::Complete, Phase::Ended));
    assert_eq!((after.updated_at, after.lease_until), (at(5), None));
    assert_eq!(after.summary.as_ref(), Some(&report.summary));
    assert_eq!((after.error.as_ref(), after.order.external_id.as_ref()), (None, None));
    assert_eq!(store.alerts(&after).await.unwrap(), [digest]);
    assert_eq!(store.waiting(&held.tenant, 9).await.unwrap(), 0);
    let kept = store.report(&after).await.unwrap().unwrap();
    assert_eq!(kept, report);
}

pub(crate) async fn the_end_may_be_told_twice(store: &Store) {
    let tenant = tenant();
    assert_eq!(store.register(&registered(&tenant, ACCOUNT), 1000).await.unwrap(), Registered::New);
    let held = to_judge(store, &tenant).await;
    let report = complete(vec![finding("a", Verdict::Fail)]);
    let digest = alert(&held, "resolved");
    let end = End { result: &packed(&report).await, digest: Some(&digest) };
    assert_eq!(store.finish(&held, at(5), end).await.unwrap(), Fence::Held);
    let after = stored(store, &held).await;
    assert_eq!(store.finish(&held, at(6), end).await.unwrap(), Fence::Held);
    assert_eq!(stored(store, &held).await, after);
    assert_eq!(store.alerts(&after).await.unwrap(), [digest]);
    assert_eq!(store.fail(&held, at(7), "too late").await.unwrap(), Fence::Lost);
    assert_eq!(store.renew(&held, at(7), at(67)).await.unwrap(), Fence::Lost);
    assert_eq!(stored(store, &held).await, after);
}

pub(crate) async fn a_late_judge_ends_nothing(store: &Store) {
    let zombie = to_judge(store, &tenant()).await;
    let held = judging(store, &zombie, 100).await;
    let old = complete(vec![finding("old", Verdict::Pass)]);
    let new = complete(vec![finding("new", Verdict::Fail)]);
    let (late, digest) = (alert(&zombie, "late"), alert(&held, "resolved"));
    let too_late = async || {
        let end = End { result: &packed(&old).await, digest: Some(&late) };
        assert_eq!(store.finish(&zombie, at(101), end).await.unwrap(), Fence::Lost);
    };
    too_late().await;
    let before = stored(store, &held).await;
    assert_eq!((before.clone(), before.result), (held.clone(), None));
    assert_eq!(store.alerts(&held).await.unwrap(), []);
    let end = End { result: &packed(&new).await, digest: Some(&digest) };
    assert_eq!(store.finish(&held, at(102), end).await.unwrap(), Fence::Held);
    too_late().await;
    let after = stored(store, &held).await;
    assert_eq!(store.report(&after).await.unwrap(), Some(new));
    assert_eq!(store.alerts(&after).await.unwrap(), [digest]);
}

pub(crate) async fn gaps_make_an_audit_incomplete(store: &Store) {
    let held = to_judge(store, &tenant()).await;
    let report = report(Vec::new(), ReceiptOutcome::Denied);
    let end = End { result: &packed(&report).await, digest: None };
    assert_eq!(store.finish(&held, at(5), end).await.unwrap(), Fence::Held);
    let after = stored(store, &held).await;
    assert_eq!(after.state, AuditState::Incomplete);
    assert_eq!(store.report(&after).await.unwrap(), Some(report));
}

pub(crate) async fn a_result_is_noted_in_the_register(store: &Store) {
    let tenant = tenant();
    let account = ACCOUNT.parse().unwrap();
    let last = async || {
        let account = store.account(&tenant, &account).await.unwrap();
        account.and_then(|account| account.last_audit)
    };
    let (older, newer) = (full(&tenant), full(&tenant));
    ended(store, &created(store, &tenant).await).await;
    assert_eq!(store.account(&tenant, &account).await.unwrap(), None, "it is not registered");

    assert_eq!(store.register(&registered(&tenant, ACCOUNT), 1000).await.unwrap(), Registered::New);
    let failed = created(store, &tenant).await;
    planned(store, &failed, 0).await;
    let held = judging(store, &failed, 3).await;
    assert_eq!(store.fail(&held, at(4), "no way in").await.unwrap(), Fence::Held);
    assert_eq!(last().await, None);
    ended(store, &ordered(store, newer.clone()).await).await;
    assert_eq!(last().await, Some(newer.id));
    ended(store, &ordered(store, older).await).await;
    assert_eq!(last().await, Some(newer.id), "it was asked for later");
    ended(store, &ordered(store, audit(&tenant)).await).await;
    assert_eq!(last().await, Some(newer.id), "it read one region alone");
}
