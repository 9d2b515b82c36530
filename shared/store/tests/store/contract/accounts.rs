//! The register of accounts, and suppressions.

use domain::{RegisteredAccount, RegisteredState, Suppression};
use futures::future::join_all;
use store::{PageRequest, Registered, Store};
use uuid::Uuid;

use super::{all, ended, ordered};
use crate::samples::{ACCOUNT, at, full, registered, tenant};

pub(crate) async fn an_account_is_registered_once(store: &Store) {
    let tenant = tenant();
    let first = registered(&tenant, ACCOUNT);
    let second = RegisteredAccount { external_id: "another".parse().unwrap(), ..first.clone() };
    let id = &first.account_id.clone();
    assert_eq!(store.account(&tenant, id).await.unwrap(), None);
    let asked = join_all([&first, &first, &first].map(|one| store.register(one, 1000))).await;
    let mut asked: Vec<_> = asked.into_iter().map(Result::unwrap).collect();
    asked.sort_by_key(|one| *one != Registered::New);
    assert_eq!(asked, [Registered::New, Registered::There, Registered::There]);
    assert_eq!(store.register(&second, 1000).await.unwrap(), Registered::There);
    assert_eq!(store.account(&tenant, id).await.unwrap(), Some(first));

    let delete = |account: &mut RegisteredAccount| {
        account.state = RegisteredState::Deleted;
        account.purge_at = Some(at(99));
    };
    store.change_account(&tenant, id, at(5), delete).await.unwrap().unwrap();
    let listed = store.accounts(&tenant, PageRequest::FIRST).await.unwrap().items;
    assert_eq!(listed[0].state, RegisteredState::Deleted, "until it is purged");
    assert_eq!(store.register(&second, 1000).await.unwrap(), Registered::New);
    assert_eq!(store.account(&tenant, id).await.unwrap(), Some(second));
    assert_eq!(
        store.register(&registered(&tenant, ACCOUNT), 1000).await.unwrap(),
        Registered::There
    );
}

pub(crate) async fn a_tenant_has_so_many_accounts_and_no_more(store: &Store) {
    let tenant = tenant();
    let ids: Vec<_> = (0..8).map(|index| format!("{index}00000000000")).collect();
    let all: Vec<_> = ids.iter().map(|id| registered(&tenant, id)).collect();
    // However many ask at once.
    let asked = join_all(all.iter().map(|one| store.register(one, 5))).await;
    let asked: Vec<_> = asked.into_iter().map(Result::unwrap).collect();
    let new = |one: &&Registered| **one == Registered::New;
    assert_eq!(asked.iter().filter(new).count(), 5, "{asked:?}");
    assert_eq!(asked.iter().filter(|one| **one == Registered::Full).count(), 3, "{asked:?}");
    let there = asked.iter().position(|one| *one == Registered::New).unwrap();
    let beyond = asked.iter().position(|one| *one == Registered::Full).unwrap();
    let (there, beyond) = (&all[there], &all[beyond]);
    assert_eq!(store.account(&tenant, &beyond.account_id).await.unwrap(), None);
    // One that is there is there, and not one more.
    assert_eq!(store.register(there, 5).await.unwrap(), Registered::There);
    let mine = registered(&crate::samples::tenant(), ACCOUNT);
    assert_eq!(store.register(&mine, 1).await.unwrap(), Registered::New, "another tenant's");

    // Deleted, it gives its place back once; purged or not.
    let id = &there.account_id;
    for _ in 0..2 {
        let delete = |account: &mut RegisteredAccount| account.state = RegisteredState::Deleted;
        let deleted = store.change_account(&tenant, id, at(5), delete).await.unwrap().unwrap();
        assert_eq!(deleted.state, RegisteredState::Deleted);
    }
    let deleted = store.account(&tenant, id).await.unwrap().unwrap();
    assert_eq!(store.register(beyond, 5).await.unwrap(), Registered::New);
    store.purge(&deleted).await.unwrap();
    assert_eq!(store.register(there, 5).await.unwrap(), Registered::Full, "the place is taken");
    let suspend = |account: &mut RegisteredAccount| account.state = RegisteredState::Suspended;
    store.change_account(&tenant, &beyond.account_id, at(6), suspend).await.unwrap().unwrap();
    assert_eq!(store.register(there, 5).await.unwrap(), Registered::Full);
    assert_eq!(store.register(there, 6).await.unwrap(), Registered::New, "a quota may be raised");
}

