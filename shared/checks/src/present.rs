use domain::{
    AccountId, AuditSettings, Finding, Fingerprint, Lang, OutdatedRole, Receipt, Report, Resource,
    Service, Severity, Status, Summary, Suppressed, Verdict, keys::AuditedKeys,
};
use jiff::Timestamp;
use serde::Serialize;

use crate::{PresentedRemedies, find, render};

/// What one check says of one resource, with its texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Finding))]
pub struct PresentedFinding {
    /// Its lasting name.
    pub fingerprint: Fingerprint,
    /// The check.
    pub check_id: String,
    /// The service the check belongs to.
    pub service: Service,
    /// How bad a failure is.
    pub severity: Severity,
    /// What was decided.
    pub verdict: Verdict,
    /// What it was decided about.
    pub resource: Resource,
    /// The part of the resource it is about: one access key of a user.
    pub sub_resource: Option<String>,
    /// What was seen, or why nothing was; empty where a pass needs no words.
    pub evidence: String,
    /// What is wrong when the check fails.
    pub headline: String,
    /// What the check asks for.
    pub requirement: String,
    /// What a failure lets happen.
    pub risk: String,
    /// What to change.
    pub remedy: String,
    /// How to mend a failure, filled in with the resource's values; not there where nothing fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedies: Option<PresentedRemedies>,
    /// The AWS documentation of the setting.
    pub reference: String,
    /// The requirements of frameworks it answers: `cis-aws-5.0:1.13`.
    pub frameworks: Vec<String>,
    /// The suppression that keeps a failure quiet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<Suppressed>,
}

impl PresentedFinding {
    /// A finding in the words of a language. One of a check that this version does not know has its ids alone.
    #[must_use]
    pub fn new(finding: &Finding, lang: Lang) -> Self {
        let check = find(&finding.check_id);
        let texts = check.map(|check| check.texts(lang));
        let text = |of: fn(&crate::Texts) -> &String| texts.map(of).cloned().unwrap_or_default();
        Self {
            fingerprint: finding.fingerprint,
            check_id: finding.check_id.clone().into_owned(),
            service: finding.service,
            severity: finding.severity,
            verdict: finding.verdict,
            resource: finding.resource.clone(),
            sub_resource: finding.sub_resource.clone(),
            evidence: render(check, &finding.evidence, lang),
            headline: text(|texts| &texts.headline),
            requirement: text(|texts| &texts.requirement),
            risk: text(|texts| &texts.risk),
            remedy: text(|texts| &texts.remedy),
            remedies: check
                .filter(|_| finding.verdict == Verdict::Fail)
                .map(|check| PresentedRemedies::new(check, finding, lang)),
            reference: check.map(|check| check.reference.to_owned()).unwrap_or_default(),
            frameworks: check.map(|check| check.frameworks().to_vec()).unwrap_or_default(),
            suppressed: finding.suppressed.as_deref().cloned(),
        }
    }
}

/// The result of an audit, with its texts; its JSON form is described by `docs/schema/scan-1.json` and only
/// grows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PresentedReport {
    /// The version of this shape.
    pub schema: u32,
    /// The audited account.
    pub account: AccountId,
    /// When the reading began.
    pub started_at: Timestamp,
    /// When the reading ended.
    pub finished_at: Timestamp,
    /// Whether everything asked for was read.
    pub status: Status,
    /// How each region and service ended.
    pub receipt: Vec<Receipt>,
    /// That the role's stack has to be updated, where AWS's answers show it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outdated_role: Option<OutdatedRole>,
    /// The findings, counted.
    pub summary: Summary,
    /// The findings, worst first.
    pub findings: Vec<PresentedFinding>,
    /// What it was judged by.
    pub settings: AuditSettings,
    /// The old access keys as one list; not there where no check looks at access keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_keys: Option<AuditedKeys>,
}

impl PresentedReport {
    /// A report in the words of a language.
    #[must_use]
    pub fn new(report: &Report, lang: Lang) -> Self {
        Self {
            schema: report.schema,
            account: report.account.clone(),
            started_at: report.started_at,
            finished_at: report.finished_at,
            status: report.status,
            receipt: report.receipt.clone(),
            outdated_role: report.outdated_role.clone(),
            summary: report.summary.clone(),
            findings: report.findings.iter().map(|one| PresentedFinding::new(one, lang)).collect(),
            settings: report.settings.clone(),
            access_keys: AuditedKeys::of(report),
        }
    }
}
