//! Test vectors: files of cases with the answer each expects, from this project and from others.
//!
//! A file is an object with `kind` and `vectors`; docs/policy.md lists the kinds.

mod authorize;
mod clause;
mod details;
mod read;
mod syntax;
mod validate;

use crate::json::{Node, ParseError, Value};
use std::fmt;

/// How one case went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseResult {
    /// The case's id.
    pub id: String,
    /// What was answered: `decision`, `match`, `valid`, `overlap`, `public` or `findings`.
    pub field: &'static str,
    /// The answer.
    pub answer: Node,
    /// The answer that was expected.
    pub expected: Node,
    /// Whether they are the same.
    pub pass: bool,
    /// Why the answer is what it is, where there is more to say.
    pub detail: String,
}

impl CaseResult {
    fn new(id: &str, field: &'static str, answer: Node, expected: Node) -> Self {
        let pass = answer == expected;
        Self { id: id.to_owned(), field, answer, expected, pass, detail: String::new() }
    }

    /// A case that cannot be read fails, and the others are run.
    fn unreadable(id: &str, case: &Node, problem: String) -> Self {
        let expected = case.get("expected").cloned().unwrap_or(Node::from(Value::Null));
        Self {
            pass: false,
            detail: problem,
            ..Self::new(id, "decision", Node::from(Value::Null), expected)
        }
    }
}

impl fmt::Display for CaseResult {
    /// As one line of JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, answer, expected, pass, .. } = self;
        let id = Node::from(self.id.as_str());
        write!(f, r#"{{"id":{id},"{field}":{answer},"expected":{expected},"pass":{pass}}}"#)
    }
}

/// Why a file of vectors cannot be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VectorError {
    /// It is not JSON.
    Json(ParseError),
    /// It has no `vectors`, or one has no `id`.
    Shape(&'static str),
    /// Its `kind` is not known.
    Kind(String),
}

impl fmt::Display for VectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => write!(f, "the vectors are not JSON: {error}"),
            Self::Shape(lacks) => write!(f, "the file is not one of vectors, it lacks {lacks}"),
            Self::Kind(kind) => {
                write!(f, "`{kind}` is not a kind of vectors, use one of {}", KINDS.join(", "))
            }
        }
    }
}

impl std::error::Error for VectorError {}

/// The kinds of vectors that can be run.
pub const KINDS: [&str; 10] = [
    "authorize-strict",
    "condition",
    "resource",
    "action",
    "principal",
    "gaad-query",
    "policy-syntax",
    "arn-overlap",
    "s3-public",
    "access-analyzer-validate-policy",
];

/// Runs every case of a file.
///
/// ```
/// use policy::vectors;
/// let file = r#"{"kind": "condition", "vectors": [{"id": "1", "context": {"aws:SourceIp": "10.0.0.1"},
///     "condition": {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}}, "expected": {"match": true}}]}"#;
/// let results = vectors::run(file)?;
/// assert!(results[0].pass);
/// assert_eq!(results[0].to_string(), r#"{"id":"1","match":true,"expected":true,"pass":true}"#);
/// # Ok::<(), vectors::VectorError>(())
/// ```
///
/// # Errors
/// When the file is not JSON, or its kind is not known. A case that cannot be read is one that fails.
pub fn run(text: &str) -> Result<Vec<CaseResult>, VectorError> {
    let file = Node::parse(text).map_err(VectorError::Json)?;
    let cases = file
        .get("vectors")
        .filter(|cases| cases.is_array())
        .ok_or(VectorError::Shape("a list `vectors`"))?;
    let own_kind = file.get("kind").and_then(Node::as_str);
    let linter = validate::Linter::default();
    let mut results = Vec::with_capacity(cases.items().len());
    for case in cases.items() {
        let id = case
            .get("id")
            .and_then(Node::as_str)
            .ok_or(VectorError::Shape("an `id` in every case"))?;
        let kind = case
            .get("kind")
            .and_then(Node::as_str)
            .or(own_kind)
            .ok_or(VectorError::Shape("a `kind`"))?;
        let result = match kind {
            "authorize-strict" => authorize::run(id, case),
            "condition" => clause::condition(id, case),
            "resource" => clause::resource(id, case),
            "action" => clause::action(id, case),
            "principal" => clause::principal(id, case),
            "gaad-query" => details::run(id, case, file.get("files")),
            "policy-syntax" => syntax::policy(id, case),
            "arn-overlap" => syntax::overlap(id, case),
            "s3-public" => syntax::public(id, case),
            "access-analyzer-validate-policy" => validate::policy(id, case, &linter),
            other => return Err(VectorError::Kind(other.to_owned())),
        };
        results.push(result.unwrap_or_else(|problem| CaseResult::unreadable(id, case, problem)));
    }
    Ok(results)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_say_what_is_wrong() {
        let refusal = |text: &str| run(text).unwrap_err().to_string();
        assert_eq!(refusal("{}"), "the file is not one of vectors, it lacks a list `vectors`");
        assert!(
            refusal(r#"{"kind":"x","vectors":[{"id":"1"}]}"#)
                .starts_with("`x` is not a kind of vectors")
        );
        let results = run(r#"{"kind":"arn-overlap","vectors":[{"id":"1","a":"*"}]}"#).unwrap();
        assert_eq!((results[0].pass, results[0].detail.as_str()), (false, "`b` is missing"));
    }
}
