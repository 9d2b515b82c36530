//! Alerts about what changed: one for each check and kind of news, however many findings it is about.

use std::collections::{BTreeMap, HashSet};

use domain::{
    Alert, AlertFinding, AlertState, Audit, Delivery, Finding, Fingerprint, Lifecycle, Proof,
    RegisteredAccount, Severity, TrackedFinding,
};
use jiff::Timestamp;

use crate::tracking::Changed;

/// How many findings one alert is about at most: it names all of them, in an item of 400 KB.
const COVERED: usize = 5000;

/// Changed problems that are written together, and the alert that tells of them.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) changed: Vec<TrackedFinding>,
    pub(crate) alert: Option<Alert>,
}

/// How an audit tells.
pub(crate) struct AlertContext<'a> {
    pub(crate) audit: &'a Audit,
    pub(crate) account_name: Option<&'a str>,
    pub(crate) at_least: Severity,
    pub(crate) lang: &'a str,
    pub(crate) now: Timestamp,
    /// Tells passes over the same changes apart: an alert's name is used once.
    pub(crate) pass: String,
}

/// What changed, in batches: those that are told first, the worst check first.
///
/// `told` are the alerts that the audit has raised already, in an attempt or a pass that broke off.
pub(crate) fn batches(
    changed: Vec<Changed>,
    findings: &[Finding],
    told: &[Alert],
    manner: &AlertContext<'_>,
) -> Vec<Batch> {
    let covered: HashSet<(AlertState, &Fingerprint)> =
        told.iter().flat_map(|alert| alert.covers.iter().map(|name| (alert.state, name))).collect();
    let mut groups: BTreeMap<_, Vec<TrackedFinding>> = BTreeMap::new();
    let mut quiet = Vec::new();
    for Changed { tracked, news } in changed {
        match news {
            Some(news)
                if tracked.severity >= manner.at_least
                    && !covered.contains(&(news, &tracked.fingerprint)) =>
            {
                groups.entry((tracked.check_id.clone(), news)).or_default().push(tracked);
            }
            _ => quiet.push(tracked),
        }
    }
    let mut batches = Vec::new();
    for ((check, news), mut group) in groups {
        group.sort_by(|a, b| (b.severity, &a.resource).cmp(&(a.severity, &b.resource)));
        for (number, chunk) in group.chunks(COVERED).enumerate() {
            let name = format!("{check}.{}.{}.{number}", news.name(), manner.pass);
            let alert = about(name, news, chunk, findings, manner);
            batches.push(Batch { changed: chunk.to_vec(), alert: Some(alert) });
        }
    }
    let severity = |batch: &Batch| batch.alert.as_ref().map(|alert| alert.severity);
    batches.sort_by_key(|batch| std::cmp::Reverse(severity(batch)));
    if !quiet.is_empty() {
        batches.push(Batch { changed: quiet, alert: None });
    }
    batches
}

fn about(
    id: String,
    state: AlertState,
    group: &[TrackedFinding],
    findings: &[Finding],
    manner: &AlertContext<'_>,
) -> Alert {
    let first = group.first();
    let texts = first
        .and_then(|first| findings.iter().find(|finding| finding.fingerprint == first.fingerprint));
    let text = |of: fn(&Finding) -> &String| texts.map(of).cloned().unwrap_or_default();
    Alert {
        id,
        state,
        check_id: first.map(|first| first.check_id.clone()),
        category: first.map(|first| first.service),
        headline: first.map(|first| first.headline.clone()).unwrap_or_default(),
        risk: text(|finding| &finding.risk),
        remedy: text(|finding| &finding.remedy),
        reference: text(|finding| &finding.reference),
        covers: group.iter().map(|tracked| tracked.fingerprint.clone()).collect(),
        ..listing(group, manner)
    }
}

/// What all alerts about findings have in common.
fn listing(group: &[TrackedFinding], manner: &AlertContext<'_>) -> Alert {
    let severity = group.iter().map(|tracked| tracked.severity).max();
    Alert {
        tenant: manner.audit.tenant.clone(),
        id: String::new(),
        audit_id: manner.audit.id,
        account: manner.audit.order.account_id.clone(),
        account_name: manner.account_name.map(Into::into),
        state: AlertState::Resolved,
        severity: severity.unwrap_or(Severity::Low),
        check_id: None,
        category: None,
        headline: String::new(),
        risk: String::new(),
        remedy: String::new(),
        reference: String::new(),
        findings: group.iter().take(Alert::TOLD).map(AlertFinding::from).collect(),
        count: u32::try_from(group.len()).unwrap_or(u32::MAX),
        covers: Vec::new(),
        created_at: manner.now,
        lang: manner.lang.to_owned(),
        delivery: Delivery::Unsent,
        resent: 0,
    }
}

/// The digest of all that an audit has resolved; nothing where it resolved nothing that is told.
pub(crate) fn digest(all: &[TrackedFinding], manner: &AlertContext<'_>) -> Option<Alert> {
    let mut resolved: Vec<_> = all
        .iter()
        .filter(|tracked| {
            tracked.state == Lifecycle::Resolved
                && tracked.audit_id == manner.audit.id
                && tracked.severity >= manner.at_least
        })
        .cloned()
        .collect();
    if resolved.is_empty() {
        return None;
    }
    resolved.sort_by(|a, b| (b.severity, &a.check_id).cmp(&(a.severity, &b.check_id)));
    Some(Alert { id: "resolved".into(), ..listing(&resolved, manner) })
}

/// Tells that an account's role does not keep others out, and that it is not audited any more.
pub(crate) fn suspended(
    audit: &Audit,
    account: &RegisteredAccount,
    proof: &Proof,
    lang: &str,
) -> Alert {
    Alert::suspended(account, proof, Some(audit.id), lang)
}
