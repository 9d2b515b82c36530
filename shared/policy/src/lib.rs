//! The IAM policy language, exactly: documents, ARNs, evaluation with reasons.
//!
//! Nothing here does I/O, reads a clock or knows an SDK.

mod arn;
mod compiled;
mod condition;
mod document;
mod evaluate;
pub mod facts;
pub mod gaad;
mod invisible;
pub mod json;
pub mod lint;
mod overlap;
pub mod partition;
mod request;
mod s3;
mod span;
mod syntax;
mod template;
mod tri;
pub mod vectors;
pub mod wildcard;

pub use arn::{Arn, ArnError};
pub use compiled::{IncompleteStatement, Policy, PolicyKind, PrincipalMatch};
pub use condition::{Comparison, Operator, Quantifier};
pub use document::{
    ConditionEntry, Document, DocumentError, Effect, ListClause, Principal, PrincipalClause,
    PrincipalEntry, PrincipalKind, Problem, ProblemKind, Reading, Statement, Text,
};
pub use evaluate::{
    DecidingStatement, Decision, Layer, Level, Outcome, Policies, S3Settings, UnreadPolicy,
};
pub use overlap::arns_overlap;
pub use request::{Caller, CallerKind, Context, Lookup, Request};
pub use s3::public_statements;
pub use span::{LineIndex, Position, Span};
pub use syntax::{DocumentKind, Malformed, check_syntax};
pub use wildcard::Wildcard;
