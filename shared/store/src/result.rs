//! Snapshots and results as compressed objects.

use domain::{Finding, Report, Service, Severity, Verdict};
use inventory::Snapshot;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    Error, Page, PageError, PageRequest,
    cursor::{List, refused},
};

/// A value as it is kept: JSON, compressed by Zstandard. Packing takes a while, and the worker has
/// other things to answer.
pub(crate) async fn pack<T: Serialize>(doing: &'static str, value: &T) -> Result<Vec<u8>, Error> {
    let json = serde_json::to_vec(value).map_err(Error::unwritable)?;
    let packed = tokio::task::spawn_blocking(move || {
        zstd::encode_all(json.as_slice(), zstd::DEFAULT_COMPRESSION_LEVEL)
    });
    let packed = packed.await.map_err(Error::unavailable(doing))?;
    packed.map_err(Error::unwritable)
}

async fn json(doing: &'static str, key: &str, bytes: Vec<u8>) -> Result<Vec<u8>, Error> {
    let unpacked = tokio::task::spawn_blocking(move || zstd::decode_all(bytes.as_slice())).await;
    let unpacked = unpacked.map_err(Error::unavailable(doing))?;
    unpacked.map_err(|source| Error::unreadable(key, source))
}

/// A report that [`pack`] packed.
pub(crate) async fn report(key: &str, bytes: Vec<u8>) -> Result<Report, Error> {
    unpack("read the result", key, bytes).await
}

/// Anything that [`pack`] packed.
pub(crate) async fn unpack<T: DeserializeOwned>(
    doing: &'static str,
    key: &str,
    bytes: Vec<u8>,
) -> Result<T, Error> {
    parse(key, &json(doing, key, bytes).await?)
}

/// A snapshot that [`pack`] packed, if it is of this program's version.
pub(crate) async fn snapshot(key: &str, bytes: Vec<u8>) -> Result<Snapshot, Error> {
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }
    let json = json("read a snapshot", key, bytes).await?;
    let Version { version } = parse(key, &json)?;
    Snapshot::check_version(version).map_err(|source| Error::unreadable(key, source))?;
    parse(key, &json)
}

fn parse<T: DeserializeOwned>(key: &str, json: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(json).map_err(|source| Error::unreadable(key, source))
}

/// Which findings of an audit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those that ended so.
    pub verdict: Option<Verdict>,
    /// Only those at least so severe.
    pub severity: Option<Severity>,
    /// Only those about this service.
    pub service: Option<Service>,
    /// Only those of this check.
    pub check: Option<String>,
}

impl Filter {
    fn takes(&self, finding: &Finding) -> bool {
        self.verdict.is_none_or(|verdict| finding.verdict == verdict)
            && self.severity.is_none_or(|least| finding.severity >= least)
            && self.service.is_none_or(|service| finding.service == service)
            && self.check.as_ref().is_none_or(|check| finding.check_id == *check)
    }
}

/// One page of a report's findings. The cursor is the number of findings gone by, filtered out or not.
///
/// # Errors
///
/// The cursor is not one of this list.
pub fn findings(
    report: &Report,
    filter: &Filter,
    request: PageRequest<'_>,
) -> Result<Page<Finding>, PageError> {
    let position = List::Findings.position(request.cursor)?;
    let gone_by = match request.cursor {
        None => 0,
        Some(cursor) => position.parse::<usize>().map_err(|_| refused(cursor))?,
    };
    let mut wanted =
        report.findings.iter().enumerate().skip(gone_by).filter(|(_, one)| filter.takes(one));
    let mut items = Vec::new();
    let mut last = gone_by;
    for (index, finding) in wanted.by_ref().take(request.bounded()) {
        last = index + 1;
        items.push(finding.clone());
    }
    let next_cursor = wanted.next().map(|_| List::Findings.cursor(&last.to_string()));
    Ok(Page { items, next_cursor })
}
