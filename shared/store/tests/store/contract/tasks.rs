//! Tasks: each is done once and counted once.

use domain::{Task, TaskState};
use futures::future::join_all;
use store::{Claim, Fence, Store, TaskEnd};

use super::{created, judging, planned, reading, stored};
use crate::samples::{at, task_name, tenant};

const DONE: TaskEnd<'_> = TaskEnd::whole("snapshots/one");

pub(crate) async fn a_task_is_claimed_until_its_lease_ends(store: &Store) {
    let audit = planned(store, &created(store, &tenant()).await, 2).await;
    let of = (&audit.tenant, audit.id);
    let claim = async |number: usize, now, until| {
        store.claim_task(of, 1, &task_name(number), at(now), at(until)).await.unwrap()
    };
    let Claim::Claimed(first) = claim(0, 10, 70).await else { panic!("a queued task is free") };
    assert_eq!((first.state, first.attempt), (TaskState::Running, 1));
    assert_eq!((first.lease_until, first.updated_at), (Some(at(70)), at(10)));
    assert_eq!(claim(0, 70, 130).await, Claim::Held { until: at(70) });
    assert_eq!(store.renew_task(&first, at(60), at(80)).await.unwrap(), Fence::Held);
    assert_eq!(claim(0, 80, 140).await, Claim::Held { until: at(80) });
    let Claim::Claimed(second) = claim(0, 81, 141).await else { panic!("the lease has ended") };
    assert_eq!(second.attempt, 2);
    assert_eq!(store.renew_task(&first, at(82), at(999)).await.unwrap(), Fence::Lost);
    assert_eq!(store.complete_task(&second, DONE, at(83)).await.unwrap(), Fence::Held);
    assert_eq!(claim(0, 500, 560).await, Claim::Passed);
    assert_eq!(claim(7, 500, 560).await, Claim::Missing);

    let claims = (0..12).map(|_| claim(1, 90, 150));
    let claims = join_all(claims).await;
    let taken = claims.iter().filter(|claim| matches!(claim, Claim::Claimed(_))).count();
    assert_eq!(taken, 1, "{claims:?}");
}

pub(crate) async fn a_task_is_put_back(store: &Store) {
    let audit = planned(store, &created(store, &tenant()).await, 1).await;
    let held = reading(store, &audit, 0, 10).await;
    assert_eq!(store.release_task(&held, None, at(11)).await.unwrap(), Fence::Held);
    let back = store.tasks(&audit).await.unwrap();
    assert_eq!((back[0].state, back[0].lease_until), (TaskState::Queued, None));
    assert_eq!((back[0].attempt, back[0].requeued), (1, 1));
    assert_eq!(store.release_task(&held, None, at(12)).await.unwrap(), Fence::Lost);
    assert_eq!(store.renew_task(&held, at(12), at(72)).await.unwrap(), Fence::Lost);
    assert_eq!(store.complete_task(&held, DONE, at(12)).await.unwrap(), Fence::Lost);
    assert_eq!(store.tasks(&audit).await.unwrap(), back);
    assert_eq!(reading(store, &audit, 0, 13).await.attempt, 2);
}

pub(crate) async fn a_late_worker_ends_no_task(store: &Store) {
    let audit = planned(store, &created(store, &tenant()).await, 1).await;
    let zombie = reading(store, &audit, 0, 10).await;
    let held = reading(store, &audit, 0, 100).await;
    for _ in 0..2 {
        assert_eq!(store.complete_task(&zombie, DONE, at(101)).await.unwrap(), Fence::Lost);
        assert_eq!(store.release_task(&zombie, None, at(101)).await.unwrap(), Fence::Lost);
        assert_eq!(stored(store, &audit).await.remaining, 1);
    }
    let end = TaskEnd::whole("snapshots/two");
    assert_eq!(store.complete_task(&held, end, at(102)).await.unwrap(), Fence::Held);
    assert_eq!(store.complete_task(&zombie, DONE, at(103)).await.unwrap(), Fence::Lost);
    assert_eq!(stored(store, &audit).await.remaining, 0);
    let task = &store.tasks(&audit).await.unwrap()[0];
    assert_eq!((task.state, task.snapshot.as_deref()), (TaskState::Done, Some("snapshots/two")));
}

