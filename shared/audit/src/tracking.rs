//! Tracking findings from audit to audit: pure, so that the same facts always give the same changes.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use checks::Check;
use domain::{
    AlertState, Audit, CheckSettings, Finding, Fingerprint, GLOBAL, Lifecycle, ReceiptOutcome,
    Report, ServiceRegion, Suppressed, TrackedFinding, Verdict,
};
use inventory::Snapshot;
use jiff::Timestamp;

use crate::pipeline::taken_at;

/// A finding that has changed, and what there is to tell of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changed {
    /// Boxed, for a list of them that grows would be in memory twice.
    pub(crate) tracked: Box<TrackedFinding>,
    /// Nothing where it is no news: it is still there, is quiet, or is gone.
    pub(crate) news: Option<AlertState>,
}

/// What came of tracking an account's findings.
#[derive(Debug, Default)]
pub(crate) struct Tracked {
    pub(crate) changed: Vec<Changed>,
    /// Those that this audit resolved in an attempt or a pass before this one.
    pub(crate) resolved: Vec<TrackedFinding>,
}

/// Works out what changes about the findings of an account.
///
/// A finding is resolved by a pass alone, or by its resource having gone from a place that was read to its
/// end; `unknown` changes nothing. What an older snapshot says changes nothing either.
///
/// It is shown the known ones one by one, for an account may have as many as it has findings. What does not
/// fail is not needed beyond its name.
pub(crate) struct Tracker<'a, M> {
    audit: &'a Audit,
    /// The checks that were judged by.
    judged: HashSet<&'static str>,
    /// Which are switched off.
    settings: CheckSettings,
    readings: Readings,
    unlisted: Unlisted,
    /// What the findings say, by name.
    seen: Vec<(Fingerprint, Seen)>,
    /// Those that fail, as if they were new, until one turns out to be known.
    failing: Vec<Option<Box<TrackedFinding>>>,
    /// Whether a change may be made.
    may: M,
    tracked: Tracked,
}

impl<'a, M: FnMut(&TrackedFinding) -> bool> Tracker<'a, M> {
    pub(crate) fn new(
        audit: &'a Audit,
        checks: &[&'static Check],
        report: Report,
        readings: Readings,
        may: M,
    ) -> Self {
        let (settings, mut findings) = (report.settings.checks, report.findings);
        let unlisted = unlisted(&findings);
        let mut seen = Vec::with_capacity(findings.len());
        findings.retain(|finding| {
            let reading = reading_of(finding, &readings.places);
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
            if let Some((place, reading)) = reading_of(&finding, &readings.places) {
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
            settings,
            readings,
            unlisted,
            seen,
            failing,
            may,
            tracked: Tracked::default(),
        }
    }

    /// Works out what changes about a known finding.
    pub(crate) fn track(&mut self, known: TrackedFinding) {
        let changed = match self.switched_off(&known) {
            Some(reason) => self.silenced(&known, &reason),
            None => self.judged(&known),
        };
        match changed {
            Some(changed) if (self.may)(&changed.tracked) => self.tracked.changed.push(changed),
            _ if known.state == Lifecycle::Resolved && known.audit_id == self.audit.id => {
                self.tracked.resolved.push(known);
            }
            _ => {}
        }
    }

    fn judged(&mut self, known: &TrackedFinding) -> Option<Changed> {
        let seen = self.seen.binary_search_by_key(&known.fingerprint, |(name, _)| *name);
        match seen.ok().and_then(|at| self.seen.get(at)).map(|(_, seen)| *seen) {
            Some(Seen::Failing(place)) => {
                let new = self.failing.get_mut(place).and_then(Option::take);
                new.and_then(|new| fails(self.audit, new, Some(known)))
            }
            Some(Seen::Passing(at)) => resolved(self.audit, known, at),
            Some(Seen::Undecided) => None,
            None => self.gone_at(known).and_then(|at| resolved(self.audit, known, at)),
        }
    }

    /// Works out which findings are new, once all that are known were shown.
    pub(crate) fn finish(mut self) -> Tracked {
        for new in std::mem::take(&mut self.failing).into_iter().flatten() {
            if let Some(changed) = fails(self.audit, new, None)
                && (self.may)(&changed.tracked)
            {
                self.tracked.changed.push(changed);
            }
        }
        self.tracked
    }

    /// Why nobody is told of a finding any more: its check was switched off.
    fn switched_off(&self, known: &TrackedFinding) -> Option<String> {
        let check = checks::find(&known.check_id)?;
        // An audit of some checks says nothing of the others.
        let reason = check.disabled(&self.settings).filter(|_| self.audit.order.checks.is_empty());
        reason.map(str::to_owned)
    }

    /// A finding whose check is switched off is still there for all that is known, and quiet.
    fn silenced(&self, known: &TrackedFinding, reason: &str) -> Option<Changed> {
        let suppressed = Some(Arc::new(Suppressed::by_disabled_check(reason)));
        if known.state == Lifecycle::Resolved || known.suppressed == suppressed {
            return None;
        }
        let reading = self.readings.places.get(&known.place);
        let at = reading.map_or(self.readings.finished_at, |reading| reading.at);
        let (seen_at, audit_id) = (at.max(known.seen_at), self.audit.id);
        let tracked = TrackedFinding { seen_at, audit_id, suppressed, ..known.clone() };
        Some(Changed { tracked: Box::new(tracked), news: None })
    }

    /// When the place was read to its end in which a finding is not there any more.
    fn gone_at(&self, known: &TrackedFinding) -> Option<Timestamp> {
        let unlisted = self.unlisted.get(&known.check_id);
        let is_gone = self.judged.contains(&*known.check_id)
            && unlisted.is_none_or(|places| !places.contains(&known.place))
            && reads(self.audit, known);
        let reading = self.readings.places.get(&known.place);
        reading.filter(|reading| is_gone && reading.whole).map(|reading| reading.at)
    }
}

/// What an audit says of a finding.
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
pub(crate) struct Readings {
    places: BTreeMap<ServiceRegion, Reading>,
    finished_at: Timestamp,
}

impl Readings {
    pub(crate) fn of(snapshot: &Snapshot) -> Self {
        let readings = snapshot.parts.iter().map(|part| {
            let place = ServiceRegion::new(&part.receipt.region, part.receipt.service);
            let at = taken_at(part, snapshot);
            (place, Reading { at, whole: part.receipt.outcome == ReceiptOutcome::Done })
        });
        Self { places: readings.collect(), finished_at: snapshot.finished_at }
    }
}

/// When a place was read, and whether to its end.
#[derive(Clone, Copy, Debug)]
struct Reading {
    at: Timestamp,
    whole: bool,
}

/// Where a check could not see the whole list of what it looks at, though nothing was refused: who read the place
/// last did not read that list. What is not seen there is not gone.
type Unlisted = HashMap<Cow<'static, str>, HashSet<ServiceRegion>>;

fn unlisted(findings: &[Finding]) -> Unlisted {
    let mut unlisted = Unlisted::new();
    for one in findings.iter().filter(|one| one.is_unlisted()) {
        unlisted.entry(one.check_id.clone()).or_default().insert(one.place());
    }
    unlisted
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

/// Whether an audit's regions, which narrow what is read of a global service, take a finding's in.
fn reads(audit: &Audit, tracked: &TrackedFinding) -> bool {
    let regions = &audit.order.regions;
    regions.is_empty() || tracked.region == GLOBAL || regions.contains(&tracked.region)
}

/// What changes about a finding that fails: `now` is what it would be, were it new.
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
