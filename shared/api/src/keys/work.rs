//! Working on jobs, for whoever gets their steps.

use std::{sync::Arc, time::Duration};

use domain::{Job, JobState, JobStep, keys::Failure};
use jiff::{SignedDuration, Timestamp};
use store::{Error, Fence, Store};

use super::{KeysRead, ReadKeys, Until, answer::closed};

/// Works on jobs. Any step may come any number of times, also at once: a lease and the attempt's number let one
/// worker through, and what has ended stays as it is.
#[derive(Clone)]
pub struct Jobs {
    store: Store,
    reader: Arc<dyn ReadKeys>,
    lease: Duration,
}

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worked {
    /// The job has ended.
    Ended(JobState),
    /// The time was up: the job waits for the next attempt, which goes on from what was read.
    Requeued,
    /// There was nothing to do: the job has ended before, or another worker has it.
    Passed,
}

impl std::fmt::Debug for Jobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jobs").field("store", &self.store).finish_non_exhaustive()
    }
}

impl Jobs {
    /// How long a silent worker is trusted to be alive, unless [`Self::lease`] says otherwise.
    pub const LEASE: Duration = Duration::from_mins(1);

    /// Works on the jobs of a store.
    #[must_use]
    pub const fn new(store: Store, reader: Arc<dyn ReadKeys>) -> Self {
        Self { store, reader, lease: Self::LEASE }
    }

    /// Trusts a silent worker for so long; it says three times as often that it is alive.
    #[must_use]
    pub fn lease(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    /// Begins or goes on with a job, if nobody else has it.
    ///
    /// # Errors
    ///
    /// The store gave no answer: the same step may be worked on again once the lease has ended.
    pub async fn work(&self, step: &JobStep, until: Until<'_>) -> Result<Worked, Error> {
        let now = Timestamp::now();
        let name = (&step.tenant, step.job_id);
        let Some(held) = self.store.claim_job(name, now, self.until(now)).await?.claimed() else {
            return Ok(Worked::Passed);
        };
        // As it was before this attempt.
        let before = Job { attempt: held.attempt.saturating_sub(1), ..held.clone() };
        if let Some(failure) = before.given_up(now) {
            return self.fail(&held, &failure).await;
        }
        let account = match &held.account {
            None => None,
            Some(id) => {
                let account = self.store.account(&held.tenant, id).await?;
                let gone = || format!("account `{id}` is not registered any more");
                match account.as_ref().map_or_else(|| Some(gone()), closed) {
                    None => account,
                    Some(reason) => {
                        return self.fail(&held, &Failure::Refused { reason, denied: true }).await;
                    }
                }
            }
        };
        let from = self.store.job_partial(&held).await?;
        let read = self.reader.read(account.as_ref(), from, until);
        let Some(read) = self.while_held(&held, read).await else { return Ok(Worked::Passed) };
        match read {
            Ok(KeysRead::Whole(answer)) => {
                let fence = self.store.finish_job(&held, &answer, Timestamp::now()).await?;
                Ok(ended(&held, fence, JobState::Done))
            }
            Ok(KeysRead::Cut(partial)) => {
                match self.store.release_job(&held, &partial, Timestamp::now()).await? {
                    Fence::Held => Ok(Worked::Requeued),
                    Fence::Lost => Ok(Worked::Passed),
                }
            }
            Err(failure) => self.fail(&held, &failure).await,
        }
    }

    /// When a lease ends that is taken now.
    fn until(&self, now: Timestamp) -> Timestamp {
        let lease = SignedDuration::try_from(self.lease).unwrap_or_default();
        now.checked_add(lease).unwrap_or(Timestamp::MAX)
    }

    async fn fail(&self, held: &Job, failure: &Failure) -> Result<Worked, Error> {
        tracing::warn!(job = %held.id, code = failure.code(), "job failed: {failure}");
        let fence = self.store.fail_job(held, failure, Timestamp::now()).await?;
        Ok(ended(held, fence, JobState::Failed))
    }

    /// Does some work while its lease is renewed; nothing where the lease is lost. A store that does not
    /// answer is asked again: the lease ends by itself.
    async fn while_held<T>(&self, held: &Job, work: impl Future<Output = T>) -> Option<T> {
        let renewing = async {
            loop {
                tokio::time::sleep(self.lease / 3).await;
                let now = Timestamp::now();
                match self.store.renew_job(held, now, self.until(now)).await {
                    Ok(Fence::Held) => {}
                    Ok(Fence::Lost) => return,
                    Err(error) => tracing::warn!(%error, "a lease was not renewed"),
                }
            }
        };
        tokio::select! {
            done = work => Some(done),
            () = renewing => None,
        }
    }
}

fn ended(job: &Job, fence: Fence, state: JobState) -> Worked {
    match fence {
        Fence::Held => {
            tracing::info!(job = %job.id, state = state.name(), "job ended");
            Worked::Ended(state)
        }
        Fence::Lost => Worked::Passed,
    }
}
