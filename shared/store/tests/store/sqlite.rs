//! One machine: the contract, and what a data directory goes through.

use std::{
    fs,
    future::{Ready, ready},
    path::Path,
};

use domain::{AuditState, Severity, Verdict};
use store::{Claim, End, Error, Fence, OpenError, SqliteStore, Store};
use tempfile::TempDir;

use crate::{
    contract::whole_contract,
    samples::{at, audit, complete, finding, tenant},
};

whole_contract!(make);

struct Made {
    store: SqliteStore,
    directory: TempDir,
}

impl Made {
    fn store(&self) -> &dyn Store {
        &self.store
    }
}

fn make() -> Ready<Made> {
    let directory = tempfile::tempdir().unwrap();
    ready(Made { store: SqliteStore::open(directory.path()).unwrap(), directory })
}

#[tokio::test]
async fn everything_survives_a_restart() {
    let Made { store, directory } = make().await;
    let (ended, running) = (audit(&tenant()), audit(&tenant()));
    let report = complete(vec![finding("a", Verdict::Fail, Severity::High)]);
    for audit in [&ended, &running] {
        store.create(audit).await.unwrap();
    }
    let held = claim(&store, &ended).await;
    let end = End::Judged { report: &report, alerts: &[] };
    assert_eq!(store.finish(&held, at(2), end).await.unwrap(), Fence::Held);
    let held = claim(&store, &running).await;
    drop(store);

    let store = SqliteStore::open(directory.path()).unwrap();
    assert_eq!(store.report(&ended.tenant, ended.id).await.unwrap(), Some(report));
    assert_eq!(store.audit(&running.tenant, running.id).await.unwrap(), Some(held.clone()));
    assert_eq!(store.release(&held, at(3)).await.unwrap(), Fence::Held);
}

#[tokio::test]
async fn a_directory_has_one_owner() {
    let made = make().await;
    let refused = SqliteStore::open(made.directory.path()).unwrap_err();
    assert!(matches!(&refused, OpenError::InUse(_)), "{refused}");
    drop(made.store);
    assert!(SqliteStore::open(made.directory.path()).is_ok());
}

#[tokio::test]
async fn a_strange_directory_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "not a directory").unwrap();
    let refused = SqliteStore::open(&file).unwrap_err();
    assert!(matches!(&refused, OpenError::Directory { .. }), "{refused}");

    let database = directory.path().join("infraaudit.sqlite");
    fs::write(&database, "not a database, but long enough to be taken for one".repeat(99)).unwrap();
    let before = fs::read(&database).unwrap();
    let refused = SqliteStore::open(directory.path()).unwrap_err();
    assert!(matches!(&refused, OpenError::Database { .. }), "{refused}");
    assert_eq!(fs::read(&database).unwrap(), before);
}

#[tokio::test]
async fn a_newer_database_is_refused() {
    let made = make().await;
    drop(made.store);
    let database = made.directory.path().join("infraaudit.sqlite");
    let connection = rusqlite::Connection::open(database).unwrap();
    connection.pragma_update(None, "user_version", 7).unwrap();
    drop(connection);
    let refused = SqliteStore::open(made.directory.path()).unwrap_err();
    assert!(matches!(refused, OpenError::Newer { found: 7, known: 1, .. }), "{refused}");
}

#[tokio::test]
async fn a_damaged_result_is_told_apart_from_an_outage() {
    let made = make().await;
    let audit = audit(&tenant());
    made.store.create(&audit).await.unwrap();
    let held = claim(&made.store, &audit).await;
    let end = End::Judged { report: &complete(Vec::new()), alerts: &[] };
    assert_eq!(made.store.finish(&held, at(2), end).await.unwrap(), Fence::Held);
    let results = made.directory.path().join(audit.tenant.as_str()).join("results");
    let file = results.join(format!("{}.1.json.zst", audit.id));

    for damage in [Some("x"), None] {
        match damage {
            Some(bytes) => fs::write(&file, bytes).unwrap(),
            None => fs::remove_file(&file).unwrap(),
        }
        let error = made.store.report(&audit.tenant, audit.id).await.unwrap_err();
        assert!(matches!(&error, Error::Unreadable { .. }), "{error}");
    }
    let state = made.store.audit(&audit.tenant, audit.id).await.unwrap().unwrap().state;
    assert_eq!(state, AuditState::Complete);
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_what_is_kept() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("data/of/mine");
    let store = SqliteStore::open(&directory).unwrap();
    assert_eq!(mode(&directory), 0o700);

    // Also in a directory that others can enter.
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).unwrap();
    let audit = audit(&tenant());
    store.create(&audit).await.unwrap();
    for entry in fs::read_dir(&directory).unwrap().map(Result::unwrap) {
        if entry.file_name() != "lock" {
            assert_eq!(mode(&entry.path()), 0o600, "{entry:?}");
        }
    }
}

async fn claim(store: &SqliteStore, audit: &domain::Audit) -> domain::Audit {
    match store.claim(&audit.tenant, audit.id, at(1), at(61)).await.unwrap() {
        Claim::Claimed(held) => *held,
        other => panic!("not claimed: {other:?}"),
    }
}
