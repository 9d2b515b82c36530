use std::{collections::HashSet, ops::Range, sync::Arc};

use domain::{Finding, Fingerprint, Report, ReportHead, Verdict, keys::AuditedKeys};

use super::{
    Filter, Named, Source, Whole,
    chunks::Chunks,
    layout::{BLOCK, Head, Run, START, head_length, runs, skippable},
    names::{RECORD, records},
};
use crate::{
    Error, Page, PageError, PageRequest,
    cursor::{List, refused},
    packed::unpack,
};

/// How many blocks of names are read at once.
const BLOCKS: usize = 8;

const DOING: &str = "read the result";

/// The result of an audit, of which only what is asked for is read.
#[derive(Debug)]
pub struct AuditResult {
    head: ReportHead,
    /// The runs, and where the findings of each are in the report.
    runs: Vec<(Range<u32>, Run)>,
    findings: Findings,
}

#[derive(Debug)]
enum Findings {
    Chunked { source: Source, chunks: Chunks, names: u64, blocks: Vec<Fingerprint> },
    Whole(Arc<Report>),
}

impl AuditResult {
    /// Reads the head of a result.
    pub(crate) async fn open(source: Source, whole: &Whole) -> Result<Self, Error> {
        let Some(length) = head_length(source.first()) else {
            let report = whole.report(&source).await?;
            let runs = ranged(runs(&report.findings));
            return Ok(Self { head: report.head(), runs, findings: Findings::Whole(report) });
        };
        let start = START as u64;
        let end = start.checked_add(length).ok_or_else(|| source.unreadable("it is too long"))?;
        let head: Head = unpack(DOING, source.key(), source.bytes(start..end).await?).await?;
        let chunks = Chunks::of(&head.chunks, end);
        let names = chunks.end(end) + skippable(0).len() as u64;
        let runs = ranged(head.runs);
        if chunks.findings() != runs.last().map_or(0, |(places, _)| places.end) {
            return Err(source.unreadable("its index does not fit its findings"));
        }
        let findings = Findings::Chunked { source, chunks, names, blocks: head.blocks };
        Ok(Self { head: head.report, runs, findings })
    }

    /// All of the report but its findings.
    #[must_use]
    pub const fn head(&self) -> &ReportHead {
        &self.head
    }

    /// One page of the findings, the worst first. The cursor is the number of findings gone by, filtered out or
    /// not.
    ///
    /// # Errors
    ///
    /// The cursor is not one of this list, or the findings cannot be read.
    pub async fn findings(
        &self,
        filter: &Filter,
        request: PageRequest<'_>,
    ) -> Result<Page<Finding>, PageError> {
        let position = List::Findings.position(request.cursor)?;
        let gone_by = match request.cursor {
            None => 0,
            Some(cursor) => position.parse::<u32>().map_err(|_| refused(cursor))?,
        };
        let mut left = u32::try_from(request.bounded()).unwrap_or(u32::MAX);
        let (mut wanted, mut more) = (Vec::new(), false);
        for places in self.places_of(filter) {
            let first = places.start.max(gone_by);
            let last = places.end.min(first.saturating_add(left));
            more |= last < places.end && first < places.end;
            if first < last {
                left -= last - first;
                wanted.push(first..last);
            }
        }
        let last = wanted.last().map_or(gone_by, |places| places.end);
        let next_cursor = more.then(|| List::Findings.cursor(&last.to_string()));
        Ok(Page { items: self.of_places(&wanted).await?, next_cursor })
    }

    /// The findings at these places, in their order.
    ///
    /// # Errors
    ///
    /// They cannot be read, or there is no such place.
    pub async fn at(&self, places: &[u32]) -> Result<Vec<Finding>, Error> {
        let mut sorted = places.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        let ranges: Vec<_> = sorted.iter().map(|place| *place..place.saturating_add(1)).collect();
        let found = self.of_places(&ranges).await?;
        let find = |place| sorted.binary_search(place).ok().and_then(|at| found.get(at));
        places.iter().map(|place| find(place).cloned().ok_or_else(|| self.unreadable())).collect()
    }

    /// The next names in their order, behind so many; none at the end. They are read in parts, for all of them
    /// are 2 MB where there are 100,000.
    ///
    /// # Errors
    ///
    /// They cannot be read.
    pub async fn names(&self, gone_by: usize) -> Result<Vec<Named>, Error> {
        match &self.findings {
            Findings::Whole(report) => {
                if gone_by > 0 {
                    return Ok(Vec::new());
                }
                let named = report.findings.iter().zip(0..).map(|(finding, place)| Named {
                    fingerprint: finding.fingerprint,
                    verdict: finding.verdict,
                    severity: finding.severity,
                    place,
                });
                let mut named: Vec<_> = named.collect();
                named.sort_unstable_by_key(|one| (one.fingerprint, one.place));
                Ok(named)
            }
            Findings::Chunked { .. } => {
                let records = self.records(gone_by..gone_by.saturating_add(BLOCKS * BLOCK)).await?;
                Ok(records.filter_map(|(name, place)| self.named(name, place)).collect())
            }
        }
    }

