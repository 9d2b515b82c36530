//! Audits in the background: several at once, and each until it has ended.

use std::{
    future::Future,
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{Audit, AuditId, AuditState, Tenant};
use jiff::Timestamp;
use store::{PageError, PageRequest, Store};
use tokio::{sync::Semaphore, task::JoinSet};
use tokio_util::sync::CancellationToken;

/// What came of working on an audit.
#[derive(Debug)]
pub(super) enum Worked {
    /// It has ended.
    Ended(AuditState),
    /// It was put back because the service stops.
    PutBack,
    /// It is not there.
    Missing,
    /// Another worker has it until then.
    Held(Timestamp),
    /// The store gave no answer.
    Unanswered(String),
}

/// Works on one audit, and stops when the token says so.
pub(super) trait Work: Send + Sync + 'static {
    fn work(
        &self,
        tenant: &Tenant,
        id: AuditId,
        stop: CancellationToken,
    ) -> impl Future<Output = Worked> + Send;
}

/// The audits that are under way.
pub(super) struct Runner<W> {
    work: Arc<W>,
    permits: Arc<Semaphore>,
    tasks: Mutex<JoinSet<()>>,
    stop: CancellationToken,
}

/// Half the first wait before an audit is tried again.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait before an audit is tried again.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

impl<W: Work> Runner<W> {
    pub(super) fn new(work: W, at_once: NonZeroUsize) -> Self {
        Self {
            work: Arc::new(work),
            permits: Arc::new(Semaphore::new(at_once.get())),
            tasks: Mutex::default(),
            stop: CancellationToken::new(),
        }
    }

    /// Takes up what an earlier process left behind: the store is this process's alone, so whoever
    /// had a running audit is gone.
    pub(super) async fn resume(&self, store: &dyn Store) -> Result<usize, PageError> {
        let mut resumed = 0;
        let mut cursor: Option<String> = None;
        loop {
            let request = PageRequest { cursor: cursor.as_deref(), ..PageRequest::FIRST };
            let page = store.unfinished(request).await?;
            for audit in &page.items {
                if audit.state == AuditState::Running {
                    let _ = store.release(audit, Timestamp::now()).await?;
                }
                self.begin(audit);
                resumed += 1;
            }
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(resumed);
            }
        }
    }

    /// Works on an audit as soon as there is room.
    pub(super) fn begin(&self, audit: &Audit) {
        let (tenant, id) = (audit.tenant.clone(), audit.id);
        let (work, permits) = (Arc::clone(&self.work), Arc::clone(&self.permits));
        let stop = self.stop.clone();
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move {
            // Waiting is just left; work that has begun stops by itself and puts its audit back.
            let permit = tokio::select! {
                permit = permits.acquire() => permit,
                () = stop.cancelled() => return,
            };
            if permit.is_ok() {
                until_ended(&*work, &tenant, id, &stop, SHORTEST_WAIT).await;
            }
        });
    }

    /// Stops the audits under way, which puts them back; false when that took too long.
    pub(super) async fn stop(&self, within: Duration) -> bool {
        self.stop.cancel();
        tokio::time::timeout(within, self.all_ended()).await.is_ok()
    }

    async fn all_ended(&self) {
        let tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        tasks.join_all().await;
    }
}

