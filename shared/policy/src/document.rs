//! Policy documents: versions, statements and their clauses, each with its span.

mod print;
mod problem;
mod read;
mod statement;

use crate::Span;
use crate::json::{Node, ParseError};
use std::fmt;

pub use problem::{Problem, ProblemKind};
pub use statement::{
    ConditionEntry, Effect, ListClause, Principal, PrincipalClause, PrincipalEntry, PrincipalKind,
    Statement,
};

/// A string of the document and where it stands.
#[derive(Debug, Clone)]
pub struct Text {
    /// The string, its escapes resolved. A boolean or number in a condition stands here as written.
    pub value: Box<str>,
    /// Where it stands, quotes included.
    pub span: Span,
    /// Whether it was written as a JSON string; a boolean or number was not.
    pub quoted: bool,
}

impl Text {
    /// The string alone.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.value
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        (&self.value, self.quoted) == (&other.value, other.quoted)
    }
}
impl Eq for Text {}

/// One policy document.
///
/// ```
/// use policy::{Document, Effect};
/// let document = Document::parse(
///     r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}"#,
/// )?;
/// let statement = &document.statements[0];
/// assert_eq!(statement.effect, Some(Effect::Allow));
/// assert_eq!(statement.action.as_ref().unwrap().values[0].as_str(), "s3:Get*");
/// # Ok::<(), policy::DocumentError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Document {
    /// Where it stands in its text.
    pub span: Span,
    /// `Version`, whatever it says.
    pub version: Option<Text>,
    /// `Id`.
    pub id: Option<Text>,
    /// The statements, in order.
    pub statements: Vec<Statement>,
    /// Whether `Statement` was a list; a single object is allowed too.
    pub listed: bool,
}

impl PartialEq for Document {
    /// Equal when they say the same in the same form; spans do not count.
    fn eq(&self, other: &Self) -> bool {
        (&self.version, &self.id, &self.statements, self.listed)
            == (&other.version, &other.id, &other.statements, other.listed)
    }
}
impl Eq for Document {}

/// A document read as far as it can be understood, and everything that cannot.
#[derive(Debug, Clone)]
pub struct Reading {
    /// What was understood.
    pub document: Document,
    /// What was not, in the order of the text.
    pub problems: Vec<Problem>,
}

impl Document {
    /// Reads a document whose every element is understood.
    ///
    /// Elements that only some policy types demand (`Principal`, `Resource`) may be missing;
    /// the linter and the syntax check judge that.
    ///
    /// # Errors
    /// When the text is not JSON, or at the first element that is unknown, repeated, missing or of the wrong type.
    pub fn parse(text: &str) -> Result<Self, DocumentError> {
        let mut node = Node::parse(text).map_err(DocumentError::Json)?;
        Self::strict(read::read(&mut node)).map_err(|problem| {
            let position = problem.span.position(text);
            DocumentError::Element { problem, position: Some(position) }
        })
    }

    /// Like [`Document::parse`], over JSON that was read before (a member of a larger file, say).
    ///
    /// # Errors
    /// At the first element that is unknown, repeated, missing or of the wrong type.
    pub fn from_node(node: &Node) -> Result<Self, Problem> {
        Self::strict(Self::read(node))
    }

    fn strict(reading: Reading) -> Result<Self, Problem> {
        match reading.problems.into_iter().next() {
            None => Ok(reading.document),
            Some(problem) => Err(problem),
        }
    }

    /// Reads as much as can be understood and lists the rest; never fails.
    ///
    /// ```
    /// use policy::{Document, ProblemKind, json::Node};
    /// let node = Node::parse(r#"{"Statement": [{"Effect": "allow", "Action": "s3:*"}]}"#)?;
    /// let reading = Document::read(&node);
    /// assert_eq!(reading.problems[0].kind, ProblemKind::InvalidEffect);
    /// assert_eq!(reading.document.statements[0].effect, None);
    /// # Ok::<(), policy::json::ParseError>(())
    /// ```
    #[must_use]
    pub fn read(node: &Node) -> Reading {
        read::read(&mut node.clone())
    }

    /// Whether `${…}` in it are variables: only in version 2012-10-17. Before it they are plain text.
    #[must_use]
    pub fn has_variables(&self) -> bool {
        self.version.as_ref().is_some_and(|version| version.as_str() == "2012-10-17")
    }
}

/// Why a text is not a policy document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentError {
    /// It is not JSON.
    Json(ParseError),
    /// It is JSON, and an element is wrong.
    Element {
        /// What is wrong.
        problem: Problem,
        /// Where, when the text is at hand.
        position: Option<crate::Position>,
    },
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => write!(f, "the policy is not JSON: {error}"),
            Self::Element { problem, position: Some(position) } => {
                write!(f, "{problem} at {position}")
            }
            Self::Element { problem, position: None } => write!(f, "{problem}"),
        }
    }
}

impl std::error::Error for DocumentError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_point_at_the_place() {
        let refusal = |text: &str| Document::parse(text).unwrap_err().to_string();
        assert_eq!(
            refusal("{"),
            "the policy is not JSON: expected a key in double quotes, the text ends at line 1, column 2"
        );
        assert_eq!(
            refusal("{\"Statement\": [\n {\"Effect\": \"Allow\", \"Action\": 1}]}"),
            "`Action` must be a string or a list of strings, not a number at line 2, column 32"
        );
        assert_eq!(
            refusal("{}"),
            "`Statement` is missing, add at least one statement at line 1, column 1"
        );
    }

    #[test]
    fn variables_need_the_newer_version() {
        let document = |version: &str| {
            Document::parse(&format!(
                r#"{{{version}"Statement":{{"Effect":"Deny","NotAction":"a:b"}}}}"#
            ))
            .unwrap()
        };
        assert!(document(r#""Version":"2012-10-17","#).has_variables());
        assert!(!document(r#""Version":"2008-10-17","#).has_variables());
        assert!(!document("").has_variables());
    }
}
