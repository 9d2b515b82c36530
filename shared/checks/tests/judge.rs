//! Judging whole snapshots: nothing that was not read passes or disappears.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic as the test may")]

use checks::{Check, EvaluateOptions, all, judge};
use domain::{
    Account, Cause, Facts, GLOBAL, Known, Listing, Partition, Receipt, ReceiptOutcome, Service,
    ServiceSnapshot, Severity, Snapshot, Tags, Unread, Verdict,
    ec2::{Ec2, Instance, MetadataOptions},
    iam::{AccessKey, AccountSummary, Iam, User},
    s3::{Bucket, PublicAccessBlock, S3},
};
use proptest::prelude::*;

fn unread() -> Unread {
    Unread { action: "x:Y".into(), cause: Cause::Denied, region: GLOBAL.into() }
}

fn part(service: Service, region: &str, facts: Facts) -> ServiceSnapshot {
    let receipt = Receipt {
        region: region.into(),
        service,
        outcome: ReceiptOutcome::Done,
        calls: 1,
        denied: vec![],
        error: None,
    };
    ServiceSnapshot { receipt, facts, taken_at: None }
}

fn snapshot(parts: Vec<ServiceSnapshot>) -> Snapshot {
    Snapshot {
        version: Snapshot::VERSION,
        account: Account { partition: Partition::Aws, id: "111122223333".parse().unwrap() },
        started_at: jiff::Timestamp::UNIX_EPOCH,
        finished_at: jiff::Timestamp::UNIX_EPOCH,
        parts,
    }
}

fn checks() -> Vec<&'static Check> {
    all().collect()
}

fn user(name: &str, keys: Listing<AccessKey>) -> User {
    User {
        name: name.into(),
        arn: format!("arn:aws:iam::111122223333:user/{name}"),
        access_keys: keys,
        tags: None,
    }
}

/// An account where something of every kind fails.
fn faulty() -> Snapshot {
    let old = AccessKey {
        created: jiff::Timestamp::from_second(-91 * 86_400).unwrap().into(),
        ..AccessKey::secure()
    };
    let keys = vec![AccessKey { id: "AKIAIOSFODNN7EXAMPL2".into(), ..old.clone() }, old];
    let iam = Iam {
        summary: AccountSummary {
            root_access_keys: 1.into(),
            root_mfa: false.into(),
            root_password: true.into(),
        }
        .into(),
        users: vec![user("a", keys.into())].into(),
    };
    let bucket = Bucket {
        block_public: PublicAccessBlock::NONE.into(),
        policy_is_public: true.into(),
        encryption: Known::from(None),
        ..Bucket::secure()
    };
    let s3 = S3 { block_public: PublicAccessBlock::NONE.into(), buckets: vec![bucket].into() };
    let instance = Instance {
        metadata: MetadataOptions { endpoint: true.into(), tokens_required: false.into() }.into(),
        public_ipv4: vec!["203.0.113.7".parse().unwrap()],
        tags: Tags::new(),
        ..Instance::secure()
    };
    let ec2 = Ec2 { instances: vec![instance].into() };
    snapshot(vec![
        part(Service::Iam, GLOBAL, Facts::Iam(iam)),
        part(Service::S3, GLOBAL, Facts::S3(s3)),
        part(Service::Ec2, "eu-west-1", Facts::Ec2(ec2)),
    ])
}

#[test]
fn every_check_fails_on_a_faulty_account_and_the_worst_comes_first() {
    let findings = judge(&faulty(), &checks(), EvaluateOptions::default());
    assert_eq!(findings.len(), 8, "seven checks, and two keys of one user");
    assert!(findings.iter().all(|finding| finding.verdict == Verdict::Fail));
    assert!(findings.is_sorted_by_key(|finding| std::cmp::Reverse(finding.severity)));
    let names: std::collections::BTreeSet<_> = findings.iter().map(|f| &f.fingerprint).collect();
    assert_eq!(names.len(), findings.len(), "two findings share a name");
    let public = findings.iter().find(|f| f.check_id == "s3_public_access").unwrap();
    assert_eq!(public.severity, Severity::Critical);
    assert_eq!(public.resource.region, "us-east-1");
}

