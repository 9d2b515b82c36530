//! Whether a bucket policy is public, as S3 Block Public Access sees it.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>

use crate::Arn;
use crate::condition::{Comparison as C, Operator, Quantifier};
use crate::document::{ConditionEntry, Document, Effect, Principal, PrincipalKind, Statement};
use std::net::IpAddr;

/// The statements that make a bucket policy public: those that allow everyone, without a condition that holds
/// the callers to fixed values.
///
/// ```
/// use policy::{Document, public_statements};
/// let document = Document::parse(
///     r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}}"#,
/// )?;
/// assert_eq!(public_statements(&document).count(), 1);
/// # Ok::<(), policy::DocumentError>(())
/// ```
pub fn public_statements(document: &Document) -> impl Iterator<Item = &Statement> {
    document.statements.iter().filter(|statement| {
        statement.effect == Some(Effect::Allow)
            && names_everyone(statement)
            && !statement.conditions.iter().any(holds_to_fixed_values)
    })
}

fn names_everyone(statement: &Statement) -> bool {
    let Some(clause) = &statement.principal else { return false };
    clause.negated
        || match &clause.principal {
            Principal::Text(text) => text.as_str() == "*",
            Principal::Entries(entries) => entries.iter().any(|entry| {
                entry.kind == PrincipalKind::Aws
                    && entry.values.iter().any(|value| value.as_str() == "*")
            }),
        }
}

/// Whether one condition alone keeps strangers out.
fn holds_to_fixed_values(entry: &ConditionEntry) -> bool {
    let Some(operator) = Operator::parse(entry.operator.as_str()) else { return false };
    // These let a request through that has no such key.
    if operator.if_exists || operator.quantifier == Some(Quantifier::ForAllValues) {
        return false;
    }
    let (comparison, any) = (operator.comparison, operator.quantifier.is_some());
    let all = |test: fn(&str) -> bool| entry.values.iter().all(|value| test(value.as_str()));
    match entry.key.as_str().to_lowercase().as_str() {
        "aws:principalorgid"
        | "aws:principalaccount"
        | "aws:sourcevpce"
        | "aws:sourcevpc"
        | "aws:vpceaccount"
        | "aws:vpceorgid"
        | "aws:sourceaccount"
        | "aws:sourceowner"
        | "s3:dataaccesspointaccount" => match comparison {
            C::StringEquals => true,
            C::StringEqualsIgnoreCase => !any,
            C::StringLike => !any && all(is_fixed),
            _ => false,
        },
        "aws:principalarn" => match comparison {
            C::ArnEquals => all(has_fixed_account),
            C::ArnLike => all(|value| has_fixed_account(value) && is_open_in_resource_only(value)),
            _ => false,
        },
        "s3:dataaccesspointarn" => match comparison {
            C::ArnEquals | C::StringEquals => all(has_fixed_account),
            C::ArnLike | C::StringLike => {
                all(|value| has_fixed_account(value) && is_open_in_resource_only(value))
            }
            _ => false,
        },
        "aws:sourcearn" | "aws:sourcevpcarn" => {
            comparison == C::ArnEquals && all(has_fixed_account)
        }
        "aws:principalorgpaths" | "aws:vpceorgpaths" => match comparison {
            C::StringEquals => all(is_organization_path),
            C::StringLike => {
                all(|value| is_organization_path(value.strip_suffix('*').unwrap_or(value)))
            }
            _ => false,
        },
        "aws:principalisawsservice" => {
            let says_true = |value: &str| value.eq_ignore_ascii_case("true");
            matches!(
                comparison,
                C::Bool | C::StringEquals | C::StringEqualsIgnoreCase | C::StringLike
            ) && all(says_true)
        }
        "aws:principalservicename" | "aws:principalservicenameslist" => {
            matches!(comparison, C::StringEquals | C::StringLike) && all(is_service_name)
        }
        "aws:userid" => match comparison {
            C::StringEquals => all(is_fixed),
            C::StringLike => all(|value| value.strip_suffix(":*").is_some_and(is_unique_id)),
            _ => false,
        },
        "aws:sourceip" => comparison == C::IpAddress && all(is_narrow_range),
        _ => false,
    }
}

