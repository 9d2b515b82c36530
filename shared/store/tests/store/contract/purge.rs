//! Deleting everything of an account.

use domain::{
    Audit, Job, JobId, RegisteredAccount, RegisteredState, Tenant, Verdict,
    keys::{Ask, Method, OldAccessKeys, Partial},
};
use store::{
    Claim, Created, End, Fence, Idempotency, Intent, PageRequest, Registered, Store, TaskEnd,
    Transitions,
};

use super::{judging, ordered, planned, reading, stored};
use crate::samples::{
    ACCOUNT, alert, at, audit_of, complete, finding, latest, packed, place, registered, scopes,
    snapshot, tenant, tracked,
};

const OTHER: &str = "999988887777";

/// An account of which everything is kept that can be: an audit that ended, with its snapshot.
async fn filled(store: &Store, tenant: &Tenant, account: &str) -> (Audit, String) {
    assert_eq!(store.register(&registered(tenant, account), 1000).await.unwrap(), Registered::New);
    let audit = ordered(store, audit_of(tenant, account)).await;
    let audit = planned(store, &audit, 1).await;
    let task = reading(store, &audit, 0, 3).await;
    let key = store.keep_snapshot(&task, &snapshot(at(3))).await.unwrap();
    for whole in [true, false] {
        let latest = latest(&audit, place(0), at(3));
        store.publish(tenant, &task.account, &latest, scopes(whole).as_deref()).await.unwrap();
    }
    let end = TaskEnd::whole(&key);
    assert_eq!(store.complete_task(&task, end, at(4)).await.unwrap(), Fence::Held);
    let held = judging(store, &audit, 5).await;
    let change = [tracked(&held, "a", place(0), at(3))];
    let written = store.transition(&held, &change, Some(&alert(&held, "one"))).await.unwrap();
    assert_eq!(written, Transitions::Written);
    let report = complete(vec![finding("a", Verdict::Fail)]);
    let end = End { result: &packed(&report).await, digest: None };
    assert_eq!(store.finish(&held, at(6), end).await.unwrap(), Fence::Held);
    let ended = stored(store, &audit).await;
    let from = Partial::new(Method::Live, Ask::new("24".parse().unwrap()), at(7));
    let id = JobId(ended.id.0);
    let job = Job::new(tenant.clone(), id, Some(ended.order.account_id.clone()), &from);
    store.create_job(job, &from).await.unwrap();
    let claimed = store.claim_job((tenant, id), at(8), at(68)).await.unwrap();
    let Claim::Claimed(job) = claimed else { panic!("not claimed: {claimed:?}") };
    let answer = OldAccessKeys::live(Vec::new());
    assert_eq!(store.finish_job(&job, &answer, at(9)).await.unwrap(), Fence::Held);
    // And one that is under way.
    ordered(store, audit_of(tenant, account)).await;
    (ended, key)
}

/// How many things there are of an account, in each place where there could be some.
async fn count(store: &Store, ended: &Audit, key: &str) -> Vec<usize> {
    let (tenant, account) = (&ended.tenant, &ended.order.account_id);
    let first = PageRequest::FIRST;
    let audits = store.audits(tenant, None, first).await.unwrap().items;
    let unfinished = store.unfinished(first).await.unwrap().items;
    let accounts = store.accounts(tenant, first).await.unwrap().items;
    let unsent = store.unsent(first).await.unwrap().items;
    let of_account = |one: &&Audit| one.tenant == *tenant && one.order.account_id == *account;
    let job = store.job(tenant, JobId(ended.id.0)).await.unwrap().unwrap();
    vec![
        usize::from(store.job_answer(&job).await.unwrap().is_some()),
        usize::from(store.audit(tenant, ended.id).await.unwrap().is_some()),
        audits.iter().filter(of_account).count(),
        unfinished.iter().filter(of_account).count(),
        store.audits(tenant, Some(account), first).await.unwrap().items.len(),
        store.tasks(ended).await.unwrap().len(),
        store.alerts(ended).await.unwrap().len(),
        unsent.iter().filter(|one| one.tenant == *tenant && one.account == *account).count(),
        store.latest(tenant, account).await.unwrap().len(),
        {
            let read = store.last_read(tenant, account).await.unwrap();
            read.whole.len() + read.narrowed.len()
        },
        store.tracked(tenant, account).await.unwrap().len(),
        accounts.iter().filter(|one| one.account_id == *account).count(),
        usize::from(store.account(tenant, account).await.unwrap().is_some()),
        usize::from(store.snapshot(key).await.is_ok()),
        usize::from(store.report(ended).await.is_ok_and(|report| report.is_some())),
    ]
}

pub(crate) async fn a_purge_takes_one_account_and_no_other(store: &Store) {
    let (mine, theirs) = (tenant(), tenant());
    let gone = filled(store, &mine, ACCOUNT).await;
    let rest = [filled(store, &mine, OTHER).await, filled(store, &theirs, ACCOUNT).await];
    let full = vec![1, 1, 2, 1, 2, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1];
    assert_eq!(count(store, &gone.0, &gone.1).await, full);

    let account = store.account(&mine, &gone.0.order.account_id).await.unwrap().unwrap();
    for _ in 0..2 {
        store.purge(&account).await.unwrap();
        assert_eq!(count(store, &gone.0, &gone.1).await, [0; 15]);
        for (ended, key) in &rest {
            assert_eq!(count(store, ended, key).await, full);
        }
    }
}

pub(crate) async fn a_purged_account_begins_anew(store: &Store) {
    let tenant = tenant();
    assert_eq!(store.register(&registered(&tenant, ACCOUNT), 1000).await.unwrap(), Registered::New);
    let idempotency = Idempotency { key: "k".into(), request: "r".into() };
    let intent = Intent { idempotency: Some(idempotency), alone: true, ..Intent::default() };
    let (first, second) = (audit_of(&tenant, ACCOUNT), audit_of(&tenant, ACCOUNT));
    assert_eq!(store.create(&first, &intent).await.unwrap(), Created::New);
    let delete = |account: &mut RegisteredAccount| account.state = RegisteredState::Deleted;
    let id = &first.order.account_id;
    let deleted = store.change_account(&tenant, id, at(5), delete).await.unwrap().unwrap();
    store.purge(&deleted).await.unwrap();
    // The key is remembered for a day, and its audit is gone.
    assert_eq!(store.create(&second, &intent).await.unwrap(), Created::New);
    let third = audit_of(&tenant, ACCOUNT);
    let second = Box::new(second);
    let already = Created::Already(second.clone());
    assert_eq!(store.create(&third, &intent).await.unwrap(), already);

    // One that was registered again in the meantime is left alone.
    assert_eq!(store.register(&registered(&tenant, ACCOUNT), 1000).await.unwrap(), Registered::New);
    store.purge(&deleted).await.unwrap();
    assert!(store.account(&tenant, id).await.unwrap().is_some());
    let audits = store.audits(&tenant, Some(id), PageRequest::FIRST).await.unwrap();
    assert_eq!(audits.items, [*second]);
}
