//! The whole result of an audit as one compressed object.

use domain::{Audit, AuditId, Finding, Report, Tenant};

use crate::{
    Error, Filter, Page, PageError, PageRequest,
    cursor::{List, refused},
    error::Source,
};

/// Where an attempt's result is kept: the key of an S3 object, and a path below the data directory.
///
/// Attempts do not share it, so that a worker that was given up on cannot overwrite its successor's.
pub(crate) fn key(held: &Audit) -> String {
    attempt_key(&held.tenant, held.id, held.attempt)
}

/// [`key`] for one attempt of an audit.
pub(crate) fn attempt_key(tenant: &Tenant, id: AuditId, attempt: u32) -> String {
    format!("{tenant}/results/{id}.{attempt}.json.zst")
}

/// A report as it is kept: JSON, compressed by Zstandard.
pub(crate) fn pack(report: &Report) -> Result<Vec<u8>, Source> {
    let json = serde_json::to_vec(report)?;
    Ok(zstd::encode_all(json.as_slice(), zstd::DEFAULT_COMPRESSION_LEVEL)?)
}

/// What [`pack`] made.
pub(crate) fn unpack(key: &str, bytes: &[u8]) -> Result<Report, Error> {
    let json = zstd::decode_all(bytes).map_err(|source| Error::unreadable(key, source))?;
    serde_json::from_slice(&json).map_err(|source| Error::unreadable(key, source))
}

/// One page of a report's findings. The cursor is the number of findings gone by, filtered out or not.
pub(crate) fn page(
    report: Option<Report>,
    filter: Filter,
    request: PageRequest<'_>,
) -> Result<Page<Finding>, PageError> {
    let position = List::Findings.position(request.cursor)?;
    let gone_by = match request.cursor {
        None => 0,
        Some(cursor) => position.parse::<usize>().map_err(|_| refused(cursor))?,
    };
    let Some(report) = report else { return Ok(Page { items: Vec::new(), next_cursor: None }) };
    let mut wanted =
        report.findings.into_iter().enumerate().skip(gone_by).filter(|(_, one)| filter.takes(one));
    let mut items = Vec::new();
    let mut last = gone_by;
    for (index, finding) in wanted.by_ref().take(request.bounded().into()) {
        last = index + 1;
        items.push(finding);
    }
    let next_cursor = wanted.next().map(|_| List::Findings.cursor(&last.to_string()));
    Ok(Page { items, next_cursor })
}

impl Filter {
    fn takes(self, finding: &Finding) -> bool {
        self.verdict.is_none_or(|verdict| finding.verdict == verdict)
            && self.severity.is_none_or(|least| finding.severity >= least)
    }
}
