//! Whether two ARN patterns have a resource in common.

mod blank;

use crate::template::{Part, Syntax, parts};
use crate::wildcard::{Token, overlaps};
use blank::{may_lack_account, may_lack_region};

/// Whether some resource fits both patterns, as the patterns of identity policies are read:
///
/// - A `*` may run on over colons, and may stand for the resource's type
///   ([Resource](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html)).
///   Between two patterns partition and service stay in their place, and two accounts that differ have nothing
///   in common.
/// - An ARN cut short is completed with `*`
///   ([ARNs](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html)).
/// - A variable may stand for anything.
/// - A region or account that is `*` alone wants a value, unless the service has resources without one: no role is
///   `arn:aws:iam:::role/a`, so `arn:*:iam::*:role/*` has nothing in common with it.
///
/// What is not an ARN is compared as a whole.
///
/// ```
/// use policy::arns_overlap;
/// assert!(arns_overlap("arn:aws:s3:::logs-*", "arn:aws:s3:::*-2026"));
/// assert!(!arns_overlap("arn:aws:s3:::logs-*", "arn:aws:s3:::data-*"));
/// assert!(!arns_overlap("arn:aws:sns:eu-*:1:a", "arn:aws:sns:us-*:1:a"));
/// assert!(arns_overlap("arn:aws:sns:*:alarms", "arn:aws:sns:eu-west-1:111122223333:alarms"));
/// assert!(arns_overlap("arn:aws:sns", "arn:aws:sns:eu-west-1:111122223333:alarms"));
/// ```
#[must_use]
pub fn arns_overlap(a: &str, b: &str) -> bool {
    let (a, b) = (readings(a), readings(b));
    a.iter().any(|a| b.iter().any(|b| !lacks_a_value(a, b) && resources_overlap(a, b)))
}

/// The patterns a text stands for: itself, and what it is once completed.
fn readings(text: &str) -> Vec<Vec<Token>> {
    let written: Vec<Token> = parts(text, Syntax { variables: true, wildcards: true })
        .into_iter()
        .map(|part| match part {
            Part::Token(token) => token,
            Part::Variable(_) => Token::Many,
        })
        .collect();
    let fields = written.splitn(6, |token| is_colon(*token)).count();
    if !text.starts_with("arn:") || fields == 6 {
        return vec![written];
    }
    let rest = [Token::Char(':'), Token::Many].repeat(6 - fields);
    vec![written.iter().copied().chain(rest).collect(), written]
}

fn is_colon(token: Token) -> bool {
    token == Token::Char(':')
}

fn is_wild(token: Token) -> bool {
    !matches!(token, Token::Char(_))
}

/// Whether some resource fits both, each read as it stands.
pub(crate) fn resources_overlap(a: &[Token], b: &[Token]) -> bool {
    let patterns = a.iter().any(|token| is_wild(*token)) && b.iter().any(|token| is_wild(*token));
    match (Arn::of(a), Arn::of(b)) {
        (Some(a), Some(b)) if patterns => {
            overlaps(a.partition, b.partition)
                && overlaps(a.service, b.service)
                && !differ(a.account, b.account)
                && overlaps(a.rest, b.rest)
        }
        // One of them is a resource, or has not even a service in its place.
        _ => overlaps(a, b),
    }
}

/// A pattern whose partition and service are in their place.
struct Arn<'t> {
    partition: &'t [Token],
    service: &'t [Token],
    /// Where it has six fields.
    region: Option<&'t [Token]>,
    account: Option<&'t [Token]>,
    /// All that follows the service.
    rest: &'t [Token],
}

impl<'t> Arn<'t> {
    fn of(tokens: &'t [Token]) -> Option<Self> {
        let mut first = tokens.splitn(4, |token| is_colon(*token));
        let (prefix, partition, service, rest) =
            (first.next()?, first.next()?, first.next()?, first.next()?);
        let mut fields = rest.splitn(3, |token| is_colon(*token));
        let (region, account, resource) = (fields.next(), fields.next(), fields.next());
        let full = resource.is_some();
        // In an ARN cut short a wildcard there may already be what runs on.
        let in_place = full || !partition.iter().chain(service).any(|token| is_wild(*token));
        (in_place && prefix == [Token::Char('a'), Token::Char('r'), Token::Char('n')]).then_some(
            Self {
                partition,
                service,
                region: region.filter(|_| full),
                account: account.filter(|_| full),
                rest,
            },
        )
    }
}

/// Whether both are accounts, or none where the service has none, and not the same.
fn differ(a: Option<&[Token]>, b: Option<&[Token]>) -> bool {
    let is_account = |field: &[Token]| {
        let digits = |token: &Token| matches!(token, Token::Char('0'..='9'));
        field.is_empty() || (field.len() == 12 && field.iter().all(digits))
    };
    a.zip(b).is_some_and(|(a, b)| a != b && is_account(a) && is_account(b))
}