pub(crate) async fn a_task_may_be_ended_twice(store: &Store) {
    let audit = planned(store, &created(store, &tenant()).await, 2).await;
    let done = reading(store, &audit, 0, 10).await;
    let failed = reading(store, &audit, 1, 10).await;
    for now in [11, 12] {
        assert_eq!(store.complete_task(&done, DONE, at(now)).await.unwrap(), Fence::Held);
    }
    let counted = stored(store, &audit).await;
    assert_eq!((counted.remaining, counted.progress().done), (1, 1));
    assert_eq!(counted.updated_at, at(11));
    let end = TaskEnd::Failed("given up");
    for now in [13, 14] {
        assert_eq!(store.complete_task(&failed, end, at(now)).await.unwrap(), Fence::Held);
    }
    // Also after the audit has gone on.
    judging(store, &audit, 15).await;
    assert_eq!(store.complete_task(&failed, end, at(16)).await.unwrap(), Fence::Held);
    assert_eq!(stored(store, &audit).await.remaining, 0);
    let tasks = store.tasks(&audit).await.unwrap();
    assert_eq!(
        (tasks[0].state, tasks[0].snapshot.as_deref()),
        (TaskState::Done, Some("snapshots/one"))
    );
    assert_eq!((tasks[1].state, tasks[1].error.as_deref()), (TaskState::Failed, Some("given up")));
    assert!(tasks.iter().all(|task| task.lease_until.is_none()));
}

pub(crate) async fn a_message_that_is_sent_again_is_noted_while_its_task_waits(store: &Store) {
    let audit = planned(store, &created(store, &tenant()).await, 2).await;
    let waiting = store.tasks(&audit).await.unwrap().remove(1);
    store.sent_again(&waiting, at(50)).await.unwrap();
    let noted = store.tasks(&audit).await.unwrap().remove(1);
    assert_eq!(noted, Task { updated_at: at(50), ..waiting.clone() });
    // Another sweep saw the task before the first noted it.
    store.sent_again(&waiting, at(40)).await.unwrap();
    assert_eq!(store.tasks(&audit).await.unwrap().remove(1), noted);
    let held = reading(store, &audit, 1, 60).await;
    store.sent_again(&noted, at(70)).await.unwrap();
    assert_eq!(store.tasks(&audit).await.unwrap().remove(1), held);
}

pub(crate) async fn many_tasks_end_at_once(store: &Store) {
    let audit = planned(store, &created(store, &tenant()).await, 65).await;
    let held = join_all((0..64).map(|number| reading(store, &audit, number, 10))).await;
    // Each is ended by two requests, as a message that comes twice would have it.
    let ends = held.iter().chain(&held).map(|held| store.complete_task(held, DONE, at(11)));
    let fences = join_all(ends).await;
    assert!(fences.into_iter().all(|fence| fence.unwrap() == Fence::Held));
    assert_eq!(stored(store, &audit).await.remaining, 1);
    let done = store.tasks(&audit).await.unwrap();
    assert_eq!(done.iter().filter(|task| task.state == TaskState::Done).count(), 64);
}

pub(crate) async fn a_cancelled_audit_counts_no_task(store: &Store) {
    let audit = planned(store, &created(store, &tenant()).await, 1).await;
    let held = reading(store, &audit, 0, 10).await;
    store.cancel(&audit.tenant, audit.id, at(11)).await.unwrap();
    let before = stored(store, &audit).await;
    assert_eq!(store.complete_task(&held, DONE, at(12)).await.unwrap(), Fence::Lost);
    assert_eq!(stored(store, &audit).await, before);
    assert_eq!(store.tasks(&audit).await.unwrap()[0].state, TaskState::Running);
}
