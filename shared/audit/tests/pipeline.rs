//! Audits of a store from their order to their end, worked off by tickets in any order.

use std::{sync::Arc, time::Duration};

use audit::{Pipeline, Settings, Source, Ticket};
use domain::{
    Alert, AlertState, Audit, AuditId, AuditState, Facts, Lifecycle, Order, Registered,
    RegisteredState, Schedule, Snapshot, Suppression, Tenant, Tracked,
};
use jiff::Timestamp;
use proptest::prelude::*;
use store::{Created, Intent, PageRequest, Store};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const ACCOUNT: &str = include_str!("../../../cli/demo/account.json");

fn sample() -> Snapshot {
    serde_json::from_str(ACCOUNT).unwrap()
}

/// A pipeline over a store of its own, in which the account looks like `snapshot`.
struct Bench {
    store: Store,
    settings: Settings,
    _directory: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        let settings = Settings { patience: Duration::ZERO, ..Settings::default() };
        Self { store, settings, _directory: directory }
    }

    fn pipeline(&self, snapshot: Snapshot) -> Pipeline {
        let source = Source::Recorded { snapshot: Arc::new(snapshot), tempo: Duration::ZERO };
        Pipeline::new(self.store.clone(), source, self.settings.clone())
    }

    async fn order(&self, change: impl FnOnce(&mut Order)) -> Audit {
        let mut order = Order::new(sample().account.id);
        change(&mut order);
        let id = AuditId(Uuid::now_v7());
        let audit = Audit::new(Tenant::local(), id, order, Timestamp::now());
        let created = self.store.create(&audit, &Intent::default()).await.unwrap();
        assert_eq!(created, Created::New);
        audit
    }

    /// Works an audit off, its tickets in the order that `pick` makes, and answers how it is then.
    async fn run(&self, snapshot: Snapshot, audit: &Audit, pick: impl Fn(usize) -> usize) -> Audit {
        let pipeline = self.pipeline(snapshot);
        let stop = CancellationToken::new();
        let mut tickets = vec![Ticket::of(audit).unwrap()];
        while !tickets.is_empty() {
            let ticket = tickets.remove(pick(tickets.len()) % tickets.len());
            let done = pipeline.work(&ticket, &stop).await.unwrap();
            tickets.extend(done.next);
            let now = self.audit(audit).await;
            if let (Ticket::Collect { .. }, Some(next)) = (&ticket, Ticket::of(&now)) {
                tickets.push(next);
            }
        }
        self.audit(audit).await
    }

    async fn audited(&self, snapshot: Snapshot) -> Audit {
        let audit = self.order(|_| ()).await;
        self.run(later(snapshot), &audit, |_| 0).await
    }

    async fn audit(&self, audit: &Audit) -> Audit {
        self.store.audit(&audit.tenant, audit.id).await.unwrap().unwrap()
    }

    async fn tracked(&self) -> Vec<Tracked> {
        self.store.tracked(&Tenant::local(), &sample().account.id).await.unwrap()
    }

    async fn alerts(&self, audit: &Audit) -> Vec<Alert> {
        self.store.alerts(audit).await.unwrap()
    }
}

/// The same facts, read now: what is read later is newer.
fn later(snapshot: Snapshot) -> Snapshot {
    let now = Timestamp::now();
    Snapshot { started_at: now, finished_at: now, ..snapshot }
}

fn without_buckets(mut snapshot: Snapshot, outcome: domain::ReceiptOutcome) -> Snapshot {
    for part in &mut snapshot.parts {
        if let Facts::S3(s3) = &mut part.facts {
            s3.buckets.items.clear();
            part.receipt.outcome = outcome;
        }
    }
    snapshot
}

fn states(tracked: &[Tracked], service: domain::Service) -> Vec<Lifecycle> {
    tracked.iter().filter(|one| one.service == service).map(|one| one.state).collect()
}

