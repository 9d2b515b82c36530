//! Audits of one account side by side, each of which sees a part of it.

use std::collections::BTreeSet;

use domain::{AuditState, Cause, Lifecycle, ReceiptOutcome, Service, Tenant, Unread, Verdict};
use inventory::{Known, Snapshot};

use crate::bench::{Bench, later, sample, states};

/// The lasting names of all that is wrong with the sample.
fn wrong() -> BTreeSet<domain::Fingerprint> {
    let checks: Vec<_> = checks::all().collect();
    let report = audit::evaluate(&sample(), &checks, &checks::EvaluateOptions::default());
    let failing = report.findings.into_iter().filter(|one| one.verdict == Verdict::Fail);
    failing.map(|one| one.fingerprint).collect()
}

#[tokio::test]
async fn an_audit_of_one_check_takes_nothing_from_a_full_one_beside_it() {
    let bench = Bench::new();
    let full = bench.order(|_| ()).await;
    let read = bench.read(later(sample()), &full).await;
    // It reads IAM anew, judges one check of it, and ends first.
    let one = bench.order(|order| order.checks = vec!["iam_access_key_age".into()]).await;
    let ended = bench.run(later(sample()), &one, |_| 0).await;
    assert!(ended.state.is_final());
    let judged = bench.tracked().await;
    let checks: BTreeSet<_> = judged.iter().map(|one| one.check_id.clone()).collect();
    assert_eq!(checks, ["iam_access_key_age".into()].into());

    bench.judge(sample(), &read).await;
    let tracked = bench.tracked().await;
    assert_eq!(tracked.iter().map(|one| one.fingerprint).collect::<BTreeSet<_>>(), wrong());
    let told = |audit| {
        let alerts = bench.alerts(audit);
        async { alerts.await.into_iter().filter_map(|one| one.check_id).collect::<BTreeSet<_>>() }
    };
    let severe = tracked.iter().filter(|one| one.severity >= domain::Severity::High);
    let severe: BTreeSet<_> = severe.map(|one| one.check_id.to_string()).collect();
    let (by_one, by_full) = (told(&one).await, told(&full).await);
    assert_eq!(by_one.union(&by_full).cloned().collect::<BTreeSet<_>>(), severe);
    assert_eq!(by_one.intersection(&by_full).count(), 0, "told twice");
}

#[tokio::test]
async fn what_a_full_audit_read_and_never_judged_is_judged_by_another() {
    let bench = Bench::new();
    let first = bench.order(|_| ()).await;
    let read = bench.read(later(sample()), &first).await;
    let second = bench.order(|order| order.services = vec![Service::S3]).await;
    bench.read(later(sample()), &second).await;
    bench.store.cancel(&second.tenant, second.id, jiff::Timestamp::now()).await.unwrap();
    bench.judge(sample(), &read).await;
    let tracked = bench.tracked().await;
    assert_eq!(tracked.into_iter().map(|one| one.fingerprint).collect::<BTreeSet<_>>(), wrong());
}

/// The account as an audit sees it that may not list the regions.
fn without_regions() -> Snapshot {
    let mut snapshot = later(sample());
    let unread = Unread {
        action: "ec2:DescribeRegions".into(),
        cause: Cause::Denied,
        region: "us-east-1".into(),
    };
    let is_ec2 = |part: &inventory::ServiceSnapshot| part.receipt.service == Service::Ec2;
    let mut gap = snapshot.parts.iter().find(|part| is_ec2(part)).unwrap().clone();
    gap.receipt.region = "*".into();
    gap.receipt.outcome = ReceiptOutcome::Denied;
    gap.facts = Known::Unread(unread);
    snapshot.parts.retain(|part| !is_ec2(part));
    snapshot.parts.push(gap);
    snapshot
}

