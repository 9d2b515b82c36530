//! One machine: the contract, and what a data directory goes through.

use std::{
    fs,
    future::{Ready, ready},
    path::Path,
};

use domain::{AuditState, Statement, Verdict};
use store::{End, Error, Fence, OpenError, Store};
use tempfile::TempDir;

use crate::{
    contract::{
        self, created, ended, judging, ordered, planned, planning, shows, stored, whole_contract,
    },
    samples::{alert, at, audit, complete, finding, latest, packed, place, tenant},
};

whole_contract!(make);

struct Made {
    store: Store,
    directory: TempDir,
}

impl Made {
    const fn store(&self) -> &Store {
        &self.store
    }
}

fn make() -> Ready<Made> {
    let directory = tempfile::tempdir().unwrap();
    ready(Made { store: Store::open(directory.path()).unwrap(), directory })
}

#[tokio::test]
async fn everything_survives_a_restart() {
    let Made { store, directory } = make().await;
    let tenant = tenant();
    let running = created(&store, &tenant).await;
    let held = planning(&store, &running, 1).await;
    let audit = created(&store, &tenant).await;
    planned(&store, &audit, 0).await;
    let judge = judging(&store, &audit, 3).await;
    let report = complete(vec![finding("a", Verdict::Fail)]);
    let end = End { result: &packed(&report).await, digest: Some(&alert(&audit, "resolved")) };
    assert_eq!(store.finish(&judge, at(4), end).await.unwrap(), Fence::Held);
    drop(store);

    let store = Store::open(directory.path()).unwrap();
    let audit = stored(&store, &audit).await;
    assert_eq!(store.report(&audit).await.unwrap(), Some(report));
    assert_eq!(store.alerts(&audit).await.unwrap().len(), 1);
    assert_eq!(stored(&store, &running).await, held);
    assert_eq!(store.requeue(&held, at(3)).await.unwrap(), Fence::Held);
}

