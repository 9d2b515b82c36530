//! What changes about problems, and what is told of it.

use domain::{AuditState, Evidence, Phase, TrackedFinding};
use store::{Claim, Fence, Store, TaskEnd, Transitions};

use super::{created, judging, planned, reading, to_judge};
use crate::samples::{alert, at, latest, place, scopes, tenant, tracked};

pub(crate) async fn judging_begins_when_all_tasks_ended(store: &Store) {
    let audit = planned(store, &created(store, &tenant()).await, 2).await;
    let claim = async |now, until| {
        store.claim_evaluation(&audit.tenant, audit.id, at(now), at(until)).await.unwrap()
    };
    for number in 0..2 {
        let waiting = claim(3, 63).await;
        assert_eq!(waiting, Claim::Passed, "after {number} tasks");
        let task = reading(store, &audit, number, 4).await;
        let end = TaskEnd::Failed("no way in");
        assert_eq!(store.complete_task(&task, end, at(5)).await.unwrap(), Fence::Held);
    }
    let Claim::Claimed(held) = claim(10, 70).await else { panic!("all tasks have ended") };
    assert_eq!((held.phase, held.state, held.attempt), (Phase::Evaluate, AuditState::Running, 1));
    assert_eq!(claim(70, 130).await, Claim::Held { until: at(70) });
    assert_eq!(store.requeue(&held, at(71)).await.unwrap(), Fence::Held);
    assert_eq!(judging(store, &audit, 72).await.attempt, 2);
    let Claim::Claimed(third) = claim(133, 193).await else { panic!("the lease has ended") };
    assert_eq!((third.attempt, third.requeued), (3, 1));
}

pub(crate) async fn changes_are_written_once(store: &Store) {
    let held = to_judge(store, &tenant()).await;
    let (tenant, account) = (&held.tenant, &held.order.account_id);
    let new = tracked(&held, "a", place(1), at(50));
    let news = alert(&held, "one");
    let changed = [new.clone()];
    let written = store.transition(&held, &changed, Some(&news)).await.unwrap();
    assert_eq!(written, Transitions::Written);
    let known = store.tracked(tenant, account).await.unwrap();
    assert_eq!(known, [TrackedFinding { version: 1, ..new.clone() }]);
    assert_eq!(store.alerts(&held).await.unwrap(), std::slice::from_ref(&news));
    // Not from what is there: judge again.
    let again = store.transition(&held, &changed, None).await.unwrap();
    assert_eq!(again, Transitions::Stale);

    let mut next = known.clone();
    next[0].evidence = Evidence::of("still_none");
    let other = alert(&held, "two");
    let written = store.transition(&held, &next, Some(&other)).await.unwrap();
    assert_eq!(written, Transitions::Written);
    let known = store.tracked(tenant, account).await.unwrap();
    assert_eq!((known[0].version, known[0].evidence.clone()), (2, Evidence::of("still_none")));
    assert_eq!(store.alerts(&held).await.unwrap(), [news, other]);
}

pub(crate) async fn a_change_of_something_else_is_stale(store: &Store) {
    let tenant = tenant();
    let (one, other) = (to_judge(store, &tenant).await, to_judge(store, &tenant).await);
    let mine = [tracked(&one, "a", place(1), at(50)), tracked(&one, "b", place(1), at(50))];
    let theirs = [tracked(&other, "b", place(1), at(50))];
    let written = store.transition(&other, &theirs, None).await.unwrap();
    assert_eq!(written, Transitions::Written);
    let news = alert(&one, "one");
    let refused = store.transition(&one, &mine, Some(&news)).await.unwrap();
    assert_eq!(refused, Transitions::Stale);
    let known = store.tracked(&tenant, &one.order.account_id).await.unwrap();
    assert_eq!(known, [TrackedFinding { version: 1, ..theirs[0].clone() }], "all or none");
    assert_eq!(store.alerts(&one).await.unwrap(), [], "nothing is told of what was not written");

    let gone = TrackedFinding { version: 3, ..known[0].clone() };
    let refused = store.transition(&one, &[gone], None).await.unwrap();
    assert_eq!(refused, Transitions::Stale);
}

