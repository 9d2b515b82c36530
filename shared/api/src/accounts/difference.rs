//! What is different between two results: pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::{
    AuditRequest, Finding, Fingerprint, GLOBAL, Lang, Receipt, ReceiptOutcome, Report, Service,
    Severity, Verdict,
};
use serde::Serialize;
use utoipa::ToSchema;

/// How a problem is different in a later result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// It was not there, or was not known to be.
    New,
    /// It is still there, and better or worse than it was.
    SeverityChanged,
    /// It was there, and the later result does not say whether it is.
    UnknownNow,
    /// It is gone: the check passes, or the resource is not there any more.
    Resolved,
    /// It is still there.
    StillFailing,
}

impl Kind {
    pub(super) const ALL: [Self; 5] =
        [Self::New, Self::SeverityChanged, Self::UnknownNow, Self::Resolved, Self::StillFailing];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::SeverityChanged => "severity_changed",
            Self::UnknownNow => "unknown_now",
            Self::Resolved => "resolved",
            Self::StillFailing => "still_failing",
        }
    }
}

/// One problem that is in one of two results.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Change {
    /// How it is different.
    #[serde(rename = "change")]
    pub(super) kind: Kind,
    /// Its lasting name.
    pub(super) fingerprint: Fingerprint,
    /// The check.
    check_id: String,
    /// The service it is about.
    service: Service,
    /// How bad it is; of one that is gone, how bad it was.
    pub(super) severity: Severity,
    /// How bad it was; null for a new one.
    severity_before: Option<Severity>,
    /// The ARN of the resource.
    resource: String,
    /// The part of the resource it is about.
    sub_resource: Option<String>,
    /// The resource's region, or `global`.
    region: String,
    /// What is wrong.
    headline: String,
    /// What was seen last.
    evidence: String,
}

/// How many problems are different, and how.
pub(super) type Counts = BTreeMap<&'static str, usize>;

/// The problems of two results, compared by fingerprint: what matters most first, each kind worst first.
pub(super) fn difference(
    before: &Report,
    after: &Report,
    order: &AuditRequest,
    lang: Lang,
) -> Vec<Change> {
    let by_name = |report: &'_ Report| -> HashMap<Fingerprint, Finding> {
        let findings = report.findings.iter();
        findings.map(|finding| (finding.fingerprint, finding.clone())).collect()
    };
    let (earlier, later) = (by_name(before), by_name(after));
    let failing = |finding: &&Finding| finding.verdict == Verdict::Fail;
    let mut changes = Vec::new();
    for finding in after.findings.iter().filter(failing) {
        let known = earlier.get(&finding.fingerprint).filter(failing);
        let kind = match known {
            None => Kind::New,
            Some(known) if known.severity != finding.severity => Kind::SeverityChanged,
            Some(_) => Kind::StillFailing,
        };
        changes.push(change(kind, finding, known.map(|known| known.severity), lang));
    }
    let reach = Reach::of(after, order);
    for finding in before.findings.iter().filter(failing) {
        match later.get(&finding.fingerprint).map(|later| (later.verdict, later)) {
            Some((Verdict::Fail, _)) => {}
            Some((Verdict::Pass | Verdict::NotApplicable, later)) => {
                let gone = Finding { severity: finding.severity, ..later.clone() };
                changes.push(change(Kind::Resolved, &gone, Some(finding.severity), lang));
            }
            Some((Verdict::Unknown | Verdict::Manual, later)) => {
                let unknown = Finding { severity: finding.severity, ..later.clone() };
                changes.push(change(Kind::UnknownNow, &unknown, Some(finding.severity), lang));
            }
            None => {
                let kind = if reach.holds(finding) { Kind::Resolved } else { Kind::UnknownNow };
                changes.push(change(kind, finding, Some(finding.severity), lang));
            }
        }
    }
    changes.sort_by(|a, b| {
        let order = |c: &Change| (c.kind, std::cmp::Reverse(c.severity), c.fingerprint);
        order(a).cmp(&order(b))
    });
    changes
}

/// Counts the kinds; every kind is named, also with none.
pub(super) fn counts(changes: &[Change]) -> Counts {
    let mut counts: Counts = Kind::ALL.iter().map(|kind| (kind.name(), 0)).collect();
    for change in changes {
        *counts.entry(change.kind.name()).or_default() += 1;
    }
    counts
}

fn change(kind: Kind, finding: &Finding, before: Option<Severity>, lang: Lang) -> Change {
    let check = checks::find(&finding.check_id);
    Change {
        kind,
        fingerprint: finding.fingerprint,
        check_id: finding.check_id.to_string(),
        service: finding.service,
        severity: finding.severity,
        severity_before: before,
        resource: finding.resource.arn.clone(),
        sub_resource: finding.sub_resource.clone(),
        region: finding.resource.region.clone(),
        headline: check.map(|check| check.texts(lang).headline.clone()).unwrap_or_default(),
        evidence: checks::render(check, &finding.evidence, lang),
    }
}

/// What a result would have told, had it been there.
struct Reach<'a> {
    order: &'a AuditRequest,
    whole: HashSet<(&'a str, Service)>,
}

impl<'a> Reach<'a> {
    fn of(report: &'a Report, order: &'a AuditRequest) -> Self {
        let whole = |row: &&Receipt| row.outcome == ReceiptOutcome::Done;
        let whole = report.receipt.iter().filter(whole);
        Self { order, whole: whole.map(|row| (row.region.as_str(), row.service)).collect() }
    }

    /// Whether a resource that it does not tell of is gone.
    fn holds(&self, finding: &Finding) -> bool {
        let AuditRequest { checks, regions, .. } = self.order;
        let region = finding.resource.region.as_str();
        let place = if finding.service.is_global() { GLOBAL } else { region };
        let judged = checks.is_empty() || checks.iter().any(|id| *id == finding.check_id);
        let reads = regions.is_empty() || region == GLOBAL || regions.iter().any(|r| r == region);
        judged && reads && self.whole.contains(&(place, finding.service))
    }
}