#[tokio::test]
async fn accounts_from_before_the_quota_count() {
    let Made { store, directory } = make().await;
    let path = directory.path().join("infraaudit.sqlite");
    contract::accounts_from_before_the_quota_count(&store, async |pk: &str, sk: &str| {
        let database = rusqlite::Connection::open(&path).unwrap();
        let gone = database.execute("DELETE FROM items WHERE pk = ?1 AND sk = ?2", [pk, sk]);
        assert_eq!(gone.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_has_expired_is_taken_away() {
    let Made { store, directory } = make().await;
    let store = store.keep_days(3);
    // Objects go by the clock of the machine that wrote them.
    let now = jiff::Timestamp::now();
    let audit = domain::Audit { created_at: now, ..audit(&tenant()) };
    let audit = ended(&store, &ordered(&store, audit).await).await;
    let object = directory.path().join(audit.result.as_ref().unwrap());
    let hours = |hours| now + std::time::Duration::from_hours(hours);
    let there = async || store.audit(&audit.tenant, audit.id).await.unwrap().is_some();
    store.expire(hours(71)).await.unwrap();
    assert!(there().await && object.exists());
    store.expire(hours(73)).await.unwrap();
    assert!(!there().await && !object.exists());
    assert!(Store::open(directory.path()).is_err(), "the lock is no object");
}

#[tokio::test]
async fn a_snapshot_is_not_known_longer_than_it_is_kept() {
    let Made { store, directory: _directory } = make().await;
    let store = store.keep_days(10);
    let audit = audit(&tenant());
    let (tenant, account) = (&audit.tenant, &audit.order.account_id);
    let newest = latest(&audit, place(1), at(0));
    store.publish(tenant, account, &newest, None).await.unwrap();
    store.expire(at(6 * 86_400)).await.unwrap();
    assert_eq!(store.latest(tenant, account).await.unwrap(), [newest]);
    store.expire(at(8 * 86_400)).await.unwrap();
    assert_eq!(store.latest(tenant, account).await.unwrap(), []);
}

#[tokio::test]
async fn a_directory_has_one_owner() {
    let made = make().await;
    let refused = Store::open(made.directory.path()).unwrap_err();
    assert!(matches!(&refused, OpenError::InUse(_)), "{refused}");
    drop(made.store);
    assert!(Store::open(made.directory.path()).is_ok());
}

#[tokio::test]
async fn a_strange_directory_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "not a directory").unwrap();
    let refused = Store::open(&file).unwrap_err();
    assert!(matches!(&refused, OpenError::Directory { .. }), "{refused}");

    let database = directory.path().join("infraaudit.sqlite");
    fs::write(&database, "not a database, but long enough to be taken for one".repeat(99)).unwrap();
    let before = fs::read(&database).unwrap();
    let refused = Store::open(directory.path()).unwrap_err();
    assert!(matches!(&refused, OpenError::Database { .. }), "{refused}");
    assert_eq!(fs::read(&database).unwrap(), before);
}

#[tokio::test]
async fn a_database_of_another_version_is_refused() {
    for version in [1_u32, 7] {
        let made = make().await;
        drop(made.store);
        let database = made.directory.path().join("infraaudit.sqlite");
        let connection = rusqlite::Connection::open(database).unwrap();
        connection.pragma_update(None, "user_version", version).unwrap();
        drop(connection);
        let refused = Store::open(made.directory.path()).unwrap_err();
        let as_expected =
            matches!(refused, OpenError::Version { found, known: 2, .. } if found == version);
        assert!(as_expected, "{refused}");
    }
}

/// What commit db38872 wrote: one compressed object, whose findings hold their texts.
const OLD: &[u8] = include_bytes!("../db38872.json.zst");

#[tokio::test]
async fn a_result_of_an_older_version_is_read() {
    let Made { store, directory } = make().await;
    let audit = ended(&store, &created(&store, &tenant()).await).await;
    fs::write(directory.path().join(audit.result.as_ref().unwrap()), OLD).unwrap();
    let result = store.result(&audit).await.unwrap().unwrap();
    let report = store.report(&audit).await.unwrap().unwrap();
    assert_eq!((report.findings.len(), report.receipt.len()), (156, 4));
    let first = &report.findings[0];
    assert!(matches!(first.evidence.statements(), [Statement::Prose(_)]), "{first:?}");
    assert_eq!(result.access_keys().await.unwrap().unwrap().old_access_keys.len(), 14);
    shows(&result, &report, &[7, 1000]).await;
}

#[tokio::test]
async fn a_damaged_result_is_told_apart_from_an_outage() {
    let made = make().await;
    let audit = ended(&made.store, &created(&made.store, &tenant()).await).await;
    let file = made.directory.path().join(audit.result.as_ref().unwrap());
    for damage in [Some("x"), None] {
        match damage {
            Some(bytes) => fs::write(&file, bytes).unwrap(),
            None => fs::remove_file(&file).unwrap(),
        }
        let error = made.store.report(&audit).await.unwrap_err();
        assert!(matches!(&error, Error::Unreadable { .. }), "{error}");
    }
    assert_eq!(stored(&made.store, &audit).await.state, AuditState::Complete);
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_what_is_kept() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("data/of/mine");
    let store = Store::open(&directory).unwrap();
    assert_eq!(mode(&directory), 0o700);

    // Also in a directory that others can enter.
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).unwrap();
    let audit = ended(&store, &created(&store, &tenant()).await).await;
    let result = directory.join(audit.result.as_ref().unwrap());
    assert_eq!(mode(&result), 0o600);
    assert_eq!(mode(result.parent().unwrap()), 0o700);
    for entry in fs::read_dir(&directory).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_file() && entry.file_name() != "lock" {
            assert_eq!(mode(&path), 0o600, "{path:?}");
        }
    }
}
