//! Jobs: each has one result, whoever works on it how often.

use domain::{Job, JobId, JobState, Tenant};
use futures::future::join_all;
use store::{Claim, Fence, Store};
use uuid::Uuid;

use super::{all, taken};
use crate::samples::{ACCOUNT, at, tenant};

/// What is asked and why it fails, in these tests.
type Asked = Job<Vec<u32>, String>;

fn new(tenant: &Tenant) -> Asked {
    let (id, account) = (JobId(Uuid::now_v7()), Some(ACCOUNT.parse().unwrap()));
    Job::new(tenant.clone(), id, account, vec![24, 1], at(0))
}

async fn created(store: &Store, tenant: &Tenant) -> Asked {
    store.create_job(new(tenant), None::<&()>).await.unwrap()
}

async fn stored(store: &Store, job: &Asked) -> Asked {
    store.job(&job.tenant, job.id).await.unwrap().unwrap()
}

async fn working(store: &Store, job: &Asked, now: u64) -> Asked {
    taken(store.claim_job((&job.tenant, job.id), at(now), at(now + 60)).await.unwrap())
}

pub(crate) async fn a_job_is_written_once(store: &Store) {
    let tenant = tenant();
    let job = store.create_job(new(&tenant), Some(&"page 7")).await.unwrap();
    assert_eq!(stored(store, &job).await, job);
    assert_eq!(store.job_partial::<_, _, String>(&job).await.unwrap().unwrap(), "page 7");
    assert_eq!(store.job_answer::<_, _, String>(&job).await.unwrap(), None);
    let held = working(store, &job, 1).await;
    assert_eq!((held.request.clone(), held.partial.clone()), (vec![24, 1], job.partial.clone()));
    // The same once more changes nothing.
    store.create_job(job.clone(), None::<&()>).await.unwrap();
    assert_eq!(stored(store, &job).await, held);
    let foreign = store.job::<Vec<u32>, String>(&crate::samples::tenant(), job.id).await.unwrap();
    assert_eq!(foreign, None);
}

pub(crate) async fn a_job_is_claimed_until_its_lease_ends(store: &Store) {
    let job = created(store, &tenant()).await;
    let claim = async |now, until| {
        let of = (&job.tenant, job.id);
        store.claim_job::<Vec<u32>, String>(of, at(now), at(until)).await.unwrap()
    };
    let Claim::Claimed(first) = claim(10, 70).await else { panic!("a queued job is free") };
    assert_eq!((first.state, first.attempt), (JobState::Running, 1));
    assert_eq!((first.lease_until, first.updated_at), (Some(at(70)), at(10)));
    assert_eq!(claim(70, 130).await, Claim::Held { until: at(70) });
    assert_eq!(store.renew_job(&first, at(60), at(80)).await.unwrap(), Fence::Held);
    assert_eq!(claim(80, 140).await, Claim::Held { until: at(80) });
    let Claim::Claimed(second) = claim(81, 141).await else { panic!("the lease has ended") };
    assert_eq!((second.attempt, second.put_back), (2, 0));
    assert_eq!(store.renew_job(&first, at(82), at(999)).await.unwrap(), Fence::Lost);
    assert_eq!(store.finish_job(&second, &"all", at(83)).await.unwrap(), Fence::Held);
    assert_eq!(claim(500, 560).await, Claim::Passed);
    let missing =
        store.claim_job::<Vec<u32>, String>((&job.tenant, JobId(Uuid::now_v7())), at(1), at(2));
    assert_eq!(missing.await.unwrap(), Claim::Missing);

    let other = created(store, &job.tenant).await;
    let of = (&other.tenant, other.id);
    let claims = (0..12).map(|_| store.claim_job::<Vec<u32>, String>(of, at(90), at(150)));
    let claims = join_all(claims).await;
    let won = claims.iter().filter(|claim| matches!(claim, Ok(Claim::Claimed(_)))).count();
    assert_eq!(won, 1, "{claims:?}");
}