/// Whether one leaves out a region or account for which the other wants a value.
fn lacks_a_value(a: &[Token], b: &[Token]) -> bool {
    let (Some(a), Some(b)) = (Arn::of(a), Arn::of(b)) else { return false };
    let wanted = |a: Option<&[Token]>, b: Option<&[Token]>| {
        matches!((a, b), (Some([Token::Many]), Some([])) | (Some([]), Some([Token::Many])))
    };
    let service =
        [a.service, b.service].into_iter().find(|field| !field.iter().any(|token| is_wild(*token)));
    let Some(service) = service.map(text) else { return false };
    if !overlaps(a.service, b.service) {
        // A wildcard before the service runs on.
        return false;
    }
    (wanted(a.region, b.region) && !may_lack_region(&service))
        || (wanted(a.account, b.account) && !may_lack_account(&service))
}

fn text(field: &[Token]) -> String {
    let letters = field.iter().filter_map(|token| match token {
        Token::Char(c) => Some(c.to_ascii_lowercase()),
        Token::One | Token::Many => None,
    });
    letters.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(a: &str, b: &str, expected: bool) {
        assert_eq!(arns_overlap(a, b), expected, "{a} {b}");
        assert_eq!(arns_overlap(b, a), expected, "{b} {a}");
    }

    #[test]
    fn patterns_have_a_resource_in_common_or_not() {
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
            check(a, b, expected);
        }
    }

    #[test]
    fn a_star_runs_on_over_colons_and_stands_for_types() {
        check("arn:aws:sqs:*:jobs", "arn:aws:sqs:eu-west-1:111122223333:jobs", true);
        check("arn:aws:sqs:*:jobs", "arn:aws:sqs:eu-west-1:111122223333:mail", false);
        check("arn:aws:s3:*prod-data/*", "arn:aws:s3:::prod-data/2026/*", true);
        check("arn:aws:*:instance/*", "arn:aws:ec2:eu-west-1:*:instance/*", true);
        check("arn:aws:logs:*:*:/aws-glue/*", "arn:aws:logs:*:*:log-group:/aws-glue/x", true);
        check("arn:aws:ec2:*:*:*/*", "arn:aws:ec2:eu-west-1:1:instance/*", true);
        check("arn:aws:ec2:*:*:*/*", "arn:aws:ec2:eu-west-1:1:thing:*", true);
        check(
            "arn:aws:wafv2:*:*:*/webacl/*/*",
            "arn:aws:wafv2:eu-west-1:1:regional/webacl/a/b",
            true,
        );
        check(
            "arn:aws:wafv2:*:*:*/webacl/*/*",
            "arn:aws:wafv2:eu-west-1:1:regional/ipset/a/b",
            false,
        );
    }

    #[test]
    fn partition_service_and_account_stay_in_their_place() {
        let (one, two) = ("arn:aws:ec2:*:111111111111:instance/*", "arn:aws:ec2:*:222222222222:*");
        check(one, two, false);
        check("arn:*:iam::*:role/*", "arn:aws:sqs:eu-west-1:1:*", false);
        check(
            "arn:*:apigateway:*::*",
            "arn:aws:apigateway:us-east-1:111111111111:/restapis/a/*",
            false,
        );
        check("arn:*:s3:::*", "arn:aws:s3:us-east-1::b", false);
        check("arn:*:s3:::*", "arn:aws:s3::111111111111:b", false);
        check("arn:*:cloudtrail:*:*:trail/*", "arn:::::trail/a", false);
    }

    #[test]
    fn what_is_cut_short_is_completed() {
        for (a, b, expected) in [
            ("arn:aws:sqs", "arn:aws:sqs:eu-west-1:111122223333:jobs", true),
            ("arn:aws:sqs", "arn:aws:sns:eu-west-1:111122223333:jobs", false),
            ("arn:aws:sqs:eu-west-1", "arn:aws:sqs:eu-*:111122223333:*", true),
            ("arn:aws:sqs:eu-west-1", "arn:aws:sqs:us-east-1:111122223333:*", false),
            ("arn:aws:sqs:eu-west-1:111122223333", "arn:aws:sqs:*:444455556666:*", false),
            ("arn:aws:sqs:*:111122223333", "arn:aws:sqs:eu-west-1:111122223333:*", true),
            ("arn:aws", "arn:aws:s3:::b", true),
            ("arn:aws:sqs", "arn:aws:sqs:eu-west-1", true),
            ("arn:aws:sqs", "arn:aws:kms:*", false),
            ("arn:aws:${aws:PrincipalTag/s}", "arn:aws:kms:*", true),
        ] {
            check(a, b, expected);
        }
    }

    #[test]
    fn a_star_stands_for_nothing_where_the_service_leaves_it_out() {
        for (a, b, expected) in [
            ("arn:aws:s3:*:*:logs*", "arn:aws:s3:::logs", true),
            ("arn:aws:ec2:*:*:image/*", "arn:aws:ec2:eu-west-1::image/ami-1", true),
            ("arn:aws:ssm:*:*:parameter/aws/*", "arn:aws:ssm:eu-west-1::parameter/aws/a", true),
            ("arn:aws:iam:*:*:role/a", "arn:aws:iam::111122223333:role/a", true),
            ("arn:aws:*:*:*:*", "arn:aws:iam::111122223333:role/a", true),
            ("arn:aws:sqs:*:*:*", "arn:aws:sqs::111122223333:jobs", false),
            ("arn:*:apigateway:*::*", "arn:aws:apigateway:::/restapis/a/*", false),
        ] {
            check(a, b, expected);
        }
    }
}
