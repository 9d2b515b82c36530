use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use access::SessionName;
use aws_config::SdkConfig;
use checks::Manner;
use collect::Limits;
use domain::{
    Account, Alert, Audit, AuditId, AuditState, Partition, Progress, RoleArn, Severity, Snapshot,
    Tenant,
};
use jiff::{SignedDuration, Timestamp};
use store::{Claim, End, Fence, Store};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::{
    Brief, Choice, Entry, Event, evaluate,
    scan::{now, scan},
};

/// How often progress is written down at most.
const PROGRESS: Duration = Duration::from_millis(500);

/// How an operator wants audits to be worked off.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Thresholds and the language of texts.
    pub manner: Manner,
    /// From which severity on a failing finding is told.
    pub alert_severity: Severity,
    /// How many requests may be under way.
    pub limits: Limits,
    /// How long a silent worker is trusted to be alive; it says so three times as often.
    pub lease: Duration,
    /// How often an audit is begun before it is given up.
    pub attempts: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            manner: Manner::default(),
            alert_severity: Severity::High,
            limits: Limits::default(),
            lease: Duration::from_mins(1),
            attempts: 3,
        }
    }
}

/// Why an audit could not be worked off now; it stays in the store for another try.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// The store gave no answer.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Another worker has it; whether it ends is to be looked at again.
    #[error("audit `{id}` is held by another worker until {until}; look again then")]
    Held {
        /// The audit.
        id: AuditId,
        /// When that worker's lease ends.
        until: Timestamp,
    },
    /// There is no such audit.
    #[error("there is no audit `{0}`; it may have expired")]
    Missing(AuditId),
    /// It was stopped before it ended, and is queued again.
    #[error("audit `{0}` was stopped and is queued again")]
    Stopped(AuditId),
}

/// Works off one audit of the store, from claim to end, and returns its final state.
///
/// May be called any number of times for the same audit, also at once: a lease and the attempt's
/// number let one worker through, and an audit that has ended stays as it is. An audit that was
/// begun `attempts` times and never ended is given up as failed.
///
/// # Errors
///
/// When the audit has not ended; it is safe to try again.
pub async fn work(
    store: Arc<dyn Store>,
    config: &SdkConfig,
    settings: &Settings,
    tenant: &Tenant,
    id: AuditId,
    stop: CancellationToken,
) -> Result<AuditState, WorkError> {
    run(&*store, &Source::Aws(config), settings, tenant, id, stop).await
}

/// The same with what was read before in place of AWS: `tempo` passes between the parts, so that
/// there is something to watch.
///
/// # Errors
///
/// When the audit has not ended; it is safe to try again.
pub async fn replay(
    store: Arc<dyn Store>,
    snapshot: &Snapshot,
    tempo: Duration,
    settings: &Settings,
    tenant: &Tenant,
    id: AuditId,
    stop: CancellationToken,
) -> Result<AuditState, WorkError> {
    run(&*store, &Source::Recorded { snapshot, tempo }, settings, tenant, id, stop).await
}

