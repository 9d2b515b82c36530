use std::{sync::Arc, time::Duration};

use aws::SessionName;
use aws_config::SdkConfig;
use checks::EvaluateOptions;
use collect::Limits;
use domain::{Account, Audit, AuditId, Lang, RoleArn, Schedule, Severity, Tenant};
use inventory::Snapshot;
use jiff::Timestamp;
use store::Store;
use tokio_util::sync::CancellationToken;

use crate::{AuditScope, CheckSelection, Step, StepResult, lease::now, sessions::Sessions};

/// How an operator wants audits to be worked off.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How snapshots are judged.
    pub evaluate: EvaluateOptions,
    /// The language of alerts.
    pub lang: Lang,
    /// From which severity on a failing finding is told.
    pub alert_severity: Severity,
    /// How many requests may be under way.
    pub limits: Limits,
    /// How long a silent worker is trusted to be alive; it says so three times as often.
    pub lease: Duration,
    /// How often a step may fail before it is given up; being put back is no failure.
    pub attempts: u32,
    /// How long a message may wait before the sweeper sends another one.
    pub patience: Duration,
    /// When accounts without a schedule of their own are audited, where the sweeper does it.
    pub nightly: Option<Schedule>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            evaluate: EvaluateOptions::default(),
            lang: Lang::default(),
            alert_severity: Severity::High,
            limits: Limits::default(),
            lease: Duration::from_mins(1),
            attempts: 3,
            patience: Duration::from_mins(10),
            nightly: None,
        }
    }
}

/// Where the facts of audits come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// The customers' accounts.
    Aws(Box<SdkConfig>),
    /// What was read before, in place of AWS.
    Recorded {
        /// It.
        snapshot: Arc<Snapshot>,
        /// How long each region and service seems to take, so that there is something to watch.
        tempo: Duration,
    },
}

/// Works off the audits of a store, a step at a time.
///
/// Any step may come any number of times, also at once and in any order: a lease and the attempt's number
/// let one worker through, and what has ended stays as it is.
#[derive(Clone, Debug)]
pub struct Pipeline {
    pub(crate) store: Store,
    pub(crate) source: Source,
    pub(crate) settings: Settings,
    pub(crate) sessions: Sessions,
}

/// Why a step was not worked off; it is safe to try again.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// The store gave no answer.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// AWS did not say enough; the step is tried again until its attempts are used up.
    #[error("{0}; it will be tried again")]
    Unsure(String),
}

impl Pipeline {
    /// A pipeline over a store.
    #[must_use]
    pub fn new(store: Store, source: Source, settings: Settings) -> Self {
        Self { store, source, settings, sessions: Sessions::default() }
    }

    /// The store it works on.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Does what a step asks for, until it is done or `stop` says so: then it is put back, and its step
    /// is the next one.
    ///
    /// # Errors
    ///
    /// It was not done; the same step may be worked off again.
    pub async fn work(
        &self,
        step: &Step,
        stop: &CancellationToken,
    ) -> Result<StepResult, WorkError> {
        match step {
            Step::Plan { tenant, audit_id } => Box::pin(self.plan(tenant, *audit_id, stop)).await,
            Step::Collect { tenant, audit_id, plan, place } => {
                Box::pin(self.collect(tenant, *audit_id, *plan, place, stop)).await
            }
            Step::Evaluate { tenant, audit_id } => {
                Box::pin(self.conclude(tenant, *audit_id, stop)).await
            }
            Step::Nightly { night, cursor } => {
                let (queued, next, failed) = self.night(*night, cursor.as_deref(), stop).await?;
                let failed = failed.map(|error| error.to_string());
                let next = next.into_iter().collect();
                Ok(StepResult { night: Some(queued), failed, ..StepResult::next(next) })
            }
            Step::Sweep { cursor } => {
                let swept = self.sweep(cursor.as_deref(), stop).await?;
                let failed = swept.failed.map(|error| error.to_string());
                Ok(StepResult { jobs: swept.jobs, failed, ..StepResult::next(swept.steps) })
            }
        }
    }

    /// How an audit is judged: the account's word counts over the operator's.
    pub(crate) fn evaluate_options(&self, audit: &Audit) -> EvaluateOptions {
        self.settings.evaluate.with(&audit.order.overrides)
    }

    /// What an audit is to read; or why it cannot be said.
    pub(crate) fn scope(&self, audit: &Audit) -> Result<AuditScope, String> {
        let choice = CheckSelection {
            checks: audit.order.checks.clone(),
            services: audit.order.services.clone(),
            minimum: None,
        };
        let settings = self.evaluate_options(audit).settings;
        let checks = choice.checks(&settings.checks).map_err(|error| error.to_string())?;
        let (regions, limits) = (audit.order.regions.clone(), self.settings.limits.clone());
        // Alerts tell the owner's tag, and suppressions go by tags.
        Ok(AuditScope { regions, limits, tags: true, ..AuditScope::new(checks) })
    }

    /// Whether a step has failed too often to be begun once more.
    pub(crate) fn is_given_up(&self, attempt: u32, requeued: u32) -> bool {
        let failures = attempt.saturating_sub(requeued);
        // What is put back every time would never end.
        failures > self.settings.attempts || attempt > self.settings.attempts.saturating_mul(5)
    }

    pub(crate) fn given_up(&self) -> String {
        format!("given up after {} attempts that never ended", self.settings.attempts)
    }

    /// Ends a claimed audit without a result.
    pub(crate) async fn fail(&self, held: &Audit, error: &str) -> Result<StepResult, WorkError> {
        tracing::warn!(audit = %held.id, account = %held.order.account_id, error, "audit failed");
        let _ = self.store.fail(held, now(), error).await?;
        Ok(self.ended(&held.tenant, held.id).await?)
    }

    /// Puts a claimed audit back because the worker is stopped, which is no failure of the audit's.
    pub(crate) async fn requeue(&self, held: &Audit, next: Step) -> Result<StepResult, WorkError> {
        let _ = self.store.requeue(held, now()).await?;
        Ok(StepResult::next(vec![next]))
    }

    /// What has become of an audit.
    pub(crate) async fn ended(
        &self,
        tenant: &Tenant,
        id: AuditId,
    ) -> Result<StepResult, store::Error> {
        let audit = self.store.audit(tenant, id).await?;
        let ended = audit.filter(|audit| audit.state.is_final()).map(|audit| (id, audit.state));
        Ok(StepResult { ended, ..StepResult::nothing() })
    }
}

/// The role of an audit's account, and how the customer sees us.
pub(crate) fn way_in(config: &SdkConfig, audit: &Audit) -> Result<(RoleArn, SessionName), String> {
    let account = account(config, audit);
    let name = SessionName::new(&audit.id.to_string()).map_err(|error| error.to_string())?;
    Ok((RoleArn::new(account, &audit.order.role_name), name))
}

/// An audit's account, in the partition that the operator works in.
pub(crate) fn account(config: &SdkConfig, audit: &Audit) -> Account {
    aws::beside(config, &audit.order.account_id)
}

/// When a snapshot's part was read.
pub(crate) fn taken_at(part: &inventory::ServiceSnapshot, snapshot: &Snapshot) -> Timestamp {
    part.taken_at.unwrap_or(snapshot.started_at)
}
