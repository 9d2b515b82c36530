//! `Resource` and `NotResource`.

mod asked;
mod cut;

use super::PolicyKind;
use crate::Arn;
use crate::document::Effect;
use crate::request::Context;
use crate::template::{Gap, Resolved, Syntax, Template, resolve_parts};
use crate::tri::Tri;
use crate::wildcard::{Token, Wildcard, covers, overlaps, tokens};
pub(crate) use asked::Asked;
use cut::{colons, separator};

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

/// How one pattern answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Inside,
    Outside,
    /// Outside, and not to be read as "everything but".
    Void,
    Unknown,
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
        let (cut, count) = colons(text, variables);
        if !text.starts_with("arn:") && text != "arn" {
            return Self::Void;
        }
        if count == 5 {
            return Self::arn(text, cut, variables, false);
        }
        let last = text.rsplit(':').next().unwrap_or("");
        match kind {
            PolicyKind::Identity | PolicyKind::Session | PolicyKind::Boundary => {}
            PolicyKind::Resource | PolicyKind::VpcEndpoint if text.contains('*') => {}
            PolicyKind::Resource | PolicyKind::VpcEndpoint => return Self::Short,
            PolicyKind::Scp if last.ends_with('*') => {}
            PolicyKind::Scp | PolicyKind::Rcp => return Self::Void,
        }
        let filled = format!("{text}{}", ":*".repeat(5 - count));
        Self::arn(&filled, colons(&filled, variables).0, variables, true)
    }

    fn arn(text: &str, cut: [usize; 5], variables: bool, expanded: bool) -> Self {
        let syntax = Syntax { variables, wildcards: true };
        let segment = |at: usize| {
            let start =
                at.checked_sub(1).and_then(|before| cut.get(before)).map_or(0, |colon| colon + 1);
            let end = cut.get(at).copied().unwrap_or(text.len());
            text.get(start..end).unwrap_or("")
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
        let fixed = !variables || !text.contains("${");
        if fixed && !expanded && !before_id.contains(['*', '?']) {
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
            (Self::Arn(_) | Self::Whole(_), Asked::All { .. }) => Side::of(some_is_enough),
            (Self::Whole(pattern), Asked::One(_, text)) => Side::of(pattern.matches(text)),
            (Self::Whole(pattern), Asked::Pattern(segments)) => {
                let own = pattern.tokens();
                let own = own.splitn(6, |token| *token == Token::Char(':')).skip(1);
                let all =
                    own.zip(segments.iter()).all(|(own, asked)| meets(own, asked, some_is_enough));
                Side::of(all)
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
