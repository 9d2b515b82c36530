//! Nights, and accounts with a schedule of their own.

use std::num::NonZeroU32;

use audit::Step;
use domain::{
    AlertState, Proof, ProofOutcome, RegisteredAccount, RegisteredState, Schedule, Tenant,
};
use jiff::{SignedDuration, Timestamp};
use store::{PageRequest, Registered};
use tokio_util::sync::CancellationToken;

use crate::bench::{Bench, registered, sample};

#[tokio::test]
async fn a_night_queues_a_thousand_accounts_once_in_pieces() {
    let bench = Bench::new();
    for number in 0..1000 {
        let account = registered(&format!("{:012}", 100_000_000_000_u64 + number), None);
        assert_eq!(bench.store.register(&account, 2000).await.unwrap(), Registered::New);
    }
    let own = Schedule::new("0 2 * * ? *", "Asia/Seoul").unwrap();
    assert_eq!(
        bench.store.register(&registered("200000000000", Some(own)), 2000).await.unwrap(),
        Registered::New
    );
    let pipeline = bench.pipeline(sample());
    let night = Timestamp::now();
    let count = async |stop: &CancellationToken| {
        let (mut all, mut calls, mut step) = (audit::Queued::default(), 0, None);
        loop {
            let cursor = match &step {
                None => None,
                Some(Step::Nightly { cursor, .. }) => cursor.clone(),
                other => panic!("{other:?}"),
            };
            let (queued, next, failed) =
                pipeline.night(night, cursor.as_deref(), stop).await.unwrap();
            assert!(failed.is_none(), "{failed:?}");
            calls += 1;
            all.queued += queued.queued;
            all.already += queued.already;
            all.passed_over += queued.passed_over;
            step = next;
            if step.is_none() {
                return (all, calls);
            }
        }
    };
    // Out of time at every page, as a function is that nears its deadline.
    let hurried = CancellationToken::new();
    hurried.cancel();
    let (all, calls) = count(&hurried).await;
    assert_eq!((all.queued, all.already, all.passed_over), (1000, 0, 1));
    assert!(calls >= 10, "continued {calls} times");
    let (again, _) = count(&CancellationToken::new()).await;
    assert_eq!((again.queued, again.already), (0, 1000), "the same event queues nothing twice");
}

#[tokio::test]
async fn an_account_of_its_own_schedule_is_audited_when_it_is_due() {
    let bench = Bench::new();
    let hourly = Schedule::new("0 * * * ? *", "UTC").unwrap();
    let account = registered("200000000000", Some(hourly));
    bench.store.register(&account, 1000).await.unwrap();
    let pipeline = bench.pipeline(sample());
    let stop = CancellationToken::new();
    assert_eq!(pipeline.sweep(None, &stop).await.unwrap().begun.len(), 1);
    assert_eq!(pipeline.sweep(None, &stop).await.unwrap().begun.len(), 0);
    let audits = bench.store.audits(&Tenant::local(), None, PageRequest::FIRST).await.unwrap();
    assert_eq!(audits.items.len(), 1);
}

#[tokio::test]
async fn the_days_quota_holds_for_schedules_of_their_own_and_is_told_once() {
    let mut bench = Bench::new();
    bench.settings.audits_per_day = NonZeroU32::MIN;
    let hourly = || Schedule::new("0 * * * ? *", "UTC").ok();
    for id in ["200000000000", "300000000000", "400000000000"] {
        bench.store.register(&registered(id, hourly()), 1000).await.unwrap();
    }
    bench.store.register(&registered("500000000000", None), 1000).await.unwrap();
    let pipeline = bench.pipeline(sample());
    let stop = CancellationToken::new();
    for begun in [1, 0, 0] {
        assert_eq!(pipeline.sweep(None, &stop).await.unwrap().begun.len(), begun);
    }
    let told = bench.store.unsent(PageRequest::FIRST).await.unwrap().items;
    let [told] = told.as_slice() else { panic!("one alert: {told:?}") };
    assert_eq!((told.state, told.account.as_str()), (AlertState::Delayed, "300000000000"));
    assert!(told.headline.starts_with("1 audits were begun on "), "{}", told.headline);
    // Nobody's night is lost by it.
    let (queued, _, failed) = pipeline.night(Timestamp::now(), None, &stop).await.unwrap();
    assert!(failed.is_none(), "{failed:?}");
    assert_eq!((queued.queued, queued.passed_over), (1, 3));
    // What waits begins once it may.
    bench.settings.audits_per_day = NonZeroU32::new(3).unwrap();
    let swept = bench.pipeline(sample()).sweep(None, &stop).await.unwrap();
    assert_eq!(swept.begun.len(), 2);
}

#[tokio::test]
async fn a_schedule_from_before_that_comes_too_often_is_kept_to_once_an_hour() {
    let bench = Bench::new();
    let often = Schedule::new("* * * * ? *", "UTC").unwrap();
    let account = registered("200000000000", Some(often));
    bench.store.register(&account, 1000).await.unwrap();
    let pipeline = bench.pipeline(sample());
    let stop = CancellationToken::new();
    let id = &account.account_id;
    let last = async |ago: i64| {
        let at = Timestamp::now() - SignedDuration::from_mins(ago);
        let tenant = Tenant::local();
        let change = move |account: &mut RegisteredAccount| account.scheduled_for = Some(at);
        bench.store.change_account(&tenant, id, Timestamp::now(), change).await.unwrap();
        pipeline.sweep(None, &stop).await.unwrap().begun.len()
    };
    assert_eq!(last(5).await, 0);
    assert_eq!(last(62).await, 1);
}

#[tokio::test]
async fn a_pending_account_whose_role_never_opened_leaves_every_schedule_until_it_is_proven() {
    let bench = Bench::new();
    let hourly = Schedule::new("0 * * * ? *", "UTC").ok();
    let accounts = [registered("200000000000", None), registered("300000000000", hourly)];
    for account in accounts.clone() {
        let refused_days = RegisteredAccount::REFUSED_DAYS;
        let account =
            RegisteredAccount { refused_days, state: RegisteredState::Pending, ..account };
        bench.store.register(&account, 1000).await.unwrap();
    }
    let pipeline = bench.pipeline(sample());
    let stop = CancellationToken::new();
    let begun = async || {
        let (night, _, failed) = pipeline.night(Timestamp::now(), None, &stop).await.unwrap();
        assert!(failed.is_none(), "{failed:?}");
        (night.queued, pipeline.sweep(None, &stop).await.unwrap().begun.len())
    };
    assert_eq!(begun().await, (0, 0));
    for account in &accounts {
        let (tenant, id) = (Tenant::local(), &account.account_id);
        let proof =
            Proof { tried_at: Timestamp::now(), outcome: ProofOutcome::Proven, reason: None };
        let prove = |account: &mut RegisteredAccount| account.take_proof(&proof);
        bench.store.change_account(&tenant, id, Timestamp::now(), prove).await.unwrap();
    }
    assert_eq!(begun().await, (1, 1));
}