async fn until_ended(
    work: &impl Work,
    tenant: &Tenant,
    id: AuditId,
    stop: &CancellationToken,
    mut patience: Duration,
) {
    while !stop.is_cancelled() {
        let wait = match work.work(tenant, id, stop.clone()).await {
            Worked::Ended(state) => {
                tracing::info!(audit = %id, %tenant, %state, "audit ended");
                return;
            }
            Worked::PutBack => {
                tracing::info!(audit = %id, %tenant, "audit put back");
                return;
            }
            Worked::Missing => {
                tracing::warn!(audit = %id, %tenant, "there is no such audit");
                return;
            }
            Worked::Held(until) => {
                let left = Duration::try_from(until.duration_since(Timestamp::now()));
                left.unwrap_or_default() + Duration::from_millis(100)
            }
            Worked::Unanswered(error) => {
                tracing::error!(audit = %id, %tenant, error, "audit interrupted");
                patience = (patience * 2).min(LONGEST_WAIT);
                patience
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait.min(LONGEST_WAIT)) => {}
            () = stop.cancelled() => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use store::{Claim, Created, End, SqliteStore};
    use uuid::Uuid;

    use super::*;

    /// Claims and ends audits in the store, slowly, and counts how many are under way.
    struct Slow {
        store: Arc<dyn Store>,
        now: AtomicUsize,
        most: AtomicUsize,
        pause: Duration,
    }

    impl Slow {
        fn new(store: &Arc<dyn Store>, pause: Duration) -> Self {
            let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
            Self { store: Arc::clone(store), now, most, pause }
        }
    }

    impl Work for Slow {
        async fn work(&self, tenant: &Tenant, id: AuditId, stop: CancellationToken) -> Worked {
            let begun = Timestamp::now();
            let until = begun + Duration::from_mins(1);
            let held = match self.store.claim(tenant, id, begun, until).await.unwrap() {
                Claim::Claimed(held) => held,
                Claim::Held { until } => return Worked::Held(until),
                Claim::Ended(state) => return Worked::Ended(state),
                Claim::Missing => return Worked::Missing,
            };
            let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(now, Ordering::SeqCst);
            let stopped = tokio::select! {
                () = tokio::time::sleep(self.pause) => false,
                () = stop.cancelled() => true,
            };
            self.now.fetch_sub(1, Ordering::SeqCst);
            if stopped {
                let _ = self.store.release(&held, Timestamp::now()).await.unwrap();
                return Worked::PutBack;
            }
            let end = End::Failed { error: "only a test" };
            let _ = self.store.finish(&held, Timestamp::now(), end).await.unwrap();
            Worked::Ended(AuditState::Failed)
        }
    }

    async fn queued(store: &dyn Store) -> Audit {
        let order = domain::Order {
            account_id: "111122223333".parse().unwrap(),
            role_name: domain::RoleName::default(),
            external_id: None,
            checks: Vec::new(),
        };
        let id = AuditId(Uuid::now_v7());
        let audit = Audit::new(Tenant::local(), id, order, Timestamp::now());
        assert_eq!(store.create(&audit).await.unwrap(), Created::New);
        audit
    }

    fn store() -> (tempfile::TempDir, Arc<dyn Store>) {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(directory.path()).unwrap();
        (directory, Arc::new(store))
    }

    async fn states(store: &dyn Store, audits: &[Audit]) -> Vec<AuditState> {
        let mut states = Vec::new();
        for audit in audits {
            states.push(store.audit(&audit.tenant, audit.id).await.unwrap().unwrap().state);
        }
        states
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn so_many_run_at_once_and_all_end() {
        let (_directory, store) = store();
        let two = NonZeroUsize::new(2).unwrap();
        let runner = Runner::new(Slow::new(&store, Duration::from_millis(30)), two);
        let mut audits = Vec::new();
        for _ in 0..6 {
            let audit = queued(&*store).await;
            runner.begin(&audit);
            audits.push(audit);
        }
        runner.all_ended().await;
        assert_eq!(states(&*store, &audits).await, [AuditState::Failed; 6]);
        assert_eq!(runner.work.most.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn stopping_puts_audits_back_and_starting_resumes_them() {
        let (_directory, store) = store();
        let one = NonZeroUsize::MIN;
        let runner = Runner::new(Slow::new(&store, Duration::from_mins(10)), one);
        let audits = [queued(&*store).await, queued(&*store).await];
        for audit in &audits {
            runner.begin(audit);
        }
        // Which of the two gets the one place is not said.
        while !states(&*store, &audits).await.contains(&AuditState::Running) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(runner.stop(Duration::from_secs(10)).await);
        assert_eq!(states(&*store, &audits).await, [AuditState::Queued; 2]);

        // A process that was killed leaves one running, with a lease that lasts.
        let claim = store.claim(&audits[0].tenant, audits[0].id, Timestamp::now(), Timestamp::MAX);
        assert!(matches!(claim.await.unwrap(), Claim::Claimed(_)));
        let runner = Runner::new(Slow::new(&store, Duration::ZERO), one);
        assert_eq!(runner.resume(&*store).await.unwrap(), 2);
        runner.all_ended().await;
        assert_eq!(states(&*store, &audits).await, [AuditState::Failed; 2]);
    }

    #[tokio::test]
    async fn an_outage_is_waited_out() {
        struct Late(AtomicUsize);
        impl Work for Late {
            async fn work(&self, _: &Tenant, _: AuditId, _: CancellationToken) -> Worked {
                match self.0.fetch_add(1, Ordering::SeqCst) {
                    0..5 => Worked::Unanswered("on fire".into()),
                    5 => Worked::Held(Timestamp::now() + Duration::from_millis(20)),
                    _ => Worked::Ended(AuditState::Complete),
                }
            }
        }
        let work = Late(AtomicUsize::new(0));
        let id = AuditId(Uuid::now_v7());
        let (tenant, stop) = (Tenant::local(), CancellationToken::new());
        until_ended(&work, &tenant, id, &stop, Duration::from_millis(1)).await;
        assert_eq!(work.0.load(Ordering::SeqCst), 7);
    }
}
