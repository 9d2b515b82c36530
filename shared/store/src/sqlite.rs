use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use domain::{AccountId, Alert, Audit, AuditId, AuditState, Finding, Progress, Report, Tenant};
use jiff::Timestamp;
use rusqlite::Connection;

use crate::{
    Claim, Created, End, Error, Fence, Filter, KnownAccount, Page, PageError, PageRequest, Store,
    cursor::List, error::Source, result, step,
};

mod files;
mod rows;
mod schema;

/// Audits on one machine: a database for what changes, a compressed file for each result.
///
/// One process at a time owns the data directory, so whatever is `running` when it opens belongs to
/// a process that is gone.
#[derive(Clone, Debug)]
pub struct SqliteStore(Arc<Inner>);

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
    /// The database in it was written by a newer program.
    #[error("the database `{path}` has version {found}, newer than {known}; upgrade this program")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The newest version this program knows.
        known: u32,
    },
}

impl SqliteStore {
    /// Opens the data directory, making what is missing. Blocks; meant for a program's start.
    ///
    /// # Errors
    ///
    /// The directory or what is in it cannot be used; nothing was changed.
    pub fn open(directory: &Path) -> Result<Self, OpenError> {
        let refused = |source| OpenError::Directory { directory: directory.to_owned(), source };
        files::private_directory(directory).map_err(refused)?;
        let lock = File::create(directory.join("lock")).map_err(refused)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => OpenError::InUse(directory.to_owned()),
            TryLockError::Error(source) => refused(source),
        })?;
        let database = directory.join("infraaudit.sqlite");
        files::private_file(&database).map_err(refused)?;
        let connection = schema::open(database)?;
        let connection = Mutex::new(connection);
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

    /// Changes the audit that `held` claimed, if it still is its worker's.
    async fn fenced(
        &self,
        doing: &'static str,
        held: &Audit,
        change: impl FnOnce(&mut Audit) + Send + 'static,
    ) -> Result<Fence, Error> {
        let held = held.clone();
        self.run(doing, move |inner| {
            inner.write(|rows| match rows.audit(&held.tenant, held.id)? {
                Some(mut audit) if step::works(&audit, &held) => {
                    change(&mut audit);
                    rows.update(&audit)?;
                    Ok(Fence::Held)
                }
                _ => Ok(Fence::Lost),
            })
        })
        .await
    }
}

impl Inner {
    /// Reads, or writes one statement.
    fn read<T>(
        &self,
        work: impl FnOnce(&rows::Rows<'_>) -> Result<T, Source>,
    ) -> Result<T, Source> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        work(&rows::Rows(&connection))
    }

    /// Reads and writes in one transaction; an error takes everything back.
    fn write<T>(
        &self,
        work: impl FnOnce(&rows::Rows<'_>) -> Result<T, Source>,
    ) -> Result<T, Source> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction =
            connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let value = work(&rows::Rows(&transaction))?;
        transaction.commit()?;
        Ok(value)
    }

    fn judge(
        &self,
        held: &Audit,
        now: Timestamp,
        report: &Report,
        alerts: &[Alert],
    ) -> Result<Fence, Source> {
        let stored = self.read(|rows| rows.audit(&held.tenant, held.id))?;
        if !stored.as_ref().is_some_and(|stored| step::works(stored, held)) {
            return Ok(step::ended_before(stored.as_ref(), held));
        }
        let key = result::key(held);
        files::write(&self.directory.join(&key), &result::pack(report)?)?;
        let fence = self.write(|rows| {
            let stored = rows.audit(&held.tenant, held.id)?;
            let Some(audit) = stored.as_ref().filter(|stored| step::works(stored, held)) else {
                return Ok(step::ended_before(stored.as_ref(), held));
            };
            rows.raise(alerts)?;
            rows.settle(audit, report)?;
            rows.remember(audit.id, &KnownAccount::of(audit))?;
            rows.update(&step::end(audit, now, End::Judged { report, alerts }))?;
            rows.set_result(audit, &key)?;
            Ok(Fence::Held)
        })?;
        // What earlier attempts left behind is not named by any row.
        for attempt in 1..held.attempt {
            let left = result::attempt_key(&held.tenant, held.id, attempt);
            files::remove(&self.directory.join(left))?;
        }
        Ok(fence)
    }

