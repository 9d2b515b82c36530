//! Following problems from audit to audit: pure, so that the same facts always give the same changes.

use std::collections::{BTreeMap, HashSet};

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
    /// Boxed, for a list of them that grows would be in memory twice.
    pub(crate) tracked: Box<TrackedFinding>,
    /// Nothing where it is no news: it is still there, is quiet, or is gone.
    pub(crate) news: Option<AlertState>,
}

/// What came of following an account's problems.
#[derive(Debug, Default)]
pub(crate) struct Followed {
    pub(crate) changed: Vec<Changed>,
    /// Those that this audit resolved in an attempt or a pass before this one.
    pub(crate) resolved: Vec<TrackedFinding>,
}

/// Works out what changes about the problems of an account.
///
/// A problem is resolved by a pass alone, or by its resource having gone from a place that was read to its
/// end; `unknown` changes nothing. What an older snapshot says changes nothing either.
///
/// It is shown the known problems one by one, for an account may have as many as it has findings. What does not
/// fail is not needed beyond its name.
pub(crate) struct Follower<'a, M> {
    audit: &'a Audit,
    /// The checks that were judged by.
    judged: HashSet<&'static str>,
    readings: Readings,
    /// What the findings say, by name.
    seen: Vec<(Fingerprint, Seen)>,
    /// Those that fail, as new problems, until one is known to be another.
    failing: Vec<Option<Box<TrackedFinding>>>,
    /// Whether a change may be made.
    may: M,
    followed: Followed,
}

impl<'a, M: FnMut(&TrackedFinding) -> bool> Follower<'a, M> {
    pub(crate) fn new(
        audit: &'a Audit,
        checks: &[&'static Check],
        mut findings: Vec<Finding>,
        readings: Readings,
        may: M,
    ) -> Self {
        let mut seen = Vec::with_capacity(findings.len());
        findings.retain(|finding| {
            let reading = reading_of(finding, &readings.0);
            let fails = finding.verdict == Verdict::Fail && reading.is_some();
            let what = match (finding.verdict, reading) {
                (Verdict::Pass | Verdict::NotApplicable, Some((_, reading))) => {
                    Seen::Passing(reading.at)
                }
                _ => Seen::Undecided,
            };
            if !fails {
                seen.push((finding.fingerprint, what));
            }
            fails
        });
        let mut failing = Vec::with_capacity(findings.len());
        while let Some(finding) = findings.pop() {
            if let Some((place, reading)) = reading_of(&finding, &readings.0) {
                let new = TrackedFinding::of(audit.id, &audit.tenant, finding, place, reading.at);
                failing.push(Some(Box::new(new)));
            }
            // The one list becomes shorter as the other becomes longer.
            if findings.len().is_multiple_of(4096) {
                findings.shrink_to_fit();
            }
        }
        failing.reverse();
        let names = failing.iter().flatten().map(|new| new.fingerprint);
        seen.extend(names.zip((0..).map(Seen::Failing)));
        seen.sort_unstable_by_key(|(name, _)| *name);
        Self {
            audit,
            judged: checks.iter().map(|check| check.id).collect(),
            readings,
            seen,
            failing,
            may,
            followed: Followed::default(),
        }
    }

    /// Works out what changes about a known problem.
    pub(crate) fn follow(&mut self, known: TrackedFinding) {
        let seen = self.seen.binary_search_by_key(&known.fingerprint, |(name, _)| *name);
        let seen = seen.ok().and_then(|at| self.seen.get(at)).map(|(_, seen)| *seen);
        let changed = match seen {
            Some(Seen::Failing(place)) => {
                let new = self.failing.get_mut(place).and_then(Option::take);
                new.and_then(|new| fails(self.audit, new, Some(&known)))
            }
            Some(Seen::Passing(at)) => resolved(self.audit, &known, at),
            Some(Seen::Undecided) => None,
            None => self.gone_at(&known).and_then(|at| resolved(self.audit, &known, at)),
        };
        match changed {
            Some(changed) if (self.may)(&changed.tracked) => self.followed.changed.push(changed),
            _ if known.state == Lifecycle::Resolved && known.audit_id == self.audit.id => {
                self.followed.resolved.push(known);
            }
            _ => {}
        }
    }

    /// Works out which problems are new, once all that are known have been followed.
    pub(crate) fn finish(mut self) -> Followed {
        for new in std::mem::take(&mut self.failing).into_iter().flatten() {
            if let Some(changed) = fails(self.audit, new, None)
                && (self.may)(&changed.tracked)
            {
                self.followed.changed.push(changed);
            }
        }
        self.followed
    }

    /// When the place was read to its end in which a problem is not there any more.
    fn gone_at(&self, known: &TrackedFinding) -> Option<Timestamp> {
        let is_gone = self.judged.contains(&*known.check_id) && reads(self.audit, known);
        let reading = self.readings.0.get(&known.place);
        reading.filter(|reading| is_gone && reading.whole).map(|reading| reading.at)
    }
}

/// What a finding says of its problem.
#[derive(Clone, Copy, Debug)]
enum Seen {
    /// It is there: its place among the failing.
    Failing(usize),
    /// It is not, as of a time.
    Passing(Timestamp),
    /// Nothing.
    Undecided,
}

/// How the places of a snapshot were read.
#[derive(Debug)]
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
#[derive(Clone, Copy, Debug)]
struct Reading {
    at: Timestamp,
    whole: bool,
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

/// What changes about a problem that fails: `now` is what it would be, were it new.
fn fails(
    audit: &Audit,
    now: Box<TrackedFinding>,
    known: Option<&TrackedFinding>,
) -> Option<Changed> {
    let quiet = now.suppressed.is_some();
    let Some(known) = known else {
        return Some(Changed { tracked: now, news: (!quiet).then_some(AlertState::New) });
    };
    if now.seen_at < known.seen_at {
        return None;
    }
    let news = if known.state == Lifecycle::Resolved || (known.suppressed.is_some() && !quiet) {
        Some(AlertState::Reopened)
    } else if now.severity > known.severity {
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
        && now.severity == known.severity
        && now.suppressed == known.suppressed;
    if same {
        return None;
    }
    let mut tracked = now;
    tracked.state = state;
    tracked.first_seen = known.first_seen;
    tracked.version = known.version;
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
    Some(Changed { tracked: Box::new(tracked), news: None })
}

#[cfg(test)]
mod tests;
