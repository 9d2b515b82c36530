//! What an audit finds, follows and tells.

use std::{collections::BTreeSet, time::Duration};

use checks::EvaluateOptions;
use domain::{
    Alert, AlertState, AuditOverrides, AuditState, CheckSettings, Lifecycle, ReceiptOutcome,
    Service, Suppression, TaskName, Tenant, ThresholdOverrides, TrackedFinding,
};
use inventory::{Facts, Known, Listing};
use jiff::Timestamp;
use proptest::prelude::*;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use audit::Step;

use crate::bench::{Bench, later, sample, states, without_buckets};

#[tokio::test]
async fn an_audit_gives_the_report_that_judging_in_one_go_gives() {
    let bench = Bench::new();
    let audit = bench.order(|_| ()).await;
    let ended = bench.run(sample(), &audit, |_| 0).await;
    let checks: Vec<_> = checks::all().collect();
    let expected = audit::evaluate(&sample(), &checks, &checks::EvaluateOptions::default());
    let report = bench.store.report(&ended).await.unwrap().unwrap();
    assert_eq!(report.findings, expected.findings);
    let sorted = |mut rows: Vec<domain::Receipt>| {
        rows.sort_by_key(|row| (row.service, row.region.clone()));
        rows
    };
    assert_eq!(sorted(report.receipt), sorted(expected.receipt));
    assert_eq!(ended.summary, Some(expected.summary));
    let parts = sample().parts;
    let rows = parts.iter().map(|part| &part.receipt);
    let tasks: BTreeSet<_> = rows.map(|row| TaskName::of(&row.region, row.service)).collect();
    assert_eq!((ended.remaining, ended.total as usize), (0, tasks.len()));
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
    let severe = |one: &&TrackedFinding| one.severity >= domain::Severity::High;
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
    assert!(bench.store.suppress(&tenant, id, &until(tomorrow), 1000).await.unwrap());
    let quiet = bench.audited(sample()).await;
    let s3_told = |alerts: &[Alert]| alerts.iter().filter(|one| one.category == Some(s3)).count();
    assert_eq!(s3_told(&bench.alerts(&quiet).await), 0);
    let report = bench.store.report(&quiet).await.unwrap().unwrap();
    assert!(report.summary.suppressed > 0);

    let yesterday = Timestamp::now() - Duration::from_hours(24);
    assert!(bench.store.suppress(&tenant, id, &until(yesterday), 1000).await.unwrap());
    let loud = bench.audited(sample()).await;
    assert!(s3_told(&bench.alerts(&loud).await) > 0);
    assert!(states(&bench.tracked().await, s3).iter().all(|state| *state == Lifecycle::Reopened));
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
            let mut steps = vec![Step::of(&audit).unwrap(); 2];
            let mut picks = order.iter().cycle();
            while !steps.is_empty() {
                let pick = picks.next().unwrap().index(steps.len());
                let step = steps.remove(pick);
                let next = pipeline.work(&step, &stop).await.unwrap().next;
                steps.extend(next.iter().cloned().chain(next.iter().cloned()));
                if let (Step::Collect { .. }, Some(next)) = (&step, Step::of(&bench.audit(&audit).await)) {
                    steps.push(next);
                }
            }
            let ended = bench.audit(&audit).await;
            let checks: Vec<_> = checks::all().collect();
            let expected = audit::evaluate(&sample(), &checks, &checks::EvaluateOptions::default());
            assert_eq!(ended.summary, Some(expected.summary));
            assert_eq!(ended.remaining, 0);
        });
    }
}

fn disabling(id: &str) -> AuditOverrides {
    let disable = [(id.to_owned(), "accepted for now".to_owned())].into();
    let checks = CheckSettings { disable, ..CheckSettings::default() };
    AuditOverrides { checks, ..AuditOverrides::default() }
}

#[tokio::test]
async fn a_check_that_is_switched_off_is_quiet_and_comes_back() {
    const CHECK: &str = "s3_public_access";
    let bench = Bench::new();
    bench.audited(sample()).await;
    let of_check = async || {
        let tracked = bench.tracked().await.into_iter().filter(|one| one.check_id == CHECK);
        tracked.collect::<Vec<_>>()
    };
    let before = of_check().await;
    assert!(!before.is_empty());

    for _ in 0..2 {
        let quiet = bench.order(|order| order.overrides = disabling(CHECK)).await;
        let quiet = bench.run(later(sample()), &quiet, |_| 0).await;
        let report = bench.store.report(&quiet).await.unwrap().unwrap();
        assert_eq!(report.settings.checks.disable[CHECK], "accepted for now");
        assert!(report.findings.iter().all(|one| one.check_id != CHECK));
        assert!(report.checks.iter().all(|check| check != CHECK));
        assert_eq!(bench.alerts(&quiet).await, []);
        for one in of_check().await {
            assert!(one.state.is_active(), "nobody saw it to be gone");
            assert_eq!(one.suppressed.unwrap().reason, "accepted for now");
        }
    }

    let again = bench.audited(sample()).await;
    let after = of_check().await;
    assert_eq!(after.len(), before.len());
    assert!(after.iter().all(|one| one.state == Lifecycle::Reopened && one.suppressed.is_none()));
    assert!(
        bench.alerts(&again).await.iter().any(|alert| alert.check_id.as_deref() == Some(CHECK))
    );
}

#[tokio::test]
async fn the_accounts_settings_count_over_the_operators() {
    let mut bench = Bench::new();
    let operator = AuditOverrides {
        thresholds: ThresholdOverrides {
            access_key_days: Some(30),
            ..ThresholdOverrides::default()
        },
        ..disabling("s3_public_access")
    };
    bench.settings.evaluate = EvaluateOptions::default().with(&operator);
    let own = AuditOverrides {
        checks: CheckSettings {
            enable: ["s3_public_access".to_owned()].into(),
            ..disabling("s3_encryption").checks
        },
        ..AuditOverrides::default()
    };
    let audit = bench.order(|order| order.overrides = own).await;
    let ended = bench.run(later(sample()), &audit, |_| 0).await;
    let report = bench.store.report(&ended).await.unwrap().unwrap();
    assert_eq!(report.settings.thresholds.access_key_days, 30);
    let ran = |id: &str| report.checks.iter().any(|check| check == id);
    assert!(ran("s3_public_access") && !ran("s3_encryption"));

    let named = bench
        .order(|order| {
            order.overrides = disabling("ec2_imdsv2");
            order.checks = vec!["ec2_imdsv2".into()];
        })
        .await;
    let failed = bench.run(later(sample()), &named, |_| 0).await;
    assert_eq!(failed.state, AuditState::Failed);
    assert!(failed.error.unwrap().contains("`ec2_imdsv2` is disabled"));
}

/// What a version read that does not know a list is whole to it, and lacks the list all the same.
#[tokio::test]
async fn what_stands_in_a_list_that_nobody_asked_for_is_not_gone() {
    let bench = Bench::new();
    bench.audited(sample()).await;
    let mut less = sample();
    for part in &mut less.parts {
        if let Known::Read(Facts::S3(s3)) = &mut part.facts {
            s3.buckets = Listing::default();
            part.receipt.outcome = ReceiptOutcome::Done;
        }
    }
    bench.audited(less).await;
    let states = states(&bench.tracked().await, Service::S3);
    assert!(!states.is_empty() && states.iter().all(|state| state.is_active()), "{states:?}");
}
