//! `Resource` and `NotResource`.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>

mod asked;
mod cut;

use super::PolicyKind;
use crate::document::Effect;
use crate::overlap::resources_overlap;
use crate::request::Context;
use crate::template::{Filled, Syntax, Template};
use crate::tri::Tri;
use crate::wildcard::{Wildcard, covers};
pub(crate) use asked::Asked;
use cut::{Cut, colons};

/// One resource pattern.
#[derive(Debug, Clone)]
pub(crate) enum ResourcePattern {
    /// `*`.
    All,
    /// An ARN. It is compared as one text: a `*` may run on over the colons of what it stands for, and may
    /// stand for the resource's type.
    Whole(Template),
    /// An ARN cut short, which is completed.
    Cut(Box<Cut>),
    /// An ARN cut short in a policy type that compares it as it is: it names nothing.
    Short,
    /// Not acceptable in its policy type: a statement that needs it does not apply at all.
    Void,
}

/// How one pattern answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Inside,
    Outside,
    /// Outside, and not to be read as "everything but".
    Void,
    Unknown,
}

/// What a pattern is asked: about which resource, in which kind of statement.
#[derive(Clone, Copy)]
pub(crate) struct Question<'q> {
    pub(crate) asked: &'q Asked<'q>,
    pub(crate) context: &'q Context,
    pub(crate) effect: Effect,
    /// Whether it stands in `NotResource`.
    pub(crate) negated: bool,
}

impl Question<'_> {
    /// Whether a request that is itself a pattern is spoken of when some of it is: for `Resource` with `Allow`
    /// and `NotResource` with `Deny`. Else all of it must be.
    fn some_is_enough(self) -> bool {
        (self.effect == Effect::Allow) != self.negated
    }
}

impl Side {
    fn of(inside: bool) -> Self {
        if inside { Self::Inside } else { Self::Outside }
    }
}

impl ResourcePattern {
    pub(crate) fn new(text: &str, kind: PolicyKind, variables: bool) -> Self {
        if text == "*" {
            return Self::All;
        }
        if !text.starts_with("arn:") && text != "arn" {
            return Self::Void;
        }
        let missing = 5 - colons(text, variables);
        if missing == 0 {
            return Self::Whole(Template::new(text, Syntax { variables, wildcards: true }));
        }
        let starred = text.contains('*');
        match kind {
            PolicyKind::Identity | PolicyKind::Boundary => {}
            PolicyKind::Resource | PolicyKind::VpcEndpoint | PolicyKind::Scp if starred => {}
            PolicyKind::Resource | PolicyKind::VpcEndpoint => return Self::Short,
            PolicyKind::Session | PolicyKind::Scp | PolicyKind::Rcp => return Self::Void,
        }
        Self::Cut(Box::new(Cut::new(text, missing, kind, variables)))
    }

    /// On which side of the pattern the request's resource is.
    pub(crate) fn side<'a>(&'a self, question: Question<'_>, missing: &mut Vec<&'a str>) -> Side {
        match (self, question.asked) {
            (Self::All, _) => Side::Inside,
            (Self::Void, _) => Side::Void,
            (Self::Short, _) | (_, Asked::Nothing | Asked::All { wildcard_only: true }) => {
                Side::Outside
            }
            (_, Asked::All { .. }) => Side::of(question.some_is_enough()),
            (Self::Whole(template), _) => side_of(template, question, missing),
            (Self::Cut(cut), _) => cut.side(question, missing),
        }
    }
}

/// On which side of one text the request's resource is.
fn side_of<'a>(template: &'a Template, question: Question<'_>, missing: &mut Vec<&'a str>) -> Side {
    let parts = match template {
        Template::Fixed(pattern) => return Side::of(meets(pattern, question)),
        Template::Open(parts) => parts,
    };
    let Filled { tokens, void, unknown } = Filled::new(parts, question.context);
    // What no value of the variables could make fit is outside, whatever they turn out to be.
    if !meets(&Wildcard::from_tokens(tokens), question) {
        return Side::Outside;
    }
    match (void, unknown.is_empty()) {
        (false, true) => Side::Inside,
        (true, true) => Side::Void,
        // A variable without a value settles it for `Resource`; in `NotResource` the other one may still lead
        // outside.
        (true, false) if !question.negated => Side::Void,
        (_, false) => {
            missing.extend(unknown);
            Side::Unknown
        }
    }
}

fn meets(own: &Wildcard, question: Question<'_>) -> bool {
    match question.asked {
        Asked::One(text) => own.matches(text),
        Asked::Pattern(asked) if question.some_is_enough() => {
            resources_overlap(&own.tokens(), asked)
        }
        Asked::Pattern(asked) => covers(&own.tokens(), asked),
        Asked::All { .. } | Asked::Nothing => false,
    }
}

impl From<Side> for Tri {
    fn from(side: Side) -> Self {
        match side {
            Side::Inside => Self::Yes,
            Side::Outside | Side::Void => Self::No,
            Side::Unknown => Self::Unknown,
        }
    }
}
