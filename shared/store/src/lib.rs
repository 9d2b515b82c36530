//! Where audits are kept: their tasks, snapshots and results, the findings that they track, the alerts that
//! have to be told, and the registered accounts.
//!
//! [`Store`] holds the protocol, written once over a table and a place for objects. Both have two
//! implementations that pass the same tests: `SQLite` and files on one machine ([`Store::open`]), `DynamoDB` and
//! S3 for the Lambda functions ([`Store::on_aws`]), each behind a feature. Everything may be called again
//! after an error: writes are conditional and keys are deterministic.
//!
//! A worker takes an audit or a task by a claim, which counts `attempt` up; every later write of that worker
//! names the attempt, so one that was given up on cannot overwrite its successor. `tests/protocol` holds the
//! model of it.

mod accounts;
mod alerts;
mod audits;
mod cursor;
mod error;
mod evaluation;
mod item;
mod jobs;
pub mod keys;
mod lists;
mod outcome;
mod packed;
mod page;
mod planning;
mod purge;
mod rate;
mod readings;
mod result;
mod steps;
mod suppressions;
mod table;
mod tasks;

#[cfg(feature = "dynamodb")]
mod dynamodb;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::{num::NonZeroU32, sync::Arc};

use table::{Objects, Table};

pub use accounts::Registered;
pub use error::{Error, PageError};
pub use evaluation::{End, Transitions};
pub use lists::TrackedFilter;
pub use outcome::{Cancelled, Claim, Created, Fence, Idempotency, Intent};
pub use page::{Page, PageRequest};
pub use result::{AuditResult, Filter, Named, PackedResult};
#[cfg(feature = "sqlite")]
pub use sqlite::OpenError;
pub use tasks::TaskEnd;

/// A place for audits. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Store {
    table: Arc<dyn Table>,
    objects: Arc<dyn Objects>,
    whole: Arc<result::Whole>,
    keep_days: u32,
}

impl Store {
    /// How many audits of a tenant and day count unless it is said otherwise: of as many accounts as a tenant may have
    /// one each by a schedule of their own, and one each on request. The night's own do not count.
    pub const AUDITS_PER_DAY: NonZeroU32 = NonZeroU32::MIN.saturating_add(1999);

    /// How long audits are kept unless [`Self::keep_days`] says otherwise, in days.
    pub const KEEP_DAYS: u32 = 400;

    /// The store of one machine, in a data directory, making what is missing. Blocks; meant for a
    /// program's start. One process at a time owns the directory.
    ///
    /// # Errors
    ///
    /// The directory or what is in it cannot be used; nothing was changed.
    #[cfg(feature = "sqlite")]
    pub fn open(directory: &std::path::Path) -> Result<Self, OpenError> {
        let sqlite = Arc::new(sqlite::Sqlite::open(directory)?);
        let objects = Arc::clone(&sqlite);
        Ok(Self::over(sqlite, objects))
    }

    /// The store in a DynamoDB table and an S3 bucket.
    #[cfg(feature = "dynamodb")]
    #[must_use]
    pub fn on_aws(
        config: &aws_config::SdkConfig,
        table: impl Into<String>,
        bucket: impl Into<String>,
    ) -> Self {
        let objects = aws_sdk_s3::config::Builder::from(config)
            // An endpoint of one's own rarely has a host name for every bucket.
            .force_path_style(config.endpoint_url().is_some())
            .build();
        let client = aws_sdk_dynamodb::Client::new(config);
        let table = Arc::new(dynamodb::Dynamo { client, name: table.into() });
        let client = aws_sdk_s3::Client::from_conf(objects);
        let objects = Arc::new(dynamodb::Bucket { client, name: bucket.into() });
        Self::over(table, objects)
    }

    fn over(table: Arc<dyn Table>, objects: Arc<dyn Objects>) -> Self {
        Self { table, objects, whole: Arc::default(), keep_days: Self::KEEP_DAYS }
    }

    /// Keeps audits for so many days after they were asked for.
    #[must_use]
    pub fn keep_days(self, keep_days: u32) -> Self {
        Self { keep_days, ..self }
    }
}
