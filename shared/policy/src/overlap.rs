//! Whether two ARN patterns have a resource in common.

use crate::template::{Part, Syntax, parts};
use crate::wildcard::{Token, overlaps};

/// Whether some resource fits both patterns. ARNs are compared segment by segment, as policies compare
/// them; a variable may stand for anything. Before the resource a segment that is `*` alone wants a value,
/// so `arn:*:iam::*:role/*` has nothing in common with an ARN that names no account. What is not an ARN is
/// compared as a whole.
///
/// ```
/// use policy::arns_overlap;
/// assert!(arns_overlap("arn:aws:s3:::logs-*", "arn:aws:s3:::*-2026"));
/// assert!(!arns_overlap("arn:aws:s3:::logs-*", "arn:aws:s3:::data-*"));
/// assert!(!arns_overlap("arn:aws:sns:eu-*:1:a", "arn:aws:sns:us-*:1:a"));
/// ```
#[must_use]
pub fn arns_overlap(a: &str, b: &str) -> bool {
    let (a, b) = (open_tokens(a), open_tokens(b));
    match (segments(&a), segments(&b)) {
        (Some(a), Some(b)) => {
            let before_resource = a.iter().zip(&b).take(5);
            !before_resource.into_iter().any(|(a, b)| is_any_against_nothing(a, b))
                && a.iter().zip(&b).all(|(a, b)| overlaps(a, b))
        }
        _ => overlaps(&a, &b),
    }
}

fn open_tokens(text: &str) -> Vec<Token> {
    let open =
        parts(text, Syntax { variables: true, wildcards: true }).into_iter().map(
            |part| match part {
                Part::Token(token) => token,
                Part::Variable(_) => Token::Many,
            },
        );
    open.collect()
}

fn is_any_against_nothing(a: &[Token], b: &[Token]) -> bool {
    matches!((a, b), ([Token::Many], []) | ([], [Token::Many]))
}

/// An ARN's six segments; the last keeps its colons.
fn segments(tokens: &[Token]) -> Option<Vec<&[Token]>> {
    let segments: Vec<&[Token]> = tokens.splitn(6, |token| *token == Token::Char(':')).collect();
    (segments.len() == 6).then_some(segments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_compared_on_their_own() {
        for (a, b, expected) in [
            ("*", "arn:aws:s3:::b", true),
            ("arn:*:iam::*:role/*", "arn:aws:iam:::role/a", false),
            ("arn:*:iam::*:role/*", "arn:aws:iam::1:*", true),
            ("arn:*:s3:::*", "arn:aws:s3:::", true),
            ("*a*", "*b*", true),
            ("a*a", "a*b", false),
            ("arn:aws:s3:::b", "arn:aws:s3:::b", true),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b", false),
            ("arn:aws:s3:::b*", "arn:aws:s3:::b/x", true),
            ("arn:*:iam::*:role/a", "arn:aws:iam::1:role/*", true),
            ("arn:aws:iam::1:*", "arn:aws:iam:*:role/a", true),
            ("arn:aws:iam::1:user/${aws:username}", "arn:aws:iam::1:user/ana", true),
            ("arn:aws:logs:*:1:log-group:*", "arn:aws:logs:eu-west-1:1:log-group:a:b", true),
        ] {
            assert_eq!(arns_overlap(a, b), expected, "{a} {b}");
            assert_eq!(arns_overlap(b, a), expected, "{b} {a}");
        }
    }
}
