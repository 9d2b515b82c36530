use std::borrow::Cow;

use domain::{Finding, ReportHead, Service, Severity, Verdict};
use serde::{Deserialize, Serialize};

/// How a skippable frame begins; its length follows in four bytes, little-endian. Source: RFC 8878, section 3.1.2.
const SKIPPABLE: [u8; 4] = 0x184D_2A5E_u32.to_le_bytes();

/// The bytes before the head.
pub(super) const START: usize = 16;

/// How many names a block has: what is read to look one up.
pub(super) const BLOCK: usize = 2048;

/// What a result begins with.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) report: ReportHead,
    /// The chunks, in order.
    pub(super) chunks: Vec<Chunk>,
    /// The runs, in order.
    pub(super) runs: Vec<Run>,
    /// The first name of each block of names.
    pub(super) blocks: Vec<domain::Fingerprint>,
}

/// A frame of findings.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Chunk {
    pub(super) findings: u32,
    pub(super) bytes: u32,
}

/// Findings in a row that are alike in all that a filter asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Run {
    pub(super) verdict: Verdict,
    pub(super) severity: Severity,
    pub(super) service: Service,
    pub(super) check: Cow<'static, str>,
    pub(super) findings: u32,
}

impl Run {
    fn of(finding: &Finding) -> Self {
        Self {
            verdict: finding.verdict,
            severity: finding.severity,
            service: finding.service,
            check: finding.check_id.clone(),
            findings: 1,
        }
    }

    fn has(&self, finding: &Finding) -> bool {
        self.verdict == finding.verdict
            && self.severity == finding.severity
            && self.service == finding.service
            && self.check == finding.check_id
    }
}

/// The runs of a report.
pub(super) fn runs(findings: &[Finding]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for finding in findings {
        match runs.last_mut() {
            Some(run) if run.has(finding) => run.findings += 1,
            _ => runs.push(Run::of(finding)),
        }
    }
    runs
}

/// The beginning of a skippable frame of so many bytes.
pub(super) fn skippable(length: u32) -> [u8; 8] {
    let mut start = [0; 8];
    start
        .iter_mut()
        .zip(SKIPPABLE.into_iter().chain(length.to_le_bytes()))
        .for_each(|(to, b)| *to = b);
    start
}

/// What stands before a head of so many bytes.
pub(super) fn start(head: usize) -> [u8; START] {
    let mut start = [0; START];
    let bytes = skippable(8).into_iter().chain((head as u64).to_be_bytes());
    start.iter_mut().zip(bytes).for_each(|(to, byte)| *to = byte);
    start
}

/// The length of the head, of an object that begins so; nothing for one of an older version.
pub(super) fn head_length(object: &[u8]) -> Option<u64> {
    let rest = object.strip_prefix(&skippable(8))?;
    rest.first_chunk().map(|length| u64::from_be_bytes(*length))
}
