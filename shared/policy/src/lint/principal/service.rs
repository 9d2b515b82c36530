//! AWS services as principals.

use super::super::{
    code::codes,
    report::Report,
    statement::{Clause, Statement},
};
use crate::{Comparison, Operator, json::Node};

/// Keys that say on whose behalf a service acts.
const SOURCE_KEYS: [&str; 5] = [
    "aws:SourceArn",
    "aws:SourceAccount",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceOwner",
];

/// Keys about the caller, which a service as the caller does not have.
const CALLER_KEYS: [&str; 8] = [
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalTag/",
    "aws:PrincipalType",
    "aws:userid",
    "aws:username",
];

pub(super) fn check(statement: &Statement<'_>, clause: Clause<'_>, report: &mut Report<'_>) {
    let members = clause.member.value.members();
    let Some(services) = members.iter().find(|member| &*member.key == "Service") else { return };
    if !statement.allows() || clause.negated || services.value.items_or_self().is_empty() {
        return;
    }
    let only_services = members.len() == 1;
    let is = |key: &str, known: &str| {
        key.eq_ignore_ascii_case(known)
            || (known.ends_with('/')
                && key.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known)))
    };
    let mut restricted = false;
    let mut lesser = None;
    for (operator, key) in statement.conditions() {
        let name = &*key.key;
        let present = Operator::parse(operator).is_some_and(|op| !op.if_exists);
        if SOURCE_KEYS.iter().any(|known| is(name, known)) {
            restricted = true;
        } else if name.eq_ignore_ascii_case("aws:Referer") {
            lesser = Some(key);
        } else if only_services && present && CALLER_KEYS.iter().any(|known| is(name, known)) {
            let negated = Operator::parse(operator).is_some_and(is_negated);
            if !negated {
                let message = format!(
                    "an AWS service has no `{name}`, so the condition never holds for it; remove it"
                );
                report.add(
                    &codes::UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL,
                    key.key_span,
                    message,
                );
            }
        }
    }
    if restricted {
        return;
    }
    if let Some(key) = lesser {
        let message = format!(
            "restrict the service with `aws:SourceArn` or `aws:SourceAccount` rather than with `{}`",
            key.key
        );
        report.add(&codes::RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL, key.key_span, message);
    } else {
        let message = "the service gets this access whoever it acts for; add a condition on `aws:SourceArn` or `aws:SourceAccount`";
        report.add(&codes::RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL, services.value.span, message);
    }
}

fn is_negated(operator: Operator) -> bool {
    use Comparison as C;
    matches!(
        operator.comparison,
        C::StringNotEquals
            | C::StringNotEqualsIgnoreCase
            | C::StringNotLike
            | C::ArnNotEquals
            | C::ArnNotLike
            | C::Null
    )
}

pub(super) fn format(node: &Node, text: &str, report: &mut Report<'_>) {
    if is_service_principal(text, true) {
        return;
    }
    let lower = text.to_ascii_lowercase();
    let message = format!(
        "`{text}` is not a service principal, write it as `service.amazonaws.com` in lower case"
    );
    let found = report.add(&codes::INVALID_SERVICE_PRINCIPAL_FORMAT, node.span, message);
    if lower != text && is_service_principal(&lower, true) {
        found.fix_text(node, &lower);
    }
}

/// Whether a text has the form of a service principal. `labels`: more than one label may stand
/// before `amazonaws.com`, as in `delivery.logs.amazonaws.com`.
pub(in crate::lint) fn is_service_principal(text: &str, labels: bool) -> bool {
    let name = |name: &str| {
        let label = |label: &str| {
            !label.is_empty()
                && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        name.split('.').all(label)
    };
    for wide in [".amazon.com", ".amazonaws.com.cn", ".aws.internal", ".amazonaws.eu"] {
        if let Some(start) = text.strip_suffix(wide) {
            return name(start);
        }
    }
    text.strip_suffix(".amazonaws.com").is_some_and(|start| {
        // `ops.` marks the part of a service that works in its customers' accounts.
        let one = !start.strip_prefix("ops.").unwrap_or(start).contains('.');
        name(start) && (labels || one)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_principals_have_their_form() {
        for good in [
            "ec2.amazonaws.com",
            "delivery.logs.amazonaws.com",
            "logs.us-east-1.amazonaws.com",
            "ec2.amazonaws.com.cn",
            "alexa-appkit.amazon.com",
        ] {
            assert!(is_service_principal(good, true), "{good}");
        }
        for bad in [
            "ec2",
            "EC2.amazonaws.com",
            "ec2.amazonaws.org",
            ".amazonaws.com",
            "ec2_x.amazonaws.com",
        ] {
            assert!(!is_service_principal(bad, true), "{bad}");
        }
        assert!(!is_service_principal("delivery.logs.amazonaws.com", false));
    }
}
