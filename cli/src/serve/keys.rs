//! Old access keys on one machine: the jobs in the background.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use access_keys::{ReadKeys, Run};
use async_trait::async_trait;
use audit::{Jobs, Worked};
use domain::{
    JobState, JobStep, RegisteredAccount,
    keys::{Failure, Partial, Reading},
};
use jiff::Timestamp;
use store::{PageError, PageRequest, Store};
use tokio::{sync::Semaphore, task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

/// How many jobs are worked on at once.
const AT_ONCE: usize = 4;

/// How long one attempt at a job takes at most; what is left is another one's.
const ATTEMPT: Duration = Duration::from_mins(15);

/// Half the first wait before a job is tried again when the store gave no answer, and the longest wait.
const WAITS: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// Reads for requests, until the service stops.
pub(super) struct Requests {
    pub(super) reader: Arc<dyn ReadKeys>,
    pub(super) stop: CancellationToken,
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

/// The jobs that are under way. Cloning it is cheap.
#[derive(Clone)]
pub(super) struct KeyJobs(Arc<Inner>);

struct Inner {
    store: Store,
    jobs: Jobs,
    places: Semaphore,
    tasks: Mutex<JoinSet<()>>,
    stop: CancellationToken,
}

impl KeyJobs {
    pub(super) fn new(store: Store, reader: Arc<dyn ReadKeys>, stop: CancellationToken) -> Self {
        let (jobs, places) = (Jobs::new(store.clone(), reader), Semaphore::new(AT_ONCE));
        Self(Arc::new(Inner { store, jobs, places, tasks: Mutex::default(), stop }))
    }

    /// Takes up what an earlier process left behind: it is gone, and so is what it held.
    pub(super) async fn resume(&self) -> Result<usize, store::Error> {
        let (mut resumed, mut cursor) = (0, None::<String>);
        loop {
            let page = PageRequest::at(cursor.as_deref());
            let jobs = self.0.store.unfinished_jobs(page).await.map_err(PageError::into_store)?;
            for job in &jobs.items {
                if job.state == JobState::Running {
                    let partial = self.0.store.job_partial(job).await?;
                    let _ = self.0.store.release_job(job, &partial, Timestamp::now()).await?;
                }
                self.begin(job.step());
                resumed += 1;
            }
            cursor = jobs.next_cursor;
            if cursor.is_none() {
                return Ok(resumed);
            }
        }
    }

    /// Works on a job as soon as there is room.
    pub(super) fn begin(&self, step: JobStep) {
        if self.0.stop.is_cancelled() {
            return;
        }
        let jobs = self.clone();
        let mut tasks = self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move { jobs.until_done(&step).await });
    }

    async fn until_done(&self, step: &JobStep) {
        let (mut patience, longest) = WAITS;
        loop {
            let place = tokio::select! {
                place = self.0.places.acquire() => place,
                () = self.0.stop.cancelled() => return,
            };
            let run = Run::unwatched(Instant::now() + ATTEMPT, &self.0.stop);
            let worked = self.0.jobs.work(step, run).await;
            drop(place);
            if self.0.stop.is_cancelled() {
                return;
            }
            match worked {
                Ok(Worked::Ended(_) | Worked::Passed) => return,
                Ok(Worked::Requeued) => continue,
                Err(error) => {
                    let error = domain::with_causes(&error);
                    tracing::error!(job = %step.job_id, error, "interrupted");
                }
            }
            patience = (patience * 2).min(longest);
            tokio::select! {
                () = tokio::time::sleep(patience) => {}
                () = self.0.stop.cancelled() => return,
            }
        }
    }

    /// Waits for what is under way, which is put back once the service stops; false when that took too long.
    pub(super) async fn stopped(&self, within: Duration) -> bool {
        let tasks = {
            let mut tasks = self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *tasks)
        };
        tokio::time::timeout(within, tasks.join_all()).await.is_ok()
    }
}
