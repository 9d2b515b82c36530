//! The project's own cases: each says what AWS documents, and where. The files in `corpus/` are the source.

use policy::json::Node;
use policy::vectors;
use std::collections::HashSet;
use std::path::Path;

#[expect(clippy::unwrap_used, reason = "the files are beside this one")]
fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                std::fs::read_to_string(path).unwrap(),
            )
        })
        .collect();
    files.sort();
    files
}

#[test]
fn every_case_is_decided_as_aws_documents() {
    let mut count = 0;
    let mut failed = Vec::new();
    for (name, text) in files() {
        let results = vectors::run(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        count += results.len();
        failed.extend(results.into_iter().filter(|result| !result.pass));
    }
    let lines: Vec<String> =
        failed.iter().map(|result| format!("{result}\n{}", result.detail)).collect();
    assert!(lines.is_empty(), "{} of {count} failed:\n{}", lines.len(), lines.join("\n"));
    assert!(count >= 400, "only {count} cases");
}

#[test]
fn every_case_says_why_and_has_its_own_id() {
    let mut ids = HashSet::new();
    for (name, text) in files() {
        let file = Node::parse(&text).unwrap();
        for case in file.get("vectors").unwrap().items() {
            let id = case.get("id").and_then(Node::as_str).unwrap().to_owned();
            let why = case.get("why").and_then(Node::as_str).unwrap_or_default();
            assert!(
                why.contains("https://docs.aws.amazon.com/"),
                "`{id}` of {name} names no page of AWS's documentation"
            );
            assert!(ids.insert(id.clone()), "`{id}` stands twice");
        }
    }
}

#[test]
fn every_outcome_is_expected_somewhere() {
    let text: String = files().into_iter().map(|(_, text)| text).collect();
    for outcome in ["Allowed", "ExplicitlyDenied", "ImplicitlyDenied", "Depends"] {
        let wanted = format!(r#""decision": "{outcome}""#);
        assert!(text.matches(&wanted).count() >= 10, "{outcome}");
    }
}
