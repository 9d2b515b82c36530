//! `access-analyzer-validate-policy`: the findings of policy validation, by type and code.

use std::cell::OnceCell;

use super::CaseResult;
use super::read::{Problem, member};
use crate::Span;
use crate::facts::Facts;
use crate::json::{Member, Node, Value};
use crate::lint::{self, AttachedTo, Options, PolicyType, Source};

/// The facts, loaded when the first case needs them.
#[derive(Default)]
pub(super) struct Linter(OnceCell<Facts>);

impl Linter {
    fn facts(&self) -> Result<&Facts, Problem> {
        if let Some(facts) = self.0.get() {
            return Ok(facts);
        }
        let facts = Facts::bundled().map_err(|error| error.to_string())?;
        Ok(self.0.get_or_init(|| facts))
    }
}

/// A case passes when each pair of type and code is found that is expected, and no other; how often
/// and where is not compared.
pub(super) fn policy(id: &str, case: &Node, linter: &Linter) -> Result<CaseResult, Problem> {
    let document = member(case, "document")?;
    let text = document.as_str().map_or_else(|| document.to_string(), ToOwned::to_owned);
    let findings = lint::lint(&text, options(case)?, linter.facts()?);
    // Codes of this project's own are none of Access Analyzer's answers.
    let found: Vec<_> = findings
        .iter()
        .filter(|finding| finding.code().source == Source::AccessAnalyzer)
        .map(|finding| (finding.code().kind.as_str(), finding.code().name))
        .collect();
    let mut wanted = Vec::new();
    for finding in member(case, "expected")?.items() {
        let text = |key| finding.get(key).and_then(Node::as_str).unwrap_or("");
        wanted.push((text("findingType"), text("issueCode")));
    }
    let pass = found.iter().all(|pair| wanted.contains(pair))
        && wanted.iter().all(|pair| found.contains(pair));
    let lines: Vec<_> = findings.iter().map(ToString::to_string).collect();
    Ok(CaseResult {
        id: id.to_owned(),
        field: "findings",
        answer: list(&found),
        expected: list(&wanted),
        pass,
        detail: lines.join("\n"),
    })
}

fn options(case: &Node) -> Result<Options, Problem> {
    let text = |key| case.get(key).and_then(Node::as_str);
    let word = text("policy_type").unwrap_or("IDENTITY_POLICY");
    let kind =
        PolicyType::parse(word).ok_or_else(|| format!("`{word}` is not a type of policy"))?;
    let mut options = Options::from(kind);
    let resource = text("resource_type").or_else(|| text("validate_policy_resource_type"));
    match resource {
        Some("AWS::IAM::AssumeRolePolicyDocument") => options.policy_type = PolicyType::Trust,
        Some(name) => options.attached_to = AttachedTo::parse(name),
        None => {}
    }
    Ok(options)
}

fn list(pairs: &[(&str, &str)]) -> Node {
    let mut pairs = pairs.to_vec();
    pairs.sort_unstable();
    let member = |key: &str, text: &str| Member {
        key: key.into(),
        key_span: Span::default(),
        value: Node::from(text),
    };
    let finding = |(kind, code): &(&str, &str)| {
        Node::from(Value::Object(vec![member("findingType", kind), member("issueCode", code)]))
    };
    pairs.iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::super::run;

    const FILE: &str = r#"{"kind": "access-analyzer-validate-policy", "vectors": [
        {"id": "clean", "policy_type": "IDENTITY_POLICY", "expected": [], "document":
            {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}},
        {"id": "found", "policy_type": "identity", "document": "{",
            "expected": [{"findingType": "ERROR", "issueCode": "JSON_SYNTAX_ERROR", "locations": []}]},
        {"id": "trust", "policy_type": "RESOURCE_POLICY", "resource_type": "AWS::IAM::AssumeRolePolicyDocument",
            "document": {"Version": "2012-10-17", "Statement":
                {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}},
            "expected": [{"findingType": "WARNING", "issueCode": "MISSING_VERSION"}]}]}"#;

    #[test]
    fn findings_are_compared_by_type_and_code() {
        let results = run(FILE).unwrap();
        assert_eq!(results.iter().map(|r| r.pass).collect::<Vec<_>>(), [true, true, false]);
        assert_eq!(
            results[2].to_string(),
            r#"{"id":"trust","findings":[],"expected":[{"findingType":"WARNING","issueCode":"MISSING_VERSION"}],"pass":false}"#
        );
    }
}
