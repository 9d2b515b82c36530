//! Jobs: each has one result, whoever works on it how often.

use domain::{
    Job, JobId, JobState, Tenant,
    keys::{Ask, Failure, Method, OldAccessKeys, Partial},
};
use futures::future::join_all;
use store::{Claim, Fence, Store};
use uuid::Uuid;

use super::{all, taken};
use crate::samples::{ACCOUNT, at, tenant};

/// A reading that has come to this page of the list of users.
fn partial(page: &str) -> Partial {
    let mut partial = Partial::new(Method::Live, Ask::new("24".parse().unwrap()), at(0));
    partial.page(vec!["kim".into()], Some(page.into()));
    partial
}

/// An answer that another one is not taken for.
fn answer(stale_seconds: u64) -> OldAccessKeys {
    let (old_access_keys, stale_seconds) = (Vec::new(), Some(stale_seconds));
    OldAccessKeys { old_access_keys, generated_time: Some(at(0)), stale_seconds }
}

fn why(what: &str) -> Failure {
    Failure::Denied { action: what.into() }
}

fn new(tenant: &Tenant) -> Job {
    let account = Some(ACCOUNT.parse().unwrap());
    Job::new(tenant.clone(), JobId(Uuid::now_v7()), account, &partial("one"))
}

async fn created(store: &Store, tenant: &Tenant) -> Job {
    store.create_job(new(tenant), &partial("one")).await.unwrap()
}

async fn stored(store: &Store, job: &Job) -> Job {
    store.job(&job.tenant, job.id).await.unwrap().unwrap()
}

async fn working(store: &Store, job: &Job, now: u64) -> Job {
    taken(store.claim_job((&job.tenant, job.id), at(now), at(now + 60)).await.unwrap())
}

pub(crate) async fn a_job_is_written_once(store: &Store) {
    let job = created(store, &tenant()).await;
    assert_eq!(stored(store, &job).await, job);
    assert_eq!(store.job_partial(&job).await.unwrap(), partial("one"));
    assert_eq!(store.job_answer(&job).await.unwrap(), None);
    let held = working(store, &job, 1).await;
    assert_eq!((held.way, held.ask, &held.partial), (job.way, job.ask, &job.partial));
    // The same once more changes nothing.
    store.create_job(job.clone(), &partial("one")).await.unwrap();
    assert_eq!(stored(store, &job).await, held);
    assert_eq!(store.job(&tenant(), job.id).await.unwrap(), None);
}

pub(crate) async fn a_job_is_claimed_until_its_lease_ends(store: &Store) {
    let job = created(store, &tenant()).await;
    let claim = async |id, now, until| {
        store.claim_job((&job.tenant, id), at(now), at(until)).await.unwrap()
    };
    let Claim::Claimed(first) = claim(job.id, 10, 70).await else { panic!("it is queued") };
    assert_eq!((first.state, first.attempt), (JobState::Running, 1));
    assert_eq!((first.lease_until, first.updated_at), (Some(at(70)), at(10)));
    assert_eq!(claim(job.id, 70, 130).await, Claim::Held { until: at(70) });
    assert_eq!(store.renew_job(&first, at(60), at(80)).await.unwrap(), Fence::Held);
    assert_eq!(claim(job.id, 80, 140).await, Claim::Held { until: at(80) });
    let Claim::Claimed(second) = claim(job.id, 81, 141).await else { panic!("its lease ended") };
    assert_eq!((second.attempt, second.requeued), (2, 0));
    assert_eq!(store.renew_job(&first, at(82), at(999)).await.unwrap(), Fence::Lost);
    assert_eq!(store.finish_job(&second, &answer(1), at(83)).await.unwrap(), Fence::Held);
    assert_eq!(claim(job.id, 500, 560).await, Claim::Passed);
    assert_eq!(claim(JobId(Uuid::now_v7()), 1, 2).await, Claim::Missing);

    let other = created(store, &job.tenant).await;
    let claims = join_all((0..12).map(|_| claim(other.id, 90, 150))).await;
    let won = claims.iter().filter(|claim| matches!(claim, Claim::Claimed(_))).count();
    assert_eq!(won, 1, "{claims:?}");
}

