//! Workers that stop, die and lose their messages.

use std::time::Duration;

use audit::Step;
use domain::{AuditState, TaskName};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::bench::{Bench, sample};

#[tokio::test]
async fn what_is_stopped_is_put_back_and_goes_on() {
    let bench = Bench::new();
    let audit = bench.order(|_| ()).await;
    let pipeline = bench.pipeline(sample());
    let (go, stop) = (CancellationToken::new(), CancellationToken::new());
    stop.cancel();
    let plan = Step::of(&audit).unwrap();
    assert_eq!(pipeline.work(&plan, &stop).await.unwrap().next, std::slice::from_ref(&plan));
    let mut steps = pipeline.work(&plan, &go).await.unwrap().next;
    let first = steps.remove(0);
    // As often as it likes: being put back is no failure.
    for _ in 0..4 {
        let done = pipeline.work(&first, &stop).await.unwrap();
        assert_eq!(done.next, std::slice::from_ref(&first));
    }
    for step in steps.iter().chain([&first]) {
        assert_eq!(pipeline.work(step, &go).await.unwrap().next, []);
    }
    let ready = bench.audit(&audit).await;
    let judge = Step::of(&ready).unwrap();
    assert_eq!(pipeline.work(&judge, &stop).await.unwrap().next, std::slice::from_ref(&judge));
    let done = pipeline.work(&judge, &go).await.unwrap();
    assert!(done.ended.is_some_and(|(id, state)| id == audit.id && state != AuditState::Failed));
}

#[tokio::test]
async fn a_worker_that_dies_every_time_ends_in_a_gap_and_not_in_silence() {
    let mut bench = Bench::new();
    bench.settings.lease = Duration::ZERO;
    let audit = bench.order(|_| ()).await;
    let pipeline = bench.pipeline(sample());
    let stop = CancellationToken::new();
    let steps = pipeline.work(&Step::of(&audit).unwrap(), &stop).await.unwrap().next;
    let (poisoned, others) = steps.split_first().unwrap();
    let Step::Collect { plan, task, .. } = poisoned else { panic!("{poisoned:?}") };
    for _ in 0..bench.settings.attempts {
        // Claimed and never heard of again.
        let now = Timestamp::now();
        let who = (&audit.tenant, audit.id);
        let _ = bench.store.claim_task(who, *plan, task, now, now).await.unwrap();
    }
    for step in others.iter().chain([poisoned]) {
        pipeline.work(step, &stop).await.unwrap();
    }
    let ready = bench.audit(&audit).await;
    assert_eq!(ready.remaining, 0);
    pipeline.work(&Step::of(&ready).unwrap(), &stop).await.unwrap();
    let ended = bench.audit(&audit).await;
    assert_eq!(ended.state, AuditState::Incomplete);
    let report = bench.store.report(&ended).await.unwrap().unwrap();
    let is_of = |row: &&domain::Receipt| TaskName::of(&row.region, row.service) == *task;
    let rows: Vec<_> = report.receipt.iter().filter(is_of).collect();
    assert!(!rows.is_empty(), "no row of the receipt");
    for row in rows {
        assert_eq!(row.outcome, domain::ReceiptOutcome::Failed);
        let why = row.error.as_deref().unwrap_or_default();
        assert!(why.contains("given up after 3 attempts"), "{row:?}");
    }
}

#[tokio::test]
async fn what_was_sent_again_gets_time_before_it_is_sent_once_more() {
    let mut bench = Bench::new();
    bench.settings.lease = Duration::ZERO;
    let audit = bench.order(|_| ()).await;
    let stop = CancellationToken::new();
    let planned = bench.pipeline(sample()).work(&Step::of(&audit).unwrap(), &stop).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    bench.settings.patience = Duration::from_millis(200);
    let pipeline = bench.pipeline(sample());
    let sent = pipeline.sweep(None, &stop).await.unwrap().steps;
    assert_eq!(sent.len(), planned.next.len());
    bench.settings.patience = Duration::from_mins(10);
    assert_eq!(bench.pipeline(sample()).sweep(None, &stop).await.unwrap().steps, []);
}

#[tokio::test]
async fn the_sweeper_sends_again_what_was_dropped() {
    let mut bench = Bench::new();
    bench.settings.lease = Duration::ZERO;
    let audit = bench.order(|_| ()).await;
    let pipeline = bench.pipeline(sample());
    let stop = CancellationToken::new();
    for _ in 0..100 {
        let swept = pipeline.sweep(None, &stop).await.unwrap();
        let Some(step) = swept.steps.first() else { break };
        // Every step but the sweeper's is lost.
        pipeline.work(step, &stop).await.unwrap();
    }
    assert!(bench.audit(&audit).await.state.is_final());
}
