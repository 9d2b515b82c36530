use domain::{Evidence, Unread};

/// What a rule decides about one resource; the error is an `unknown` verdict with its reason.
pub type Judgement = Result<Outcome, Unread>;

/// The answers of a rule that saw all it needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The requirement holds; what was seen, if that needs words.
    Pass(Evidence),
    /// The requirement does not hold.
    Fail(Failure),
    /// There is nothing that the requirement could be asked of, and why.
    NotApplicable(Evidence),
}

/// What is wrong with a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What was seen.
    pub evidence: Evidence,
    /// How bad it is here.
    pub degree: Degree,
}

/// How bad a failure is, of a check that tells degrees apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Degree {
    /// As bad as a failure of the check is.
    Usual,
    /// So, and a fact that was not read could make it as bad as it can be at worst.
    MayBeWorst,
    /// As bad as a failure of the check can be at worst.
    Worst,
}

/// Something that was seen: a message of the check's texts. Values are added by [`Evidence::with`].
#[must_use]
pub fn seen(message: &'static str) -> Evidence {
    Evidence::of(message)
}

/// The requirement holds.
#[expect(clippy::missing_errors_doc, reason = "a verdict, not a fallible call")]
pub fn pass() -> Judgement {
    pass_with(Evidence::default())
}

/// The requirement holds, and this was seen.
#[expect(clippy::missing_errors_doc, reason = "a verdict, not a fallible call")]
pub const fn pass_with(evidence: Evidence) -> Judgement {
    Ok(Outcome::Pass(evidence))
}

/// The requirement does not hold, and this is the evidence.
#[expect(clippy::missing_errors_doc, reason = "a verdict, not a fallible call")]
pub const fn fail(evidence: Evidence) -> Judgement {
    Ok(Outcome::Fail(Failure { evidence, degree: Degree::Usual }))
}

/// There is nothing that the requirement could be asked of, and why.
#[expect(clippy::missing_errors_doc, reason = "a verdict, not a fallible call")]
pub const fn not_applicable(evidence: Evidence) -> Judgement {
    Ok(Outcome::NotApplicable(evidence))
}