pub(crate) async fn a_job_goes_on_where_it_was_put_back(store: &Store) {
    let job = created(store, &tenant()).await;
    let first = working(store, &job, 10).await;
    assert_eq!(store.release_job(&first, &partial("two"), at(11)).await.unwrap(), Fence::Held);
    let back = stored(store, &job).await;
    assert_eq!((back.state, back.lease_until), (JobState::Queued, None));
    assert_eq!((back.attempt, back.requeued), (1, 1));
    assert_eq!(store.renew_job(&first, at(12), at(72)).await.unwrap(), Fence::Lost);
    assert_eq!(store.finish_job(&first, &answer(1), at(12)).await.unwrap(), Fence::Lost);
    let second = working(store, &job, 13).await;
    assert_eq!(store.release_job(&first, &partial("two"), at(14)).await.unwrap(), Fence::Lost);
    assert_eq!(second.attempt, 2);
    // The second one dies, and the third goes on from what the first one left.
    let third = working(store, &job, 100).await;
    assert_eq!(store.job_partial(&third).await.unwrap(), partial("two"));
    assert_eq!(store.release_job(&second, &partial("zombie"), at(101)).await.unwrap(), Fence::Lost);
    assert_eq!(store.job_partial(&third).await.unwrap(), partial("two"));
    assert_eq!(store.release_job(&third, &partial("three"), at(102)).await.unwrap(), Fence::Held);
    let back = stored(store, &job).await;
    assert_eq!((store.job_partial(&back).await.unwrap(), back.requeued), (partial("three"), 2));
}

pub(crate) async fn a_job_has_one_result(store: &Store) {
    let tenant = tenant();
    let job = created(store, &tenant).await;
    let zombie = working(store, &job, 10).await;
    let held = working(store, &job, 100).await;
    assert_eq!(store.finish_job(&zombie, &answer(1), at(101)).await.unwrap(), Fence::Lost);
    for now in [102, 103] {
        assert_eq!(store.finish_job(&held, &answer(2), at(now)).await.unwrap(), Fence::Held);
    }
    assert_eq!(store.finish_job(&zombie, &answer(1), at(104)).await.unwrap(), Fence::Lost);
    assert_eq!(store.fail_job(&held, &why("late"), at(104)).await.unwrap(), Fence::Lost);
    let done = stored(store, &job).await;
    assert_eq!((done.state, done.updated_at, done.lease_until), (JobState::Done, at(102), None));
    assert_eq!((done.failure.as_ref(), done.partial.as_ref()), (None, None));
    assert_eq!(store.job_answer(&done).await.unwrap(), Some(answer(2)));

    let failed = working(store, &created(store, &tenant).await, 10).await;
    for now in [11, 12] {
        let fence = store.fail_job(&failed, &why("iam:ListUsers"), at(now)).await.unwrap();
        assert_eq!(fence, Fence::Held);
    }
    assert_eq!(store.finish_job(&failed, &answer(3), at(13)).await.unwrap(), Fence::Lost);
    let failed = stored(store, &failed).await;
    assert_eq!((failed.state, &failed.failure), (JobState::Failed, &Some(why("iam:ListUsers"))));
    assert_eq!(store.job_answer(&failed).await.unwrap(), None);
}

pub(crate) async fn a_job_that_nobody_finishes_is_given_up(store: &Store) {
    let job = created(store, &tenant()).await;
    let given_up = Failure::Stopped { what: "given up".into() };
    let held = working(store, &job, 10).await;
    // Neither as it was before, nor as long as a worker has it.
    assert_eq!(store.give_up_job(&job, &given_up, at(11)).await.unwrap(), Fence::Lost);
    assert_eq!(store.give_up_job(&held, &given_up, at(70)).await.unwrap(), Fence::Lost);
    assert_eq!(stored(store, &job).await, held);
    for now in [71, 72] {
        assert_eq!(store.give_up_job(&held, &given_up, at(now)).await.unwrap(), Fence::Held);
    }
    assert_eq!(store.finish_job(&held, &answer(1), at(73)).await.unwrap(), Fence::Lost);
    let after = stored(store, &job).await;
    assert_eq!((after.state, after.failure), (JobState::Failed, Some(given_up)));
}

pub(crate) async fn unfinished_jobs_are_counted_and_listed(store: &Store) {
    let tenant = tenant();
    let mut jobs = Vec::new();
    for _ in 0..4 {
        jobs.push(created(store, &tenant).await);
    }
    let done = working(store, &jobs[0], 1).await;
    assert_eq!(store.finish_job(&done, &answer(1), at(2)).await.unwrap(), Fence::Held);
    working(store, &jobs[1], 1).await;
    assert_eq!(store.waiting_jobs(&tenant, 9).await.unwrap(), 3);
    assert_eq!(store.waiting_jobs(&tenant, 2).await.unwrap(), 2);
    assert_eq!(store.waiting_jobs(&crate::samples::tenant(), 9).await.unwrap(), 0);
    let listed: Vec<Job> = all(2, async |page| store.unfinished_jobs(page).await).await;
    let mine = listed.iter().filter(|job| job.tenant == tenant).map(|job| job.id);
    assert_eq!(mine.collect::<Vec<_>>(), [jobs[1].id, jobs[2].id, jobs[3].id]);
}
