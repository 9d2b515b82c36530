//! What can be wrong with a document's elements, whatever the policy type.

use crate::Span;
use crate::invisible::shown;
use std::fmt;

/// One element that is not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub kind: ProblemKind,
    /// The element's key, or the value at fault.
    pub element: Box<str>,
    /// What was found, for messages; empty where nothing was.
    pub found: Box<str>,
    /// Where.
    pub span: Span,
    /// The statement it is in, from 0.
    pub statement: Option<usize>,
}

/// Kinds of [`Problem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The document, or a statement, is not an object.
    NotAnObject,
    /// A key that policies do not have (in the document, a statement, or a principal).
    UnknownElement,
    /// A key that already stands in the same object.
    RepeatedElement,
    /// A value of the wrong JSON type.
    WrongType,
    /// `Version` is neither `2008-10-17` nor `2012-10-17`.
    InvalidVersion,
    /// No `Statement`.
    MissingStatement,
    /// `Statement` is an empty list.
    EmptyStatement,
    /// No `Effect`.
    MissingEffect,
    /// `Effect` is neither `Allow` nor `Deny`.
    InvalidEffect,
    /// Neither `Action` nor `NotAction`.
    MissingAction,
    /// An element together with its `Not` form.
    BothForms,
    /// A principal given as a string other than `*`.
    InvalidPrincipal,
    /// A condition operator that does not exist.
    UnknownOperator,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (element, found) = (shown(&self.element), shown(&self.found));
        match self.kind {
            ProblemKind::NotAnObject => write!(f, "{element} must be an object, not {found}"),
            ProblemKind::UnknownElement => {
                write!(f, "`{element}` is not an element of {found}, remove it")
            }
            ProblemKind::RepeatedElement => write!(f, "`{element}` stands here twice, keep one"),
            ProblemKind::WrongType => write!(f, "`{element}` must be {found}"),
            ProblemKind::InvalidVersion => {
                write!(f, "`{found}` is not a version, use `2012-10-17`")
            }
            ProblemKind::MissingStatement => {
                f.write_str("`Statement` is missing, add at least one statement")
            }
            ProblemKind::EmptyStatement => {
                f.write_str("`Statement` is empty, add at least one statement")
            }
            ProblemKind::MissingEffect => f.write_str("`Effect` is missing, add `Allow` or `Deny`"),
            ProblemKind::InvalidEffect => {
                write!(f, "`{found}` is not an effect, use `Allow` or `Deny`")
            }
            ProblemKind::MissingAction => {
                f.write_str("`Action` is missing, add `Action` or `NotAction`")
            }
            ProblemKind::BothForms => {
                write!(f, "`{element}` and `Not{element}` stand in one statement, keep one")
            }
            ProblemKind::InvalidPrincipal => write!(
                f,
                "`{found}` is not a principal, use `*` or an object such as {{\"AWS\": …}}"
            ),
            ProblemKind::UnknownOperator => write!(f, "`{found}` is not a condition operator"),
        }
    }
}
