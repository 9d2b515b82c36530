//! The sweeper: finds what got stuck, whoever dropped it, and does what is due.

use std::{fmt::Display, panic::AssertUnwindSafe, time::Duration};

use domain::{
    Alert, Audit, JobStep, Phase, RegisteredAccount, RegisteredState, Schedule, Task, TaskState,
    panic_message, with_causes,
};
use futures::FutureExt as _;
use jiff::Timestamp;
use store::{Created, PageError, PageRequest};
use tokio_util::sync::CancellationToken;

use crate::{
    Pipeline, Step, WorkError,
    lease::{now, since},
    nightly,
};

/// How many items are looked at between two looks at the clock.
const PAGE: u16 = 100;

/// How late an audit of an account's own schedule still begins; a later one waits for the next time.
const LATE: Duration = Duration::from_hours(6);

/// How often an account is audited by its own schedule at most.
const OFTEN: Duration = Duration::from_hours(1);

/// How often the wait for an alert that nobody takes is doubled: at ten minutes, to five hours.
const MOST_DOUBLINGS: u32 = 5;

/// What a sweep found to do.
#[derive(Debug, Default)]
pub struct Swept {
    /// What has to be sent again, or goes on with the sweep.
    pub steps: Vec<Step>,
    /// The jobs that another function has to be told of again.
    pub jobs: Vec<JobStep>,
    /// How many alerts were shown again.
    pub resent: usize,
    /// The first steps of the audits that were queued because their schedules are due. Where the table has a
    /// stream, it makes these messages itself.
    pub begun: Vec<Step>,
    /// The first that could not be looked at; the others were.
    pub failed: Option<WorkError>,
}

impl Swept {
    /// What comes of one item; one that fails, by a defect of the program too, does not keep the sweep from those
    /// behind it, which are of other tenants.
    async fn take<T, E: Into<WorkError>>(
        &mut self,
        what: &(dyn Display + Sync),
        doing: impl Future<Output = Result<T, E>> + Send,
    ) -> Option<T> {
        let done = AssertUnwindSafe(doing).catch_unwind().await;
        let done = done.map(|done| done.map_err(Into::into));
        match done.unwrap_or_else(|panic| Err(WorkError::Defect(panic_message(&*panic)))) {
            Ok(done) => Some(done),
            Err(error) => {
                tracing::error!(%what, error = with_causes(&error), "passed over by the sweep");
                self.failed.get_or_insert(error);
                None
            }
        }
    }
}

/// The lists that a sweep goes through, one behind the other.
#[derive(Clone, Copy)]
enum List {
    Audits,
    Alerts,
    Accounts,
    Jobs,
}

impl List {
    /// A cursor says which list it is of by its first letter.
    fn of(cursor: Option<&str>) -> (Self, Option<String>) {
        let Some(cursor) = cursor else { return (Self::Audits, None) };
        let rest = cursor.get(1..).filter(|rest| !rest.is_empty()).map(str::to_owned);
        match cursor.chars().next() {
            Some('1') => (Self::Alerts, rest),
            Some('2') => (Self::Accounts, rest),
            Some('3') => (Self::Jobs, rest),
            _ => (Self::Audits, rest),
        }
    }

    const fn digit(self) -> char {
        match self {
            Self::Audits => '0',
            Self::Alerts => '1',
            Self::Accounts => '2',
            Self::Jobs => '3',
        }
    }
}

impl Pipeline {
    /// Looks for audits, alerts and jobs that nobody works on, for accounts whose own schedule is due, and for
    /// deleted ones whose time is up.
    ///
    /// # Errors
    ///
    /// A list could not be read. Some is done; the same call does it again, which does no harm.
    pub async fn sweep(
        &self,
        cursor: Option<&str>,
        stop: &CancellationToken,
    ) -> Result<Swept, WorkError> {
        let mut swept = Swept::default();
        let (mut list, mut cursor) = List::of(cursor);
        loop {
            let page = PageRequest { cursor: cursor.as_deref(), limit: PAGE };
            cursor = match list {
                List::Audits => self.sweep_audits(page, &mut swept).await?,
                List::Alerts => self.sweep_alerts(page, &mut swept).await?,
                List::Accounts => self.sweep_accounts(page, &mut swept).await?,
                List::Jobs => self.sweep_jobs(page, &mut swept).await?,
            };
            if cursor.is_none() {
                list = match list {
                    List::Audits => List::Alerts,
                    List::Alerts => List::Accounts,
                    List::Accounts => List::Jobs,
                    List::Jobs => break,
                };
            }
            if stop.is_cancelled() {
                let rest = format!("{}{}", list.digit(), cursor.unwrap_or_default());
                swept.steps.push(Step::Sweep { cursor: Some(rest) });
                return Ok(swept);
            }
        }
        Ok(swept)
    }

