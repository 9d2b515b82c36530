//! The resource of a request.

use crate::Arn;
use crate::request::Request;
use crate::wildcard::{Token, tokens};

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