/// `forget` takes the tenant's counter away, which tenants from before there was one do not have.
pub(crate) async fn accounts_from_before_the_quota_count(
    store: &Store,
    forget: impl AsyncFn(&str, &str),
) {
    let tenant = tenant();
    let all = [0, 1, 2, 3].map(|index| registered(&tenant, &format!("{index}00000000000")));
    for account in &all[..3] {
        assert_eq!(store.register(account, 1000).await.unwrap(), Registered::New);
    }
    let delete = |account: &mut RegisteredAccount| account.state = RegisteredState::Deleted;
    store.change_account(&tenant, &all[0].account_id, at(5), delete).await.unwrap().unwrap();
    let partition = format!("{tenant}#QUOTA");
    forget(&partition, "ACCOUNTS").await;
    let asked = join_all([&all[3], &all[3], &all[3]].map(|one| store.register(one, 2))).await;
    assert!(asked.iter().all(|one| *one.as_ref().unwrap() == Registered::Full), "{asked:?}");
    forget(&partition, "ACCOUNTS").await;
    store.change_account(&tenant, &all[1].account_id, at(6), delete).await.unwrap().unwrap();
    assert_eq!(store.register(&all[3], 2).await.unwrap(), Registered::New);
    assert_eq!(store.register(&all[0], 2).await.unwrap(), Registered::Full);
}

pub(crate) async fn an_account_is_changed_but_not_its_way_in(store: &Store) {
    let tenant = tenant();
    let first = registered(&tenant, ACCOUNT);
    let id = &first.account_id.clone();
    let name = |account: &mut RegisteredAccount| {
        account.name = Some("shop".into());
        account.external_id = "stolen".parse().unwrap();
        account.last_audit = None;
    };
    assert_eq!(store.change_account(&tenant, id, at(5), name).await.unwrap(), None);
    assert_eq!(store.account(&tenant, id).await.unwrap(), None, "a change makes no account");
    assert_eq!(store.register(&first, 1000).await.unwrap(), Registered::New);
    let judged = full(&tenant);
    ended(store, &ordered(store, judged.clone()).await).await;
    let changed = store.change_account(&tenant, id, at(5), name).await.unwrap().unwrap();
    let expected = RegisteredAccount {
        name: Some("shop".into()),
        updated_at: at(5),
        last_audit: Some(judged.id),
        ..first
    };
    assert_eq!(changed, expected);
    assert_eq!(store.account(&tenant, id).await.unwrap(), Some(expected.clone()));

    let same = store.change_account(&tenant, id, at(9), |_| ()).await.unwrap();
    assert_eq!(same, Some(expected), "nothing to change");
}

pub(crate) async fn changes_of_an_account_are_not_lost(store: &Store) {
    let tenant = tenant();
    let first = registered(&tenant, ACCOUNT);
    assert_eq!(store.register(&first, 1000).await.unwrap(), Registered::New);
    let id = &first.account_id.clone();
    let regions: Vec<_> = (0..16).map(|n| format!("eu-test-{n}")).collect();
    // All by one clock, whose time was written already.
    store.change_account(&tenant, id, at(7), |one| one.name = Some("a".into())).await.unwrap();
    let changes = regions.iter().map(|region| {
        let add = move |account: &mut RegisteredAccount| account.regions.push(region.clone());
        store.change_account(&tenant, id, at(7), add)
    });
    let answers = join_all(changes).await;
    assert!(answers.into_iter().all(|answer| answer.unwrap().is_some()));
    let mut after = store.account(&tenant, id).await.unwrap().unwrap();
    after.regions.sort_by_key(|region| regions.iter().position(|one| one == region));
    assert_eq!(after.regions, regions);
    assert!(after.updated_at >= at(7) && after.updated_at < at(8));
}

