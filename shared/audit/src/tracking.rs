//! Following problems from audit to audit: pure, so that the same facts always give the same changes.

use std::collections::{BTreeMap, HashMap, HashSet};

use checks::Check;
use domain::{
    AlertState, Audit, Finding, Fingerprint, GLOBAL, Lifecycle, ReceiptOutcome, ServiceRegion,
    TrackedFinding, Verdict,
};
use inventory::Snapshot;
use jiff::Timestamp;

use crate::pipeline::taken_at;

/// A problem that has changed, and what there is to tell of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) tracked: TrackedFinding,
    /// Nothing where it is no news: it is still there, is quiet, or is gone.
    pub(crate) news: Option<AlertState>,
}

/// What an audit saw, in the order in which it is told.
pub(crate) struct Seen<'a> {
    pub(crate) audit: &'a Audit,
    pub(crate) findings: &'a [Finding],
    pub(crate) readings: &'a Readings,
    /// The checks that were judged by.
    pub(crate) checks: &'a [&'static Check],
}

/// How the places of a snapshot were read.
pub(crate) struct Readings(BTreeMap<ServiceRegion, Reading>);

impl Readings {
    pub(crate) fn of(snapshot: &Snapshot) -> Self {
        let readings = snapshot.parts.iter().map(|part| {
            let place = ServiceRegion::new(&part.receipt.region, part.receipt.service);
            let at = taken_at(part, snapshot);
            (place, Reading { at, whole: part.receipt.outcome == ReceiptOutcome::Done })
        });
        Self(readings.collect())
    }
}

/// When a place was read, and whether to its end.
#[derive(Clone, Copy)]
struct Reading {
    at: Timestamp,
    whole: bool,
}

/// What changes about the problems of an account.
///
/// A problem is resolved by a pass alone, or by its resource having gone from a place that was read to its
/// end; `unknown` changes nothing. What an older snapshot says changes nothing either.
pub(crate) fn follow(before: &[TrackedFinding], seen: &Seen<'_>) -> Vec<Changed> {
    let readings = &seen.readings.0;
    let known: HashMap<&Fingerprint, &TrackedFinding> =
        before.iter().map(|tracked| (&tracked.fingerprint, tracked)).collect();
    let mut told = HashSet::new();
    let mut changed = Vec::new();
    for finding in seen.findings {
        told.insert(&finding.fingerprint);
        let Some((place, reading)) = reading_of(finding, readings) else { continue };
        let known = known.get(&finding.fingerprint).copied();
        changed.extend(match finding.verdict {
            Verdict::Fail => failing(seen.audit, finding, place, reading.at, known),
            Verdict::Pass | Verdict::NotApplicable => {
                known.and_then(|known| resolved(seen.audit, known, reading.at))
            }
            Verdict::Unknown | Verdict::Manual => None,
        });
    }
    let judged: HashSet<_> = seen.checks.iter().map(|check| check.id).collect();
    for tracked in before {
        let is_gone = !told.contains(&tracked.fingerprint)
            && judged.contains(&*tracked.check_id)
            && reads(seen.audit, tracked);
        if let Some(reading) =
            readings.get(&tracked.place).filter(|reading| is_gone && reading.whole)
        {
            changed.extend(resolved(seen.audit, tracked, reading.at));
        }
    }
    changed
}

/// The reading that a finding comes from. One about the account over all regions of a service comes from all of
/// them: it is as old as the oldest, and goes by the place of the first.
fn reading_of(
    finding: &Finding,
    readings: &BTreeMap<ServiceRegion, Reading>,
) -> Option<(ServiceRegion, Reading)> {
    let place = finding.place();
    if finding.service.is_global() || place.region != GLOBAL {
        return readings.get(&place).map(|reading| (place, *reading));
    }
    let regions = readings.iter().filter(|(place, _)| place.service == finding.service);
    let oldest = regions.clone().map(|(_, reading)| reading.at).min()?;
    let whole = regions.clone().all(|(_, reading)| reading.whole);
    let (first, _) = regions.min_by_key(|(place, _)| &place.region)?;
    Some((first.clone(), Reading { at: oldest, whole }))
}

/// Whether an audit's regions, which narrow what is read of a global service, take a problem's in.
fn reads(audit: &Audit, tracked: &TrackedFinding) -> bool {
    let regions = &audit.order.regions;
    regions.is_empty() || tracked.region == GLOBAL || regions.contains(&tracked.region)
}

fn failing(
    audit: &Audit,
    finding: &Finding,
    place: ServiceRegion,
    at: Timestamp,
    known: Option<&TrackedFinding>,
) -> Option<Changed> {
    let quiet = finding.suppressed.is_some();
    let Some(known) = known else {
        let tracked = TrackedFinding::new(audit.id, &audit.tenant, finding, place, at);
        return Some(Changed { tracked, news: (!quiet).then_some(AlertState::New) });
    };
    if at < known.seen_at {
        return None;
    }
    let news = if known.state == Lifecycle::Resolved || (known.suppressed.is_some() && !quiet) {
        Some(AlertState::Reopened)
    } else if finding.severity > known.severity {
        Some(AlertState::Worse)
    } else {
        None
    };
    let state = match (news, known.state) {
        (Some(AlertState::Reopened), _) => Lifecycle::Reopened,
        // The audit that saw it first may judge twice.
        (_, Lifecycle::New | Lifecycle::Reopened) if known.audit_id != audit.id => Lifecycle::Open,
        (_, state) => state,
    };
    let same = state == known.state
        && finding.severity == known.severity
        && finding.suppressed == known.suppressed;
    if same {
        return None;
    }
    let now = TrackedFinding::new(audit.id, &audit.tenant, finding, place, at);
    let tracked =
        TrackedFinding { state, first_seen: known.first_seen, version: known.version, ..now };
    Some(Changed { tracked, news: news.filter(|_| !quiet) })
}

fn resolved(audit: &Audit, known: &TrackedFinding, at: Timestamp) -> Option<Changed> {
    if known.state == Lifecycle::Resolved || at < known.seen_at {
        return None;
    }
    let tracked = TrackedFinding {
        state: Lifecycle::Resolved,
        resolved_at: Some(at),
        seen_at: at,
        audit_id: audit.id,
        suppressed: None,
        ..known.clone()
    };
    Some(Changed { tracked, news: None })
}

#[cfg(test)]
mod tests;
