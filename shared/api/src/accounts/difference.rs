//! What is different between two results, and what there is to show of it.

use std::collections::BTreeMap;

use domain::{Finding, Fingerprint, Lang, Service, Severity};
use serde::Serialize;
use store::AuditResult;
use utoipa::ToSchema;

use super::compare::Different;

/// How a finding differs in a later result.
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

/// One finding that is in one of two results.
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

/// How many findings differ, and how.
pub(super) type Counts = BTreeMap<&'static str, usize>;

/// Counts the kinds; every kind is named, also with none.
pub(super) fn counts(changes: &[Different]) -> Counts {
    let mut counts: Counts = Kind::ALL.iter().map(|kind| (kind.name(), 0)).collect();
    for change in changes {
        *counts.entry(change.kind.name()).or_default() += 1;
    }
    counts
}

/// What there is to show of some findings, in the words of a language.
pub(super) async fn show(
    different: &[Different],
    before: &AuditResult,
    after: &AuditResult,
    lang: Lang,
) -> Result<Vec<Change>, store::Error> {
    let later: Vec<_> = different.iter().filter_map(|one| one.later).collect();
    let gone = different.iter().filter(|one| one.later.is_none());
    let gone: Vec<_> = gone.map(|one| one.place).collect();
    let (mut later, mut gone) =
        (after.at(&later).await?.into_iter(), before.at(&gone).await?.into_iter());
    let shown = different.iter().filter_map(|one| {
        let finding = if one.later.is_some() { later.next() } else { gone.next() };
        Some(change(one, &finding?, lang))
    });
    Ok(shown.collect())
}

fn change(one: &Different, finding: &Finding, lang: Lang) -> Change {
    let check = checks::find(&finding.check_id);
    Change {
        kind: one.kind,
        fingerprint: finding.fingerprint,
        check_id: finding.check_id.to_string(),
        service: finding.service,
        severity: one.severity.0,
        severity_before: one.before,
        resource: finding.resource.arn.clone(),
        sub_resource: finding.sub_resource.clone(),
        region: finding.resource.region.clone(),
        headline: check.map(|check| check.texts(lang).headline.clone()).unwrap_or_default(),
        evidence: checks::render(check, &finding.evidence, lang),
    }
}
