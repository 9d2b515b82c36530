//! The register of accounts, and suppressions.

use domain::{RegisteredAccount, RegisteredState, Suppression};
use futures::future::join_all;
use store::{PageRequest, Store};
use uuid::Uuid;

use super::{all, ended, ordered};
use crate::samples::{ACCOUNT, at, full, registered, tenant};

pub(crate) async fn an_account_is_registered_once(store: &Store) {
    let tenant = tenant();
    let first = registered(&tenant, ACCOUNT);
    let second = RegisteredAccount { external_id: "another".parse().unwrap(), ..first.clone() };
    let id = &first.account_id.clone();
    assert_eq!(store.account(&tenant, id).await.unwrap(), None);
    let asked = join_all([&first, &first, &first].map(|one| store.register(one))).await;
    assert_eq!(asked.into_iter().filter(|new| *new.as_ref().unwrap()).count(), 1);
    assert!(!store.register(&second).await.unwrap());
    assert_eq!(store.account(&tenant, id).await.unwrap(), Some(first));

    let delete = |account: &mut RegisteredAccount| {
        account.state = RegisteredState::Deleted;
        account.purge_at = Some(at(99));
    };
    store.change_account(&tenant, id, at(5), delete).await.unwrap().unwrap();
    let listed = store.accounts(&tenant, PageRequest::FIRST).await.unwrap().items;
    assert_eq!(listed[0].state, RegisteredState::Deleted, "until it is purged");
    assert!(store.register(&second).await.unwrap());
    assert_eq!(store.account(&tenant, id).await.unwrap(), Some(second));
    assert!(!store.register(&registered(&tenant, ACCOUNT)).await.unwrap());
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
    assert!(store.register(&first).await.unwrap());
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
    assert!(store.register(&first).await.unwrap());
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
        assert!(store.register(&registered(&tenant, id)).await.unwrap());
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
        store.suppress(&tenant, id, &suppression).await.unwrap();
        expected.push(Suppression { id: Some(id), ..suppression });
    }
    let changed = Suppression { reason: "another".into(), ..expected[2].clone() };
    store.suppress(&tenant, changed.id.unwrap(), &changed).await.unwrap();
    expected[2] = changed;
    let gone = expected.remove(1).id.unwrap();
    assert!(store.unsuppress(&tenant, gone).await.unwrap());
    assert!(!store.unsuppress(&tenant, gone).await.unwrap());
    let found = all(2, async |page| store.suppressions(&tenant, page).await).await;
    assert_eq!(found, expected);
    assert_eq!(store.all_suppressions(&tenant).await.unwrap(), expected);
    assert_eq!(store.all_suppressions(&crate::samples::tenant()).await.unwrap(), []);
}
