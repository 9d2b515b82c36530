//! Nights, and accounts with a schedule of their own.

use audit::Step;
use domain::{Schedule, Tenant};
use jiff::Timestamp;
use store::{PageRequest, Registered};
use tokio_util::sync::CancellationToken;

use crate::bench::{Bench, registered, sample};

#[tokio::test]
async fn a_night_queues_a_thousand_accounts_once_in_pieces() {
    let bench = Bench::new();
    for number in 0..1000 {
        let account = registered(&format!("{:012}", 100_000_000_000_u64 + number), None);
        assert_eq!(bench.store.register(&account, 1000).await.unwrap(), Registered::New);
    }
    let own = Schedule::new("0 2 * * ? *", "Asia/Seoul").unwrap();
    assert_eq!(
        bench.store.register(&registered("200000000000", Some(own)), 1000).await.unwrap(),
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
