use domain::{Finding, Report, Status, Summary};
use serde::Serialize as _;

use super::{
    layout::{BLOCK, Chunk, Head, runs, skippable, start},
    names::{RECORD, record},
};
use crate::{Error, packed::compress};

/// How many findings a chunk has at most: what is read for one of them.
const FINDINGS: usize = 512;

/// How many bytes of JSON a chunk has at most, unless one finding alone has more.
const BYTES: usize = 256 * 1024;

const DOING: &str = "pack the result";

/// A result as it is kept, ready to be written: a fiftieth of what the report takes in memory.
#[derive(Debug)]
pub struct PackedResult {
    pub(crate) bytes: Vec<u8>,
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
        let (mut chunks, mut frames) = (Vec::new(), Vec::new());
        let mut left = report.findings.as_slice();
        while !left.is_empty() {
            let (json, taken) = lines(left)?;
            let frame = compress(DOING, json).await?;
            chunks.push(Chunk { findings: number(taken)?, bytes: number(frame.len())? });
            frames.extend(frame);
            left = left.get(taken..).unwrap_or_default();
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
        let head = compress(DOING, json).await?;
        let mut bytes = Vec::with_capacity(24 + head.len() + frames.len() + names.len() * RECORD);
        bytes.extend(start(head.len()));
        bytes.extend(head);
        bytes.append(&mut frames);
        bytes.extend(skippable(number(names.len() * RECORD)?));
        bytes.extend(names.into_iter().flat_map(|(name, place)| record(name, place)));
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
