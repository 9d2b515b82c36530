use std::time::Duration;

use domain::{Audit, Job, Task};
use jiff::{SignedDuration, Timestamp, Unit};
use store::{Fence, Store};

/// The time in milliseconds: finer is noise in a report.
pub(crate) fn now() -> Timestamp {
    let now = Timestamp::now();
    now.round(Unit::Millisecond).unwrap_or(now)
}

pub(crate) fn later(time: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by).ok().and_then(|by| time.checked_add(by).ok()).unwrap_or(time)
}

/// How long ago a time was.
pub(crate) fn since(time: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(time)).unwrap_or_default()
}

/// What a worker holds a lease of.
pub(crate) enum Held<'a> {
    /// An audit that is planned or judged.
    Audit(&'a Audit),
    /// A task.
    Task(&'a Task),
    /// A job.
    Job(&'a Job),
}

/// Does some work while its lease is renewed; nothing where the lease is lost.
///
/// A store that does not answer is asked again: the lease ends by itself, and then another worker may
/// take over.
pub(crate) async fn while_held<T>(
    store: &Store,
    held: Held<'_>,
    lease: Duration,
    work: impl Future<Output = T> + Send,
) -> Option<T> {
    let renewing = async {
        loop {
            tokio::time::sleep(lease / 3).await;
            let time = now();
            let until = later(time, lease);
            let renewed = match held {
                Held::Audit(audit) => store.renew(audit, time, until).await,
                Held::Task(task) => store.renew_task(task, time, until).await,
                Held::Job(job) => store.renew_job(job, time, until).await,
            };
            match renewed {
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
