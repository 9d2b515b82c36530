//! SARIF 2.1.0, which code hosts and editors show beside the text.

use policy::{
    LineIndex,
    lint::{Code, Finding, FindingType, Fix, Location},
};
use serde_json::{Value, json};

use super::Linted;

pub(super) fn log(linted: &[Linted]) -> Value {
    let mut rules: Vec<&Code> =
        linted.iter().flat_map(|file| &file.findings).map(Finding::code).collect();
    rules.sort_by_key(|code| code.name);
    rules.dedup_by_key(|code| code.name);
    let results: Vec<_> = linted
        .iter()
        .flat_map(|file| file.findings.iter().map(|finding| result(file, finding, &rules)))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "infraaudit",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|code| rule(code)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(code: &Code) -> Value {
    json!({
        "id": code.name,
        "shortDescription": {"text": code.title},
        "fullDescription": {"text": code.meaning},
        "helpUri": code.link(),
        "defaultConfiguration": {"level": level(code.kind)},
        "properties": {"findingType": code.kind.as_str(), "source": code.source.word()},
    })
}

fn level(kind: FindingType) -> &'static str {
    match kind {
        FindingType::Error => "error",
        FindingType::SecurityWarning | FindingType::Warning => "warning",
        FindingType::Suggestion => "note",
    }
}

fn result(file: &Linted, finding: &Finding, rules: &[&Code]) -> Value {
    let code = finding.code();
    let mut places = finding.locations().iter().map(|place| location(file, place));
    let first: Vec<_> = places.next().into_iter().collect();
    let related: Vec<_> = places.collect();
    let mut result = json!({
        "ruleId": code.name,
        "ruleIndex": rules.iter().position(|rule| rule.name == code.name),
        "level": level(code.kind),
        "message": {"text": finding.message()},
        "locations": first,
    });
    if let Value::Object(result) = &mut result {
        if !related.is_empty() {
            result.insert("relatedLocations".into(), related.into());
        }
        if let Some(fix) = finding.fix() {
            result.insert("fixes".into(), json!([change(file, fix)]));
        }
    }
    result
}

fn location(file: &Linted, place: &Location) -> Value {
    let mut location = json!({"physicalLocation": {
        "artifactLocation": {"uri": uri(&file.name)},
        "region": {
            "startLine": place.start.line,
            "startColumn": place.start.column,
            "endLine": place.end.line,
            "endColumn": place.end.column,
        },
    }});
    let path = place.path_text();
    if let (Value::Object(location), false) = (&mut location, path.is_empty()) {
        location.insert("logicalLocations".into(), json!([{"fullyQualifiedName": path}]));
    }
    location
}

fn change(file: &Linted, fix: &Fix) -> Value {
    let lines = LineIndex::new(&file.text);
    let start = lines.position(&file.text, fix.span.start as usize);
    let end = lines.position(&file.text, fix.span.end as usize);
    json!({
        "description": {"text": "replace it by what is meant"},
        "artifactChanges": [{
            "artifactLocation": {"uri": uri(&file.name)},
            "replacements": [{
                "deletedRegion": {
                    "startLine": start.line,
                    "startColumn": start.column,
                    "endLine": end.line,
                    "endColumn": end.column,
                },
                "insertedContent": {"text": fix.replacement},
            }],
        }],
    })
}

/// A file's name as a URI reference: what is not plain is percent-encoded.
fn uri(name: &str) -> String {
    let mut uri = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let hex = |digit: u8| char::from_digit(digit.into(), 16).unwrap_or('0');
            uri.extend(['%', hex(byte >> 4), hex(byte & 15)]);
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy::{
        facts::Facts,
        lint::{PolicyType, lint},
    };

    fn of(text: &str) -> Value {
        let facts = Facts::bundled().unwrap();
        let findings = lint(text, PolicyType::Identity, &facts);
        log(&[Linted { name: "my policy.json".into(), text: text.into(), findings }])
    }

    #[test]
    fn a_finding_has_its_rule_its_place_and_its_fix() {
        let text = "{\"Version\": \"2012-10-17\", \"Statement\": {\"Effect\": \"Allow\",\n\"Action\": \"s3:GetObjekt\", \"Resource\": \"*\"}}";
        let log = of(text);
        let run = &log["runs"][0];
        let result = &run["results"][0];
        assert_eq!(result["ruleId"], "INVALID_ACTION");
        assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "INVALID_ACTION");
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "my%20policy.json");
        assert_eq!(place["region"]["startLine"], 2);
        assert_eq!(place["region"]["startColumn"], 11);
        assert_eq!(place["region"]["endColumn"], 25);
        let change = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
        assert_eq!(change["insertedContent"]["text"], "\"s3:GetObject\"");
    }

    #[test]
    fn nothing_found_is_a_run_without_results() {
        let log = of(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}"#,
        );
        assert_eq!(log["runs"][0]["results"], json!([]));
        assert_eq!(log["version"], "2.1.0");
    }
}
