//! The values of a condition, read once for their operator.

use super::date::Instant;
use super::ip::Range;
use super::number::Decimal;
use super::operator::Comparison as C;
use crate::request::Context;
use crate::template::{Gap, Part, Resolved, Syntax, Template, parts, resolve_parts};
use crate::wildcard::{Token, Wildcard};
use std::cmp::Ordering;
use std::net::IpAddr;

/// How one policy value compares with one request value.
pub(super) enum Compared<'a> {
    Yes,
    No,
    /// One of the two is not a value of the operator's type, or a variable has no value: neither a match
    /// nor a mismatch.
    Invalid,
    /// A variable's key was not given.
    Unknown(&'a str),
}

impl Compared<'_> {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

/// One policy value.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(Template),
    /// Compared in lower case.
    Folded(Template),
    Number(Decimal, Test),
    Date(Instant, Test),
    Bool(Template),
    Range(Range),
    Arn(Box<[Template; 6]>),
    /// An ARN that is one only once its variables are replaced.
    LateArn(Box<[Part]>),
    /// `Null`: whether the key must be absent.
    Absent(bool),
    /// Not a value of the operator's type.
    Invalid,
}

/// Which orderings hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Test {
    less: bool,
    equal: bool,
    greater: bool,
}

impl Test {
    fn of(comparison: C) -> Self {
        let (less, equal, greater) = match comparison {
            C::NumericLessThan | C::DateLessThan => (true, false, false),
            C::NumericLessThanEquals | C::DateLessThanEquals => (true, true, false),
            C::NumericGreaterThan | C::DateGreaterThan => (false, false, true),
            C::NumericGreaterThanEquals | C::DateGreaterThanEquals => (false, true, true),
            _ => (false, true, false),
        };
        Self { less, equal, greater }
    }

    fn holds(self, ordering: Ordering) -> bool {
        match ordering {
            Ordering::Less => self.less,
            Ordering::Equal => self.equal,
            Ordering::Greater => self.greater,
        }
    }
}

impl Value {
    pub(super) fn new(text: &str, comparison: C, variables: bool) -> Self {
        let exact = Syntax { variables, wildcards: false };
        let like = Syntax { variables, wildcards: true };
        match comparison {
            C::StringEquals | C::StringNotEquals | C::BinaryEquals => {
                Self::Text(Template::new(text, exact))
            }
            C::StringEqualsIgnoreCase | C::StringNotEqualsIgnoreCase => {
                Self::Folded(Template::new(&text.to_lowercase(), exact))
            }
            C::StringLike | C::StringNotLike => Self::Text(Template::new(text, like)),
            C::NumericEquals
            | C::NumericNotEquals
            | C::NumericLessThan
            | C::NumericLessThanEquals
            | C::NumericGreaterThan
            | C::NumericGreaterThanEquals => Decimal::parse(text)
                .map_or(Self::Invalid, |number| Self::Number(number, Test::of(comparison))),
            C::DateEquals
            | C::DateNotEquals
            | C::DateLessThan
            | C::DateLessThanEquals
            | C::DateGreaterThan
            | C::DateGreaterThanEquals => Instant::parse(text)
                .map_or(Self::Invalid, |date| Self::Date(date, Test::of(comparison))),
            C::Bool => Self::Bool(Template::new(&text.to_lowercase(), exact)),
            C::IpAddress | C::NotIpAddress => Range::parse(text).map_or(Self::Invalid, Self::Range),
            C::ArnEquals | C::ArnNotEquals | C::ArnLike | C::ArnNotLike => arn(text, like),
            C::Null => match text.to_ascii_lowercase().as_str() {
                "true" => Self::Absent(true),
                "false" => Self::Absent(false),
                _ => Self::Invalid,
            },
        }
    }

