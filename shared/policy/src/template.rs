//! Strings of a policy that may hold wildcards and `${…}`.

use crate::request::{Context, Lookup};
use crate::wildcard::{Token, Wildcard};
use std::borrow::Cow;

/// What a string may hold, by where it stands and by the document's version.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Syntax {
    /// `${…}` are variables.
    pub(crate) variables: bool,
    /// `*` and `?` are wildcards.
    pub(crate) wildcards: bool,
}

/// One part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    Token(Token),
    Variable(Variable),
}

/// `${key}` or `${key, 'default'}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variable {
    /// The condition key, in lower case.
    pub(crate) key: Box<str>,
    pub(crate) default: Option<Box<str>>,
}

/// A string ready to be compared.
#[derive(Debug, Clone)]
pub(crate) enum Template {
    /// The same for every request.
    Fixed(Wildcard),
    /// Holds at least one variable.
    Open(Box<[Part]>),
}

/// What a template is for one request.
pub(crate) enum Resolved<'a> {
    Pattern(Cow<'a, Wildcard>),
    /// A variable has no value: there is no equal or like value.
    Void,
    /// A variable's key was not given.
    Unknown(&'a str),
}

/// Cuts a string into tokens and variables.
pub(crate) fn parts(text: &str, syntax: Syntax) -> Vec<Part> {
    let mut parts = Vec::with_capacity(text.len());
    // After the last brace nothing is closed any more: without looking again each time.
    let closed = text.rfind('}').unwrap_or(0);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if syntax.variables
            && text.len() - rest.len() < closed
            && let Some((inside, after)) =
                rest.strip_prefix("${").and_then(|open| open.split_once('}'))
        {
            parts.push(match inside {
                "*" => Part::Token(Token::Char('*')),
                "?" => Part::Token(Token::Char('?')),
                "$" => Part::Token(Token::Char('$')),
                inside => Part::Variable(variable(inside)),
            });
            rest = after;
            continue;
        }
        parts.push(Part::Token(match c {
            '*' if syntax.wildcards => Token::Many,
            '?' if syntax.wildcards => Token::One,
            c => Token::Char(c),
        }));
        rest = rest.get(c.len_utf8()..).unwrap_or("");
    }
    parts
}

fn variable(inside: &str) -> Variable {
    let (key, default) = match inside.split_once(',') {
        Some((key, default)) => {
            let quoted = default.trim().strip_prefix('\'').and_then(|open| open.strip_suffix('\''));
            (key, quoted)
        }
        None => (inside, None),
    };
    Variable { key: key.trim().to_lowercase().into(), default: default.map(Into::into) }
}

impl Template {
    pub(crate) fn new(text: &str, syntax: Syntax) -> Self {
        if !(syntax.variables && text.contains("${")) {
            return Self::Fixed(if syntax.wildcards {
                Wildcard::new(text)
            } else {
                Wildcard::literal(text)
            });
        }
        Self::from_parts(parts(text, syntax))
    }

    pub(crate) fn from_parts(parts: Vec<Part>) -> Self {
        let mut tokens = Vec::with_capacity(parts.len());
        for part in &parts {
            match part {
                Part::Token(token) => tokens.push(*token),
                Part::Variable(_) => return Self::Open(parts.into()),
            }
        }
        Self::Fixed(Wildcard::from_tokens(tokens))
    }

    /// Puts the request's values in. A value's own `*` and `?` are characters.
    pub(crate) fn resolve<'a>(&'a self, context: &Context) -> Resolved<'a> {
        let parts = match self {
            Self::Fixed(pattern) => return Resolved::Pattern(Cow::Borrowed(pattern)),
            Self::Open(parts) => parts,
        };
        match resolve_parts(parts, context) {
            Ok(tokens) => Resolved::Pattern(Cow::Owned(Wildcard::from_tokens(tokens))),
            Err(Gap::Void) => Resolved::Void,
            Err(Gap::Unknown(key)) => Resolved::Unknown(key),
        }
    }
}

