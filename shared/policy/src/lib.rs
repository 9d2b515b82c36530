//! The IAM policy language, exactly: documents, ARNs, evaluation with reasons.
//!
//! Nothing here does I/O, reads a clock or knows an SDK.

mod arn;
mod condition;
mod document;
pub mod facts;
pub mod json;
mod span;

pub use arn::{Arn, ArnError, PARTITIONS};
pub use condition::{Comparison, Operator, Quantifier};
pub use document::{
    ConditionEntry, Document, DocumentError, Effect, ListClause, Principal, PrincipalClause,
    PrincipalEntry, PrincipalKind, Problem, ProblemKind, Reading, Statement, Text,
};
pub use span::{LineIndex, Position, Span};
