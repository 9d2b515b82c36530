use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use aws::{SessionName, as_worker, beside, caller};
use aws_config::SdkConfig;
use collect::ConcurrencyLimits;
use domain::{
    Account, AccountId, ExternalId, RegisteredAccount, RoleArn, RoleName,
    keys::{Failure, Include, Method, Partial, Reading},
};

use crate::{Monitor, Run, session};

/// How many monitors are kept: each has a client with its connections.
const KEPT: usize = 64;

/// How long calls that are under way are waited for once the service stops.
const LAST_CALLS: Duration = Duration::from_secs(5);

/// A way to read the access keys of accounts.
#[async_trait]
pub trait ReadKeys: Send + Sync {
    /// Begins or goes on with a reading of a registered account, through its role, or of the service's own.
    ///
    /// # Errors
    ///
    /// Why there will be no answer.
    async fn read(
        &self,
        account: Option<&RegisteredAccount>,
        partial: Partial,
        run: Run<'_>,
    ) -> Result<Reading, Failure>;
}

/// The accounts whose keys are read: the service's own and the registered ones. Each is opened once, for one way of
/// reading, and then kept.
pub struct Accounts {
    config: SdkConfig,
    worker: Option<RoleArn>,
    limits: ConcurrencyLimits,
    timeout: Duration,
    open: Mutex<Vec<(Name, Arc<Monitor>)>>,
}

/// What a monitor was opened for: whatever of it changes asks for another one.
#[derive(Clone, PartialEq, Eq)]
struct Name {
    /// Nothing for the service's own account, whose monitor reads in every way.
    role: Option<(AccountId, RoleName, ExternalId, Method, Include)>,
}

impl Accounts {
    /// Reads with the credentials of `config`. Registered accounts are entered as `worker`, whom their roles trust, or
    /// with the credentials themselves. The bound of IAM in `limits` holds for all accounts together; one call may take
    /// `timeout`.
    #[must_use]
    pub const fn new(
        config: SdkConfig,
        worker: Option<RoleArn>,
        limits: ConcurrencyLimits,
        timeout: Duration,
    ) -> Self {
        Self { config, worker, limits, timeout, open: Mutex::new(Vec::new()) }
    }

    async fn open(
        &self,
        account: Option<&RegisteredAccount>,
        partial: &Partial,
    ) -> Result<Monitor, Failure> {
        let Some(registered) = account else {
            let own = caller(&self.config).await.map_err(|error| refused(&error, false))?.account;
            return Ok(self.monitor(&own, None));
        };
        let customer = beside(&self.config, &registered.account_id);
        let session_name = SessionName::new("keys").map_err(|error| refused(&error, true))?;
        let config = match &self.worker {
            None => self.config.clone(),
            Some(worker) => {
                let name = session_name.clone();
                let config = as_worker(&self.config, worker, name, &registered.role_name).await;
                config.map_err(|error| refused(&error, error.is_denial()))?
            }
        };
        let role = RoleArn::new(customer.clone(), &registered.role_name);
        let (id, method, include) = (&registered.external_id, partial.way, partial.ask.include);
        let session =
            session(&config, role, Some(id.clone()), session_name, method, include).await?;
        Ok(self.monitor(&customer, Some(&session)))
    }

    fn monitor(&self, account: &Account, session: Option<&aws::Session>) -> Monitor {
        Monitor::new(&self.config, account.partition, session, &self.limits, self.timeout)
    }

    fn find(&self, name: &Name) -> Option<Arc<Monitor>> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.iter().find(|(of, _)| of == name).map(|(_, monitor)| Arc::clone(monitor))
    }

    fn keep(&self, name: &Name, monitor: Monitor) -> Arc<Monitor> {
        let monitor = Arc::new(monitor);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        // The oldest goes, which whoever reads with it still has.
        while open.len() >= KEPT {
            open.remove(0);
        }
        open.push((name.clone(), Arc::clone(&monitor)));
        monitor
    }

    fn forget(&self, name: &Name) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|(of, _)| of != name);
    }
}

#[async_trait]
impl ReadKeys for Accounts {
    async fn read(
        &self,
        account: Option<&RegisteredAccount>,
        partial: Partial,
        run: Run<'_>,
    ) -> Result<Reading, Failure> {
        let name = Name::of(account, &partial);
        let begun = partial.clone();
        let reading = async {
            let monitor = if let Some(monitor) = self.find(&name) {
                monitor
            } else {
                let opened = run.wait_for(self.open(account, &partial)).await;
                let Some(opened) = opened else { return Ok(Reading::Unfinished(partial)) };
                self.keep(&name, opened?)
            };
            monitor.read(partial, run).await
        };
        let last_calls = async {
            run.stop.cancelled().await;
            tokio::time::sleep(LAST_CALLS).await;
        };
        let read = tokio::select! {
            read = reading => read,
            // What this reading has is lost with the call that it waits for.
            () = last_calls => Ok(Reading::Unfinished(begun)),
        };
        if read.is_err() {
            // A role that has changed is asked anew, and then says what is wrong with it.
            self.forget(&name);
        }
        read
    }
}

impl Name {
    fn of(account: Option<&RegisteredAccount>, partial: &Partial) -> Self {
        let role = account.map(|account| {
            let (id, role, external_id) =
                (&account.account_id, &account.role_name, &account.external_id);
            (id.clone(), role.clone(), external_id.clone(), partial.way, partial.ask.include)
        });
        Self { role }
    }
}

fn refused(error: &dyn std::error::Error, denied: bool) -> Failure {
    Failure::Refused { reason: error.to_string(), denied }
}
