//! `Resource` and `NotResource`.

use super::PolicyKind;
use crate::Arn;
use crate::document::Effect;
use crate::request::{Context, Request};
use crate::template::{Gap, Resolved, Syntax, Template, resolve_parts};
use crate::tri::Tri;
use crate::wildcard::{Token, Wildcard, covers, overlaps, tokens};

/// One resource pattern.
#[derive(Debug, Clone)]
pub(crate) enum ResourcePattern {
    /// `*`.
    All,
    /// An ARN whose wildcards, if any, are in its resource: comparing it as a whole is the same as segment by
    /// segment, since what stands before the resource is literal.
    Whole(Wildcard),
    /// Any other ARN.
    Arn(Box<ArnPattern>),
    /// An ARN cut short in a policy type that compares it as it is: it names nothing.
    Short,
    /// Not acceptable in its policy type: a statement that needs it does not apply at all.
    Void,
}

/// An ARN pattern. Each segment is compared on its own, so no wildcard reaches across a colon.
#[derive(Debug, Clone)]
pub(crate) struct ArnPattern {
    /// Partition, service, region, account.
    segments: [Template; 4],
    /// The resource's type with its separator, compared as it is: wildcards are not allowed there.
    product: Box<str>,
    /// The rest of the resource.
    id: Template,
    /// Segments were missing and filled in with `*`.
    expanded: bool,
}

/// What a request asks for, taken apart once.
#[derive(Debug)]
pub(crate) enum Asked<'r> {
    /// `*`; whether the action has no resource of its own.
    All {
        wildcard_only: bool,
    },
    One(Arn<'r>, &'r str),
    /// A pattern: partition, service, region, account, resource.
    Pattern(Box<[Vec<Token>; 5]>),
    /// Neither.
    Nothing,
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

impl<'r> Asked<'r> {
    pub(crate) fn of(request: &'r Request) -> Self {
        let text = request.resource();
        if text == "*" {
            return Self::All { wildcard_only: request.is_wildcard_only() };
        }
        match Arn::split(text) {
            None => Self::Nothing,
            Some(arn) if text.contains('*') => Self::Pattern(Box::new(
                [arn.partition, arn.service, arn.region, arn.account, arn.resource]
                    .map(request_tokens),
            )),
            Some(arn) => Self::One(arn, text),
        }
    }
}

/// In a request only `*` is a wildcard.
fn request_tokens(text: &str) -> Vec<Token> {
    tokens(text).map(|token| if token == Token::One { Token::Char('?') } else { token }).collect()
}

impl ResourcePattern {
    pub(crate) fn new(text: &str, kind: PolicyKind, variables: bool) -> Self {
        if text == "*" {
            return Self::All;
        }
        let cut = colons(text, variables);
        if !text.starts_with("arn:") && text != "arn" {
            return Self::Void;
        }
        if cut.len() >= 5 {
            return Self::arn(text, &cut, variables, false);
        }
        let last = text.rsplit(':').next().unwrap_or("");
        match kind {
            PolicyKind::Identity | PolicyKind::Session | PolicyKind::Boundary => {}
            PolicyKind::Resource | PolicyKind::VpcEndpoint if text.contains('*') => {}
            PolicyKind::Resource | PolicyKind::VpcEndpoint => return Self::Short,
            PolicyKind::Scp if last.ends_with('*') => {}
            PolicyKind::Scp | PolicyKind::Rcp => return Self::Void,
        }
        let filled = format!("{text}{}", ":*".repeat(5 - cut.len()));
        Self::arn(&filled, &colons(&filled, variables), variables, true)
    }

    fn arn(text: &str, cut: &[usize], variables: bool, expanded: bool) -> Self {
        let syntax = Syntax { variables, wildcards: true };
        let segment = |at: usize| {
            let start =
                at.checked_sub(1).and_then(|before| cut.get(before)).map_or(0, |colon| colon + 1);
            let end = if at < 5 { cut.get(at).copied() } else { None };
            text.get(start..end.unwrap_or(text.len())).unwrap_or("")
        };
        let (service, resource) = (segment(2), segment(5));
        let names_bucket = service == "s3" && segment(3).is_empty() && segment(4).is_empty();
        let product_end = if names_bucket || service == "execute-api" {
            0
        } else {
            separator(resource, variables).map_or(0, |at| at + 1)
        };
        let (product, id) = resource.split_at_checked(product_end).unwrap_or(("", resource));
        let before_id = text.get(..text.len() - id.len()).unwrap_or(text);
        if !expanded && !before_id.contains(['*', '?']) && !(variables && text.contains("${")) {
            return Self::Whole(Wildcard::new(text));
        }
        Self::Arn(Box::new(ArnPattern {
            segments: [1, 2, 3, 4].map(|at| Template::new(segment(at), syntax)),
            product: product.into(),
            id: Template::new(id, syntax),
            expanded,
        }))
    }

