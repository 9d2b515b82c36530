//! Asking for audits.

use domain::{Audit, AuditState};
use futures::future::join_all;
use store::{Claim, Created, Idempotency, Intent, PageRequest, Registered, Store};

use super::{created, ended, ordered, stored};
use crate::samples::{
    ACCOUNT, alert, at, audit, full, latest, place, registered, task_name, tenant,
};

const ALONE: Intent = Intent { idempotency: None, alone: true, forced: false, a_day: None };

fn keyed(key: &str, request: &str) -> Intent {
    let idempotency = Idempotency { key: key.into(), request: request.into() };
    Intent { idempotency: Some(idempotency), ..Intent::default() }
}

pub(crate) async fn an_audit_is_written_once(store: &Store) {
    let tenant = tenant();
    let audit = audit(&tenant);
    assert_eq!(store.audit(&tenant, audit.id).await.unwrap(), None);
    ordered(store, audit.clone()).await;
    assert_eq!(store.audit(&tenant, audit.id).await.unwrap(), Some(audit.clone()));

    let held = super::planning(store, &audit, 1).await;
    let again = store.create(&audit, &Intent::default()).await.unwrap();
    assert_eq!(again, Created::Already(Box::new(held.clone())));
    assert_eq!(stored(store, &audit).await, held);
    assert_eq!(held.order, audit.order, "the worker needs the way in");
}

pub(crate) async fn a_tenant_sees_only_its_own(store: &Store) {
    let (mine, other) = (tenant(), tenant());
    let audit = created(store, &mine).await;
    let account = &audit.order.account_id;
    store.raise(&alert(&audit, "one")).await.unwrap();
    store.publish(&mine, account, &latest(&audit, place(1), at(1)), None).await.unwrap();
    assert_eq!(store.register(&registered(&mine, ACCOUNT), 1000).await.unwrap(), Registered::New);

    assert_eq!(store.audit(&other, audit.id).await.unwrap(), None);
    let claim = store.claim_plan(&other, audit.id, at(9), at(99)).await.unwrap();
    assert_eq!(claim, Claim::Missing);
    let task = store.claim_task((&other, audit.id), 1, &task_name(1), at(9), at(99)).await.unwrap();
    assert_eq!(task, Claim::Missing);
    assert_eq!(store.alert(&other, audit.id, "one").await.unwrap(), None);
    assert_eq!(store.latest(&other, account).await.unwrap(), []);
    assert_eq!(store.account(&other, account).await.unwrap(), None);
    assert_eq!(store.waiting(&other, 9).await.unwrap(), 0);
    let first = PageRequest::FIRST;
    assert_eq!(store.audits(&other, None, first).await.unwrap().items, []);
    assert_eq!(store.audits(&other, Some(account), first).await.unwrap().items, []);
    assert_eq!(store.accounts(&other, first).await.unwrap().items, []);
    assert_eq!(store.audits(&mine, Some(account), first).await.unwrap().items, [audit]);
}

pub(crate) async fn a_key_asks_for_one_audit(store: &Store) {
    let tenant = tenant();
    let first = audit(&tenant);
    assert_eq!(store.create(&first, &keyed("k", "r")).await.unwrap(), Created::New);
    let already = Created::Already(Box::new(first.clone()));
    assert_eq!(store.create(&audit(&tenant), &keyed("k", "r")).await.unwrap(), already);
    assert_eq!(
        store.create(&audit(&tenant), &keyed("k", "other")).await.unwrap(),
        Created::OtherRequest
    );
    assert_eq!(store.create(&audit(&tenant), &keyed("k2", "r")).await.unwrap(), Created::New);
    let elsewhere = audit(&crate::samples::tenant());
    assert_eq!(store.create(&elsewhere, &keyed("k", "r")).await.unwrap(), Created::New);

    let day = 86_400;
    let late = Audit { created_at: at(day), ..audit(&tenant) };
    assert_eq!(store.create(&late, &keyed("k", "r")).await.unwrap(), already);
    let later = Audit { created_at: at(day + 1), ..audit(&tenant) };
    assert_eq!(store.create(&later, &keyed("k", "other")).await.unwrap(), Created::New);
    assert_eq!(store.waiting(&tenant, 9).await.unwrap(), 3, "what was refused is not written");
}

pub(crate) async fn many_with_one_key_get_one_audit(store: &Store) {
    let tenant = tenant();
    let audits: Vec<_> = (0..8).map(|_| full(&tenant)).collect();
    let intent = Intent { alone: true, ..keyed("k", "r") };
    let asked = join_all(audits.iter().map(|audit| store.create(audit, &intent))).await;
    let asked: Vec<_> = asked.into_iter().map(Result::unwrap).collect();
    let new: Vec<_> = asked.iter().filter(|created| **created == Created::New).collect();
    assert_eq!(new.len(), 1, "{asked:?}");
    let winner = store.audits(&tenant, None, PageRequest::FIRST).await.unwrap().items;
    let [winner] = winner.as_slice() else { panic!("one audit: {winner:?}") };
    let already = Created::Already(Box::new(winner.clone()));
    assert_eq!(asked.iter().filter(|created| **created == already).count(), 7, "{asked:?}");
}

