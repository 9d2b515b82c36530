use domain::{Fingerprint, Severity, Verdict};

/// The bytes of a name and its place.
pub(super) const RECORD: usize = 20;

/// A finding's name, what was decided, and where in its report it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its lasting name.
    pub fingerprint: Fingerprint,
    /// What was decided.
    pub verdict: Verdict,
    /// How bad a failure is.
    pub severity: Severity,
    /// Its place in the report, counted from nought.
    pub place: u32,
}

/// A name and a place as bytes.
pub(super) fn record(name: Fingerprint, place: u32) -> impl Iterator<Item = u8> {
    name.bytes().into_iter().chain(place.to_be_bytes())
}

/// Names and places from bytes.
pub(super) fn records(bytes: &[u8]) -> impl Iterator<Item = (Fingerprint, u32)> {
    let (records, _) = bytes.as_chunks::<RECORD>();
    records.iter().filter_map(|record| {
        let (name, place) = record.split_first_chunk::<16>()?;
        Some((Fingerprint::from_bytes(*name), u32::from_be_bytes(*place.first_chunk()?)))
    })
}
