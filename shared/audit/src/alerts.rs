//! Alerts about what changed: one for each check and kind of news, however many findings it is about.

use std::collections::{BTreeMap, HashSet};

use checks::{Texts, render};
use domain::{
    Alert, AlertFinding, AlertState, Audit, Delivery, Fingerprint, Lang, Lifecycle, Proof,
    RegisteredAccount, Severity, TrackedFinding,
};
use jiff::Timestamp;

use crate::tracking::Changed;

/// How many findings one alert is about at most: it names all of them, in an item of 400 KB.
const COVERED: usize = 5000;

/// Changed findings that are written together, and their alert.
#[derive(Debug)]
pub(crate) struct Batch<'a> {
    pub(crate) changed: Vec<&'a TrackedFinding>,
    pub(crate) alert: Option<Alert>,
}

/// How an audit tells.
pub(crate) struct AlertContext<'a> {
    pub(crate) audit: &'a Audit,
    pub(crate) account_name: Option<&'a str>,
    pub(crate) at_least: Severity,
    pub(crate) lang: Lang,
    pub(crate) now: Timestamp,
    /// Tells passes over the same changes apart: an alert's name is used once.
    pub(crate) pass: String,
}

/// What changed, in batches: those that are told first, the worst check first.
///
/// `raised` are the alerts that the audit has raised already, in an attempt or a pass that broke off.
pub(crate) fn batches<'a>(
    changed: &'a [Changed],
    raised: &[Alert],
    context: &AlertContext<'_>,
) -> Vec<Batch<'a>> {
    let covered: HashSet<(AlertState, &Fingerprint)> = raised
        .iter()
        .flat_map(|alert| alert.covers.iter().map(|name| (alert.state, name)))
        .collect();
    let mut groups: BTreeMap<_, Vec<&TrackedFinding>> = BTreeMap::new();
    let mut quiet = Vec::new();
    for Changed { tracked, news } in changed {
        match news {
            Some(news)
                if tracked.severity >= context.at_least
                    && !covered.contains(&(*news, &tracked.fingerprint)) =>
            {
                groups.entry((&tracked.check_id, *news)).or_default().push(tracked);
            }
            _ => quiet.push(&**tracked),
        }
    }
    let mut batches = Vec::new();
    for ((check, news), mut group) in groups {
        group.sort_by(|a, b| (b.severity, &a.resource).cmp(&(a.severity, &b.resource)));
        for (number, chunk) in group.chunks(COVERED).enumerate() {
            let name = format!("{check}.{}.{}.{number}", news.name(), context.pass);
            let alert = about(name, news, chunk, context);
            batches.push(Batch { changed: chunk.to_vec(), alert: Some(alert) });
        }
    }
    let severity = |batch: &Batch<'_>| batch.alert.as_ref().map(|alert| alert.severity);
    batches.sort_by_key(|batch| std::cmp::Reverse(severity(batch)));
    if !quiet.is_empty() {
        batches.push(Batch { changed: quiet, alert: None });
    }
    batches
}

fn about(
    id: String,
    state: AlertState,
    group: &[&TrackedFinding],
    context: &AlertContext<'_>,
) -> Alert {
    let first = group.first();
    let check = first.and_then(|first| checks::find(&first.check_id));
    let texts = check.map(|check| check.texts(context.lang));
    let text = |of: fn(&Texts) -> &String| texts.map(of).cloned().unwrap_or_default();
    Alert {
        id,
        state,
        check_id: first.map(|first| first.check_id.to_string()),
        category: first.map(|first| first.service),
        headline: text(|texts| &texts.headline),
        risk: text(|texts| &texts.risk),
        remedy: text(|texts| &texts.remedy),
        reference: check.map(|check| check.reference.to_owned()).unwrap_or_default(),
        covers: group.iter().map(|tracked| tracked.fingerprint).collect(),
        ..listing(group, context)
    }
}

/// A finding in the words of the alert's language.
fn finding(tracked: &TrackedFinding, lang: Lang) -> AlertFinding {
    let check = checks::find(&tracked.check_id);
    let headline = check.map(|check| check.texts(lang).headline.as_str()).unwrap_or_default();
    AlertFinding::new(tracked, headline, &render(check, &tracked.evidence, lang))
}

/// What all alerts about findings have in common.
fn listing(group: &[&TrackedFinding], context: &AlertContext<'_>) -> Alert {
    let severity = group.iter().map(|tracked| tracked.severity).max();
    Alert {
        tenant: context.audit.tenant.clone(),
        id: String::new(),
        audit_id: context.audit.id,
        account: context.audit.order.account_id.clone(),
        account_name: context.account_name.map(Into::into),
        state: AlertState::Resolved,
        severity: severity.unwrap_or(Severity::Low),
        check_id: None,
        category: None,
        headline: String::new(),
        risk: String::new(),
        remedy: String::new(),
        reference: String::new(),
        findings: group.iter().take(Alert::TOLD).map(|one| finding(one, context.lang)).collect(),
        count: u32::try_from(group.len()).unwrap_or(u32::MAX),
        covers: Vec::new(),
        created_at: context.now,
        lang: context.lang.code().to_owned(),
        delivery: Delivery::Unsent,
        resent: 0,
    }
}

/// The digest of all that an audit has resolved; nothing where it resolved nothing that is told.
pub(crate) fn digest<'a>(
    all: impl Iterator<Item = &'a TrackedFinding>,
    context: &AlertContext<'_>,
) -> Option<Alert> {
    let mut resolved: Vec<_> = all
        .filter(|tracked| {
            tracked.state == Lifecycle::Resolved
                && tracked.audit_id == context.audit.id
                && tracked.severity >= context.at_least
        })
        .collect();
    if resolved.is_empty() {
        return None;
    }
    resolved.sort_by(|a, b| (b.severity, &a.check_id).cmp(&(a.severity, &b.check_id)));
    Some(Alert { id: "resolved".into(), ..listing(&resolved, context) })
}

/// Tells that an account's role does not keep others out, and that it is not audited any more.
pub(crate) fn suspended(
    audit: &Audit,
    account: &RegisteredAccount,
    proof: &Proof,
    lang: Lang,
) -> Alert {
    Alert::suspended(account, proof, Some(audit.id), lang.code())
}
