//! Snapshots, and which are the newest.

use std::error::Error as _;

use domain::{Audit, Latest, Readings, TrackedFinding};
use inventory::Snapshot;
use store::{Error, Store};

use super::{created, planned, reading};
use crate::samples::{at, audit, latest, place, scopes, snapshot, tenant, tracked};

pub(crate) async fn a_snapshot_comes_back_whole(store: &Store) {
    let audit = planned(store, &created(store, &tenant()).await, 1).await;
    let first = reading(store, &audit, 0, 10).await;
    let second = reading(store, &audit, 0, 100).await;
    let (old, new) = (snapshot(at(10)), snapshot(at(100)));
    let new_key = store.keep_snapshot(&second, &new).await.unwrap();
    // The late worker's goes elsewhere.
    let old_key = store.keep_snapshot(&first, &old).await.unwrap();
    assert_eq!(store.snapshot(&new_key).await.unwrap(), new);
    assert_eq!(store.snapshot(&old_key).await.unwrap(), old);
    let gone = store.snapshot(&format!("{new_key}.not")).await.unwrap_err();
    assert!(matches!(&gone, Error::Unreadable { .. }), "{gone}");
}

pub(crate) async fn a_snapshot_of_another_version_is_refused(store: &Store) {
    let audit = planned(store, &created(store, &tenant()).await, 1).await;
    let held = reading(store, &audit, 0, 10).await;
    let strange = Snapshot { version: 4711, ..snapshot(at(10)) };
    let key = store.keep_snapshot(&held, &strange).await.unwrap();
    let refused = store.snapshot(&key).await.unwrap_err();
    assert!(matches!(&refused, Error::Unreadable { .. }), "{refused}");
    let why = refused.source().unwrap().to_string();
    assert!(why.contains("version 4711"), "{why}");
    assert!(why.contains(&format!("version {}", Snapshot::VERSION)), "{why}");
}

pub(crate) async fn the_newest_snapshot_is_known(store: &Store) {
    let audit = audit(&tenant());
    let publish = async |latest: &Latest| publish(store, &audit, latest, true).await;
    let nanosecond = jiff::SignedDuration::from_nanos(1);
    let old = latest(&audit, place(1), at(100));
    // As text, the later one comes first.
    let newer = latest(&audit, place(1), at(100) + nanosecond);
    let other = latest(&audit, place(2), at(5));
    assert!(newer.taken_at.to_string() < old.taken_at.to_string());
    publish(&old).await;
    publish(&newer).await;
    publish(&other).await;
    publish(&old).await;
    let same_time = Latest { snapshot: "another".into(), ..newer.clone() };
    publish(&same_time).await;
    let account = &audit.order.account_id;
    assert_eq!(store.latest(&audit.tenant, account).await.unwrap(), [newer.clone(), other.clone()]);
    let times = store.last_read(&audit.tenant, account).await.unwrap();
    let expected = [(newer.place, newer.taken_at), (other.place, other.taken_at)];
    assert_eq!(times, Readings { whole: expected.into(), ..Readings::default() });
}

pub(crate) async fn readings_for_some_checks_keep_their_time(store: &Store) {
    let audit = audit(&tenant());
    let (tenant, account) = (&audit.tenant, &audit.order.account_id);
    let whole = latest(&audit, place(1), at(50));
    publish(store, &audit, &whole, true).await;
    for (number, time) in [(1, 70), (1, 60), (2, 10)] {
        publish(store, &audit, &latest(&audit, place(number), at(time)), false).await;
    }
    assert_eq!(store.latest(tenant, account).await.unwrap(), std::slice::from_ref(&whole));
    let times = store.last_read(tenant, account).await.unwrap();
    assert_eq!((times.of_place(&place(1)), times.of_place(&place(2))), (Some(at(50)), None));
    let problem = |number| tracked(&audit, "a", place(number), at(1));
    assert_eq!((times.of(&problem(1)), times.of(&problem(2))), (Some(at(70)), Some(at(10))));
    let other = |number| TrackedFinding { check_id: "s3_public_access".into(), ..problem(number) };
    assert_eq!((times.of(&other(1)), times.of(&other(2))), (Some(at(50)), None));

    let newest = latest(&audit, place(1), at(90));
    publish(store, &audit, &newest, true).await;
    assert_eq!(store.last_read(tenant, account).await.unwrap().of(&problem(1)), Some(at(90)));
}

pub(crate) async fn a_place_that_is_gone_is_forgotten(store: &Store) {
    let audit = audit(&tenant());
    let (tenant, account) = (&audit.tenant, &audit.order.account_id);
    let (old, new) = (latest(&audit, place(1), at(50)), latest(&audit, place(1), at(60)));
    publish(store, &audit, &new, true).await;
    store.forget(tenant, account, &old).await.unwrap();
    assert_eq!(store.latest(tenant, account).await.unwrap(), std::slice::from_ref(&new));
    for _ in 0..2 {
        store.forget(tenant, account, &new).await.unwrap();
        assert_eq!(store.latest(tenant, account).await.unwrap(), []);
    }
}

async fn publish(store: &Store, audit: &Audit, latest: &Latest, whole: bool) {
    store
        .publish(&audit.tenant, &audit.order.account_id, latest, scopes(whole).as_deref())
        .await
        .unwrap();
}