/// Why a variable cannot be replaced.
pub(crate) enum Gap<'a> {
    Void,
    Unknown(&'a str),
}

impl Variable {
    fn value<'v>(&'v self, context: &'v Context) -> Result<&'v str, Gap<'v>> {
        match context.lookup(&self.key) {
            Lookup::One(value) if !value.is_empty() => Ok(value),
            Lookup::Unknown => Err(Gap::Unknown(&self.key)),
            Lookup::One(_) | Lookup::Many(_) | Lookup::Missing => {
                self.default.as_deref().ok_or(Gap::Void)
            }
        }
    }
}

pub(crate) fn resolve_parts<'a>(
    parts: &'a [Part],
    context: &Context,
) -> Result<Vec<Token>, Gap<'a>> {
    let mut tokens = Vec::with_capacity(parts.len() + 16);
    for part in parts {
        match part {
            Part::Token(token) => tokens.push(*token),
            Part::Variable(variable) => match variable.value(context) {
                Ok(value) => tokens.extend(value.chars().map(Token::Char)),
                Err(Gap::Void) => return Err(Gap::Void),
                Err(Gap::Unknown(_)) => return Err(Gap::Unknown(&variable.key)),
            },
        }
    }
    Ok(tokens)
}

/// A template with the request's values put in, `*` where there is none.
pub(crate) struct Filled<'a> {
    pub(crate) tokens: Vec<Token>,
    /// Whether a variable has no value: there is no equal or like value.
    pub(crate) void: bool,
    /// The variables whose keys were not given.
    pub(crate) unknown: Vec<&'a str>,
}

impl<'a> Filled<'a> {
    pub(crate) fn new(parts: &'a [Part], context: &Context) -> Self {
        let tokens = Vec::with_capacity(parts.len() + 16);
        let mut filled = Self { tokens, void: false, unknown: Vec::new() };
        for part in parts {
            match part {
                Part::Token(token) => filled.tokens.push(*token),
                Part::Variable(variable) => match variable.value(context) {
                    Ok(value) => filled.tokens.extend(value.chars().map(Token::Char)),
                    Err(gap) => {
                        filled.tokens.push(Token::Many);
                        match gap {
                            Gap::Void => filled.void = true,
                            Gap::Unknown(_) => filled.unknown.push(&variable.key),
                        }
                    }
                },
            }
        }
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Syntax = Syntax { variables: true, wildcards: true };

    fn matches(template: &str, text: &str, syntax: Syntax) -> Option<bool> {
        let context = Context::new().with("aws:username", "b*b").with_many("aws:TagKeys", ["a"]);
        match Template::new(template, syntax).resolve(&context) {
            Resolved::Pattern(pattern) => Some(pattern.matches(text)),
            Resolved::Void | Resolved::Unknown(_) => None,
        }
    }

    #[test]
    fn variables_stand_for_their_characters() {
        assert_eq!(matches("u/${AWS:UserName}/*", "u/b*b/x", ALL), Some(true));
        assert_eq!(matches("u/${aws:username}/*", "u/bob/x", ALL), Some(false));
        assert_eq!(matches("${aws:missing}", "", ALL), None);
        assert_eq!(matches("${aws:missing, 'd'}*", "day", ALL), Some(true));
        assert_eq!(matches("${aws:missing, d}", "d", ALL), None, "a default needs quotes");
        assert_eq!(matches("${aws:TagKeys}", "a", ALL), None, "lists are no variables");
        assert_eq!(matches("${*}${?}${$}", "*?$", ALL), Some(true));
        assert_eq!(matches("${*}", "x", ALL), Some(false));
        assert_eq!(matches("${open", "${open", ALL), Some(true));
    }

    #[test]
    fn older_versions_know_no_variables() {
        let old = Syntax { variables: false, wildcards: true };
        assert_eq!(matches("${aws:username}", "${aws:username}", old), Some(true));
        assert_eq!(matches("${*}", "${anything}", old), Some(true));
    }
}
