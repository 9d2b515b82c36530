//! The resource of a request.

use crate::Arn;
use crate::request::Request;
use crate::wildcard::{Token, tokens};

/// What a request asks for, taken apart once.
#[derive(Debug)]
pub(crate) enum Asked<'r> {
    /// `*`; whether the action has no resource of its own.
    All { wildcard_only: bool },
    /// An ARN.
    One(&'r str),
    /// A pattern of ARNs.
    Pattern(Box<[Token]>),
    /// Neither.
    Nothing,
}

impl<'r> Asked<'r> {
    pub(crate) fn of(request: &'r Request) -> Self {
        let text = request.resource();
        if text == "*" {
            return Self::All { wildcard_only: request.is_wildcard_only() };
        }
        if Arn::split(text).is_none() {
            Self::Nothing
        } else if text.contains('*') {
            Self::Pattern(request_tokens(text).collect())
        } else {
            Self::One(text)
        }
    }
}

/// In a request only `*` is a wildcard.
fn request_tokens(text: &str) -> impl Iterator<Item = Token> {
    tokens(text).map(|token| if token == Token::One { Token::Char('?') } else { token })
}