#[tokio::test]
async fn an_audit_gives_the_report_that_judging_in_one_go_gives() {
    let bench = Bench::new();
    let audit = bench.order(|_| ()).await;
    let ended = bench.run(sample(), &audit, |_| 0).await;
    let checks: Vec<_> = checks::all().collect();
    let expected = audit::evaluate(&sample(), &checks, checks::Manner::default());
    let report = bench.store.report(&ended).await.unwrap().unwrap();
    assert_eq!(report.findings, expected.findings);
    let sorted = |mut rows: Vec<domain::Receipt>| {
        rows.sort_by_key(|row| (row.service, row.region.clone()));
        rows
    };
    assert_eq!(sorted(report.receipt), sorted(expected.receipt));
    assert_eq!(ended.summary, Some(expected.summary));
    assert_eq!((ended.remaining, ended.total as usize), (0, sample().parts.len()));
    assert!(matches!(ended.state, AuditState::Complete | AuditState::Incomplete));
}

#[tokio::test]
async fn what_is_new_is_told_once_by_check_and_what_stays_is_not() {
    let bench = Bench::new();
    let first = bench.audited(sample()).await;
    let alerts = bench.alerts(&first).await;
    assert!(!alerts.is_empty());
    let mut checks: Vec<_> = alerts.iter().map(|alert| alert.check_id.clone()).collect();
    checks.sort();
    checks.dedup();
    assert_eq!(checks.len(), alerts.len(), "one alert for each check");
    let severe = |one: &&Tracked| one.severity >= domain::Severity::High;
    let told: usize = alerts.iter().map(|alert| alert.findings.len()).sum();
    assert_eq!(told, bench.tracked().await.iter().filter(severe).count());
    assert!(bench.tracked().await.iter().all(|one| one.state == Lifecycle::New));

    let second = bench.audited(sample()).await;
    assert_eq!(bench.alerts(&second).await, []);
    assert!(bench.tracked().await.iter().all(|one| one.state == Lifecycle::Open));

    // From now on a night like the ones before writes nothing of any problem.
    let before = bench.tracked().await;
    bench.audited(sample()).await;
    assert_eq!(bench.tracked().await, before);
}

#[tokio::test]
async fn only_a_whole_reading_resolves_what_is_gone() {
    let bench = Bench::new();
    bench.audited(sample()).await;
    let s3 = domain::Service::S3;
    let denied = without_buckets(sample(), domain::ReceiptOutcome::Denied);
    let audit = bench.audited(denied).await;
    assert_eq!(audit.state, AuditState::Incomplete);
    assert!(!states(&bench.tracked().await, s3).contains(&Lifecycle::Resolved));

    let gone = bench.audited(without_buckets(sample(), domain::ReceiptOutcome::Done)).await;
    assert!(states(&bench.tracked().await, s3).iter().all(|state| *state == Lifecycle::Resolved));
    let digest = bench.alerts(&gone).await;
    assert_eq!(digest.iter().map(|alert| alert.state).collect::<Vec<_>>(), [AlertState::Resolved]);

    let back = bench.audited(sample()).await;
    assert!(states(&bench.tracked().await, s3).iter().all(|state| *state == Lifecycle::Reopened));
    let alerts = bench.alerts(&back).await;
    assert!(!alerts.is_empty() && alerts.iter().all(|one| one.state == AlertState::Reopened));
}

#[tokio::test]
async fn an_older_snapshot_changes_nothing() {
    let bench = Bench::new();
    let old = later(sample());
    bench.audited(without_buckets(sample(), domain::ReceiptOutcome::Done)).await;
    let before = bench.tracked().await;
    // An audit that read before the newest one did, and ends after it.
    let late = bench.order(|_| ()).await;
    let ended = bench.run(old, &late, |_| 0).await;
    assert!(ended.state.is_final());
    assert_eq!(
        states(&bench.tracked().await, domain::Service::S3),
        states(&before, domain::Service::S3)
    );
}