pub(crate) async fn a_full_audit_runs_alone(store: &Store) {
    let tenant = tenant();
    let (first, second) = (full(&tenant), full(&tenant));
    assert_eq!(store.create(&first, &ALONE).await.unwrap(), Created::New);
    assert_eq!(store.create(&second, &ALONE).await.unwrap(), Created::Active(first.id));
    assert_eq!(store.audit(&tenant, second.id).await.unwrap(), None);
    assert_eq!(store.create(&audit(&tenant), &ALONE).await.unwrap(), Created::New, "one region");
    let other = crate::samples::audit_of(&tenant, "999988887777");
    let order = domain::AuditRequest { regions: Vec::new(), ..other.order };
    let other = Audit { order, ..other };
    assert_eq!(store.create(&other, &ALONE).await.unwrap(), Created::New, "another account");

    ended(store, &first).await;
    assert_eq!(store.create(&second, &ALONE).await.unwrap(), Created::New);
}

pub(crate) async fn a_stale_lock_is_taken_over(store: &Store) {
    let tenant = tenant();
    let (first, forced, third) = (full(&tenant), full(&tenant), full(&tenant));
    assert_eq!(store.create(&first, &ALONE).await.unwrap(), Created::New);
    ordered(store, forced.clone()).await;
    // The lock is the forced one's; the first leaves it alone when it ends.
    ended(store, &first).await;
    assert_eq!(store.create(&third, &ALONE).await.unwrap(), Created::Active(forced.id));
    store.cancel(&tenant, forced.id, at(9)).await.unwrap();
    assert_eq!(store.create(&third, &ALONE).await.unwrap(), Created::New);

    // A worker that dies between the end and the lock leaves a stale one: the next ends it.
    let ends = store.audit(&tenant, forced.id).await.unwrap().unwrap();
    assert_eq!(ends.state, AuditState::Cancelled);
    let many: Vec<_> = (0..6).map(|_| full(&tenant)).collect();
    store.cancel(&tenant, third.id, at(10)).await.unwrap();
    let asked = join_all(many.iter().map(|audit| store.create(audit, &ALONE))).await;
    let new = asked.into_iter().filter(|created| *created.as_ref().unwrap() == Created::New);
    assert_eq!(new.count(), 1);
}

pub(crate) async fn a_forced_audit_takes_the_lock(store: &Store) {
    let tenant = tenant();
    let (first, forced) = (full(&tenant), full(&tenant));
    assert_eq!(store.create(&first, &ALONE).await.unwrap(), Created::New);
    assert_eq!(store.create(&forced, &Intent::default()).await.unwrap(), Created::New);
    let refused = store.create(&full(&tenant), &ALONE).await.unwrap();
    assert_eq!(refused, Created::Active(forced.id));
}

pub(crate) async fn one_forced_audit_of_an_account_runs_at_a_time(store: &Store) {
    const FORCED: Intent = Intent { idempotency: None, alone: false, forced: true, a_day: None };
    let tenant = tenant();
    let first = full(&tenant);
    assert_eq!(store.create(&first, &ALONE).await.unwrap(), Created::New);
    let many: Vec<_> = (0..6).map(|_| full(&tenant)).collect();
    let asked = join_all(many.iter().map(|audit| store.create(audit, &FORCED))).await;
    let asked: Vec<_> = asked.into_iter().map(Result::unwrap).collect();
    let forced = &many[asked.iter().position(|created| *created == Created::New).unwrap()];
    let refused = asked.iter().filter(|created| **created == Created::Active(forced.id));
    assert_eq!(refused.count(), 5, "{asked:?}");
    // One of some regions is no exception, and another account none of theirs.
    let narrow = store.create(&audit(&tenant), &FORCED).await.unwrap();
    assert_eq!(narrow, Created::Active(forced.id));
    let other = crate::samples::audit_of(&tenant, "999988887777");
    assert_eq!(store.create(&other, &FORCED).await.unwrap(), Created::New);

    ended(store, &first).await;
    assert_eq!(store.create(&full(&tenant), &FORCED).await.unwrap(), Created::Active(forced.id));
    ended(store, forced).await;
    assert_eq!(store.create(&full(&tenant), &FORCED).await.unwrap(), Created::New);
}

pub(crate) async fn so_many_audits_are_begun_in_a_day(store: &Store) {
    let most = std::num::NonZeroU32::new(3);
    let counts = Intent { a_day: most, ..Intent::default() };
    let tenant = tenant();
    let many: Vec<_> = (0..5).map(|_| audit(&tenant)).collect();
    let asked = join_all(many.iter().map(|audit| store.create(audit, &counts))).await;
    let asked: Vec<_> = asked.into_iter().map(Result::unwrap).collect();
    assert_eq!(asked.iter().filter(|one| **one == Created::New).count(), 3, "{asked:?}");
    assert_eq!(asked.iter().filter(|one| **one == Created::Spent).count(), 2, "{asked:?}");
    let left = many.iter().zip(&asked).find(|(_, created)| **created == Created::Spent).unwrap().0;
    assert_eq!(store.audit(&tenant, left.id).await.unwrap(), None);
    assert_eq!(store.create(&audit(&tenant), &Intent::default()).await.unwrap(), Created::New);
    assert_eq!(
        store.create(&audit(&crate::samples::tenant()), &counts).await.unwrap(),
        Created::New
    );
    // One that is there is told, although nothing may be begun; and the next day begins anew.
    let (there, _) = many.iter().zip(&asked).find(|(_, one)| **one == Created::New).unwrap();
    assert!(matches!(store.create(there, &counts).await.unwrap(), Created::Already(_)));
    let tomorrow = Audit { created_at: at(86_400), ..left.clone() };
    assert_eq!(store.create(&tomorrow, &counts).await.unwrap(), Created::New);
}