pub(crate) async fn accounts_come_in_pages(store: &Store) {
    let tenant = tenant();
    let ids: Vec<_> = (0..5).map(|index| format!("{index}00000000000")).collect();
    for id in ids.iter().rev() {
        assert_eq!(store.register(&registered(&tenant, id), 1000).await.unwrap(), Registered::New);
    }
    for limit in [1, 2, 5, 6] {
        let found = all(limit, async |page| store.accounts(&tenant, page).await).await;
        let found: Vec<_> = found.iter().map(|one| one.account_id.as_str()).collect();
        assert_eq!(found, ids, "{limit}");
    }
    let found = all(2, async |page| store.all_accounts(page).await).await;
    let found = found.iter().filter(|one| one.tenant == tenant);
    assert_eq!(found.map(|one| one.account_id.as_str()).collect::<Vec<_>>(), ids);
}

pub(crate) async fn suppressions_come_in_pages(store: &Store) {
    let tenant = tenant();
    let mut expected = Vec::new();
    for number in 0..5 {
        let id = Uuid::now_v7();
        let suppression = Suppression {
            id: None,
            account_id: Some(ACCOUNT.parse().unwrap()),
            check: Some("s3_encryption".into()),
            resource: Some("arn:aws:s3:::logs-*".into()),
            tag: None,
            reason: format!("ticket {number}"),
            expires_at: at(number),
        };
        assert!(store.suppress(&tenant, id, &suppression, 1000).await.unwrap());
        expected.push(Suppression { id: Some(id), ..suppression });
    }
    let changed = Suppression { reason: "another".into(), ..expected[2].clone() };
    assert!(store.suppress(&tenant, changed.id.unwrap(), &changed, 1000).await.unwrap());
    expected[2] = changed;
    let gone = expected.remove(1).id.unwrap();
    assert!(store.unsuppress(&tenant, gone).await.unwrap());
    assert!(!store.unsuppress(&tenant, gone).await.unwrap());
    let found = all(2, async |page| store.suppressions(&tenant, page).await).await;
    assert_eq!(found, expected);
    assert_eq!(store.all_suppressions(&tenant).await.unwrap(), expected);
    assert_eq!(store.all_suppressions(&crate::samples::tenant()).await.unwrap(), []);
}

pub(crate) async fn a_tenant_has_so_many_suppressions_and_no_more(store: &Store) {
    let tenant = tenant();
    let one = Suppression {
        id: None,
        account_id: None,
        check: Some("s3_encryption".into()),
        resource: None,
        tag: None,
        reason: "known".into(),
        expires_at: at(9),
    };
    let ids: Vec<_> = (0..8).map(|_| Uuid::now_v7()).collect();
    let asked = join_all(ids.iter().map(|id| store.suppress(&tenant, *id, &one, 5))).await;
    let asked: Vec<_> = asked.into_iter().map(Result::unwrap).collect();
    assert_eq!(asked.iter().filter(|written| **written).count(), 5, "{asked:?}");
    let there = store.all_suppressions(&tenant).await.unwrap();
    assert_eq!(there.len(), 5);
    // One that is there is written again, and one that is gone gives its place back.
    let id = there[0].id.unwrap();
    assert!(store.suppress(&tenant, id, &one, 5).await.unwrap());
    assert!(!store.suppress(&tenant, Uuid::now_v7(), &one, 5).await.unwrap());
    assert!(store.unsuppress(&tenant, id).await.unwrap());
    assert!(store.suppress(&tenant, Uuid::now_v7(), &one, 5).await.unwrap());
    assert!(!store.suppress(&tenant, id, &one, 5).await.unwrap());
}