pub(crate) async fn a_newer_reading_makes_a_change_stale(store: &Store) {
    let tenant = tenant();
    let held = to_judge(store, &tenant).await;
    let account = &held.order.account_id;
    let write = async |name: &str, number, seen| {
        let change = [tracked(&held, name, place(number), at(seen))];
        store.transition(&held, &change, None).await.unwrap()
    };
    let nanosecond = jiff::SignedDuration::from_nanos(1);
    for (number, whole) in [(1, true), (2, false)] {
        let read = async |time| {
            let latest = latest(&held, place(number), time);
            store.publish(&tenant, account, &latest, scopes(whole).as_deref()).await.unwrap();
        };
        let name = |name| format!("{name}-{number}");
        read(at(50)).await;
        assert_eq!(write(&name("a"), number, 50).await, Transitions::Written, "its own reading");
        assert_eq!(write(&name("b"), number, 51).await, Transitions::Written, "a newer one");
        read(at(60) + nanosecond).await;
        assert_eq!(write(&name("c"), number, 60).await, Transitions::Stale, "an older one");
        assert_eq!(write(&name("c"), number, 61).await, Transitions::Written);
    }
    // What was read for another check, or of another region, judges other problems.
    for scope in ["s3_public_access#*", "*#us-east-1", "s3_encryption#us-east-1"] {
        let newest = latest(&held, place(2), at(90));
        let scope = [scope.parse().unwrap()];
        store.publish(&tenant, account, &newest, Some(&scope)).await.unwrap();
    }
    assert_eq!(write("f", 2, 61).await, Transitions::Written);
    let own = tracked(&held, "g", place(2), at(61));
    for scope in [format!("*#{}", own.region), format!("s3_encryption#{}", own.region)] {
        let (number, scope) = (place(4), [scope.parse().unwrap()]);
        let newest = latest(&held, number, at(90));
        store.publish(&tenant, account, &newest, Some(&scope)).await.unwrap();
        assert_eq!(write("g", 4, 61).await, Transitions::Stale, "{scope:?}");
    }
    // One stale place holds up what is written with it.
    let both = [tracked(&held, "d", place(3), at(1)), tracked(&held, "e", place(1), at(1))];
    assert_eq!(store.transition(&held, &both, None).await.unwrap(), Transitions::Stale);
    assert_eq!(store.tracked(&tenant, account).await.unwrap().len(), 7);
}

pub(crate) async fn who_lost_the_audit_changes_nothing(store: &Store) {
    let held = to_judge(store, &tenant()).await;
    let successor = judging(store, &held, 100).await;
    let change = [tracked(&held, "a", place(1), at(50))];
    let news = alert(&held, "one");
    let lost = store.transition(&held, &change, Some(&news)).await.unwrap();
    assert_eq!(lost, Transitions::Lost);
    store.cancel(&held.tenant, held.id, at(101)).await.unwrap();
    let lost = store.transition(&successor, &change, Some(&news)).await.unwrap();
    assert_eq!(lost, Transitions::Lost);
    assert_eq!(store.tracked(&held.tenant, &held.order.account_id).await.unwrap(), []);
    assert_eq!(store.alerts(&held).await.unwrap(), []);
}

pub(crate) async fn many_changes_are_told_with_the_first(store: &Store) {
    let held = to_judge(store, &tenant()).await;
    // So many places that their checks fill the transactions.
    let changes: Vec<_> =
        (0..230).map(|n| tracked(&held, &format!("bucket-{n}"), place(n), at(50))).collect();
    let news = alert(&held, "one");
    let written = store.transition(&held, &changes, Some(&news)).await.unwrap();
    assert_eq!(written, Transitions::Written);
    let known = store.tracked(&held.tenant, &held.order.account_id).await.unwrap();
    assert_eq!(known.len(), 230);
    assert!(known.iter().all(|tracked| tracked.version == 1));
    assert_eq!(store.alerts(&held).await.unwrap(), [news]);
}

pub(crate) async fn changes_go_on_after_a_failure(store: &Store) {
    let tenant = tenant();
    let (held, other) = (to_judge(store, &tenant).await, to_judge(store, &tenant).await);
    let account = &held.order.account_id;
    let change = |n: usize| tracked(&held, &format!("bucket-{n:03}"), place(1), at(50));
    let changes: Vec<_> = (0..180).map(change).collect();
    // Another audit changes one that comes in the second transaction.
    let written = store.transition(&other, &changes[170..171], None).await.unwrap();
    assert_eq!(written, Transitions::Written);
    let news = alert(&held, "1.0");
    let stopped = store.transition(&held, &changes, Some(&news)).await.unwrap();
    assert_eq!(stopped, Transitions::Stale);
    let known = store.tracked(&tenant, account).await.unwrap();
    assert!((90..=99).contains(&(known.len() - 1)), "one transaction: {}", known.len() - 1);
    assert_eq!(
        store.alerts(&held).await.unwrap(),
        std::slice::from_ref(&news),
        "what is written is told"
    );

    let left: Vec<_> = changes
        .into_iter()
        .filter(|change| known.iter().all(|known| known.fingerprint != change.fingerprint))
        .collect();
    let rest = alert(&held, "1.1");
    let written = store.transition(&held, &left, Some(&rest)).await.unwrap();
    assert_eq!(written, Transitions::Written);
    let known = store.tracked(&tenant, account).await.unwrap();
    assert_eq!(known.len(), 180);
    assert!(known.iter().all(|known| known.version == 1), "each is written once");
    assert_eq!(store.alerts(&held).await.unwrap(), [news, rest]);
}
