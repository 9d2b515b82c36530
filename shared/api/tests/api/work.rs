//! What workers do to an audit, made by hand.

use std::time::Duration;

use domain::{
    Account, Audit, AuditId, AuditSettings, Evidence, Finding, Fingerprint, Partition, Receipt,
    ReceiptOutcome, Report, Resource, Service, ServiceRegion, Severity, Status, Summary, Tenant,
    TrackedFinding, Verdict,
};
use jiff::{Timestamp, ToSpan};
use store::{Claim, End, Fence, PackedResult, Store, Transitions};

use crate::support::ACCOUNT;

pub(crate) fn finding(name: &str, verdict: Verdict, severity: Severity) -> Finding {
    let account = Account { partition: Partition::Aws, id: ACCOUNT.parse().unwrap() };
    let arn = format!("arn:aws:s3:::{name}");
    Finding {
        fingerprint: Fingerprint::new(&account, "eu-west-1", "s3_encryption", &arn, None),
        check_id: "s3_encryption".into(),
        service: Service::S3,
        severity,
        verdict,
        resource: Resource {
            arn,
            kind: "AWS::S3::Bucket".into(),
            region: "eu-west-1".into(),
            account: account.id,
            tags: None,
        },
        sub_resource: None,
        evidence: Evidence::of("none"),
        suppressed: None,
    }
}

pub(crate) fn report(findings: Vec<Finding>, outcome: ReceiptOutcome) -> Report {
    let receipt = vec![Receipt {
        region: "global".into(),
        service: Service::S3,
        outcome,
        calls: 3,
        denied: match outcome {
            ReceiptOutcome::Denied => vec!["s3:GetEncryptionConfiguration".into()],
            _ => Vec::new(),
        },
        error: None,
        notes: Vec::new(),
    }];
    Report {
        schema: Report::SCHEMA,
        account: ACCOUNT.parse().unwrap(),
        started_at: Timestamp::UNIX_EPOCH,
        finished_at: Timestamp::UNIX_EPOCH + Duration::from_mins(1),
        status: Status::of(&receipt, &Summary::of(&findings)),
        receipt,
        summary: Summary::of(&findings),
        findings,
        checks: vec!["s3_encryption".into()],
        settings: AuditSettings::default(),
        access_keys: None,
        outdated_role: None,
    }
}

/// An audit whose planner is at work.
pub(crate) async fn planning(store: &Store, tenant: &Tenant, id: AuditId) -> Audit {
    let now = Timestamp::now();
    let claim = store.claim_plan(tenant, id, now, now + 1.minute()).await.unwrap();
    let Claim::Claimed(held) = claim else { panic!("{claim:?}") };
    *held
}

/// Ends an audit with a report, and follows what fails in it.
pub(crate) async fn end(store: &Store, tenant: &Tenant, id: AuditId, report: &Report) {
    let now = Timestamp::now();
    let held = planning(store, tenant, id).await;
    assert_eq!(store.planned(&held, &[], now).await.unwrap(), Fence::Held);
    let claim = store.claim_evaluation(tenant, id, now, now + 1.minute()).await.unwrap();
    let Claim::Claimed(held) = claim else { panic!("{claim:?}") };
    let known = store.tracked(tenant, &held.order.account_id).await.unwrap();
    let fails = report.findings.iter().filter(|one| one.verdict == Verdict::Fail);
    let changed: Vec<TrackedFinding> = fails
        .filter(|one| known.iter().all(|known| known.fingerprint != one.fingerprint))
        .map(|one| {
            let place = ServiceRegion::new("global", Service::S3);
            let account = held.order.account_id.clone();
            let tracked = TrackedFinding::new(id, tenant, one, place, report.started_at);
            TrackedFinding { account, ..tracked }
        })
        .collect();
    let written = store.transition(&held, &changed, None).await.unwrap();
    assert_eq!(written, Transitions::Written);
    let end = End { result: &PackedResult::of(report).await.unwrap(), digest: None };
    assert_eq!(store.finish(&held, now, end).await.unwrap(), Fence::Held);
}