    fn report(&self, tenant: &Tenant, id: AuditId) -> Result<Option<Report>, Source> {
        let Some(key) = self.read(|rows| rows.result(tenant, id))? else { return Ok(None) };
        // The row was written after the file: one without the other is damage, not an outage.
        let bytes = fs::read(self.directory.join(&key))
            .map_err(|source| Error::unreadable(&key, source))?;
        Ok(Some(result::unpack(&key, &bytes)?))
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn create(&self, audit: &Audit) -> Result<Created, Error> {
        let audit = audit.clone();
        self.run("write down the audit", move |inner| {
            inner.write(|rows| {
                if let Some(there) = rows.audit(&audit.tenant, audit.id)? {
                    return Ok(Created::Already(Box::new(there)));
                }
                rows.insert(&audit)?;
                Ok(Created::New)
            })
        })
        .await
    }

    async fn audit(&self, tenant: &Tenant, id: AuditId) -> Result<Option<Audit>, Error> {
        let tenant = tenant.clone();
        self.run("read the audit", move |inner| inner.read(|rows| rows.audit(&tenant, id))).await
    }

    async fn waiting(&self, tenant: &Tenant, at_most: u32) -> Result<u32, Error> {
        let tenant = tenant.clone();
        self.run("count audits", move |inner| inner.read(|rows| rows.waiting(&tenant, at_most)))
            .await
    }

    async fn claim(
        &self,
        tenant: &Tenant,
        id: AuditId,
        now: Timestamp,
        lease_until: Timestamp,
    ) -> Result<Claim, Error> {
        let tenant = tenant.clone();
        self.run("take the audit", move |inner| {
            inner.write(|rows| {
                let Some(mut audit) = rows.audit(&tenant, id)? else { return Ok(Claim::Missing) };
                let claim = step::claim(&mut audit, now, lease_until);
                if matches!(claim, Claim::Claimed(_)) {
                    rows.update(&audit)?;
                }
                Ok(claim)
            })
        })
        .await
    }

    async fn renew(
        &self,
        held: &Audit,
        now: Timestamp,
        lease_until: Timestamp,
        progress: Progress,
    ) -> Result<Fence, Error> {
        self.fenced("renew the lease", held, move |audit| {
            audit.lease_until = Some(lease_until);
            audit.progress = progress;
            audit.updated_at = now;
        })
        .await
    }

    async fn release(&self, held: &Audit, now: Timestamp) -> Result<Fence, Error> {
        self.fenced("put the audit back", held, move |audit| {
            audit.state = AuditState::Queued;
            audit.lease_until = None;
            audit.progress = Progress::default();
            audit.updated_at = now;
        })
        .await
    }

    async fn finish(&self, held: &Audit, now: Timestamp, end: End<'_>) -> Result<Fence, Error> {
        let held = held.clone();
        match end {
            End::Judged { report, alerts } => {
                let (report, alerts) = (report.clone(), alerts.to_vec());
                self.run("keep the result", move |inner| inner.judge(&held, now, &report, &alerts))
                    .await
            }
            End::Failed { error } => {
                let error = error.to_owned();
                self.run("end the audit", move |inner| {
                    inner.write(|rows| match rows.audit(&held.tenant, held.id)? {
                        Some(audit) if step::works(&audit, &held) => {
                            rows.update(&step::end(&audit, now, End::Failed { error: &error }))?;
                            Ok(Fence::Held)
                        }
                        stored => Ok(step::ended_before(stored.as_ref(), &held)),
                    })
                })
                .await
            }
        }
    }

    async fn findings(
        &self,
        tenant: &Tenant,
        id: AuditId,
        filter: Filter,
        page: PageRequest<'_>,
    ) -> Result<Page<Finding>, PageError> {
        result::page(self.report(tenant, id).await?, filter, page)
    }

    async fn report(&self, tenant: &Tenant, id: AuditId) -> Result<Option<Report>, Error> {
        let tenant = tenant.clone();
        self.run("read the result", move |inner| inner.report(&tenant, id)).await
    }

    async fn unfinished(&self, page: PageRequest<'_>) -> Result<Page<Audit>, PageError> {
        let (after, limit) = (List::Unfinished.position(page.cursor)?, page.bounded());
        let list = move |inner: &Inner| inner.read(|rows| rows.unfinished(&after, limit));
        Ok(self.run("list audits", list).await?)
    }

    async fn accounts(&self, page: PageRequest<'_>) -> Result<Page<KnownAccount>, PageError> {
        let (after, limit) = (List::Accounts.position(page.cursor)?, page.bounded());
        let list = move |inner: &Inner| inner.read(|rows| rows.accounts(&after, limit));
        Ok(self.run("list accounts", list).await?)
    }

    async fn alerts(
        &self,
        tenant: &Tenant,
        account: &AccountId,
        page: PageRequest<'_>,
    ) -> Result<Page<Alert>, PageError> {
        let (after, limit) = (List::Alerts.position(page.cursor)?, page.bounded());
        let (tenant, account) = (tenant.clone(), account.clone());
        let list =
            move |inner: &Inner| inner.read(|rows| rows.alerts(&tenant, &account, &after, limit));
        Ok(self.run("list alerts", list).await?)
    }
}
