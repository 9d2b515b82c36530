//! The function's world: the routes and the jobs over the store, and the accounts that are read.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use access_keys::{Accounts, CALL_TIMEOUT, ConcurrencyLimits, ReadKeys, Run};
use api::{Gateway, Keys, OwnAccount};
use async_trait::async_trait;
use audit::{Jobs, Worked};
use axum::Router;
use domain::{
    JobStep, RegisteredAccount,
    keys::{Failure, Partial, Reading},
    with_causes,
};
use environment::{Environment, EnvironmentError};
use lambda_runtime::Error;
use store::Store;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::{RwLock, RwLockReadGuard},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use crate::{handler::Work, settings::Settings};

/// How long before the function's time is up a job is put back, at most: of a short time a third.
const RESERVE: Duration = Duration::from_secs(30);

/// How long what is in flight is waited for once the process is to end.
const LAST_ANSWERS: Duration = Duration::from_secs(15);

/// How long an answer may be on its way out.
const ON_ITS_WAY: Duration = Duration::from_millis(300);

/// Everything the function needs, made once per process.
pub(crate) struct Service {
    router: Router,
    jobs: Jobs,
    stop: CancellationToken,
    busy: RwLock<()>,
}

/// The service while it handles one event.
pub(crate) struct Shift<'a> {
    service: &'a Service,
    deadline: Instant,
}

impl Service {
    pub(crate) async fn from_env() -> Result<Self, EnvironmentError> {
        let settings = Settings::read(&Environment::process())?;
        // To IAM requests are sent once: `collect` retries and counts them.
        let config = aws::config(&aws::ClientOptions::default()).await;
        let own = aws::with_retries(&config);
        let store = Store::on_aws(&own, settings.table, settings.bucket);
        let limits = ConcurrencyLimits::new(&settings.limits);
        let accounts = Accounts::new(config, Some(settings.worker), limits, CALL_TIMEOUT);
        let reader: Arc<dyn ReadKeys> = Arc::new(accounts);
        let stop = CancellationToken::new();
        let requests = Requests { reader: Arc::clone(&reader), stop: stop.clone() };
        let keys = Keys::new(Arc::new(requests), OwnAccount::Only(settings.operator.clone()));
        let gateway = Gateway {
            tenant_claim: settings.tenant_claim,
            scopes: settings.scopes,
            operator: Some(settings.operator),
        };
        let mut routes = api::Settings::of_keys(gateway, keys);
        routes.limits.key_requests_per_minute = settings.a_minute;
        let router = api::keys_router(store.clone(), routes);
        Ok(Self {
            router,
            jobs: Jobs::new(store, reader).lease(settings.lease),
            stop,
            busy: RwLock::new(()),
        })
    }

    /// The routes.
    pub(crate) fn router(&self) -> Router {
        self.router.clone()
    }

    /// Notes that an event is being handled, for as long as the guard lives. One that comes after SIGTERM is left to
    /// another process: this one ends.
    pub(crate) async fn busy(&self) -> RwLockReadGuard<'_, ()> {
        if self.stop.is_cancelled() {
            std::future::pending::<()>().await;
        }
        self.busy.read().await
    }

    /// Begins to handle an event that has to be handled by `deadline`.
    pub(crate) fn shift(&self, deadline: SystemTime) -> Shift<'_> {
        let left = deadline.duration_since(SystemTime::now()).unwrap_or_default();
        let deadline = Instant::now() + left.saturating_sub(RESERVE.min(left / 3));
        Shift { service: self, deadline }
    }

    /// Serves until SIGTERM, then until what is in flight is answered: what a request has read by then becomes a
    /// job, and a job is put back.
    pub(crate) async fn until_stopped(
        &self,
        serving: impl Future<Output = Result<(), Error>>,
    ) -> Result<(), Error> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut serving = std::pin::pin!(serving);
        tokio::select! {
            ended = &mut serving => return ended,
            _ = terminate.recv() => self.stop.cancel(),
        }
        let idle = async {
            drop(self.busy.write().await);
            tokio::time::sleep(ON_ITS_WAY).await;
        };
        tokio::select! {
            ended = &mut serving => ended,
            _ = tokio::time::timeout(LAST_ANSWERS, idle) => Ok(()),
        }
    }
}

/// Reads for requests, until the process is to end.
struct Requests {
    reader: Arc<dyn ReadKeys>,
    stop: CancellationToken,
}

#[async_trait]
impl api::ReadKeys for Requests {
    async fn read(
        &self,
        account: Option<&RegisteredAccount>,
        from: Partial,
        deadline: Instant,
    ) -> Result<Reading, Failure> {
        self.reader.read(account, from, Run::unwatched(deadline, &self.stop)).await
    }
}

impl Work for Shift<'_> {
    async fn work(&self, step: &JobStep) -> Result<Worked, String> {
        let run = Run::unwatched(self.deadline, &self.service.stop);
        let worked = self.service.jobs.work(step, run).await;
        worked.map_err(|error| with_causes(&error))
    }
}
