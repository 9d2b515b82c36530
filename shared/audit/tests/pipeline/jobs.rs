//! Jobs of old access keys, as the sweeper finds them.

use std::time::Duration;

use audit::Step;
use domain::{
    Job, JobId, JobState, Tenant,
    keys::{Ask, Method, Partial},
};
use jiff::Timestamp;
use store::Claim;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::bench::{Bench, sample};

async fn written(bench: &Bench, ago: Duration) -> Job {
    let from = Partial::new(Method::Live, Ask::new("24".parse().unwrap()), Timestamp::now() - ago);
    let job = Job::new(Tenant::local(), JobId(Uuid::now_v7()), None, &from);
    bench.store.create_job(job, &from).await.unwrap()
}

/// Claims a job with a lease that ends so long from now, and is never heard of again.
async fn dies(bench: &Bench, job: &Job, lease: i64) {
    let now = Timestamp::now();
    let until = now + jiff::SignedDuration::from_secs(lease);
    let claimed = bench.store.claim_job((&job.tenant, job.id), now, until).await.unwrap();
    assert!(matches!(claimed, Claim::Claimed(_)), "{claimed:?}");
}

#[tokio::test]
async fn a_sweep_sends_dropped_jobs_again_and_ends_those_that_nobody_finishes() {
    let bench = Bench::new();
    let hour = Duration::from_hours(1);
    let (queued, worked, lapsed) =
        (written(&bench, hour).await, written(&bench, hour).await, written(&bench, hour).await);
    let (killer, old) = (written(&bench, hour).await, written(&bench, hour * 7).await);
    dies(&bench, &worked, 60).await;
    dies(&bench, &lapsed, -1).await;
    for _ in 0..Job::ATTEMPTS {
        dies(&bench, &killer, -1).await;
    }
    let sweep = async || {
        let (step, stop) = (Step::Sweep { cursor: None }, CancellationToken::new());
        bench.pipeline(sample()).work(&step, &stop).await.unwrap()
    };
    let done = sweep().await;
    assert_eq!(done.jobs, [queued.step(), lapsed.step()]);
    assert!(done.next.is_empty());
    for (job, says) in [(&killer, "3 attempts"), (&old, "6 hours")] {
        let job = bench.store.job(&job.tenant, job.id).await.unwrap().unwrap();
        assert_eq!(job.state, JobState::Failed);
        assert!(job.failure.unwrap().to_string().contains(says));
    }
    let held = bench.store.job(&worked.tenant, worked.id).await.unwrap().unwrap();
    assert_eq!((held.state, held.attempt), (JobState::Running, 1), "its worker is alive");
    assert_eq!(sweep().await.jobs, [queued.step(), lapsed.step()]);
}

#[tokio::test]
async fn a_sweep_that_is_stopped_goes_on_with_the_jobs() {
    let bench = Bench::new();
    let job = written(&bench, Duration::from_hours(1)).await;
    let stop = CancellationToken::new();
    stop.cancel();
    let mut step = Step::Sweep { cursor: None };
    let mut told = Vec::new();
    for _ in 0..4 {
        let done = bench.pipeline(sample()).work(&step, &stop).await.unwrap();
        told.extend(done.jobs);
        let Some(next) = done.next.into_iter().next() else { break };
        step = next;
    }
    assert_eq!(told, [job.step()]);
}
