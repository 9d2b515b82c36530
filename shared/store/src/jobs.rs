//! Jobs: questions that take longer than their callers wait, each worked on by one worker at a time.

use domain::{
    Job, JobId, JobState, Tenant,
    keys::{Failure, OldAccessKeys, Partial},
};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    Claim, Error, Fence, Page, PageError, PageRequest, Store,
    audits::free,
    cursor::List,
    item, keys, packed,
    steps::States,
    table::{Condition, Key, Write, Written},
};

/// How long a job is kept after it was asked for, in days: its caller polls within minutes.
const JOB_DAYS: u32 = 1;

const PARTIAL: &str = "partial";
const ANSWER: &str = "answer";

/// What takes a job off the index of the unfinished and frees its lease.
const OVER: [&str; 4] = [keys::KIND_SORT, "lease_until", "lease_ns", PARTIAL];

fn at(job: &Job) -> Key {
    keys::job(&job.tenant, job.id)
}

const STATES: States =
    States { queued: JobState::Queued.name(), running: JobState::Running.name() };

/// That the job's worker still is this one.
fn works(held: &Job) -> Condition {
    STATES.works(held.attempt)
}

impl Store {
    /// Writes down a new job, with what was read of it so far. One of that name that is there stays as it
    /// is.
    ///
    /// # Errors
    ///
    /// The job may or may not be written; the same call may be made again.
    pub async fn create_job(&self, mut job: Job, partial: &Partial) -> Result<Job, Error> {
        let doing = "write down the job";
        job.partial = Some(self.keep(doing, &job, PARTIAL, partial).await?);
        let mut item = item::of(keys::JOB, &job)?;
        item.insert(keys::EXPIRES_AT.into(), item::days_after(job.created_at, JOB_DAYS));
        item.insert(keys::KIND_SORT.into(), format!("{}#{}", job.tenant, job.id).into());
        let write = Write::put(at(&job), item).only_if(Condition::Absent);
        self.table.write(doing, write).await?;
        Ok(job)
    }

    /// A job as it is now, all earlier writes included; nothing once it has expired.
    ///
    /// # Errors
    ///
    /// The store gave no answer.
    pub async fn job(&self, tenant: &Tenant, id: JobId) -> Result<Option<Job>, Error> {
        let item = self.table.get("read the job", &keys::job(tenant, id)).await?;
        item.map(item::read).transpose()
    }

    /// How many jobs of a tenant have not ended, counted up to `at_most`. May lag behind.
    ///
    /// # Errors
    ///
    /// The store gave no answer.
    pub async fn waiting_jobs(&self, tenant: &Tenant, at_most: u32) -> Result<u32, Error> {
        let limit = usize::try_from(at_most).unwrap_or(usize::MAX).max(1);
        let prefix = format!("{tenant}#");
        let found = self.table.by_kind("count jobs", keys::JOB, &prefix, "", limit).await?;
        Ok(u32::try_from(found.0.len()).unwrap_or(u32::MAX).min(at_most))
    }

    /// The jobs of every tenant that have not ended, the oldest of a tenant first. May lag behind.
    ///
    /// # Errors
    ///
    /// The cursor is not one of this list, or the store gave no answer.
    pub async fn unfinished_jobs(&self, page: PageRequest<'_>) -> Result<Page<Job>, PageError> {
        self.indexed("list jobs", List::Jobs, keys::JOB, "", page).await
    }