fn is_fixed(value: &str) -> bool {
    !value.contains(['*', '?'])
}

fn has_fixed_account(value: &str) -> bool {
    let account = value.split(':').nth(4).unwrap_or("");
    !account.is_empty() && is_fixed(account)
}

fn is_open_in_resource_only(value: &str) -> bool {
    Arn::split(value).is_some_and(|arn| {
        [arn.partition, arn.service, arn.region, arn.account].into_iter().all(is_fixed)
    })
}

/// An organization's id, and at least something below it.
fn is_organization_path(value: &str) -> bool {
    let Some((organization, below)) =
        value.strip_prefix("o-").and_then(|rest| rest.split_once('/'))
    else {
        return false;
    };
    let lower = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    !organization.is_empty()
        && organization.bytes().all(lower)
        && !below.is_empty()
        && is_fixed(below)
}

fn is_unique_id(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn is_service_name(value: &str) -> bool {
    let name =
        value.strip_suffix(".amazonaws.com").or_else(|| value.strip_suffix(".amazonaws.com.cn"));
    let part = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    name.is_some_and(|name| name == "*" || (!name.is_empty() && name.bytes().all(part)))
}

/// Private networks, and ranges no wider than /8 (IPv4) or /32 (IPv6).
fn is_narrow_range(value: &str) -> bool {
    let (address, bits) =
        value.split_once('/').map_or((value, None), |(address, bits)| (address, Some(bits)));
    let bits: Option<u32> = match bits {
        None => Some(128),
        Some(bits) => bits.parse().ok(),
    };
    match (address.parse(), bits) {
        (Ok(IpAddr::V4(address)), Some(bits)) => address.is_private() || bits >= 8,
        (Ok(IpAddr::V6(_)), Some(bits)) => bits >= 32,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_public(principal: &str, condition: &str) -> bool {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow",{principal},"Action":"s3:GetObject","Resource":"*","Condition":{condition}}}]}}"#
        );
        public_statements(&Document::parse(&text).unwrap()).count() == 1
    }

    #[test]
    fn everyone_is_public_and_someone_is_not() {
        assert!(is_public(r#""Principal":"*""#, "{}"));
        assert!(is_public(r#""Principal":{"AWS":["111122223333","*"]}"#, "{}"));
        assert!(is_public(r#""NotPrincipal":{"AWS":"111122223333"}"#, "{}"));
        assert!(!is_public(r#""Principal":{"AWS":"111122223333"}"#, "{}"));
        assert!(!is_public(r#""Principal":{"Service":"ec2.amazonaws.com"}"#, "{}"));
    }

    #[test]
    fn conditions_count_when_their_values_are_fixed() {
        for (condition, public) in [
            (r#"{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3"}}"#, false),
            (r#"{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-a1b2c3"}}"#, true),
            (r#"{"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3"}}"#, true),
            (r#"{"StringLike":{"aws:SourceVpc":"vpc-*"}}"#, true),
            (r#"{"StringLike":{"aws:SourceVpc":"vpc-1"}}"#, false),
            (r#"{"IpAddress":{"aws:SourceIp":"0.0.0.0/1"}}"#, true),
            (r#"{"IpAddress":{"aws:SourceIp":["54.0.0.0/8","10.0.0.0/4"]}}"#, false),
            (r#"{"IpAddress":{"aws:SourceIp":"54.240.143.1"}}"#, false),
            (r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/x"}}"#, true),
            (r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/*"}}"#, false),
            (r#"{"StringLike":{"aws:userid":"AROAEXAMPLE:*"}}"#, false),
            (r#"{"StringLike":{"aws:userid":"*:ana"}}"#, true),
            (r#"{"Bool":{"aws:SecureTransport":"true"}}"#, true),
        ] {
            assert_eq!(is_public(r#""Principal":"*""#, condition), public, "{condition}");
        }
    }
}
