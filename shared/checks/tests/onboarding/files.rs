//! The files that a customer deploys, and how a test writes to them.

use std::{fmt::Write as _, fs};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../onboarding");

/// A file of `onboarding/`.
pub(crate) fn read(name: &str) -> String {
    fs::read_to_string(format!("{FOLDER}/{name}")).unwrap()
}

/// Writes a file where it is not what it should be, and fails then.
pub(crate) fn expect(name: &str, wanted: &str) {
    if fs::read_to_string(format!("{FOLDER}/{name}")).ok().as_deref() != Some(wanted) {
        fs::write(format!("{FOLDER}/{name}"), wanted).unwrap();
        panic!("onboarding/{name} was stale; it is rewritten, commit it");
    }
}

/// `text` with new lines between two markers, each under the markers' indentation.
pub(crate) fn between(
    text: &str,
    begin: &str,
    end: &str,
    lines: impl Iterator<Item = String>,
) -> String {
    let (before, rest) = text.split_once(begin).expect("the begin marker is there");
    let (_, after) = rest.split_once(end).expect("the end marker is there");
    let indent = before.rsplit('\n').next().unwrap_or_default();
    let mut wanted = format!("{before}{begin}");
    for line in lines {
        let line = if line.is_empty() { line } else { format!("{indent}{line}") };
        writeln!(wanted, "{line}").unwrap();
    }
    write!(wanted, "{indent}{end}{after}").unwrap();
    wanted
}
