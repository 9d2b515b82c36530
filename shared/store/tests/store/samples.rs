//! Audits and reports to store.

use std::time::Duration;

use domain::{
    Account, Audit, AuditId, Finding, Fingerprint, Order, Partition, Receipt, ReceiptOutcome,
    Report, Resource, Service, Severity, Status, Summary, Tenant, Verdict,
};
use jiff::Timestamp;
use uuid::Uuid;

pub(crate) const ACCOUNT: &str = "111122223333";

/// Seconds after an arbitrary beginning.
pub(crate) fn at(seconds: u64) -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap() + Duration::from_secs(seconds)
}

/// A tenant that no other test has.
pub(crate) fn tenant() -> Tenant {
    Tenant::try_from(Uuid::now_v7().to_string()).unwrap()
}

pub(crate) fn audit_of(tenant: &Tenant, account: &str) -> Audit {
    let order = Order {
        account_id: account.parse().unwrap(),
        role_name: "team@Reader".parse().unwrap(),
        external_id: Some("only-for-the-role".parse().unwrap()),
        checks: vec!["s3_encryption".into()],
    };
    Audit::new(tenant.clone(), AuditId(Uuid::now_v7()), order, at(0))
}

pub(crate) fn audit(tenant: &Tenant) -> Audit {
    audit_of(tenant, ACCOUNT)
}

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
            tags: Some([("owner".to_owned(), "team \"가\"".to_owned())].into()),
        },
        sub_resource: None,
        evidence: "no default encryption".into(),
        headline: "The bucket stores new objects unencrypted".into(),
        requirement: "Buckets encrypt new objects".into(),
        risk: "Whoever reads the disk reads the objects".into(),
        remedy: "Turn on default encryption".into(),
        reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html"
            .into(),
        frameworks: vec!["cis-aws-5.0:2.1.1".into()],
    }
}

/// A report of these findings; with a gap, one that is incomplete.
pub(crate) fn report(findings: Vec<Finding>, outcome: ReceiptOutcome) -> Report {
    let receipt = vec![Receipt {
        region: "global".into(),
        service: Service::S3,
        outcome,
        calls: 7,
        denied: Vec::new(),
        error: None,
    }];
    Report {
        schema: Report::SCHEMA,
        account: ACCOUNT.parse().unwrap(),
        started_at: at(1),
        finished_at: at(2),
        status: Status::of(&receipt, &Summary::of(&findings)),
        receipt,
        summary: Summary::of(&findings),
        findings,
    }
}

pub(crate) fn complete(findings: Vec<Finding>) -> Report {
    report(findings, ReceiptOutcome::Done)
}