    /// Which of some findings it saw.
    ///
    /// # Errors
    ///
    /// Their names cannot be read.
    pub async fn failing(&self, names: &[Fingerprint]) -> Result<HashSet<Fingerprint>, Error> {
        let wanted: HashSet<_> = names.iter().copied().collect();
        let blocks = match &self.findings {
            Findings::Whole(report) => {
                let failing = report.findings.iter().filter(|one| one.verdict == Verdict::Fail);
                let failing = failing.map(|one| one.fingerprint);
                return Ok(failing.filter(|name| wanted.contains(name)).collect());
            }
            Findings::Chunked { blocks, .. } => blocks,
        };
        // A name may stand in the block before the one that it is the first of, were it there twice.
        let block = |name| blocks.partition_point(|first| first < name).saturating_sub(1);
        let last = |name| blocks.partition_point(|first| first <= name);
        let mut needed: Vec<_> = wanted.iter().flat_map(|name| block(name)..last(name)).collect();
        needed.sort_unstable();
        needed.dedup();
        let parts = needed.chunk_by(|a, b| a + 1 == *b);
        let parts = parts.filter_map(|part| Some((part.first()?, part.last()?)));
        let mut failing = HashSet::new();
        for (first, last) in parts {
            let records = self.records(first * BLOCK..(last + 1) * BLOCK).await?;
            let of = records.filter(|(name, _)| wanted.contains(name));
            let of = of.filter_map(|(name, place)| self.named(name, place));
            failing
                .extend(of.filter(|one| one.verdict == Verdict::Fail).map(|one| one.fingerprint));
        }
        Ok(failing)
    }

    /// The old access keys that the audit found; nothing where it did not look for any.
    ///
    /// # Errors
    ///
    /// The findings cannot be read.
    pub async fn access_keys(&self) -> Result<Option<AuditedKeys>, Error> {
        if let Findings::Whole(report) = &self.findings {
            return Ok(AuditedKeys::of(report));
        }
        let mut places = Vec::new();
        for verdict in [Verdict::Fail, Verdict::Unknown] {
            let check = Some(AuditedKeys::CHECK.to_owned());
            let filter = Filter { verdict: Some(verdict), check, ..Filter::default() };
            places.extend(self.places_of(&filter));
        }
        places.sort_unstable_by_key(|places| places.start);
        let findings = self.of_places(&places).await?;
        Ok(AuditedKeys::among(&self.head, &findings))
    }

    /// The whole report.
    ///
    /// # Errors
    ///
    /// Its findings cannot be read.
    pub async fn report(&self) -> Result<Report, Error> {
        if let Findings::Whole(report) = &self.findings {
            return Ok(Report::clone(report));
        }
        let all: Vec<_> = self.places_of(&Filter::default()).collect();
        Ok(self.head.clone().with(self.of_places(&all).await?))
    }

    /// The places of the findings that a filter takes, run by run.
    fn places_of(&self, filter: &Filter) -> impl Iterator<Item = Range<u32>> {
        let taken = self.runs.iter().filter(|(_, run)| filter.takes(run));
        taken.map(|(places, _)| places.clone())
    }

    /// What was decided at a place.
    fn named(&self, fingerprint: Fingerprint, place: u32) -> Option<Named> {
        let (_, run) = self.runs.get(self.runs.partition_point(|(run, _)| run.end <= place))?;
        Some(Named { fingerprint, verdict: run.verdict, severity: run.severity, place })
    }

    /// The names of some numbers in their order, cut off at the end.
    async fn records(
        &self,
        numbers: Range<usize>,
    ) -> Result<impl Iterator<Item = (Fingerprint, u32)>, Error> {
        let Findings::Chunked { source, chunks, names, .. } = &self.findings else {
            return Err(self.unreadable());
        };
        let total = u64::from(chunks.findings());
        let place = |number: usize| names + (number as u64).min(total) * RECORD as u64;
        let bytes = source.bytes(place(numbers.start)..place(numbers.end)).await?;
        Ok(records(&bytes).collect::<Vec<_>>().into_iter())
    }

    /// The findings of some places, which are in order.
    async fn of_places(&self, wanted: &[Range<u32>]) -> Result<Vec<Finding>, Error> {
        match &self.findings {
            Findings::Whole(report) => {
                let all = wanted.iter().cloned().flatten().map(|place| {
                    let found = usize::try_from(place).ok().and_then(|at| report.findings.get(at));
                    found.cloned().ok_or_else(|| self.unreadable())
                });
                all.collect()
            }
            Findings::Chunked { source, chunks, .. } => chunks.read(source, wanted).await,
        }
    }

    fn unreadable(&self) -> Error {
        let why = "it has no such finding";
        match &self.findings {
            Findings::Chunked { source, .. } => source.unreadable(why),
            Findings::Whole(_) => Error::unreadable("result", why),
        }
    }
}

fn ranged(runs: Vec<Run>) -> Vec<(Range<u32>, Run)> {
    let mut end = 0_u32;
    let ranged = runs.into_iter().map(|run| {
        let start = end;
        end = end.saturating_add(run.findings);
        (start..end, run)
    });
    ranged.collect()
}
