//! Two results compared by their findings' names, which are read in parts.

use std::{
    borrow::Cow,
    cmp::Reverse,
    collections::{HashSet, VecDeque},
};

use domain::{
    AuditRequest, Finding, GLOBAL, ReceiptOutcome, Service, ServiceRegion, Severity, Verdict,
};
use store::{AuditResult, Filter, Named, PageError, PageRequest};

use super::difference::Kind;

/// A finding that differs, without what there is to show of it: 100,000 of these take a megabyte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Different {
    pub(super) kind: Kind,
    pub(super) severity: Reverse<Severity>,
    /// Its place in the later result, or in the earlier one where it does not fail in the later.
    pub(super) place: u32,
    pub(super) before: Option<Severity>,
    /// The place of what there is to show, where it is in the later result.
    pub(super) later: Option<u32>,
}

/// The findings of two results, compared by fingerprint: what matters most first, each kind worst first.
pub(super) async fn difference(
    before: &AuditResult,
    after: &AuditResult,
    order: &AuditRequest,
) -> Result<Vec<Different>, store::Error> {
    let mut different = Vec::new();
    let mut gone = Vec::new();
    let (mut earlier, mut later) = (Names::of(before), Names::of(after));
    loop {
        let (one, other) = (earlier.peek().await?, later.peek().await?);
        let Some(first) = [one, other].into_iter().flatten().map(|named| named.fingerprint).min()
        else {
            break;
        };
        let is_first = |named: &Named| named.fingerprint == first;
        let (one, other) = (one.filter(is_first), other.filter(is_first));
        earlier.next_if(one.is_some());
        later.next_if(other.is_some());
        match compare(one, other) {
            Some(Compared::Different(one)) => different.push(one),
            Some(Compared::Gone(named)) => gone.push(named),
            None => {}
        }
    }
    if gone.is_empty() {
        different.sort_unstable();
        return Ok(different);
    }
    let reach = Reach::of(after, order).await?;
    // Neighbours are read together.
    gone.sort_unstable_by_key(|named: &Named| named.place);
    for some in gone.chunks(AT_ONCE) {
        let places: Vec<_> = some.iter().map(|named| named.place).collect();
        for (named, finding) in some.iter().zip(before.at(&places).await?) {
            let kind = if reach.holds(&finding) { Kind::Resolved } else { Kind::UnknownNow };
            different.push(ended(kind, *named, None));
        }
    }
    different.sort_unstable();
    Ok(different)
}

/// How many findings are read at once.
const AT_ONCE: usize = 1000;

/// The outcome of comparing one finding.
enum Compared {
    Different(Different),
    /// The later result does not tell of it.
    Gone(Named),
}

/// Compares what two results say under one name.
fn compare(before: Option<Named>, after: Option<Named>) -> Option<Compared> {
    let failing = |named: &Named| named.verdict == Verdict::Fail;
    let known = before.filter(failing);
    let Some(after) = after else { return known.map(Compared::Gone) };
    let different = match (after.verdict, known) {
        (Verdict::Fail, known) => {
            let before = known.map(|known| known.severity);
            let kind = match before {
                None => Kind::New,
                Some(before) if before != after.severity => Kind::SeverityChanged,
                Some(_) => Kind::StillFailing,
            };
            let (severity, place) = (Reverse(after.severity), after.place);
            Different { kind, severity, place, before, later: Some(place) }
        }
        (Verdict::Pass | Verdict::NotApplicable, Some(known)) => {
            ended(Kind::Resolved, known, Some(after.place))
        }
        (Verdict::Unknown | Verdict::Manual, Some(known)) => {
            ended(Kind::UnknownNow, known, Some(after.place))
        }
        (_, None) => return None,
    };
    Some(Compared::Different(different))
}

/// A finding that does not fail in the later result; its severity is as before.
const fn ended(kind: Kind, known: Named, later: Option<u32>) -> Different {
    let (severity, before) = (Reverse(known.severity), Some(known.severity));
    Different { kind, severity, place: known.place, before, later }
}

/// The names of a result in their order, read in parts.
struct Names<'a> {
    result: &'a AuditResult,
    read: VecDeque<Named>,
    gone_by: usize,
}

impl<'a> Names<'a> {
    const fn of(result: &'a AuditResult) -> Self {
        Self { result, read: VecDeque::new(), gone_by: 0 }
    }

    async fn peek(&mut self) -> Result<Option<Named>, store::Error> {
        if self.read.is_empty() {
            self.read = self.result.names(self.gone_by).await?.into();
            self.gone_by += self.read.len();
        }
        Ok(self.read.front().copied())
    }

    fn next_if(&mut self, taken: bool) {
        if taken {
            self.read.pop_front();
        }
    }
}

/// What a result would have told, had it been there.
struct Reach<'a> {
    order: &'a AuditRequest,
    whole: HashSet<(&'a str, Service)>,
    /// The services of which some place was not read to its end.
    partly: HashSet<Service>,
    /// The checks and places of which a list was not read, though nothing was refused.
    unlisted: HashSet<(Cow<'static, str>, ServiceRegion)>,
}

impl<'a> Reach<'a> {
    async fn of(result: &'a AuditResult, order: &'a AuditRequest) -> Result<Self, store::Error> {
        let (whole, partly): (Vec<_>, Vec<_>) =
            result.head().receipt.iter().partition(|row| row.outcome == ReceiptOutcome::Done);
        let whole = whole.into_iter().map(|row| (row.region.as_str(), row.service)).collect();
        let partly = partly.into_iter().map(|row| row.service).collect();
        Ok(Self { order, whole, partly, unlisted: unlisted(result).await? })
    }

    /// Whether a resource that it does not tell of is gone.
    fn holds(&self, finding: &Finding) -> bool {
        let AuditRequest { checks, regions, .. } = self.order;
        let region = finding.resource.region.as_str();
        let judged = checks.is_empty() || checks.iter().any(|id| *id == finding.check_id);
        let reads = regions.is_empty() || region == GLOBAL || regions.iter().any(|r| r == region);
        judged && reads && self.listed(finding)
    }

    /// Whether the list was read to its end in which the resource would stand.
    fn listed(&self, finding: &Finding) -> bool {
        let place = finding.place();
        // One about the account comes from all regions of a regional service.
        let whole = if place.region == GLOBAL && !finding.service.is_global() {
            let is_read = self.whole.iter().any(|(_, service)| *service == finding.service);
            is_read && !self.partly.contains(&finding.service)
        } else {
            self.whole.contains(&(place.region.as_str(), place.service))
        };
        whole && !self.unlisted.contains(&(finding.check_id.clone(), place))
    }
}

async fn unlisted(
    result: &AuditResult,
) -> Result<HashSet<(Cow<'static, str>, ServiceRegion)>, store::Error> {
    let mut unlisted = HashSet::new();
    if result.head().summary.unknown == 0 {
        return Ok(unlisted);
    }
    let filter = Filter { verdict: Some(Verdict::Unknown), ..Filter::default() };
    let mut cursor: Option<String> = None;
    loop {
        let page = PageRequest { cursor: cursor.as_deref(), limit: PageRequest::MAX };
        let page = result.findings(&filter, page).await.map_err(PageError::into_store)?;
        let lists = page.items.into_iter().filter(Finding::is_unlisted);
        unlisted.extend(lists.map(|one| (one.check_id.clone(), one.place())));
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(unlisted);
        }
    }
}