#[tokio::test]
async fn regions_that_could_not_be_listed_are_not_forgotten() {
    let bench = Bench::new();
    bench.audited(sample()).await;
    let account = sample().account.id;
    let kept = bench.store.latest(&Tenant::local(), &account).await.unwrap();
    let audit = bench.order(|_| ()).await;
    let ended = bench.run(without_regions(), &audit, |_| 0).await;
    assert_eq!(ended.state, AuditState::Incomplete);
    let latest = bench.store.latest(&Tenant::local(), &account).await.unwrap();
    let places = |of: &[domain::Latest]| -> BTreeSet<_> {
        of.iter().map(|one| one.place.clone()).filter(|place| place.region != "*").collect()
    };
    assert_eq!(places(&latest), places(&kept));
    let states = states(&bench.tracked().await, Service::Ec2);
    assert!(!states.is_empty() && !states.contains(&Lifecycle::Resolved), "{states:?}");
    let report = bench.store.report(&ended).await.unwrap().unwrap();
    let ec2 = report.findings.iter().filter(|one| one.service == Service::Ec2);
    assert!(ec2.clone().any(|one| one.verdict == Verdict::Fail), "what was read before is told");
    assert!(ec2.clone().any(|one| one.verdict == Verdict::Unknown));
}

#[tokio::test]
async fn a_kept_snapshot_that_cannot_be_read_is_a_gap_of_its_place_alone() {
    let bench = Bench::new();
    bench.audited(sample()).await;
    let account = sample().account.id;
    let latest = bench.store.latest(&Tenant::local(), &account).await.unwrap();
    let buckets = latest.iter().find(|one| one.place.service == Service::S3).unwrap();
    bench.lose(&buckets.snapshot);
    let audit = bench.order(|order| order.services = vec![Service::Iam]).await;
    let ended = bench.run(later(sample()), &audit, |_| 0).await;
    let report = bench.store.report(&ended).await.unwrap().unwrap();
    let iam = report.findings.iter().filter(|one| one.service == Service::Iam);
    assert!(iam.into_iter().any(|one| one.verdict == Verdict::Fail));
    let s3 = states(&bench.tracked().await, Service::S3);
    assert!(!s3.is_empty() && !s3.contains(&Lifecycle::Resolved), "{s3:?}");
}

#[tokio::test]
async fn an_audit_whose_own_snapshot_is_gone_fails_and_says_why() {
    let bench = Bench::new();
    let audit = bench.order(|_| ()).await;
    let read = bench.read(sample(), &audit).await;
    let task = bench.store.tasks(&read).await.unwrap().remove(0);
    bench.lose(&task.snapshot.unwrap());
    let ended = bench.judge(sample(), &read).await;
    assert_eq!(ended.state, AuditState::Failed);
    let why = ended.error.unwrap();
    assert!(why.contains("cannot be read") && why.contains("it is gone"), "{why}");
}

/// A trail's bucket is read for the trail's check: of S3 that is less than all there is.
#[tokio::test]
async fn what_was_read_for_another_services_checks_is_not_the_newest_of_its_place() {
    let bench = Bench::new();
    bench.audited(sample()).await;
    let (tenant, account) = (Tenant::local(), sample().account.id);
    let newest = async |service| {
        let latest = bench.store.latest(&tenant, &account).await.unwrap();
        let latest = latest.into_iter().filter(|one| one.place.service == service);
        latest.map(|one| one.snapshot).collect::<BTreeSet<_>>()
    };
    let (buckets, trails) = (newest(Service::S3).await, newest(Service::CloudTrail).await);
    assert!(!buckets.is_empty() && !trails.is_empty());

    let one = bench.order(|order| order.checks = vec!["cloudtrail_bucket_public".into()]).await;
    bench.run(later(sample()), &one, |_| 0).await;
    assert_eq!(newest(Service::S3).await, buckets);
    assert_eq!(newest(Service::CloudTrail).await, trails, "one check of its own is not all");

    let alone = bench.order(|order| order.services = vec![Service::CloudTrail]).await;
    bench.run(later(sample()), &alone, |_| 0).await;
    assert_eq!(newest(Service::S3).await, buckets);
    assert_ne!(newest(Service::CloudTrail).await, trails, "all of its own");
}
