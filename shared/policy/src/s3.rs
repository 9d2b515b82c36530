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

/// Whether a principal is no fixed AWS principal, user, role or service: everyone, a pattern, or the
/// users of an identity provider, whom S3 counts as the public.
fn names_everyone(statement: &Statement) -> bool {
    let Some(clause) = &statement.principal else { return false };
    clause.negated
        || match &clause.principal {
            Principal::Text(text) => text.as_str() == "*",
            Principal::Entries(entries) => entries.iter().any(|entry| match entry.kind {
                PrincipalKind::Federated => !entry.values.is_empty(),
                _ => entry.values.iter().any(|value| !is_fixed(value.as_str())),
            }),
        }
}

/// Whether one condition alone keeps strangers out: it demands a key of S3's list to have one of the
/// fixed values.
fn holds_to_fixed_values(entry: &ConditionEntry) -> bool {
    let Some(operator) = Operator::parse(entry.operator.as_str()) else { return false };
    // These let a request through that has no such key.
    if operator.if_exists || operator.quantifier == Some(Quantifier::ForAllValues) {
        return false;
    }
    let all = |test: fn(&str) -> bool| {
        !entry.values.is_empty() && entry.values.iter().all(|value| test(value.as_str()))
    };
    let compares_texts = matches!(
        operator.comparison,
        C::StringEquals | C::StringEqualsIgnoreCase | C::StringLike | C::ArnEquals | C::ArnLike
    );
    let key = entry.key.as_str().to_ascii_lowercase();
    match key.as_str() {
        "aws:sourceip" => operator.comparison == C::IpAddress && all(is_narrow_range),
        "aws:principalisawsservice" => {
            let says_true = |value: &str| value.eq_ignore_ascii_case("true");
            (operator.comparison == C::Bool || compares_texts) && all(says_true)
        }
        "s3:dataaccesspointarn" => compares_texts && all(names_an_account),
        key => FIXED_KEYS.contains(&key) && compares_texts && all(is_fixed),
    }
}

/// The keys whose fixed values make a grant not public, in lower case: those of S3's page, the keys
/// that name the principal (which the page sums up as `e.g. aws:PrincipalOrgID`), and the keys about
/// the network and the caller's source that later joined them in AWS's other services.
const FIXED_KEYS: [&str; 21] = [
    "aws:ec2instancesourcevpc",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalservicename",
    "aws:principalservicenameslist",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:sourcevpce",
    "aws:userid",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "s3:dataaccesspointaccount",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

/// A value is fixed when it holds neither a wildcard nor a policy variable.
fn is_fixed(value: &str) -> bool {
    !value.is_empty() && !value.contains(['*', '?']) && !value.contains("${")
}

/// An access point's ARN may leave its name open as long as everything before it is fixed.
fn names_an_account(value: &str) -> bool {
    Arn::split(value).is_some_and(|arn| {
        let whole = [arn.partition, arn.service, arn.region, arn.account].into_iter().all(is_fixed);
        whole && !arn.resource.contains("${")
    })
}

/// Whether a range is no wider than /8 (IPv4) or /32 (IPv6). The private networks of RFC 1918, which
/// count however wide they are, are no wider.
fn is_narrow_range(value: &str) -> bool {
    let (address, bits) =
        value.split_once('/').map_or((value, None), |(address, bits)| (address, Some(bits)));
    let (least, most) = match address.parse() {
        Ok(IpAddr::V4(_)) => (8, 32),
        Ok(IpAddr::V6(_)) => (32, 128),
        Err(_) => return false,
    };
    match bits {
        None => true,
        Some(bits) => {
            let plain = bits.bytes().all(|b| b.is_ascii_digit());
            plain && bits.parse::<u8>().is_ok_and(|bits| (least..=most).contains(&bits))
        }
    }
}

#[cfg(test)]
mod tests;
