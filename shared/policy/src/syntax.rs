//! What IAM refuses to store: `MalformedPolicyDocument`.
//!
//! Far less than the linter: a policy may name services that do not exist and still be stored.

mod character;
mod date;
mod session;
mod statement;

use crate::document::{Document, ProblemKind, Reading};
use crate::invisible::shown;
use crate::json::Node;
use crate::{Position, Span};
use std::collections::HashSet;
use std::fmt;

pub(crate) use statement::resource_refusal;

/// What a document is for; each has elements it must or must not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    /// An identity policy; also a permissions boundary.
    Identity,
    /// A policy passed with a session.
    Session,
    /// A resource's policy.
    Resource,
    /// A role's trust policy.
    Trust,
    /// A service control policy.
    Scp,
    /// A resource control policy.
    Rcp,
}

impl DocumentKind {
    /// The kind a word names: `identity`, `session`, `resource`, `trust`, `scp`, `rcp`.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "identity" | "boundary" | "pb" => Some(Self::Identity),
            "session" => Some(Self::Session),
            "resource" | "vpce" | "vpc_endpoint" => Some(Self::Resource),
            "trust" => Some(Self::Trust),
            "scp" => Some(Self::Scp),
            "rcp" => Some(Self::Rcp),
            _ => None,
        }
    }
}

/// Why IAM would refuse a document, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub position: Position,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.message, self.position)
    }
}

impl std::error::Error for Malformed {}

/// Why IAM would refuse a document, and where in its text.
pub(crate) struct Fault {
    pub(crate) message: String,
    pub(crate) span: Span,
}

/// Checks whether IAM would store a document.
///
/// ```
/// use policy::{DocumentKind, check_syntax};
/// let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3", "Resource": "*"}}"#;
/// let refusal = check_syntax(text, DocumentKind::Identity).unwrap_err();
/// assert_eq!(refusal.message, "`s3` is not an action, write it as service:action");
/// ```
///
/// # Errors
/// At the first thing IAM would refuse.
pub fn check_syntax(text: &str, kind: DocumentKind) -> Result<Document, Malformed> {
    let node = Node::parse(text)
        .map_err(|error| Malformed { message: error.message, position: error.position })?;
    check(&node, kind).and_then(|document| character::check(text, kind).map(|()| document)).map_err(
        |fault| Malformed {
            message: shown(&fault.message).into_owned(),
            position: fault.span.position(text),
        },
    )
}

/// [`check_syntax`] of a text that is read already.
pub(crate) fn check(node: &Node, kind: DocumentKind) -> Result<Document, Fault> {
    use DocumentKind as K;
    let Reading { document, problems } = Document::read(node);
    if let Some(problem) =
        problems.iter().find(|problem| problem.kind != ProblemKind::MissingAction)
    {
        return Err(Fault { message: problem.to_string(), span: problem.span });
    }
    // Resources, queues and topics still take the older version.
    let newest = document.has_variables();
    if !newest && matches!(kind, K::Identity | K::Session | K::Scp | K::Rcp) {
        let span = document.version.as_ref().map_or(document.span, |version| version.span);
        return Err(Fault { message: "`Version` must be `2012-10-17`".to_owned(), span });
    }
    let mut sids: HashSet<&str> = HashSet::new();
    for statement in &document.statements {
        let sid = statement.sid.as_ref().filter(|sid| !sid.as_str().is_empty());
        if let Some(sid) = sid.filter(|sid| !sids.insert(sid.as_str())) {
            let message =
                format!("`Sid` `{}` stands twice, give each statement its own", sid.as_str());
            return Err(Fault { message, span: sid.span });
        }
        statement::check(statement, kind)?;
        if kind == DocumentKind::Session {
            session::check(statement)?;
        }
    }
    Ok(document)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn valid(kind: DocumentKind, statement: &str) -> bool {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
        check_syntax(&text, kind).is_ok()
    }

    #[test]
    fn actions_have_one_colon_and_a_plain_service() {
        for (action, expected) in [
            (r#""*""#, true),
            (r#""s3:Get*""#, true),
            (r#""*:*""#, true),
            (r#""*:Get*""#, false),
            (r#""s*:Get*""#, false),
            (r#"["s3:GetObject","nonsense:Nothing"]"#, true),
            (r#""s3""#, false),
            (r#""""#, false),
            (r#""s3:Get:Object""#, false),
            (r#""s 3:GetObject""#, false),
            ("[]", false),
            (r#"[["s3:GetObject"]]"#, false),
        ] {
            let statement = format!(r#"{{"Effect":"Allow","Action":{action},"Resource":"*"}}"#);
            assert_eq!(valid(DocumentKind::Identity, &statement), expected, "{action}");
        }
    }

    #[test]
    fn resources_look_like_arns() {
        for (resource, expected) in [
            ("*", true),
            ("arn:aws:s3:::b", true),
            ("arn:*:s3:::b", true),
            ("arn:aws-us-gov:s3:::b", true),
            ("arn:aws:anything", true),
            ("arn:aws", false),
            ("bucket", false),
            ("", false),
            ("arn:moon:s3:::b", false),
            ("arn:aws:*:*:1:*", false),
            ("arn:aws:s*:::b", false),
            ("arn:aws:*", false),
            ("arn:aws:s3::b", false),
            ("arn:aws::::b", false),
            ("arn:aws:s3:us-east-1::b", false),
            ("arn:aws:s3:us-east-1:1:accesspoint/a", true),
            ("arn:aws:iam::1:thing/a", false),
            ("arn:aws:iam::1:role/a", true),
            ("arn:aws:iam::1:Role/a", false),
            ("arn:aws:iam::1:*/*", false),
            ("arn:aws:iam::1:root", true),
            ("arn:aws:iam::1:roots", false),
            ("arn:aws:iam::aws:role-template/a.amazonaws.com/A:1", true),
            ("arn:aws:iam::1:*", true),
            ("arn:aws:iam:us-east-1:1:role/a", false),
        ] {
            let statement =
                format!(r#"{{"Effect":"Deny","Action":"*","NotResource":"{resource}"}}"#);
            assert_eq!(valid(DocumentKind::Identity, &statement), expected, "{resource}");
        }
    }

    #[test]
    fn each_kind_has_its_elements() {
        use DocumentKind as K;
        let plain = r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#;
        let with_principal = r#"{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}"#;
        let trust = r#"{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}"#;
        for (kind, plain_ok, principal_ok, trust_ok) in [
            (K::Identity, true, false, false),
            (K::Session, true, false, false),
            (K::Scp, true, false, false),
            (K::Resource, false, true, false),
            (K::Rcp, false, true, false),
            (K::Trust, false, false, true),
        ] {
            assert_eq!(valid(kind, plain), plain_ok, "{kind:?}");
            assert_eq!(valid(kind, with_principal), principal_ok, "{kind:?}");
            assert_eq!(valid(kind, trust), trust_ok, "{kind:?}");
        }
    }

    #[test]
    fn versions_and_sids() {
        let text = r#"{"Version":"2008-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}}"#;
        assert!(check_syntax(text, DocumentKind::Resource).is_ok());
        assert!(check_syntax(text, DocumentKind::Identity).is_err());
        let one = |sid: &str| {
            format!(r#"{{"Sid":"{sid}","Effect":"Allow","Action":"s3:*","Resource":"*"}}"#)
        };
        assert!(valid(DocumentKind::Identity, &[one("a"), one("b"), one(""), one("")].join(",")));
        assert!(!valid(DocumentKind::Identity, &[one("a"), one("b"), one("a")].join(",")));
    }
}
