//! Jobs of old access keys: what took longer than its request may.

use std::{sync::Arc, time::Duration};

use access_keys::{ReadKeys, Run};
use domain::{
    Job, JobState, JobStep, RegisteredAccount,
    keys::{Failure, Reading},
};
use store::{Error, Fence, Store};

use crate::lease::{Held, later, now, while_held};

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
    pub async fn work(&self, step: &JobStep, run: Run<'_>) -> Result<Worked, Error> {
        let time = now();
        let (name, until) = ((&step.tenant, step.job_id), later(time, self.lease));
        let Some(held) = self.store.claim_job(name, time, until).await?.claimed() else {
            return Ok(Worked::Passed);
        };
        // As it was before this attempt.
        let before = Job { attempt: held.attempt.saturating_sub(1), ..held.clone() };
        if let Some(failure) = before.given_up(time) {
            return self.fail(&held, &failure).await;
        }
        let account = match &held.account {
            None => None,
            Some(id) => {
                let account = self.store.account(&held.tenant, id).await?;
                let gone = || format!("account `{id}` is not registered any more");
                match account.as_ref().map_or_else(|| Some(gone()), RegisteredAccount::why_closed) {
                    None => account,
                    Some(reason) => {
                        return self.fail(&held, &Failure::Refused { reason, denied: true }).await;
                    }
                }
            }
        };
        let from = self.store.job_partial(&held).await?;
        let read = self.reader.read(account.as_ref(), from, run);
        let read = while_held(&self.store, Held::Job(&held), self.lease, read).await;
        let Some(read) = read else { return Ok(Worked::Passed) };
        match read {
            Ok(Reading::Done(answer)) => {
                let fence = self.store.finish_job(&held, &answer, now()).await?;
                Ok(ended(&held, fence, JobState::Done))
            }
            Ok(Reading::Unfinished(partial)) => {
                match self.store.release_job(&held, &partial, now()).await? {
                    Fence::Held => Ok(Worked::Requeued),
                    Fence::Lost => Ok(Worked::Passed),
                }
            }
            Err(failure) => self.fail(&held, &failure).await,
        }
    }

    async fn fail(&self, held: &Job, failure: &Failure) -> Result<Worked, Error> {
        tracing::warn!(job = %held.id, code = failure.code(), "job failed: {failure}");
        let fence = self.store.fail_job(held, failure, now()).await?;
        Ok(ended(held, fence, JobState::Failed))
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
