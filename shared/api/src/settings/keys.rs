use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use domain::{
    JobStep, RegisteredAccount, Tenant,
    keys::{Failure, Partial, Reading},
};
use tokio::time::Instant;

/// A way to read the access keys of accounts.
#[async_trait]
pub trait ReadKeys: Send + Sync {
    /// Goes on with a reading of a registered account, through its role, or of the service's own, until
    /// all is read, the time is up or the service stops: what is unfinished then becomes a job.
    ///
    /// # Errors
    ///
    /// Why there will be no answer.
    async fn read(
        &self,
        account: Option<&RegisteredAccount>,
        from: Partial,
        deadline: Instant,
    ) -> Result<Reading, Failure>;
}

/// What an operator decides about the routes of old access keys.
#[derive(Clone)]
pub struct Keys {
    /// Who reads.
    pub reader: Arc<dyn ReadKeys>,
    /// Who may ask for the account that the service itself runs in.
    pub own_account: OwnAccount,
    /// How many jobs of a tenant may wait or run.
    pub waiting_jobs: u32,
    /// Told of every new job once it is written down.
    pub started: Arc<dyn Fn(JobStep) + Send + Sync>,
}

/// Who may ask for the account that the service itself runs in: it is the operator's, no tenant's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnAccount {
    /// Everybody who is let in: the service has one tenant.
    Everybody,
    /// This tenant: the operator.
    Only(Tenant),
    /// Nobody.
    Nobody,
}

impl Keys {
    /// The longest that a request waits for its answer: API Gateway gives up after 30 seconds.
    ///
    /// Source: *Quotas for HTTP APIs*, "Maximum integration timeout", API Gateway Developer Guide.
    pub const LONGEST: Duration = Duration::from_secs(25);

    /// Routes with the usual limits, whose jobs are picked up from the store.
    #[must_use]
    pub fn new(reader: Arc<dyn ReadKeys>, own_account: OwnAccount) -> Self {
        Self { reader, own_account, waiting_jobs: 20, started: Arc::new(|_| {}) }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("own_account", &self.own_account)
            .field("waiting_jobs", &self.waiting_jobs)
            .finish_non_exhaustive()
    }
}

impl OwnAccount {
    pub(crate) fn is_open_to(&self, tenant: &Tenant) -> bool {
        match self {
            Self::Everybody => true,
            Self::Only(operator) => tenant == operator,
            Self::Nobody => false,
        }
    }
}
