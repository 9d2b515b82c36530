//! `policy-syntax`, `arn-overlap`, `s3-public`: documents and patterns without a request.

use super::CaseResult;
use super::read::{Problem, expected, member, string};
use crate::document::Document;
use crate::json::Node;
use crate::s3::public_statements;
use crate::syntax::{DocumentKind, check_syntax};

pub(super) fn policy(id: &str, case: &Node) -> Result<CaseResult, Problem> {
    let document = member(case, "document")?;
    let text = document.as_str().map_or_else(|| document.to_string(), ToOwned::to_owned);
    let word = case.get("policy_type").and_then(Node::as_str).unwrap_or("identity");
    let kind =
        DocumentKind::of_word(word).ok_or_else(|| format!("`{word}` is not a type of policy"))?;
    let outcome = check_syntax(&text, kind);
    let mut result =
        CaseResult::new(id, "valid", Node::from(outcome.is_ok()), expected(case, "valid")?);
    result.detail = outcome.err().map(|refusal| refusal.to_string()).unwrap_or_default();
    Ok(result)
}

pub(super) fn overlap(id: &str, case: &Node) -> Result<CaseResult, Problem> {
    let answer = crate::arns_overlap(string(case, "a")?, string(case, "b")?);
    Ok(CaseResult::new(id, "overlap", Node::from(answer), expected(case, "overlap")?))
}

pub(super) fn public(id: &str, case: &Node) -> Result<CaseResult, Problem> {
    let document = Document::read(member(case, "policy")?).document;
    let statements: Vec<_> = public_statements(&document).collect();
    let mut result = CaseResult::new(
        id,
        "public",
        Node::from(!statements.is_empty()),
        expected(case, "public")?,
    );
    let named = statements.iter().map(|statement| match &statement.sid {
        Some(sid) => format!("statement `{}` makes it public", sid.as_str()),
        None => format!("statement {} makes it public", statement.index + 1),
    });
    result.detail = named.collect::<Vec<_>>().join(", ");
    Ok(result)
}