pub(crate) async fn a_job_goes_on_where_it_was_put_back(store: &Store) {
    let job = created(store, &tenant()).await;
    let first = working(store, &job, 10).await;
    assert_eq!(store.release_job(&first, Some(&[1, 2]), at(11)).await.unwrap(), Fence::Held);
    let back = stored(store, &job).await;
    assert_eq!((back.state, back.lease_until), (JobState::Queued, None));
    assert_eq!((back.attempt, back.put_back), (1, 1));
    assert_eq!(store.release_job(&first, Some(&[9]), at(12)).await.unwrap(), Fence::Lost);
    assert_eq!(store.renew_job(&first, at(12), at(72)).await.unwrap(), Fence::Lost);
    assert_eq!(store.finish_job(&first, &"late", at(12)).await.unwrap(), Fence::Lost);
    let second = working(store, &job, 13).await;
    assert_eq!(second.attempt, 2);
    // The second one dies, and the first one's remains are what the third goes on from.
    let third = working(store, &job, 100).await;
    assert_eq!(store.job_partial::<_, _, Vec<u32>>(&third).await.unwrap().unwrap(), [9]);
    assert_eq!(store.release_job(&third, None::<&()>, at(101)).await.unwrap(), Fence::Held);
    let back = stored(store, &job).await;
    assert_eq!((back.partial, back.put_back), (third.partial, 2));
}

pub(crate) async fn a_job_has_one_result(store: &Store) {
    let tenant = tenant();
    let job = created(store, &tenant).await;
    let zombie = working(store, &job, 10).await;
    let held = working(store, &job, 100).await;
    assert_eq!(store.finish_job(&zombie, &"zombie", at(101)).await.unwrap(), Fence::Lost);
    for now in [102, 103] {
        assert_eq!(store.finish_job(&held, &"right", at(now)).await.unwrap(), Fence::Held);
    }
    assert_eq!(store.finish_job(&zombie, &"zombie", at(104)).await.unwrap(), Fence::Lost);
    assert_eq!(store.fail_job(&held, &"no".into(), at(104)).await.unwrap(), Fence::Lost);
    let done = stored(store, &job).await;
    assert_eq!((done.state, done.updated_at, done.lease_until), (JobState::Done, at(102), None));
    assert_eq!((done.failure.as_ref(), done.partial.as_ref()), (None, None));
    assert_eq!(store.job_answer::<_, _, String>(&done).await.unwrap().unwrap(), "right");

    let failed = working(store, &created(store, &tenant).await, 10).await;
    for now in [11, 12] {
        let fence = store.fail_job(&failed, &"denied".into(), at(now)).await.unwrap();
        assert_eq!(fence, Fence::Held);
    }
    assert_eq!(store.finish_job(&failed, &"right", at(13)).await.unwrap(), Fence::Lost);
    let failed = stored(store, &failed).await;
    assert_eq!((failed.state, failed.failure.as_deref()), (JobState::Failed, Some("denied")));
    assert_eq!(store.job_answer::<_, _, String>(&failed).await.unwrap(), None);
}

pub(crate) async fn a_job_that_nobody_finishes_is_given_up(store: &Store) {
    let tenant = tenant();
    let job = created(store, &tenant).await;
    let why = "given up".to_owned();
    let held = working(store, &job, 10).await;
    // As it was queued, or as long as a worker has it, it is not given up.
    assert_eq!(store.give_up_job(&job, &why, at(11)).await.unwrap(), Fence::Lost);
    assert_eq!(store.give_up_job(&held, &why, at(70)).await.unwrap(), Fence::Lost);
    assert_eq!(stored(store, &job).await, held);
    for now in [71, 72] {
        assert_eq!(store.give_up_job(&held, &why, at(now)).await.unwrap(), Fence::Held);
    }
    assert_eq!(store.finish_job(&held, &"right", at(73)).await.unwrap(), Fence::Lost);
    let given_up = stored(store, &job).await;
    assert_eq!((given_up.state, given_up.failure), (JobState::Failed, Some(why)));
}

pub(crate) async fn unfinished_jobs_are_counted_and_listed(store: &Store) {
    let tenant = tenant();
    let jobs = [new(&tenant), new(&tenant), new(&tenant), new(&tenant)];
    for job in &jobs {
        store.create_job(job.clone(), None::<&()>).await.unwrap();
    }
    let done = working(store, &jobs[0], 1).await;
    assert_eq!(store.finish_job(&done, &"all", at(2)).await.unwrap(), Fence::Held);
    working(store, &jobs[1], 1).await;
    assert_eq!(store.waiting_jobs(&tenant, 9).await.unwrap(), 3);
    assert_eq!(store.waiting_jobs(&tenant, 2).await.unwrap(), 2);
    assert_eq!(store.waiting_jobs(&crate::samples::tenant(), 9).await.unwrap(), 0);
    let listed: Vec<Asked> = all(2, async |page| store.unfinished_jobs(page).await).await;
    let mine = listed.iter().filter(|job| job.tenant == tenant).map(|job| job.id);
    assert_eq!(mine.collect::<Vec<_>>(), [jobs[1].id, jobs[2].id, jobs[3].id]);
}
