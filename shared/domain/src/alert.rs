use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Audit, AuditId, Finding, Fingerprint, Report, Service, Severity, Tenant, Verdict,
};

/// A severe failing finding that has to be told, with everything a message needs.
///
/// The store keeps one per tenant, account and fingerprint, so that a problem is told once however
/// many audits see it; an audit that sees it pass takes it away, and it is told again when it comes
/// back, or when it gets worse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Whose it is.
    pub tenant: Tenant,
    /// The audit that saw it first.
    pub audit_id: AuditId,
    /// The audited account.
    pub account: AccountId,
    /// The finding's lasting name.
    pub fingerprint: Fingerprint,
    /// The check that failed.
    pub check_id: String,
    /// The service it is about; subscribers filter by it.
    pub category: Service,
    /// How bad it is.
    pub severity: Severity,
    /// What is new about it.
    pub state: AlertState,
    /// The ARN of the resource.
    pub resource: String,
    /// The part of the resource it is about: one access key of a user.
    #[serde(default)]
    pub sub_resource: Option<String>,
    /// The resource's region, or `global`.
    pub region: String,
    /// What is wrong.
    pub headline: String,
    /// What was seen.
    pub evidence: String,
    /// What a failure lets happen.
    pub risk: String,
    /// What to change.
    pub remedy: String,
    /// The AWS documentation of the setting.
    pub reference: String,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// The language of the texts: `en` or `ko`.
    pub lang: String,
}

/// What is new about an alert's finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertState {
    /// It was not failing before, or was not looked at.
    New,
}

impl AlertState {
    /// The name used in messages and in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
        }
    }
}

impl Alert {
    /// The alerts of an audit's result: its failing findings that are `at_least` so severe, in the
    /// report's order.
    ///
    /// `lang` is the language that the report's texts are in.
    #[must_use]
    pub fn of(audit: &Audit, report: &Report, at_least: Severity, lang: &str) -> Vec<Self> {
        let severe =
            |finding: &&Finding| finding.verdict == Verdict::Fail && finding.severity >= at_least;
        let alert = |finding: &Finding| Self {
            tenant: audit.tenant.clone(),
            audit_id: audit.id,
            account: report.account.clone(),
            fingerprint: finding.fingerprint.clone(),
            check_id: finding.check_id.clone(),
            category: finding.service,
            severity: finding.severity,
            state: AlertState::New,
            resource: finding.resource.arn.clone(),
            sub_resource: finding.sub_resource.clone(),
            region: finding.resource.region.clone(),
            headline: finding.headline.clone(),
            evidence: finding.evidence.clone(),
            risk: finding.risk.clone(),
            remedy: finding.remedy.clone(),
            reference: finding.reference.clone(),
            first_seen: report.finished_at,
            lang: lang.to_owned(),
        };
        report.findings.iter().filter(severe).map(alert).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Account, Order, Partition, Resource, Status, Summary};

    fn finding(check: &str, severity: Severity, verdict: Verdict) -> Finding {
        let account = Account { partition: Partition::Aws, id: "111122223333".parse().unwrap() };
        let arn = "arn:aws:s3:::logs";
        Finding {
            fingerprint: Fingerprint::new(&account, "eu-west-1", check, arn, None),
            check_id: check.into(),
            service: Service::S3,
            severity,
            verdict,
            resource: Resource {
                arn: arn.into(),
                kind: "AWS::S3::Bucket".into(),
                region: "eu-west-1".into(),
                account: account.id,
                tags: None,
            },
            sub_resource: None,
            evidence: "seen".into(),
            headline: "wrong".into(),
            requirement: "right".into(),
            risk: "harm".into(),
            remedy: "fix".into(),
            reference: "https://docs.aws.amazon.com/".into(),
            frameworks: Vec::new(),
        }
    }

    #[test]
    fn only_severe_failures_are_told() {
        let account: AccountId = "111122223333".parse().unwrap();
        let order = Order {
            account_id: account.clone(),
            role_name: crate::RoleName::default(),
            external_id: None,
            checks: Vec::new(),
        };
        let now = Timestamp::UNIX_EPOCH;
        let audit = Audit::new(Tenant::local(), AuditId(uuid::Uuid::nil()), order, now);
        let findings = vec![
            finding("a", Severity::Critical, Verdict::Fail),
            finding("b", Severity::High, Verdict::Fail),
            finding("c", Severity::Medium, Verdict::Fail),
            finding("d", Severity::Critical, Verdict::Pass),
            finding("e", Severity::Critical, Verdict::Unknown),
        ];
        let report = Report {
            schema: Report::SCHEMA,
            account,
            started_at: now,
            finished_at: now,
            status: Status::Complete,
            receipt: Vec::new(),
            summary: Summary::of(&findings),
            findings,
        };
        let told = |at_least| {
            let alerts = Alert::of(&audit, &report, at_least, "ko");
            alerts.into_iter().map(|alert| alert.check_id).collect::<Vec<_>>()
        };
        assert_eq!(told(Severity::High), ["a", "b"]);
        assert_eq!(told(Severity::Low), ["a", "b", "c"]);
        assert_eq!(told(Severity::Critical), ["a"]);
    }
}
