//! The files that a customer deploys, and how a test writes to them.

use std::{fmt::Write as _, fs};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../onboarding");

/// A file of `onboarding/`.
pub(crate) fn read(name: &str) -> String {
    fs::read_to_string(format!("{FOLDER}/{name}")).unwrap()
}

/// The names of the files in a folder of it, in alphabetical order.
pub(crate) fn names(folder: &str) -> Vec<String> {
    let files = fs::read_dir(format!("{FOLDER}/{folder}")).unwrap();
    let mut names: Vec<_> =
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Writes a file where it is not what it should be, and fails then.
pub(crate) fn expect(name: &str, wanted: &str) {
    expect_all([(name.to_owned(), wanted.to_owned())]);
}

/// The same with several files, all of which are written.
pub(crate) fn expect_all(files: impl IntoIterator<Item = (String, String)>) {
    let mut stale = Vec::new();
    for (name, wanted) in files {
        let path = format!("{FOLDER}/{name}");
        if fs::read_to_string(&path).ok().as_ref() != Some(&wanted) {
            fs::write(path, wanted).unwrap();
            stale.push(format!("onboarding/{name}"));
        }
    }
    assert!(stale.is_empty(), "stale, and now rewritten: commit {}", stale.join(", "));
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
