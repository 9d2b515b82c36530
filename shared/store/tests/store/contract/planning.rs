//! Plans: all tasks exist before the first may begin.

use domain::{AuditState, Phase, TaskState};
use store::{Fence, Store, TaskEnd};

use super::{created, judging, planning, reading, stored, taken};
use crate::samples::{at, new_task, task_name, tenant};

/// More than one transaction takes.
const MANY: usize = 170;

pub(crate) async fn a_plan_is_written_in_chunks(store: &Store) {
    let audit = created(store, &tenant()).await;
    let held = planning(store, &audit, 1).await;
    assert_eq!(store.tasks(&held).await.unwrap(), []);
    let mut tasks: Vec<_> = (0..MANY).map(|n| new_task(&held, n, at(2))).collect();
    assert_eq!(store.planned(&held, &tasks, at(2)).await.unwrap(), Fence::Held);

    let audit = stored(store, &audit).await;
    assert_eq!((audit.state, audit.phase), (AuditState::Running, Phase::Collect));
    assert_eq!((audit.plan, audit.total, audit.remaining), (1, 170, 170));
    assert_eq!((audit.attempt, audit.lease_until), (0, None));
    tasks.sort_by_key(|task| task.name.to_string());
    assert_eq!(store.tasks(&audit).await.unwrap(), tasks);
}

pub(crate) async fn a_plan_may_be_told_twice(store: &Store) {
    let audit = created(store, &tenant()).await;
    let held = planning(store, &audit, 1).await;
    let tasks: Vec<_> = (0..MANY).map(|n| new_task(&held, n, at(2))).collect();
    assert_eq!(store.planned(&held, &tasks, at(2)).await.unwrap(), Fence::Held);
    let begun = reading(store, &stored(store, &audit).await, 160, 3).await;
    let before = stored(store, &audit).await;
    assert_eq!(store.planned(&held, &tasks, at(4)).await.unwrap(), Fence::Held);
    assert_eq!(stored(store, &audit).await, before);
    let found = store.tasks(&before).await.unwrap();
    assert_eq!(found.len(), MANY);
    assert_eq!(found.iter().find(|task| task.name == begun.name), Some(&begun));
    store.cancel(&audit.tenant, audit.id, at(5)).await.unwrap();
    assert_eq!(store.planned(&held, &tasks, at(6)).await.unwrap(), Fence::Lost);
}

pub(crate) async fn a_dead_plan_counts_for_nothing(store: &Store) {
    let audit = created(store, &tenant()).await;
    let dead = planning(store, &audit, 1).await;
    let held = planning(store, &audit, 100).await;
    // The first planner writes its tasks late, one of them in the same place.
    let late: Vec<_> = (0..3).map(|n| new_task(&dead, n, at(101))).collect();
    assert_eq!(store.planned(&dead, &late, at(101)).await.unwrap(), Fence::Lost);
    let tasks: Vec<_> = (2..4).map(|n| new_task(&held, n, at(102))).collect();
    assert_eq!(store.planned(&held, &tasks, at(102)).await.unwrap(), Fence::Held);

    let audit = stored(store, &audit).await;
    assert_eq!((audit.plan, audit.total), (2, 2));
    assert_eq!(store.tasks(&audit).await.unwrap(), tasks);
    let of = (&audit.tenant, audit.id);
    let task = taken(store.claim_task(of, 1, &task_name(2), at(103), at(163)).await.unwrap());
    assert_eq!((task.plan, task.state), (1, TaskState::Running));
    let end = TaskEnd::whole("nowhere");
    assert_eq!(store.complete_task(&task, end, at(104)).await.unwrap(), Fence::Lost);
    assert_eq!(stored(store, &audit).await.remaining, 2);
}

pub(crate) async fn a_plan_without_tasks_is_judged(store: &Store) {
    let audit = created(store, &tenant()).await;
    let held = planning(store, &audit, 1).await;
    assert_eq!(store.planned(&held, &[], at(2)).await.unwrap(), Fence::Held);
    assert_eq!(judging(store, &audit, 3).await.phase, Phase::Evaluate);
}
