//! Jobs of old access keys, as their workers do them: one result, whoever gets the step how often.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use access_keys::{ReadKeys, Run};
use async_trait::async_trait;
use audit::{Jobs, Worked};
use domain::{
    Job, JobId, JobState, RegisteredAccount, RegisteredState, Tenant,
    keys::{Ask, Failure, Method, OldAccessKeys, Partial, Reading},
};
use jiff::{Timestamp, ToSpan};
use store::{Claim, Fence, Registered};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::bench::{Bench, registered};

const ACCOUNT: &str = "111122223333";

/// What a reading comes to.
type Read = Result<Reading, Failure>;

/// IAM, as far as it tells keys: what the next readings come to, and what was read on from.
#[derive(Clone, Default)]
struct Iam {
    reads: Arc<Mutex<Vec<Read>>>,
    asked: Arc<Mutex<Vec<Partial>>>,
    slow: Duration,
}

impl Iam {
    fn giving(reads: impl IntoIterator<Item = Read>) -> Self {
        Self { reads: Arc::new(Mutex::new(reads.into_iter().collect())), ..Self::default() }
    }

    fn asked(&self) -> Vec<Partial> {
        self.asked.lock().unwrap().clone()
    }
}

#[async_trait]
impl ReadKeys for Iam {
    async fn read(&self, _: Option<&RegisteredAccount>, from: Partial, _: Run<'_>) -> Read {
        self.asked.lock().unwrap().push(from);
        tokio::time::sleep(self.slow).await;
        self.reads.lock().unwrap().remove(0)
    }
}

fn none_old() -> Reading {
    Reading::Done(OldAccessKeys::live(Vec::new()))
}

/// A reading that has come to its second page of users.
fn partial() -> Partial {
    let mut partial = Partial::new(Method::Live, Ask::new("24".parse().unwrap()), Timestamp::now());
    partial.page(vec!["kim".into()], Some("page 2".into()));
    partial
}

/// A job that was asked so many hours ago.
async fn written(bench: &Bench, hours: i64, account: Option<&str>) -> Job {
    let from = Partial { asked_at: Timestamp::now() - hours.hours(), ..partial() };
    let account = account.map(|account| account.parse().unwrap());
    let job = Job::new(Tenant::local(), JobId(Uuid::now_v7()), account, &from);
    bench.store.create_job(job, &from).await.unwrap()
}

/// Works on a job with time enough.
async fn work(bench: &Bench, iam: &Iam, job: &Job) -> Worked {
    let (jobs, stop) =
        (Jobs::new(bench.store.clone(), Arc::new(iam.clone())), CancellationToken::new());
    let run = Run::unwatched(Instant::now() + Duration::from_mins(1), &stop);
    jobs.work(&job.step(), run).await.unwrap()
}

