//! Audits, problems, alerts and accounts to store.

use std::time::Duration;

use domain::{
    Account, Alert, AlertState, Audit, AuditFilter, AuditId, AuditRequest, AuditSettings, Delivery,
    Evidence, Finding, Fingerprint, Latest, Partition, Receipt, ReceiptOutcome, RegisteredAccount,
    RegisteredState, Report, Resource, Service, ServiceRegion, Severity, Status, Summary, Task,
    TaskName, Tenant, TrackedFinding, Verdict,
};
use inventory::Snapshot;
use jiff::Timestamp;
use store::PackedResult;
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

/// An audit of one region, which does not ask for the account's lock.
pub(crate) fn audit_of(tenant: &Tenant, account: &str) -> Audit {
    let order = AuditRequest {
        role_name: "team@Reader".parse().unwrap(),
        external_id: Some("only-for-the-role".parse().unwrap()),
        regions: vec!["eu-west-1".into()],
        ..AuditRequest::new(account.parse().unwrap())
    };
    Audit::new(tenant.clone(), AuditId(Uuid::now_v7()), order, at(0))
}

pub(crate) fn audit(tenant: &Tenant) -> Audit {
    audit_of(tenant, ACCOUNT)
}

/// An audit of all there is.
pub(crate) fn full(tenant: &Tenant) -> Audit {
    let audit = audit(tenant);
    Audit { order: AuditRequest { regions: Vec::new(), ..audit.order }, ..audit }
}

pub(crate) fn place(number: usize) -> ServiceRegion {
    ServiceRegion::new(format!("eu-test-{number}"), Service::Ec2)
}

pub(crate) fn task_name(number: usize) -> TaskName {
    let place = place(number);
    TaskName::of(&place.region, place.service)
}

pub(crate) fn new_task(held: &Audit, number: usize, now: Timestamp) -> Task {
    Task::new(held, task_name(number), vec![Service::Ec2], now)
}

pub(crate) fn finding(name: &str, verdict: Verdict) -> Finding {
    let account = Account { partition: Partition::Aws, id: ACCOUNT.parse().unwrap() };
    let arn = format!("arn:aws:s3:::{name}");
    Finding {
        fingerprint: Fingerprint::new(&account, "eu-west-1", "s3_encryption", &arn, None),
        check_id: "s3_encryption".into(),
        service: Service::S3,
        severity: Severity::High,
        verdict,
        resource: Resource {
            arn,
            kind: "AWS::S3::Bucket".into(),
            region: "eu-west-1".into(),
            account: account.id,
            tags: Some([("owner".to_owned(), "team \"가\"".to_owned())].into()),
        },
        sub_resource: None,
        evidence: Evidence::of("none"),
        suppressed: None,
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
        notes: Vec::new(),
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
        checks: vec!["s3_encryption".into()],
        settings: AuditSettings::default(),
        access_keys: None,
        outdated_role: None,
    }
}

pub(crate) fn complete(findings: Vec<Finding>) -> Report {
    report(findings, ReceiptOutcome::Done)
}

/// A problem that an audit sees for the first time, in what was read at a time.
pub(crate) fn tracked(
    audit: &Audit,
    name: &str,
    place: ServiceRegion,
    seen_at: Timestamp,
) -> TrackedFinding {
    let finding = finding(name, Verdict::Fail);
    let tracked = TrackedFinding::new(audit.id, &audit.tenant, &finding, place, seen_at);
    TrackedFinding { account: audit.order.account_id.clone(), ..tracked }
}

pub(crate) fn alert(audit: &Audit, id: &str) -> Alert {
    Alert {
        tenant: audit.tenant.clone(),
        id: id.into(),
        audit_id: audit.id,
        account: audit.order.account_id.clone(),
        account_name: Some("shop".into()),
        state: AlertState::New,
        severity: Severity::High,
        check_id: Some("s3_encryption".into()),
        category: Some(Service::S3),
        headline: "The bucket stores new objects unencrypted".into(),
        risk: String::new(),
        remedy: "Turn on default encryption".into(),
        reference: String::new(),
        findings: Vec::new(),
        count: 1,
        covers: vec![finding("a", Verdict::Fail).fingerprint],
        created_at: at(5),
        lang: "en".into(),
        delivery: Delivery::Unsent,
        resent: 0,
    }
}

pub(crate) fn registered(tenant: &Tenant, account: &str) -> RegisteredAccount {
    RegisteredAccount {
        tenant: tenant.clone(),
        account_id: account.parse().unwrap(),
        name: None,
        role_name: "team@Reader".parse().unwrap(),
        external_id: "made-here".parse().unwrap(),
        regions: Vec::new(),
        services: Vec::new(),
        schedule: None,
        alert_severity: None,
        overrides: domain::AuditOverrides::default(),
        state: RegisteredState::Pending,
        reason: None,
        created_at: at(0),
        updated_at: at(0),
        proof: None,
        scheduled_for: None,
        last_audit: None,
        refused_days: 0,
        refused_at: None,
        purge_at: None,
    }
}

pub(crate) fn snapshot(started_at: Timestamp) -> Snapshot {
    Snapshot {
        version: Snapshot::VERSION,
        account: Account { partition: Partition::Aws, id: ACCOUNT.parse().unwrap() },
        started_at,
        finished_at: started_at,
        parts: Vec::new(),
    }
}

/// A snapshot of a place, as the newest of it.
pub(crate) fn latest(audit: &Audit, place: ServiceRegion, taken_at: Timestamp) -> Latest {
    let snapshot = format!("{}-{taken_at}", audit.id);
    Latest { place, snapshot, taken_at, audit_id: audit.id }
}

/// What a reading is of: all there is, or what the one check of these tests looks at.
pub(crate) fn scopes(whole: bool) -> Option<Vec<AuditFilter>> {
    let check = Some("s3_encryption".to_owned());
    (!whole).then(|| vec![AuditFilter { check, region: None }])
}

/// A report as it is kept.
pub(crate) async fn packed(report: &Report) -> PackedResult {
    PackedResult::of(report).await.unwrap()
}
