//! Audits in the background: the queue, the workers and the sweeper of one machine.

use std::{
    collections::HashMap,
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use audit::{Pipeline, Step, StepResult};
use domain::{Audit, AuditId, JobStep};
use jiff::Timestamp;
use tokio::{
    sync::{
        OwnedSemaphorePermit, Semaphore,
        mpsc::{self, UnboundedReceiver, UnboundedSender},
    },
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use super::deliver::Deliver;

/// How many steps of all audits are done at once.
const STEPS: usize = 16;

/// Half the first wait before a step is tried again, and the longest wait.
const WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// How often the sweeper looks.
const SWEEP: Duration = Duration::from_secs(30);

/// How often what has expired is taken away: it looks at every file.
const EXPIRE: Duration = Duration::from_hours(1);

/// What is under way. Cloning it is cheap.
#[derive(Clone)]
pub(crate) struct Runner(Arc<Inner>);

struct Inner {
    pipeline: Pipeline,
    deliver: Deliver,
    /// Told of jobs of old access keys that the sweep finds dropped.
    dropped: Box<dyn Fn(JobStep) + Send + Sync>,
    /// Places for audits: one keeps its place until it has ended.
    places: Arc<Semaphore>,
    taken: Mutex<HashMap<AuditId, OwnedSemaphorePermit>>,
    /// Steps of audits that have no place yet, in the order in which they get one.
    waiting: UnboundedSender<Step>,
    /// Places for steps.
    steps: Semaphore,
    tasks: Mutex<JoinSet<()>>,
    stop: CancellationToken,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Runner {
    /// A runner that tells `dropped` of the jobs of old access keys that its sweep finds dropped.
    pub(crate) fn new(
        pipeline: Pipeline,
        deliver: Deliver,
        at_once: NonZeroUsize,
        dropped: impl Fn(JobStep) + Send + Sync + 'static,
    ) -> Self {
        let (waiting, line) = mpsc::unbounded_channel();
        let runner = Self(Arc::new(Inner {
            pipeline,
            deliver,
            dropped: Box::new(dropped),
            places: Arc::new(Semaphore::new(at_once.get())),
            taken: Mutex::default(),
            waiting,
            steps: Semaphore::new(STEPS),
            tasks: Mutex::default(),
            stop: CancellationToken::new(),
        }));
        let doorkeeper = runner.clone();
        runner.spawn(async move { doorkeeper.admit(line).await });
        runner
    }

    /// Takes up what an earlier process left behind, and sweeps from now on.
    pub(crate) async fn resume(&self) -> Result<usize, audit::WorkError> {
        let steps = self.0.pipeline.resume().await?;
        let audits: std::collections::BTreeSet<_> =
            steps.iter().filter_map(|step| Some(step.audit()?.1)).collect();
        for step in steps {
            self.take(step);
        }
        let runner = self.clone();
        self.spawn(async move { runner.sweep().await });
        Ok(audits.len())
    }

    /// Works on a new audit as soon as there is room.
    pub(crate) fn begin(&self, audit: &Audit) {
        if let Some(step) = Step::of(audit) {
            self.take(step);
        }
    }

    /// Stops what is under way, which puts it back; false when that took too long.
    pub(crate) async fn stop(&self, within: Duration) -> bool {
        self.0.stop.cancel();
        let tasks = std::mem::take(&mut *lock(&self.0.tasks));
        tokio::time::timeout(within, tasks.join_all()).await.is_ok()
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = lock(&self.0.tasks);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(work);
    }

    fn take(&self, step: Step) {
        if self.0.stop.is_cancelled() {
            return;
        }
        let waits = step.audit().is_some_and(|(_, id)| !lock(&self.0.taken).contains_key(&id));
        if waits {
            // The other end is this runner's own.
            let _ = self.0.waiting.send(step);
            return;
        }
        let runner = self.clone();
        self.spawn(async move { runner.until_done(&step).await });
    }

    /// Gives audits their places, one behind the other. Waiting is just left when the service stops.
    async fn admit(&self, mut line: UnboundedReceiver<Step>) {
        loop {
            let step = tokio::select! {
                step = line.recv() => step,
                () = self.0.stop.cancelled() => return,
            };
            let Some(step) = step else { return };
            if let Some((_, id)) = step.audit()
                && !lock(&self.0.taken).contains_key(&id)
            {
                let place = tokio::select! {
                    place = Arc::clone(&self.0.places).acquire_owned() => place,
                    () = self.0.stop.cancelled() => return,
                };
                let Ok(place) = place else { return };
                lock(&self.0.taken).insert(id, place);
            }
            let runner = self.clone();
            self.spawn(async move { runner.until_done(&step).await });
        }
    }

    async fn until_done(&self, step: &Step) {
        let (mut patience, longest) = WAITS;
        while !self.0.stop.is_cancelled() {
            let permit = self.0.steps.acquire().await;
            let worked = self.0.pipeline.work(step, &self.0.stop).await;
            drop(permit);
            match worked {
                Ok(done) => return self.follow(step, done).await,
                Err(error) => {
                    tracing::error!(?step, error = domain::with_causes(&error), "interrupted");
                }
            }
            patience = (patience * 2).min(longest);
            tokio::select! {
                () = tokio::time::sleep(patience) => {}
                () = self.0.stop.cancelled() => return,
            }
        }
    }

    /// Goes on with what comes after a step.
    async fn follow(&self, step: &Step, done: StepResult) {
        for next in done.next {
            self.take(next);
        }
        let Some((tenant, id)) = step.audit() else { return };
        match self.0.pipeline.store().audit(tenant, id).await {
            Ok(Some(audit)) if audit.state.is_final() => {
                if done.ended.is_some() {
                    tracing::info!(audit = %id, %tenant, state = %audit.state, "audit ended");
                    self.0.deliver.all(self.0.pipeline.store()).await;
                }
                lock(&self.0.taken).remove(&id);
            }
            // On one machine this stands for the table's stream.
            Ok(Some(audit)) => {
                if let (Step::Collect { .. }, Some(next)) = (step, Step::of(&audit)) {
                    self.take(next);
                }
            }
            Ok(None) => _ = lock(&self.0.taken).remove(&id),
            Err(error) => tracing::error!(audit = %id, %error, "an audit could not be read"),
        }
    }

    /// Looks from time to time for what got stuck, what is due and what was not told.
    async fn sweep(&self) {
        let mut expired: Option<Instant> = None;
        loop {
            tokio::select! {
                () = tokio::time::sleep(SWEEP) => {}
                () = self.0.stop.cancelled() => return,
            }
            self.free().await;
            match self.0.pipeline.sweep(None, &self.0.stop).await {
                Ok(swept) => {
                    swept.jobs.into_iter().for_each(|job| (self.0.dropped)(job));
                    let steps = swept.steps.into_iter().chain(swept.begun);
                    steps.for_each(|step| self.take(step));
                }
                Err(error) => tracing::error!(error = domain::with_causes(&error), "no sweep"),
            }
            if expired.is_none_or(|last| last.elapsed() >= EXPIRE) {
                expired = Some(Instant::now());
                if let Err(error) = self.0.pipeline.store().expire(Timestamp::now()).await {
                    tracing::error!(
                        error = domain::with_causes(&error),
                        "nothing old was taken away"
                    );
                }
            }
            self.0.deliver.all(self.0.pipeline.store()).await;
        }
    }

    /// Frees the places of audits that were ended by request.
    async fn free(&self) {
        let ids: Vec<_> = lock(&self.0.taken).keys().copied().collect();
        let page = self.0.pipeline.store().unfinished(store::PageRequest::FIRST).await;
        if let Ok(page) = page
            && page.next_cursor.is_none()
        {
            for id in ids {
                if !page.items.iter().any(|audit| audit.id == id) {
                    lock(&self.0.taken).remove(&id);
                }
            }
        }
    }
}