#[tokio::test]
async fn a_suppressed_problem_is_quiet_until_its_time_is_up() {
    let bench = Bench::new();
    let s3 = domain::Service::S3;
    let until = |expires_at| Suppression {
        id: None,
        account_id: None,
        check: None,
        resource: Some("arn:aws:s3:::*".into()),
        tag: None,
        reason: "moved next week".into(),
        expires_at,
    };
    let (tenant, id) = (Tenant::local(), Uuid::now_v7());
    let tomorrow = Timestamp::now() + Duration::from_hours(24);
    bench.store.suppress(&tenant, id, &until(tomorrow)).await.unwrap();
    let quiet = bench.audited(sample()).await;
    let s3_told = |alerts: &[Alert]| alerts.iter().filter(|one| one.category == Some(s3)).count();
    assert_eq!(s3_told(&bench.alerts(&quiet).await), 0);
    let report = bench.store.report(&quiet).await.unwrap().unwrap();
    assert!(report.summary.suppressed > 0);

    let yesterday = Timestamp::now() - Duration::from_hours(24);
    bench.store.suppress(&tenant, id, &until(yesterday)).await.unwrap();
    let loud = bench.audited(sample()).await;
    assert!(s3_told(&bench.alerts(&loud).await) > 0);
    assert!(states(&bench.tracked().await, s3).iter().all(|state| *state == Lifecycle::Reopened));
}

#[tokio::test]
async fn what_is_stopped_is_put_back_and_goes_on() {
    let bench = Bench::new();
    let audit = bench.order(|_| ()).await;
    let pipeline = bench.pipeline(sample());
    let (go, stop) = (CancellationToken::new(), CancellationToken::new());
    stop.cancel();
    let mut tickets = pipeline.work(&Ticket::of(&audit).unwrap(), &go).await.unwrap().next;
    let first = tickets.remove(0);
    // As often as it likes: being put back is no failure.
    for _ in 0..4 {
        let done = pipeline.work(&first, &stop).await.unwrap();
        assert_eq!(done.next, std::slice::from_ref(&first));
    }
    for ticket in tickets.iter().chain([&first]) {
        assert_eq!(pipeline.work(ticket, &go).await.unwrap().next, []);
    }
    let ready = bench.audit(&audit).await;
    let done = pipeline.work(&Ticket::of(&ready).unwrap(), &go).await.unwrap();
    assert!(done.ended.is_some_and(|(id, state)| id == audit.id && state != AuditState::Failed));
}

#[tokio::test]
async fn a_worker_that_dies_every_time_ends_in_a_gap_and_not_in_silence() {
    let mut bench = Bench::new();
    bench.settings.lease = Duration::ZERO;
    let audit = bench.order(|_| ()).await;
    let pipeline = bench.pipeline(sample());
    let stop = CancellationToken::new();
    let tickets = pipeline.work(&Ticket::of(&audit).unwrap(), &stop).await.unwrap().next;
    let (poisoned, others) = tickets.split_first().unwrap();
    let Ticket::Collect { plan, place, .. } = poisoned else { panic!("{poisoned:?}") };
    for _ in 0..bench.settings.attempts {
        // Claimed and never heard of again.
        let now = Timestamp::now();
        let who = (&audit.tenant, audit.id);
        let _ = bench.store.claim_task(who, *plan, place, now, now).await.unwrap();
    }
    for ticket in others.iter().chain([poisoned]) {
        pipeline.work(ticket, &stop).await.unwrap();
    }
    let ready = bench.audit(&audit).await;
    assert_eq!(ready.remaining, 0);
    pipeline.work(&Ticket::of(&ready).unwrap(), &stop).await.unwrap();
    let ended = bench.audit(&audit).await;
    assert_eq!(ended.state, AuditState::Incomplete);
    let report = bench.store.report(&ended).await.unwrap().unwrap();
    let row = report
        .receipt
        .iter()
        .find(|row| row.region == place.region && row.service == place.service);
    let row = row.expect("a row of the receipt");
    assert_eq!(row.outcome, domain::ReceiptOutcome::Failed);
    assert!(
        row.error.as_ref().is_some_and(|why| why.contains("given up after 3 attempts")),
        "{row:?}"
    );
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
        let Some(ticket) = swept.tickets.first() else { break };
        // Every ticket but the sweeper's is lost.
        pipeline.work(ticket, &stop).await.unwrap();
    }
    assert!(bench.audit(&audit).await.state.is_final());
}