    /// Takes a job that is queued, or whose worker is taken for dead.
    ///
    /// # Errors
    ///
    /// The job may have been taken; it is free again at `until`.
    pub async fn claim_job(
        &self,
        (tenant, id): (&Tenant, JobId),
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Claim<Job>, Error> {
        let key = keys::job(tenant, id);
        let lease_of = |there: &Job| there.lease_until.filter(|_| !there.state.is_final());
        self.take("take a job", key, &STATES, [now, until], lease_of).await
    }

    /// Tells that the worker that claimed a job is alive.
    ///
    /// # Errors
    ///
    /// The store gave no answer.
    pub async fn renew_job(
        &self,
        held: &Job,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Fence, Error> {
        self.renew_lease(at(held), works(held), [now, until]).await
    }

    /// Puts a claimed job back, for another worker to go on from what was read.
    ///
    /// # Errors
    ///
    /// The job may or may not be back; its lease ends in any case.
    pub async fn release_job(
        &self,
        held: &Job,
        partial: &Partial,
        now: Timestamp,
    ) -> Result<Fence, Error> {
        let doing = "put the job back";
        let partial = self.keep(doing, held, PARTIAL, partial).await?;
        let set = item::with([
            ("state", JobState::Queued.name().into()),
            ("updated_at", now.to_string().into()),
            (PARTIAL, partial.into()),
        ]);
        let write = Write::update(at(held), set)
            .adding("put_back", 1)
            .removing(&["lease_until", "lease_ns"])
            .only_if(works(held));
        Ok(Fence::of(&self.table.write(doing, write).await?))
    }

    /// Ends a claimed job with its answer.
    ///
    /// # Errors
    ///
    /// The job may or may not have ended; the same call finds out.
    pub async fn finish_job(
        &self,
        held: &Job,
        answer: &OldAccessKeys,
        now: Timestamp,
    ) -> Result<Fence, Error> {
        let key = self.keep("keep the answer", held, ANSWER, answer).await?;
        self.end_job(held, works(held), JobState::Done, (ANSWER, key.into()), now).await
    }

    /// Ends a claimed job without an answer, for a reason without secrets.
    ///
    /// # Errors
    ///
    /// The job may or may not have ended; the same call finds out.
    pub async fn fail_job(
        &self,
        held: &Job,
        failure: &Failure,
        now: Timestamp,
    ) -> Result<Fence, Error> {
        let failure = serde_json::to_value(failure).map_err(Error::unwritable)?;
        self.end_job(held, works(held), JobState::Failed, ("failure", failure), now).await
    }

    /// Ends a job that nobody finishes, as it was seen; one that moved since is left alone.
    ///
    /// # Errors
    ///
    /// The job may or may not have ended; the same call finds out.
    pub async fn give_up_job(
        &self,
        seen: &Job,
        failure: &Failure,
        now: Timestamp,
    ) -> Result<Fence, Error> {
        let still = Condition::All(vec![
            Condition::is("state", seen.state.name()),
            Condition::is("attempt", seen.attempt),
            free(now),
        ]);
        let failure = serde_json::to_value(failure).map_err(Error::unwritable)?;
        self.end_job(seen, still, JobState::Failed, ("failure", failure), now).await
    }

    async fn end_job(
        &self,
        held: &Job,
        only_if: Condition,
        state: JobState,
        (name, value): (&str, Value),
        now: Timestamp,
    ) -> Result<Fence, Error> {
        let set = item::with([
            ("state", state.name().into()),
            ("updated_at", now.to_string().into()),
            (name, value),
        ]);
        let write = Write::update(at(held), set).removing(&OVER).only_if(only_if);
        Ok(match self.table.write("end the job", write).await? {
            Written::Done(_) => Fence::Held,
            Written::Refused(None) => Fence::Lost,
            Written::Refused(Some(there)) => {
                let there: Job = item::read(there)?;
                let mine = there.attempt == held.attempt && there.state == state;
                if mine { Fence::Held } else { Fence::Lost }
            }
        })
    }

    /// The answer of a job that is done; nothing of any other, or once it has expired.
    ///
    /// # Errors
    ///
    /// It cannot be read, or the store gave no answer.
    pub async fn job_answer(&self, job: &Job) -> Result<Option<OldAccessKeys>, Error> {
        self.kept("read the answer", job.answer.as_deref()).await
    }

    /// What was read of a job so far; of one that lost it, nothing yet.
    ///
    /// # Errors
    ///
    /// It cannot be read, or the store gave no answer.
    pub async fn job_partial(&self, job: &Job) -> Result<Partial, Error> {
        let kept = self.kept("read what was read so far", job.partial.as_deref()).await?;
        Ok(kept.unwrap_or_else(|| Partial::new(job.way, job.ask, job.created_at)))
    }

    async fn keep<T: Serialize + Sync>(
        &self,
        doing: &'static str,
        job: &Job,
        what: &str,
        value: &T,
    ) -> Result<String, Error> {
        let key = keys::job_object(job, what);
        self.objects.put(doing, &key, packed::pack(doing, value).await?).await?;
        Ok(key)
    }

    async fn kept<T: DeserializeOwned + Send + 'static>(
        &self,
        doing: &'static str,
        key: Option<&str>,
    ) -> Result<Option<T>, Error> {
        let Some(key) = key else { return Ok(None) };
        match self.objects.get(doing, key).await? {
            Some(bytes) => Ok(Some(packed::unpack(doing, key, bytes).await?)),
            None => Ok(None),
        }
    }
}