/// Where the facts of an audit come from.
enum Source<'a> {
    Aws(&'a SdkConfig),
    Recorded { snapshot: &'a Snapshot, tempo: Duration },
}

impl Source<'_> {
    /// The facts, or why there are none, in one sentence.
    async fn read(
        &self,
        audit: &Audit,
        brief: &Brief,
        stop: CancellationToken,
        observer: Arc<dyn Fn(Event<'_>) + Send + Sync>,
    ) -> Result<Snapshot, String> {
        match self {
            Self::Aws(config) => {
                let entry = entry(config, audit)?;
                let scanned = scan(config, &entry, brief, stop, observer).await;
                scanned.map_err(|error| error.to_string())
            }
            Self::Recorded { snapshot, .. } if snapshot.account.id != audit.order.account_id => {
                Err(format!("nothing is recorded of account `{}`", audit.order.account_id))
            }
            Self::Recorded { snapshot, tempo } => {
                let receipts = || snapshot.parts.iter().map(|part| &part.receipt);
                let tasks: Vec<_> =
                    receipts().map(|row| (row.region.clone(), row.service)).collect();
                observer(Event::Planned(&tasks));
                for receipt in receipts() {
                    tokio::time::sleep(*tempo).await;
                    observer(Event::Ended(receipt));
                }
                Ok((*snapshot).clone())
            }
        }
    }
}

async fn run(
    store: &dyn Store,
    source: &Source<'_>,
    settings: &Settings,
    tenant: &Tenant,
    id: AuditId,
    stop: CancellationToken,
) -> Result<AuditState, WorkError> {
    let begun = now();
    let held = match store.claim(tenant, id, begun, later(begun, settings.lease)).await? {
        Claim::Claimed(held) => *held,
        Claim::Held { until } => return Err(WorkError::Held { id, until }),
        Claim::Ended(state) => return Ok(state),
        Claim::Missing => return Err(WorkError::Missing(id)),
    };
    if held.attempt > settings.attempts {
        let error = format!("given up after {} attempts that never ended", settings.attempts);
        return fail(store, &held, &error).await;
    }
    let checks = match (Choice { checks: held.order.checks.clone(), ..Choice::default() }).checks()
    {
        Ok(checks) => checks,
        Err(error) => return fail(store, &held, &error.to_string()).await,
    };
    let brief = Brief { limits: settings.limits.clone(), ..Brief::new(checks) };

    // Stopped from outside, or because another worker has taken the audit over.
    let stop = stop.child_token();
    let tasks = Arc::new(Tasks::default());
    let counted = Arc::clone(&tasks);
    let observer = Arc::new(move |event: Event<'_>| counted.see(&event));
    let scanning = source.read(&held, &brief, stop.clone(), observer);
    let renewing = renew(store, &held, settings.lease, &tasks);
    let snapshot = tokio::select! {
        snapshot = scanning => snapshot,
        () = renewing => {
            stop.cancel();
            return Err(WorkError::Held { id, until: later(now(), settings.lease) });
        }
    };
    if stop.is_cancelled() {
        let _ = store.release(&held, now()).await?;
        return Err(WorkError::Stopped(id));
    }
    let snapshot = match snapshot {
        Ok(snapshot) => snapshot,
        Err(error) => return fail(store, &held, &error).await,
    };
    let report = evaluate(&snapshot, &brief.checks, settings.manner);
    let lang = settings.manner.lang.code();
    let alerts = Alert::of(&held, &report, settings.alert_severity, lang);
    finish(store, &held, End::Judged { report: &report, alerts: &alerts }).await
}

fn later(time: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by).ok().and_then(|by| time.checked_add(by).ok()).unwrap_or(time)
}

fn entry(config: &SdkConfig, audit: &Audit) -> Result<Entry, String> {
    let partition =
        config.region().map_or(Partition::Aws, |region| Partition::of_region(region.as_ref()));
    let account = Account { partition, id: audit.order.account_id.clone() };
    let name = SessionName::new(&audit.id.to_string()).map_err(|error| error.to_string())?;
    let role = RoleArn::new(account, &audit.order.role_name);
    Ok(Entry::Role { role, external_id: audit.order.external_id.clone(), name })
}

async fn fail(store: &dyn Store, held: &Audit, error: &str) -> Result<AuditState, WorkError> {
    tracing::warn!(audit = %held.id, account = %held.order.account_id, error, "audit failed");
    finish(store, held, End::Failed { error }).await
}

async fn finish(store: &dyn Store, held: &Audit, end: End<'_>) -> Result<AuditState, WorkError> {
    match store.finish(held, now(), end).await? {
        Fence::Held => {}
        Fence::Lost => tracing::info!(audit = %held.id, "another worker has taken the audit over"),
    }
    match store.audit(&held.tenant, held.id).await? {
        Some(audit) if audit.state.is_final() => Ok(audit.state),
        Some(audit) => {
            let until = audit.lease_until.unwrap_or(audit.updated_at);
            Err(WorkError::Held { id: held.id, until })
        }
        None => Err(WorkError::Missing(held.id)),
    }
}

/// Renews the lease, and writes progress down, until the lease is lost. A store that does not answer is asked again: the lease ends
/// by itself, and then another worker may take over.
async fn renew(store: &dyn Store, held: &Audit, lease: Duration, tasks: &Tasks) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(lease / 3) => {}
            () = tasks.changed.notified() => tokio::time::sleep(PROGRESS).await,
        }
        let time = now();
        match store.renew(held, time, later(time, lease), tasks.progress()).await {
            Ok(Fence::Held) => {}
            Ok(Fence::Lost) => return,
            Err(error) => tracing::warn!(audit = %held.id, %error, "lease not renewed"),
        }
    }
}

/// Tasks, counted as they end.
#[derive(Debug, Default)]
struct Tasks {
    done: AtomicU32,
    total: AtomicU32,
    changed: Notify,
}

impl Tasks {
    fn see(&self, event: &Event<'_>) {
        match event {
            Event::Planned(tasks) => {
                self.total.store(u32::try_from(tasks.len()).unwrap_or(u32::MAX), Ordering::Relaxed);
            }
            Event::Ended(_) => _ = self.done.fetch_add(1, Ordering::Relaxed),
            Event::Called { .. } => return,
        }
        self.changed.notify_one();
    }

    fn progress(&self) -> Progress {
        let total = self.total.load(Ordering::Relaxed);
        Progress { done: self.done.load(Ordering::Relaxed).min(total), total }
    }
}