async fn stored(bench: &Bench, job: &Job) -> Job {
    bench.store.job(&job.tenant, job.id).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_job_has_one_result_however_often_its_message_comes() {
    let (bench, iam) = (Bench::new(), Iam::giving([Ok(none_old())]));
    let job = written(&bench, 0, None).await;
    assert_eq!(work(&bench, &iam, &job).await, Worked::Ended(JobState::Done));
    assert_eq!(work(&bench, &iam, &job).await, Worked::Passed);
    assert_eq!(iam.asked().len(), 1);
}

#[tokio::test]
async fn a_job_whose_time_is_up_waits_again_with_what_was_read() {
    let mut further = partial();
    further.page(vec!["lee".into()], Some("page 3".into()));
    let iam = Iam::giving([Ok(Reading::Unfinished(further.clone())), Ok(none_old())]);
    let bench = Bench::new();
    let job = written(&bench, 0, None).await;
    assert_eq!(work(&bench, &iam, &job).await, Worked::Requeued);
    let back = stored(&bench, &job).await;
    assert_eq!((back.state, back.attempt, back.requeued), (JobState::Queued, 1, 1));
    assert_eq!(work(&bench, &iam, &job).await, Worked::Ended(JobState::Done));
    assert_eq!(iam.asked()[1], further);
}

#[tokio::test]
async fn a_job_without_an_answer_fails_with_its_reason() {
    let denied = Failure::Denied { action: "iam:GetCredentialReport".into() };
    let (bench, iam) = (Bench::new(), Iam::giving([Err(denied.clone())]));
    let job = written(&bench, 0, None).await;
    assert_eq!(work(&bench, &iam, &job).await, Worked::Ended(JobState::Failed));
    assert_eq!(stored(&bench, &job).await.failure, Some(denied));
}

#[tokio::test]
async fn a_job_that_nobody_finishes_ends_with_its_reason() {
    let (bench, iam) = (Bench::new(), Iam::default());
    let job = written(&bench, 0, None).await;
    // Three workers die with it.
    for _ in 0..3 {
        let (past, later) = (Timestamp::now() - 2.hours(), Timestamp::now() - 1.hour());
        let claim = bench.store.claim_job((&job.tenant, job.id), past + 90.minutes(), later).await;
        assert!(matches!(claim.unwrap(), Claim::Claimed(_)));
    }
    let old = written(&bench, 7, None).await;
    for (job, says) in [(job, "3 attempts"), (old, "6 hours")] {
        assert_eq!(work(&bench, &iam, &job).await, Worked::Ended(JobState::Failed));
        let why = stored(&bench, &job).await.failure.unwrap().to_string();
        assert!(why.contains(says), "{why}");
    }
    assert!(iam.asked().is_empty(), "nothing is read for them any more");
}

#[tokio::test]
async fn a_job_of_an_account_whose_role_is_closed_reads_nothing() {
    let (bench, iam) = (Bench::new(), Iam::default());
    let unknown = written(&bench, 0, Some("999999999999")).await;
    let account = registered(ACCOUNT, None);
    let pending = RegisteredAccount { state: RegisteredState::Pending, ..account.clone() };
    assert_eq!(bench.store.register(&pending, 1000).await.unwrap(), Registered::New);
    let unproven = written(&bench, 0, Some(ACCOUNT)).await;
    for (job, says) in [(unknown, "not registered"), (unproven, "not proven")] {
        assert_eq!(work(&bench, &iam, &job).await, Worked::Ended(JobState::Failed));
        let why = stored(&bench, &job).await.failure.unwrap().to_string();
        assert!(why.contains(says), "{why}");
    }
    assert!(iam.asked().is_empty());
}

#[tokio::test]
async fn a_worker_that_loses_its_lease_drops_what_it_reads() {
    let bench = Bench::new();
    let job = written(&bench, 0, None).await;
    let iam = Iam { slow: Duration::from_mins(5), ..Iam::giving([Ok(none_old())]) };
    let jobs = Jobs::new(bench.store.clone(), Arc::new(iam.clone()));
    let jobs = jobs.lease(Duration::from_millis(300));
    let (step, stop) = (job.step(), CancellationToken::new());
    let run = Run::unwatched(Instant::now() + Duration::from_mins(1), &stop);
    let taken_over = async {
        while iam.asked().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // As if the worker had been silent for an hour.
        let (now, until) = (Timestamp::now() + 1.hour(), Timestamp::now() + 2.hours());
        let claim = bench.store.claim_job((&job.tenant, job.id), now, until).await.unwrap();
        let Claim::Claimed(held) = claim else { panic!("{claim:?}") };
        held
    };
    let (worked, held) = tokio::join!(jobs.work(&step, run), taken_over);
    assert_eq!(worked.unwrap(), Worked::Passed);
    let answer = OldAccessKeys::live(Vec::new());
    assert_eq!(
        bench.store.finish_job(&held, &answer, Timestamp::now()).await.unwrap(),
        Fence::Held
    );
}
