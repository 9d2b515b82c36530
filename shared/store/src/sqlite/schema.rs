use std::{path::PathBuf, time::Duration};

use rusqlite::Connection;

use super::OpenError;

/// The version of [`TABLES`], kept in the database's `user_version`.
const VERSION: u32 = 2;

/// One table of items, laid out as [`crate::keys`] tells. Bodies are JSON objects.
const TABLES: &str = "
CREATE TABLE items (
    pk TEXT NOT NULL,
    sk TEXT NOT NULL,
    kind TEXT,
    kind_sort TEXT,
    expires_at INTEGER,
    body TEXT NOT NULL,
    PRIMARY KEY (pk, sk)
) STRICT, WITHOUT ROWID;
CREATE INDEX by_kind ON items (kind, kind_sort) WHERE kind_sort IS NOT NULL;
CREATE INDEX expiring ON items (expires_at) WHERE expires_at IS NOT NULL;
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
        Ok((connection, if found == 0 { VERSION } else { found }))
    });
    match opened {
        Ok((connection, VERSION)) => Ok(connection),
        Ok((_, found)) => Err(OpenError::Version { path, found, known: VERSION }),
        Err(source) => Err(OpenError::Database { path, source }),
    }
}