    /// On which side of the pattern the request's resource is.
    ///
    /// A request that is itself a pattern is inside when the answer holds for all of it or, for `Resource`
    /// with `Allow` and `NotResource` with `Deny`, for some of it.
    pub(crate) fn side<'a>(
        &'a self,
        asked: &Asked<'_>,
        effect: Effect,
        negated: bool,
        context: &Context,
        missing: &mut Vec<&'a str>,
    ) -> Side {
        let some_is_enough = (effect == Effect::Allow) != negated;
        match (self, asked) {
            (Self::All, _) => Side::Inside,
            (Self::Void, _) => Side::Void,
            (Self::Short, _) | (_, Asked::Nothing | Asked::All { wildcard_only: true }) => {
                Side::Outside
            }
            (Self::Arn(_) | Self::Whole(_), Asked::All { .. }) if some_is_enough => Side::Inside,
            (Self::Arn(_) | Self::Whole(_), Asked::All { .. }) => Side::Outside,
            (Self::Whole(pattern), Asked::One(_, text)) if pattern.matches(text) => Side::Inside,
            (Self::Whole(_), Asked::One(..)) => Side::Outside,
            (Self::Whole(pattern), Asked::Pattern(segments)) => {
                let own = pattern.tokens();
                let own = own.splitn(6, |token| *token == Token::Char(':')).skip(1);
                let all =
                    own.zip(segments.iter()).all(|(own, asked)| meets(own, asked, some_is_enough));
                if all { Side::Inside } else { Side::Outside }
            }
            (Self::Arn(pattern), Asked::One(arn, _)) => pattern.side_of(arn, context, missing),
            (Self::Arn(pattern), Asked::Pattern(segments)) => {
                pattern.side_of_pattern(segments, some_is_enough, context, missing)
            }
        }
    }
}

impl ArnPattern {
    fn side_of<'a>(&'a self, arn: &Arn<'_>, context: &Context, missing: &mut Vec<&'a str>) -> Side {
        let outside = if self.expanded { Side::Void } else { Side::Outside };
        let mut unknown = false;
        let Some(id) = arn.resource.strip_prefix(&*self.product) else { return outside };
        let given = [arn.partition, arn.service, arn.region, arn.account, id];
        for (template, given) in self.segments.iter().chain([&self.id]).zip(given) {
            match template.resolve(context) {
                Resolved::Pattern(pattern) if pattern.matches(given) => {}
                Resolved::Pattern(_) => return outside,
                Resolved::Void => return Side::Void,
                Resolved::Unknown(key) => {
                    missing.push(key);
                    unknown = true;
                }
            }
        }
        if unknown { Side::Unknown } else { Side::Inside }
    }

    fn side_of_pattern<'a>(
        &'a self,
        asked: &[Vec<Token>; 5],
        some_is_enough: bool,
        context: &Context,
        missing: &mut Vec<&'a str>,
    ) -> Side {
        let mut unknown = false;
        for (at, (template, asked)) in self.segments.iter().chain([&self.id]).zip(asked).enumerate()
        {
            let own = match template_tokens(template, context) {
                Ok(own) if at == 4 => tokens(&self.product).chain(own).collect(),
                Ok(own) => own,
                Err(Gap::Void) => return Side::Void,
                Err(Gap::Unknown(key)) => {
                    missing.push(key);
                    unknown = true;
                    continue;
                }
            };
            if !meets(&own, asked, some_is_enough) {
                return if self.expanded { Side::Void } else { Side::Outside };
            }
        }
        if unknown { Side::Unknown } else { Side::Inside }
    }
}

fn meets(own: &[Token], asked: &[Token], some_is_enough: bool) -> bool {
    if some_is_enough { overlaps(own, asked) } else { covers(own, asked) }
}

fn template_tokens<'a>(template: &'a Template, context: &Context) -> Result<Vec<Token>, Gap<'a>> {
    match template {
        Template::Fixed(pattern) => Ok(pattern.tokens()),
        Template::Open(parts) => resolve_parts(parts, context),
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

/// Offsets of the colons that are not inside a variable.
fn colons(text: &str, variables: bool) -> Vec<usize> {
    offsets(text, variables, |c| c == ':')
}

/// The first `/` or `:` that is not inside a variable.
fn separator(text: &str, variables: bool) -> Option<usize> {
    offsets(text, variables, |c| c == '/' || c == ':').first().copied()
}

fn offsets(text: &str, variables: bool, wanted: impl Fn(char) -> bool) -> Vec<usize> {
    if !(variables && text.contains("${")) {
        return text.char_indices().filter(|(_, c)| wanted(*c)).map(|(at, _)| at).collect();
    }
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(end) = rest.strip_prefix("${").and_then(|open| open.find('}')) {
            at += end + 3;
            continue;
        }
        let c = rest.chars().next().unwrap_or_default();
        if wanted(c) {
            found.push(at);
        }
        at += c.len_utf8();
    }
    found
}
