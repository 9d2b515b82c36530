use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Invalid, Severity, Unread};

/// The four ways a finding can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The requirement does not hold.
    Fail,
    /// It could not be decided, because a fact that could change the answer was not read.
    Unknown,
    /// A person has to look.
    Manual,
    /// The requirement holds.
    Pass,
}

impl Verdict {
    /// The name used in JSON, CSV and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Manual => "manual",
            Self::Pass => "pass",
        }
    }
}

impl FromStr for Verdict {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        [Self::Fail, Self::Unknown, Self::Manual, Self::Pass]
            .into_iter()
            .find(|verdict| verdict.name() == text)
            .ok_or_else(|| Invalid::new("verdict", text, "fail, unknown, manual or pass"))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What a rule decides about one resource; the error is an `unknown` verdict with its reason.
pub type Judgement = Result<Outcome, Unread>;

/// The answers of a rule that saw all it needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The requirement holds; the text, if any, is what was seen.
    Pass(Option<String>),
    /// The requirement does not hold.
    Fail(Failure),
    /// A person has to look; the text says at what.
    Manual(String),
}

/// What is wrong with a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What was seen.
    pub evidence: String,
    /// How bad it is here, where that differs from the check's own severity.
    pub severity: Option<Severity>,
    /// A fact that was not read and could make it worse, up to the check's worst severity.
    pub unread: Option<Unread>,
}

/// The requirement holds.
#[expect(clippy::missing_errors_doc, reason = "a verdict, not a fallible call")]
pub const fn pass() -> Judgement {
    Ok(Outcome::Pass(None))
}

/// The requirement holds, and this was seen.
#[expect(clippy::missing_errors_doc, reason = "a verdict, not a fallible call")]
pub fn pass_with(evidence: impl Into<String>) -> Judgement {
    Ok(Outcome::Pass(Some(evidence.into())))
}

/// The requirement does not hold, and this is the evidence.
#[expect(clippy::missing_errors_doc, reason = "a verdict, not a fallible call")]
pub fn fail(evidence: impl Into<String>) -> Judgement {
    Ok(Outcome::Fail(Failure { evidence: evidence.into(), severity: None, unread: None }))
}

/// The requirement does not hold, with a severity of its own.
#[expect(clippy::missing_errors_doc, reason = "a verdict, not a fallible call")]
pub fn fail_at(severity: Severity, evidence: impl Into<String>) -> Judgement {
    Ok(Outcome::Fail(Failure { evidence: evidence.into(), severity: Some(severity), unread: None }))
}

/// A person has to look at this.
#[expect(clippy::missing_errors_doc, reason = "a verdict, not a fallible call")]
pub fn manual(what: impl Into<String>) -> Judgement {
    Ok(Outcome::Manual(what.into()))
}
