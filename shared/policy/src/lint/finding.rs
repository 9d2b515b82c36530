//! What linting finds.

use std::fmt;

use super::Code;
use crate::{Position, Span};

/// The weight of a finding, as Access Analyzer's API names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FindingType {
    /// A part of the policy does not work.
    Error,
    /// Access that is wider than it should be.
    SecurityWarning,
    /// Not good practice, though not a matter of security.
    Warning,
    /// A matter of style that changes no access.
    Suggestion,
}

impl FindingType {
    /// The name in Access Analyzer's API: `ERROR`, `SECURITY_WARNING`, `WARNING`, `SUGGESTION`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "ERROR",
            Self::SecurityWarning => "SECURITY_WARNING",
            Self::Warning => "WARNING",
            Self::Suggestion => "SUGGESTION",
        }
    }
}

impl fmt::Display for FindingType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something a policy's author should look at.
#[derive(Debug, Clone)]
pub struct Finding {
    pub(super) code: &'static Code,
    pub(super) message: String,
    pub(super) locations: Vec<Location>,
    pub(super) fix: Option<Fix>,
}

/// A place in the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The bytes.
    pub span: Span,
    /// Line and column where they begin.
    pub start: Position,
    /// Line and column after their end.
    pub end: Position,
    /// How to get there from the document's root.
    pub path: Vec<PathStep>,
}

/// One step of a [`Location`]'s path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathStep {
    /// The value of an object's key.
    Value(String),
    /// An item of a list, from 0.
    Index(usize),
    /// A key of an object, the key itself.
    Key(String),
}

/// A change that is certain to be right: replace these bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What to replace.
    pub span: Span,
    /// By what; empty to remove.
    pub replacement: String,
}

impl Finding {
    /// The issue, with its documentation.
    #[must_use]
    pub fn code(&self) -> &'static Code {
        self.code
    }

    /// What is wrong here and what to do, in a sentence.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where; at least one place.
    #[must_use]
    pub fn locations(&self) -> &[Location] {
        &self.locations
    }

    /// Line and column of the first place.
    #[must_use]
    pub fn position(&self) -> Position {
        let first = self.locations.first().map(|location| location.start);
        first.unwrap_or(Position { line: 1, column: 1, offset: 0 })
    }

    /// The change that resolves it, where one is certain.
    #[must_use]
    pub fn fix(&self) -> Option<&Fix> {
        self.fix.as_ref()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Position { line, column, .. }, code) = (self.position(), self.code);
        write!(f, "{line}:{column} {} {}: {}", code.kind, code.name, self.message)
    }
}

impl Location {
    /// The path as text: `Statement[0].Action[2]`.
    #[must_use]
    pub fn path_text(&self) -> String {
        let mut text = String::new();
        for step in &self.path {
            match step {
                PathStep::Index(at) => {
                    let at = at.to_string();
                    text.extend(["[", &at, "]"]);
                }
                PathStep::Value(key) | PathStep::Key(key) => {
                    if !text.is_empty() {
                        text.push('.');
                    }
                    text.push_str(key);
                }
            }
        }
        text
    }
}