    pub(super) fn compare<'a>(&'a self, asked: &str, context: &Context) -> Compared<'a> {
        match self {
            Self::Text(template) => {
                with(template.resolve(context), |pattern| Compared::from(pattern.matches(asked)))
            }
            Self::Folded(template) => match template {
                Template::Fixed(pattern) => Compared::from(pattern.matches(&asked.to_lowercase())),
                // What a variable brings in must be folded as well.
                Template::Open(_) => with(template.resolve(context), |pattern| {
                    let folded = pattern.to_string().to_lowercase();
                    Compared::from(folded == asked.to_lowercase())
                }),
            },
            Self::Number(number, test) => match Decimal::parse(asked) {
                Some(given) => Compared::from(test.holds(given.cmp(number))),
                None => Compared::Invalid,
            },
            Self::Date(date, test) => match Instant::parse(asked) {
                Some(given) => Compared::from(test.holds(given.cmp(date))),
                None => Compared::Invalid,
            },
            Self::Bool(template) => with(template.resolve(context), |pattern| {
                let wanted = pattern.as_literal().map(str::to_ascii_lowercase);
                match (wanted.as_deref(), asked.to_ascii_lowercase().as_str()) {
                    (Some(wanted @ ("true" | "false")), given @ ("true" | "false")) => {
                        Compared::from(wanted == given)
                    }
                    _ => Compared::Invalid,
                }
            }),
            Self::Range(range) => match asked.parse::<IpAddr>() {
                Ok(address) => Compared::from(range.contains(address)),
                Err(_) => Compared::Invalid,
            },
            Self::Arn(segments) => compare_arn(segments, asked, context),
            Self::LateArn(parts) => match resolve_parts(parts, context) {
                Ok(tokens) => compare_late(tokens, asked, context),
                Err(Gap::Void) => Compared::Invalid,
                Err(Gap::Unknown(key)) => Compared::Unknown(key),
            },
            Self::Absent(_) | Self::Invalid => Compared::Invalid,
        }
    }
}

fn with<'a>(
    resolved: Resolved<'a>,
    compare: impl FnOnce(&Wildcard) -> Compared<'a>,
) -> Compared<'a> {
    match resolved {
        Resolved::Pattern(pattern) => compare(&pattern),
        Resolved::Void => Compared::Invalid,
        Resolved::Unknown(key) => Compared::Unknown(key),
    }
}

/// Cuts at the first five colons that are not inside a variable.
fn arn(text: &str, syntax: Syntax) -> Value {
    let parts = parts(text, syntax);
    match six(parts.iter().cloned(), |part| *part == Part::Token(Token::Char(':'))) {
        Some(segments) => Value::Arn(Box::new(segments.map(Template::from_parts))),
        None if parts.iter().any(|part| matches!(part, Part::Variable(_))) => {
            Value::LateArn(parts.into())
        }
        None => Value::Invalid,
    }
}

fn six<T>(items: impl Iterator<Item = T>, is_colon: impl Fn(&T) -> bool) -> Option<[Vec<T>; 6]> {
    let mut segments: [Vec<T>; 6] = Default::default();
    let mut at = 0;
    for item in items {
        if at < 5 && is_colon(&item) {
            at += 1;
        } else if let Some(segment) = segments.get_mut(at) {
            segment.push(item);
        }
    }
    (at == 5).then_some(segments)
}

fn compare_arn<'a>(segments: &'a [Template; 6], text: &str, context: &Context) -> Compared<'a> {
    let given: Vec<&str> = text.splitn(6, ':').collect();
    if given.len() < 6 {
        return Compared::Invalid;
    }
    let mut all = true;
    for (template, given) in segments.iter().zip(given) {
        match template.resolve(context) {
            Resolved::Pattern(pattern) => all = all && pattern.matches(given),
            Resolved::Void => return Compared::Invalid,
            Resolved::Unknown(key) => return Compared::Unknown(key),
        }
    }
    Compared::from(all)
}

fn compare_late<'a>(tokens: Vec<Token>, text: &str, context: &Context) -> Compared<'a> {
    let Some(segments) = six(tokens.into_iter(), |token| *token == Token::Char(':')) else {
        return Compared::Invalid;
    };
    let segments = segments.map(|tokens| Template::Fixed(Wildcard::from_tokens(tokens)));
    match compare_arn(&segments, text, context) {
        Compared::Yes => Compared::Yes,
        Compared::No => Compared::No,
        Compared::Invalid | Compared::Unknown(_) => Compared::Invalid,
    }
}
