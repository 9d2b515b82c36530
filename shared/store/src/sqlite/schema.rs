use std::{path::PathBuf, time::Duration};

use rusqlite::Connection;

use super::OpenError;

/// The version of [`TABLES`], kept in the database's `user_version`.
const VERSION: u32 = 1;

/// Every key starts with the tenant. Bodies are the JSON of the domain's types.
const TABLES: &str = "
CREATE TABLE audits (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    state TEXT NOT NULL,
    result TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX unfinished ON audits (tenant, id) WHERE state IN ('queued', 'running');
CREATE TABLE alerts (
    tenant TEXT NOT NULL,
    account TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    audit_id TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (tenant, account, fingerprint)
) STRICT;
CREATE TABLE accounts (
    tenant TEXT NOT NULL,
    account TEXT NOT NULL,
    audit_id TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (tenant, account)
) STRICT;
";

/// Opens the database, and makes the tables in an empty one.
pub(super) fn open(path: PathBuf) -> Result<Connection, OpenError> {
    let opened = Connection::open(&path).and_then(|mut connection| {
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        // A result that was acknowledged is still there after a power cut.
        connection.pragma_update(None, "synchronous", "full")?;
        let found = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if found == 0 {
            let transaction = connection.transaction()?;
            transaction.execute_batch(TABLES)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
            transaction.commit()?;
        }
        Ok((connection, found))
    });
    match opened {
        Ok((_, found)) if found > VERSION => Err(OpenError::Newer { path, found, known: VERSION }),
        Ok((connection, _)) => Ok(connection),
        Err(source) => Err(OpenError::Database { path, source }),
    }
}