#[test]
fn a_part_that_was_not_read_leaves_an_unknown_of_every_check() {
    let mut blind = faulty();
    for part in &mut blind.parts {
        part.facts = Facts::unread(part.receipt.service, &unread());
    }
    let findings = judge(&blind, &checks(), EvaluateOptions::default());
    assert_eq!(findings.len(), checks().len());
    assert!(findings.iter().all(|finding| finding.verdict == Verdict::Unknown));
    assert!(findings.iter().all(|finding| finding.evidence.contains("`x:Y` was denied")));
}

#[test]
fn a_service_that_the_snapshot_lacks_leaves_an_unknown_of_every_check() {
    let findings = judge(&snapshot(vec![]), &checks(), EvaluateOptions::default());
    assert_eq!(findings.len(), checks().len());
    assert!(findings.iter().all(|finding| finding.verdict == Verdict::Unknown));
    assert!(findings.iter().all(|finding| finding.evidence.contains("not asked for")));
}

#[test]
fn a_region_that_is_not_enabled_says_nothing() {
    let mut snapshot = faulty();
    for part in &mut snapshot.parts {
        part.receipt.outcome = ReceiptOutcome::NotApplicable;
    }
    assert!(judge(&snapshot, &checks(), EvaluateOptions::default()).is_empty());
}

#[test]
fn a_minimum_severity_keeps_what_could_be_as_bad() {
    let mut snapshot = faulty();
    let critical = EvaluateOptions { minimum: Severity::Critical, ..EvaluateOptions::default() };
    let ids = |snapshot: &Snapshot| {
        let findings = judge(snapshot, &checks(), critical);
        findings.into_iter().map(|finding| finding.check_id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&snapshot), ["iam_root_access_key", "iam_root_mfa", "s3_public_access"]);
    for part in &mut snapshot.parts {
        if let Facts::S3(s3) = &mut part.facts {
            s3.buckets.items[0].policy_is_public = Known::Unread(unread());
        }
    }
    assert!(ids(&snapshot).contains(&"s3_public_access".into()), "it may be critical");
}

/// A fact that is taken away at random.
fn keep<T: Clone>(fact: &Known<T>, lost: bool) -> Known<T> {
    if lost { Known::Unread(unread()) } else { fact.clone() }
}

proptest! {
    /// Losing any facts of a faulty account never makes a failing resource pass or disappear:
    /// it fails still, or it is unknown, or the list it was in is.
    #[test]
    fn a_lost_fact_never_hides_a_failure(lost in any::<[bool; 11]>()) {
        let whole = faulty();
        let mut partial = whole.clone();
        for part in &mut partial.parts {
            match &mut part.facts {
                Facts::Iam(iam) => {
                    let summary = iam.summary.known().unwrap().clone();
                    iam.summary = keep(&AccountSummary {
                        root_access_keys: keep(&summary.root_access_keys, lost[0]),
                        root_mfa: keep(&summary.root_mfa, lost[1]),
                        root_password: keep(&summary.root_password, lost[10]),
                    }.into(), lost[2]);
                    if lost[3] { iam.users.items[0].access_keys = Listing::unread(unread()); }
                    if lost[4] { iam.users = Listing::unread(unread()); }
                }
                Facts::S3(s3) => {
                    s3.block_public = keep(&s3.block_public, lost[5]);
                    let bucket = &mut s3.buckets.items[0];
                    bucket.block_public = keep(&bucket.block_public, lost[6]);
                    bucket.policy_is_public = keep(&bucket.policy_is_public, lost[7]);
                    bucket.encryption = keep(&bucket.encryption, lost[8]);
                }
                Facts::Ec2(ec2) => if lost[9] { ec2.instances = Listing::unread(unread()); }
            }
        }
        let found = judge(&partial, &checks(), EvaluateOptions::default());
        prop_assert!(found.iter().all(|f| f.verdict != Verdict::Pass));
        for failure in judge(&whole, &checks(), EvaluateOptions::default()) {
            prop_assert!(found.iter().any(|f| f.check_id == failure.check_id), "{}", failure.check_id);
        }
    }

    /// The order in which the parts were read changes nothing.
    #[test]
    fn the_order_of_parts_does_not_matter(parts in Just(faulty().parts).prop_shuffle()) {
        let shuffled = judge(&snapshot(parts), &checks(), EvaluateOptions::default());
        prop_assert_eq!(shuffled, judge(&faulty(), &checks(), EvaluateOptions::default()));
    }
}