    async fn sweep_audits(
        &self,
        page: PageRequest<'_>,
        swept: &mut Swept,
    ) -> Result<Option<String>, WorkError> {
        let audits = self.store.unfinished(page).await.map_err(PageError::into_store)?;
        for audit in &audits.items {
            let again = swept.take(&audit.id, self.again(audit)).await.unwrap_or_default();
            if !again.is_empty() {
                tracing::info!(audit = %audit.id, steps = again.len(), "sent again");
            }
            swept.steps.extend(again);
        }
        Ok(audits.next_cursor)
    }

    /// What has to be sent again of an audit.
    async fn again(&self, audit: &Audit) -> Result<Vec<Step>, WorkError> {
        let now = now();
        Ok(match audit.phase {
            Phase::Plan if self.is_dropped(audit.lease_until, audit.updated_at, now) => {
                vec![Step::plan(audit)]
            }
            Phase::Evaluate if self.is_dropped(audit.lease_until, audit.updated_at, now) => {
                vec![Step::evaluate(audit)]
            }
            Phase::Collect if audit.remaining == 0 => vec![Step::evaluate(audit)],
            // An audit that moves is left alone: the tasks that wait have their messages.
            Phase::Collect if since(audit.updated_at, now) >= self.settings.lease => {
                let tasks = self.store.tasks(audit).await?;
                let dropped = |task: &&Task| match task.state {
                    TaskState::Running => task.lease_until.is_none_or(|until| until < now),
                    TaskState::Queued => since(task.updated_at, now) >= self.settings.patience,
                    TaskState::Done | TaskState::Failed => false,
                };
                let mut again = Vec::new();
                for task in tasks.iter().filter(dropped) {
                    if task.state == TaskState::Queued {
                        self.store.sent_again(task, now).await?;
                    }
                    again.push(Step::collect(task));
                }
                again
            }
            Phase::Plan | Phase::Collect | Phase::Evaluate | Phase::Ended => Vec::new(),
        })
    }