fn registered(account: &str, schedule: Option<Schedule>) -> Registered {
    let now = Timestamp::now();
    Registered {
        tenant: Tenant::local(),
        account_id: account.parse().unwrap(),
        name: None,
        role_name: domain::RoleName::default(),
        external_id: Uuid::new_v4().to_string().parse().unwrap(),
        regions: Vec::new(),
        services: Vec::new(),
        schedule,
        alert_severity: None,
        state: RegisteredState::Active,
        reason: None,
        created_at: now - Duration::from_hours(48),
        updated_at: now,
        proof: None,
        scheduled_for: None,
        last_audit: None,
        purge_at: None,
    }
}

#[tokio::test]
async fn a_night_queues_a_thousand_accounts_once_in_pieces() {
    let bench = Bench::new();
    for number in 0..1000 {
        let account = registered(&format!("{:012}", 100_000_000_000_u64 + number), None);
        assert!(bench.store.register(&account).await.unwrap());
    }
    let own = Schedule::new("0 2 * * ? *", "Asia/Seoul").unwrap();
    assert!(bench.store.register(&registered("200000000000", Some(own))).await.unwrap());
    let pipeline = bench.pipeline(sample());
    let night = Timestamp::now();
    let count = async |stop: &CancellationToken| {
        let (mut all, mut calls, mut ticket) = (audit::Queued::default(), 0, None);
        loop {
            let cursor = match &ticket {
                None => None,
                Some(Ticket::Nightly { cursor, .. }) => cursor.clone(),
                other => panic!("{other:?}"),
            };
            let (queued, next) = pipeline.night(night, cursor.as_deref(), stop).await.unwrap();
            calls += 1;
            all.queued += queued.queued;
            all.already += queued.already;
            all.passed_over += queued.passed_over;
            ticket = next;
            if ticket.is_none() {
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
    bench.store.register(&account).await.unwrap();
    let pipeline = bench.pipeline(sample());
    let stop = CancellationToken::new();
    assert_eq!(pipeline.sweep(None, &stop).await.unwrap().queued, 1);
    assert_eq!(pipeline.sweep(None, &stop).await.unwrap().queued, 0);
    let audits = bench.store.audits(&Tenant::local(), None, PageRequest::FIRST).await.unwrap();
    assert_eq!(audits.items.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Tickets in any order, and each of them up to twice, give one result.
    #[test]
    fn order_and_repetition_change_nothing(order in prop::collection::vec(any::<prop::sample::Index>(), 60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let bench = Bench::new();
            let audit = bench.order(|_| ()).await;
            let pipeline = bench.pipeline(sample());
            let stop = CancellationToken::new();
            let mut tickets = vec![Ticket::of(&audit).unwrap(); 2];
            let mut picks = order.iter().cycle();
            while !tickets.is_empty() {
                let pick = picks.next().unwrap().index(tickets.len());
                let ticket = tickets.remove(pick);
                let next = pipeline.work(&ticket, &stop).await.unwrap().next;
                tickets.extend(next.iter().cloned().chain(next.iter().cloned()));
                if let (Ticket::Collect { .. }, Some(next)) = (&ticket, Ticket::of(&bench.audit(&audit).await)) {
                    tickets.push(next);
                }
            }
            let ended = bench.audit(&audit).await;
            let checks: Vec<_> = checks::all().collect();
            let expected = audit::evaluate(&sample(), &checks, checks::Manner::default());
            assert_eq!(ended.summary, Some(expected.summary));
            assert_eq!(ended.remaining, 0);
        });
    }
}
