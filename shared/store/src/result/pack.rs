use bytes::Bytes;
use domain::{Finding, Report, Status, Summary};
use serde::Serialize as _;
use zstd::bulk::Compressor;

use super::{
    layout::{BLOCK, Chunk, Head, runs, skippable, start},
    names::{RECORD, record},
};
use crate::Error;

/// How many findings a chunk has at most: what is read for one of them.
const FINDINGS: usize = 512;

/// How many bytes of JSON a chunk has at most, unless one finding alone has more.
const BYTES: usize = 256 * 1024;

/// A result as it is kept, ready to be written: a fiftieth of what the report takes in memory.
#[derive(Debug)]
pub struct PackedResult {
    pub(crate) bytes: Bytes,
    pub(crate) status: Status,
    pub(crate) summary: Summary,
}

impl PackedResult {
    /// Packs a report, chunk by chunk: its JSON is never in memory as a whole.
    ///
    /// # Errors
    ///
    /// It has no stored form.
    pub async fn of(report: &Report) -> Result<Self, Error> {
        let mut compressor =
            Compressor::new(zstd::DEFAULT_COMPRESSION_LEVEL).map_err(Error::unwritable)?;
        let mut compress = |json: &[u8]| compressor.compress(json).map_err(Error::unwritable);
        let (mut chunks, mut bytes) = (Vec::new(), Vec::new());
        let mut left = report.findings.as_slice();
        while !left.is_empty() {
            let (json, taken) = lines(left)?;
            let frame = compress(&json)?;
            chunks.push(Chunk { findings: number(taken)?, bytes: number(frame.len())? });
            bytes.extend(frame);
            left = left.get(taken..).unwrap_or_default();
            // A chunk takes a millisecond or two, and the worker has other things to answer.
            tokio::task::yield_now().await;
        }
        let places = 0..number(report.findings.len())?;
        let mut names: Vec<_> =
            report.findings.iter().map(|finding| finding.fingerprint).zip(places).collect();
        names.sort_unstable();
        let head = Head {
            report: report.head(),
            chunks,
            runs: runs(&report.findings),
            blocks: names.iter().step_by(BLOCK).map(|(name, _)| *name).collect(),
        };
        let mut json = serde_json::to_vec(&head).map_err(Error::unwritable)?;
        json.push(b'\n');
        let head = compress(&json)?;
        bytes.splice(..0, start(head.len()).into_iter().chain(head));
        bytes.extend(skippable(number(names.len() * RECORD)?));
        bytes.extend(names.into_iter().flat_map(|(name, place)| record(name, place)));
        let bytes = Bytes::from(bytes);
        let (status, summary) = (report.status, report.summary.clone());
        Ok(Self { bytes, status, summary })
    }
}

/// The first findings, a line each, and how many they are.
fn lines(findings: &[Finding]) -> Result<(Vec<u8>, usize), Error> {
    let (mut json, mut taken) = (Vec::new(), 0);
    for finding in findings.iter().take(FINDINGS) {
        let before = json.len();
        finding
            .serialize(&mut serde_json::Serializer::new(&mut json))
            .map_err(Error::unwritable)?;
        json.push(b'\n');
        if json.len() > BYTES && taken > 0 {
            json.truncate(before);
            break;
        }
        taken += 1;
    }
    Ok((json, taken))
}

fn number(length: usize) -> Result<u32, Error> {
    u32::try_from(length).map_err(Error::unwritable)
}