    /// What is to be done of every unfinished audit, where whoever had one is known to be gone: the one process of
    /// a data directory has just begun.
    ///
    /// # Errors
    ///
    /// Some is free again; the same call does the rest.
    pub async fn resume(&self) -> Result<Vec<Step>, WorkError> {
        let mut steps = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let page = PageRequest { cursor: cursor.as_deref(), limit: PAGE };
            let audits = self.store.unfinished(page).await.map_err(PageError::into_store)?;
            for audit in &audits.items {
                if audit.lease_until.is_some() {
                    let _ = self.store.release(audit, now()).await?;
                }
                match audit.phase {
                    Phase::Plan => steps.push(Step::plan(audit)),
                    Phase::Evaluate => steps.push(Step::evaluate(audit)),
                    Phase::Collect if audit.remaining == 0 => steps.push(Step::evaluate(audit)),
                    Phase::Collect => {
                        for task in self.store.tasks(audit).await? {
                            if task.state == TaskState::Running {
                                let _ = self.store.free_task(&task, now()).await?;
                            }
                            if !task.state.is_final() {
                                steps.push(Step::collect(&task));
                            }
                        }
                    }
                    Phase::Ended => {}
                }
            }
            cursor = audits.next_cursor;
            if cursor.is_none() {
                return Ok(steps);
            }
        }
    }

    /// Whether whoever had it is taken for dead, or its message for lost.
    fn is_dropped(&self, lease: Option<Timestamp>, updated_at: Timestamp, now: Timestamp) -> bool {
        match lease {
            Some(until) => until < now,
            None => since(updated_at, now) >= self.settings.patience,
        }
    }

    async fn sweep_alerts(
        &self,
        page: PageRequest<'_>,
        swept: &mut Swept,
    ) -> Result<Option<String>, WorkError> {
        let alerts = self.store.unsent(page).await.map_err(PageError::into_store)?;
        for alert in &alerts.items {
            // Later each time: whoever does not take it for a day does not need it every five minutes.
            let patience = self.settings.patience * (1 << alert.resent.min(MOST_DOUBLINGS));
            if since(alert.created_at, now()) >= patience {
                let resent = swept.take(&alert.audit_id, self.store.resend(alert)).await;
                swept.resent += usize::from(resent == Some(true));
            }
        }
        Ok(alerts.next_cursor)
    }

    async fn sweep_accounts(
        &self,
        page: PageRequest<'_>,
        swept: &mut Swept,
    ) -> Result<Option<String>, WorkError> {
        let accounts = self.store.all_accounts(page).await.map_err(PageError::into_store)?;
        for account in &accounts.items {
            if account.state == RegisteredState::Deleted {
                if account.purge_at.is_some_and(|at| at <= now()) {
                    let purged = swept.take(&account.account_id, self.store.purge(account)).await;
                    if purged.is_some() {
                        tracing::info!(account = %account.account_id, "a deleted account's data is gone");
                    }
                }
            } else if account.is_scheduled() {
                let begun = swept.take(&account.account_id, self.begin(account)).await;
                swept.begun.extend(begun.flatten());
            }
        }
        Ok(accounts.next_cursor)
    }

    async fn sweep_jobs(
        &self,
        page: PageRequest<'_>,
        swept: &mut Swept,
    ) -> Result<Option<String>, WorkError> {
        let jobs = self.store.unfinished_jobs(page).await.map_err(PageError::into_store)?;
        for job in &jobs.items {
            let now = now();
            if job.lease_until.is_some_and(|until| until >= now) {
                continue;
            }
            if let Some(failure) = job.given_up(now) {
                tracing::warn!(job = %job.id, "job given up: {failure}");
                let _ = swept.take(&job.id, self.store.give_up_job(job, &failure, now)).await;
            } else if self.is_dropped(job.lease_until, job.updated_at, now) {
                tracing::info!(job = %job.id, "sent again");
                swept.jobs.push(job.step());
            }
        }
        Ok(jobs.next_cursor)
    }

    /// Tells, once a day, that an audit by schedule had to wait.
    async fn spent(&self, account: &RegisteredAccount, now: Timestamp) -> Result<(), WorkError> {
        let (most, lang) = (self.settings.audits_per_day.get(), self.settings.lang.code());
        tracing::warn!(tenant = %account.tenant, account = %account.account_id, most, "the day's audits are used up");
        Ok(self.store.raise(&Alert::delayed(account, most, now, lang)).await?)
    }

    /// Queues an account's audit where its schedule is due, and answers its first step.
    async fn begin(&self, account: &RegisteredAccount) -> Result<Option<Step>, WorkError> {
        let now = now();
        let schedule = account.schedule.as_ref().or(self.settings.nightly.as_ref());
        let last = account.scheduled_for.unwrap_or(account.created_at);
        let Some(due) = schedule.and_then(|schedule| schedule.due(last, now)) else {
            return Ok(None);
        };
        if is_too_often(account.schedule.as_ref()) && since(last, due) < OFTEN {
            return Ok(None);
        }
        // The operator's nights are as many as the accounts are; a schedule of one's own may be any.
        let a_day = account.schedule.as_ref().map(|_| self.settings.audits_per_day);
        let new = if since(due, now) < LATE {
            match self.queue(account, due, a_day).await? {
                Created::Spent => {
                    self.spent(account, now).await?;
                    // It begins as soon as the next day does, unless it is too late by then.
                    return Ok(None);
                }
                created => created == Created::New,
            }
        } else {
            false
        };
        // After it is queued: died in between, it is found to be queued already.
        let (tenant, id) = (&account.tenant, &account.account_id);
        let change = |account: &mut RegisteredAccount| account.scheduled_for = Some(due);
        self.store.change_account(tenant, id, now, change).await?;
        let (tenant, audit_id) = (tenant.clone(), nightly::audit_id(account, due));
        Ok(new.then_some(Step::Plan { tenant, audit_id }))
    }
}

/// Whether a schedule comes more than once an hour: none can be set any more, but some are there.
fn is_too_often(schedule: Option<&Schedule>) -> bool {
    schedule.is_some_and(|schedule| schedule.clone().hourly_at_most().is_err())
}
