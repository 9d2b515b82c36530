//! Tasks that read several services: what one worker has read, the next one need not.

use std::{sync::Arc, time::Duration};

use audit::{Pipeline, Source, Step};
use domain::{Audit, AuditState, ReceiptOutcome, Report, Service, Task, TaskState};
use inventory::Snapshot;
use jiff::Timestamp;
use store::{Claim, Fence, TaskEnd};
use tokio_util::sync::CancellationToken;

use crate::bench::{Bench, sample};

const TEMPO: Duration = Duration::from_millis(200);

fn slow(bench: &Bench, snapshot: Snapshot) -> Pipeline {
    let source = Source::Recorded { snapshot: Arc::new(snapshot), tempo: TEMPO };
    Pipeline::new(bench.store.clone(), source, bench.settings.clone())
}

/// Plans an audit, and answers the step of the task that has the most services.
async fn planned(bench: &Bench) -> (Audit, Step, Task) {
    let audit = bench.order(|_| ()).await;
    let stop = CancellationToken::new();
    bench.pipeline(sample()).work(&Step::of(&audit).unwrap(), &stop).await.unwrap();
    let audit = bench.audit(&audit).await;
    let tasks = bench.store.tasks(&audit).await.unwrap();
    let task = tasks.into_iter().max_by_key(|task| task.services.len()).unwrap();
    assert!(task.services.len() > 2, "{task:?}");
    (audit, Step::collect(&task), task)
}

async fn task(bench: &Bench, audit: &Audit, like: &Task) -> Task {
    let tasks = bench.store.tasks(audit).await.unwrap();
    tasks.into_iter().find(|task| task.name == like.name).unwrap()
}

async fn claimed(bench: &Bench, audit: &Audit, task: &Task) -> Task {
    let (who, now) = ((&audit.tenant, audit.id), Timestamp::now());
    let claim = bench.store.claim_task(who, task.plan, &task.name, now, now).await.unwrap();
    let Claim::Claimed(held) = claim else { panic!("{claim:?}") };
    *held
}

async fn judged(bench: &Bench, audit: &Audit) -> Report {
    let (pipeline, go) = (bench.pipeline(sample()), CancellationToken::new());
    for task in bench.store.tasks(audit).await.unwrap() {
        if task.state != TaskState::Done {
            pipeline.work(&Step::collect(&task), &go).await.unwrap();
        }
    }
    let ended = bench.judge(sample(), &bench.audit(audit).await).await;
    assert!(ended.state.is_final());
    bench.store.report(&ended).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_worker_that_is_stopped_hands_over_what_it_has_read() {
    let mut bench = Bench::new();
    bench.settings.lease = Duration::from_secs(1);
    let (audit, step, planned) = planned(&bench).await;
    // After a death the services are read one by one.
    claimed(&bench, &audit, &planned).await;
    let (pipeline, stop) = (slow(&bench, sample()), CancellationToken::new());
    let stopping = async {
        tokio::time::sleep(TEMPO * 3 / 2).await;
        stop.cancel();
    };
    let (next, ()) = tokio::join!(pipeline.work(&step, &stop), stopping);
    assert_eq!(next.unwrap().next, std::slice::from_ref(&step));

    let handed_over = task(&bench, &audit, &planned).await;
    let kept = bench.store.snapshot(handed_over.checkpoint.as_deref().unwrap()).await.unwrap();
    assert!((1..planned.services.len()).contains(&kept.parts.len()), "{}", kept.parts.len());

    // Nothing is recorded any more of what was handed over: it is not read again.
    let mut rest = sample();
    rest.parts.retain(|part| kept.parts.iter().all(|kept| kept.receipt != part.receipt));
    let go = CancellationToken::new();
    bench.pipeline(rest).work(&step, &go).await.unwrap();
    let done = task(&bench, &audit, &planned).await;
    assert_eq!((done.state, done.error), (TaskState::Done, None));
    let whole = bench.store.snapshot(&done.snapshot.unwrap()).await.unwrap();
    assert_eq!(whole.parts.len(), planned.services.len());
    assert_eq!(judged(&bench, &audit).await.receipt.len(), sample().parts.len());
}

#[tokio::test]
async fn the_service_at_which_workers_die_is_given_up_alone() {
    let mut bench = Bench::new();
    bench.settings.lease = Duration::ZERO;
    let (audit, step, planned) = planned(&bench).await;
    claimed(&bench, &audit, &planned).await;
    let held = claimed(&bench, &audit, &planned).await;
    let poisoned = planned.services[1];
    let noted = bench.store.note_reading(&held, poisoned, &[], None).await.unwrap();
    assert_eq!(noted, Fence::Held);
    // The next one has read all others when it dies at the same service.
    let (pipeline, go) = (slow(&bench, sample()), CancellationToken::new());
    let at_it = async {
        loop {
            let now = task(&bench, &audit, &planned).await;
            if now.checkpoint.is_some() && now.reading == Some(poisoned) {
                break;
            }
            tokio::time::sleep(TEMPO / 20).await;
        }
    };
    tokio::select! {
        done = pipeline.work(&step, &go) => panic!("it was read: {done:?}"),
        () = at_it => {}
    }
    bench.settings.lease = Duration::from_mins(1);
    bench.pipeline(sample()).work(&step, &CancellationToken::new()).await.unwrap();

    let report = judged(&bench, &audit).await;
    for row in &report.receipt {
        let is_poisoned = row.service == poisoned && row.region == planned.name.region;
        assert_eq!(row.outcome == ReceiptOutcome::Failed, is_poisoned, "{row:?}");
        if is_poisoned {
            let why = row.error.as_deref().unwrap_or_default();
            assert!(why.contains("given up after 3 attempts that never ended"), "{why}");
        }
    }
    let place = (poisoned, planned.name.region.as_str());
    let latest = bench.store.latest(&audit.tenant, &audit.order.account_id).await.unwrap();
    assert!(
        latest.iter().all(|one| (one.place.service, one.place.region.as_str()) != place),
        "what was given up is nobody's newest snapshot"
    );
}

/// As a worker of an earlier version would, which takes the task's name for a service that it does not know.
#[tokio::test]
async fn a_service_that_is_not_in_its_tasks_snapshot_is_a_gap() {
    let mut bench = Bench::new();
    bench.settings.lease = Duration::ZERO;
    let (audit, _, planned) = planned(&bench).await;
    let held = claimed(&bench, &audit, &planned).await;
    let mut less = sample();
    let missing = |service: Service| planned.services[1..].contains(&service);
    less.parts.retain(|part| {
        part.receipt.region == planned.name.region && !missing(part.receipt.service)
    });
    let key = bench.store.keep_snapshot(&held, &less).await.unwrap();
    let ended = bench.store.complete_task(&held, TaskEnd::whole(&key), Timestamp::now()).await;
    assert_eq!(ended.unwrap(), Fence::Held);

    bench.settings.lease = Duration::from_mins(1);
    let report = judged(&bench, &audit).await;
    assert_eq!(report.receipt.len(), sample().parts.len());
    for row in &report.receipt {
        let is_missing = row.region == planned.name.region && missing(row.service);
        assert_eq!(row.outcome == ReceiptOutcome::Failed, is_missing, "{row:?}");
    }
    assert_eq!(report.status, domain::Status::Incomplete);
    assert_ne!(bench.audit(&audit).await.state, AuditState::Failed);
}
