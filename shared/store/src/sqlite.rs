//! The one machine's table and objects: an `SQLite` database, and files beside it.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use rusqlite::Connection;

use crate::{
    Error,
    error::Source,
    table::{Indexed, Item, Key, Objects, Range, Table, Write, Written},
};

mod apply;
mod files;
mod rows;
mod schema;

use rows::Rows;

/// One process at a time owns the data directory.
#[derive(Clone, Debug)]
pub(crate) struct Sqlite(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    connection: Mutex<Connection>,
    directory: PathBuf,
    /// Held, not read: the lock goes with it.
    _lock: File,
}

/// Why a data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It cannot be created or written to.
    #[error("the data directory `{directory}` cannot be used: {source}; choose another one")]
    Directory {
        /// The directory.
        directory: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another process has it.
    #[error("the data directory `{0}` is in use by another process; stop it or choose another one")]
    InUse(PathBuf),
    /// The database in it is not one of this program.
    #[error("the database `{path}` cannot be opened: {source}; move it away or choose another one")]
    Database {
        /// The file.
        path: PathBuf,
        /// What the database said.
        source: rusqlite::Error,
    },
    /// The database in it was written by another version of the program.
    #[error(
        "the database `{path}` has version {found} and this program uses version {known}; use the program that made it, or choose another data directory"
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The version of this program.
        known: u32,
    },
}

impl Sqlite {
    /// Opens the data directory, making what is missing. Blocks; meant for a program's start.
    pub(crate) fn open(directory: &Path) -> Result<Self, OpenError> {
        let refused = |source| OpenError::Directory { directory: directory.to_owned(), source };
        files::private_directory(directory).map_err(refused)?;
        let lock = File::create(directory.join("lock")).map_err(refused)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => OpenError::InUse(directory.to_owned()),
            TryLockError::Error(source) => refused(source),
        })?;
        let database = directory.join("infraaudit.sqlite");
        files::private_file(&database).map_err(refused)?;
        let connection = Mutex::new(schema::open(database)?);
        Ok(Self(Arc::new(Inner { connection, directory: directory.to_owned(), _lock: lock })))
    }

    /// Runs blocking work off the async threads.
    async fn run<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Inner) -> Result<T, Source> + Send + 'static,
    ) -> Result<T, Error> {
        let inner = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || work(&inner)).await;
        done.map_err(Source::from).flatten().map_err(|source| match source.downcast::<Error>() {
            Ok(error) => *error,
            Err(source) => Error::Unavailable { doing, source },
        })
    }
}

impl Inner {
    /// Reads.
    fn read<T>(&self, work: impl FnOnce(&Rows<'_>) -> Result<T, Source>) -> Result<T, Source> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        work(&Rows(&connection))
    }

    /// Reads and writes in one transaction, which `work` keeps by answering `Ok`.
    fn write<T, E>(
        &self,
        work: impl FnOnce(&Rows<'_>) -> Result<Result<T, E>, Source>,
    ) -> Result<Result<T, E>, Source> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let behavior = rusqlite::TransactionBehavior::Immediate;
        let transaction = connection.transaction_with_behavior(behavior)?;
        let answer = work(&Rows(&transaction))?;
        if answer.is_ok() {
            transaction.commit()?;
        }
        Ok(answer)
    }
}

#[async_trait]
impl Table for Sqlite {
    async fn get(&self, doing: &'static str, key: &Key) -> Result<Option<Item>, Error> {
        let key = key.clone();
        self.run(doing, move |inner| inner.read(|rows| rows.get(&key))).await
    }

    async fn get_all(
        &self,
        doing: &'static str,
        keys: Vec<Key>,
    ) -> Result<Vec<Option<Item>>, Error> {
        let all = move |rows: &Rows<'_>| keys.iter().map(|key| rows.get(key)).collect();
        self.run(doing, move |inner| inner.read(all)).await
    }

    async fn write(&self, doing: &'static str, write: Write) -> Result<Written, Error> {
        self.run(doing, move |inner| {
            let answer = inner.write(|rows| rows.apply(&write))?;
            Ok(answer.map_or_else(Written::Refused, Written::Done))
        })
        .await
    }

    async fn transact(
        &self,
        doing: &'static str,
        writes: &[Write],
    ) -> Result<Result<(), Vec<usize>>, Error> {
        let writes = writes.to_vec();
        self.run(doing, move |inner| {
            inner.write(|rows| {
                let mut refused = Vec::new();
                for (place, write) in writes.iter().enumerate() {
                    if rows.apply(write)?.is_err() {
                        refused.push(place);
                    }
                }
                Ok(if refused.is_empty() { Ok(()) } else { Err(refused) })
            })
        })
        .await
    }

    async fn query(
        &self,
        doing: &'static str,
        range: Range<'_>,
    ) -> Result<(Vec<Item>, bool), Error> {
        let (pk, prefix) = (range.pk.to_owned(), range.prefix.to_owned());
        let after = range.after.map(str::to_owned);
        let (descending, limit) = (range.descending, range.limit);
        self.run(doing, move |inner| {
            let after = after.as_deref();
            let range = Range { pk: &pk, prefix: &prefix, after, descending, limit };
            inner.read(|rows| rows.query(range))
        })
        .await
    }

    async fn by_kind(
        &self,
        doing: &'static str,
        kind: &str,
        prefix: &str,
        after: &str,
        limit: usize,
    ) -> Result<(Vec<Indexed>, bool), Error> {
        let (kind, prefix, after) = (kind.to_owned(), prefix.to_owned(), after.to_owned());
        self.run(doing, move |inner| inner.read(|rows| rows.by_kind(&kind, &prefix, &after, limit)))
            .await
    }

    async fn expire(&self, now: Timestamp) -> Result<(), Error> {
        self.run("take away what has expired", move |inner| inner.read(|rows| rows.expire(now)))
            .await
    }
}

#[async_trait]
impl Objects for Sqlite {
    async fn put(&self, doing: &'static str, key: &str, bytes: Bytes) -> Result<(), Error> {
        let key = key.to_owned();
        self.run(doing, move |inner| Ok(files::write(&inner.directory.join(key), &bytes)?)).await
    }

    async fn get(&self, doing: &'static str, key: &str) -> Result<Option<Vec<u8>>, Error> {
        let key = key.to_owned();
        self.run(doing, move |inner| match fs::read(inner.directory.join(key)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            read => Ok(Some(read?)),
        })
        .await
    }

    async fn get_range(
        &self,
        doing: &'static str,
        key: &str,
        range: std::ops::Range<u64>,
    ) -> Result<Option<Vec<u8>>, Error> {
        let key = key.to_owned();
        self.run(doing, move |inner| Ok(files::read(&inner.directory.join(key), range)?)).await
    }

    async fn delete(&self, doing: &'static str, prefix: &str) -> Result<(), Error> {
        let prefix = prefix.to_owned();
        self.run(doing, move |inner| Ok(files::remove_all(&inner.directory, &prefix)?)).await
    }

    async fn expire(&self, before: Timestamp) -> Result<(), Error> {
        let before = SystemTime::from(before);
        self.run("take away old results", move |inner| {
            Ok(files::remove_older(&inner.directory, before)?)
        })
        .await
    }
}
