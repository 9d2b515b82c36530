//! Principals: who a statement is about.

use super::{
    PolicyType, Subject,
    arn::is_account,
    code::codes,
    element,
    report::Report,
    statement::{Clause, Statement},
};
use crate::{
    Arn,
    facts::has_wildcard,
    json::{Member, Node, Value},
};

mod service;

pub(super) use service::is_service_principal;

pub(super) fn check(subject: &Subject<'_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    let Some(clause) = statement.principal else { return };
    match subject.options.policy_type {
        PolicyType::Identity => {
            let message = format!(
                "an identity policy has no `{}`: it is about whom it is attached to; remove it",
                clause.member.key
            );
            report.add(&codes::UNSUPPORTED_PRINCIPAL, clause.member.key_span, message);
            return;
        }
        PolicyType::ServiceControl => return,
        PolicyType::Resource | PolicyType::ResourceControl | PolicyType::Trust => {}
    }
    if clause.negated && statement.allows() && !subject.is(PolicyType::Trust) {
        let message = "`Allow` with `NotPrincipal` grants access to everyone else, even without credentials; use `Principal`";
        report.add(&codes::ALLOW_WITH_NOT_PRINCIPAL, clause.member.key_span, message);
    }
    shape(subject, clause, report);
    if subject.is(PolicyType::Resource) {
        service::check(statement, clause, report);
    }
}

fn shape(subject: &Subject<'_>, clause: Clause<'_>, report: &mut Report<'_>) {
    let value = &clause.member.value;
    match &value.value {
        Value::String(text) if &**text == "*" || text.contains("${") => {}
        Value::String(_) | Value::Array(_) => {
            let message = "a principal is `*` or an object such as `{\"AWS\": \"123456789012\"}`";
            let found = report.add(&codes::INVALID_PRINCIPAL_FORMAT, value.span, message);
            if let Some(text) =
                value.as_str().filter(|text| is_account(text) || Arn::split(text).is_some())
            {
                found.fix(value.span, format!("{{\"AWS\": \"{text}\"}}"));
            }
        }
        Value::Object(members) if members.is_empty() => {
            let message = "the principal is empty, so the statement does nothing; add principals";
            report.add(&codes::EMPTY_OBJECT_PRINCIPAL, value.span, message);
        }
        Value::Object(members) => {
            for member in members {
                kind(subject, member, report);
            }
        }
        _ => element::mismatch(report, value, "`\"*\"` or an object"),
    }
}

fn kind(subject: &Subject<'_>, member: &Member, report: &mut Report<'_>) {
    const KINDS: [&str; 4] = ["AWS", "CanonicalUser", "Federated", "Service"];
    let name = &*member.key;
    if !KINDS.contains(&name) {
        let message = format!("`{name}` is not a kind of principal, use {}", KINDS.join(", "));
        let found = report.add(&codes::INVALID_PRINCIPAL_KEY, member.key_span, message);
        for kind in KINDS.iter().filter(|kind| kind.eq_ignore_ascii_case(name)) {
            found.fix(member.key_span, format!("\"{kind}\""));
        }
        return;
    }
    if member.value.is_array() && member.value.items().is_empty() {
        let message =
            "the list of principals is empty, so the statement does nothing; add principals";
        report.add(&codes::EMPTY_ARRAY_PRINCIPAL, member.value.span, message);
    }
    if name == "Federated" && !subject.is(PolicyType::Trust) {
        let phrase = subject.options.policy_type.phrase();
        let message =
            format!("{phrase} cannot name an identity provider, only a role's trust policy can");
        report.add(&codes::FEDERATED_PRINCIPAL_NOT_SUPPORTED, member.value.span, message);
        return;
    }
    for node in member.value.items_or_self() {
        let Some(text) = element::string(report, node) else { continue };
        if text.contains("${") || (name == "AWS" && text == "*") {
            continue;
        }
        if has_wildcard(text) {
            let message = format!(
                "`{name}` principals know no wildcards, and `{text}` means nobody; name each principal"
            );
            report.add(&codes::UNSUPPORTED_WILDCARD_IN_PRINCIPAL, node.span, message);
            continue;
        }
        match name {
            "AWS" => aws(node, text, report),
            "Service" => service::format(node, text, report),
            _ => {}
        }
    }
}

fn aws(node: &Node, text: &str, report: &mut Report<'_>) {
    let id = |prefix: &str| {
        text.strip_prefix(prefix).is_some_and(|rest| {
            rest.len() >= 16 && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        })
    };
    if id("AROA") {
        let message = format!(
            "`{text}` is a role's id: if the role is gone it means nobody; write the role's ARN"
        );
        report.add(&codes::INVALID_ROLE_REFERENCE, node.span, message);
    } else if id("AIDA") {
        let message = format!(
            "`{text}` is a user's id: if the user is gone it means nobody; write the user's ARN"
        );
        report.add(&codes::INVALID_USER_REFERENCE, node.span, message);
    } else if let Some(arn) = Arn::split(text) {
        let Arn { account, partition, .. } = arn;
        if !arn.known_partition() {
            let message =
                format!("`{partition}` is not a partition, use `aws`, `aws-cn` or `aws-us-gov`");
            report.add(&codes::INVALID_PARTITION, node.span, message);
        } else if !is_account(account) && account != "cloudfront" {
            let message = format!("`{account}` is not an account, write its twelve digits");
            report.add(&codes::INVALID_ARN_ACCOUNT, node.span, message);
        }
    } else if !is_account(text) && !is_canonical(text) {
        let message = format!("`{text}` is not a principal, write an account, an ARN or `*`");
        report.add(&codes::INVALID_PRINCIPAL_FORMAT, node.span, message);
    }
}

/// A canonical user id, which S3 takes as `AWS` too.
fn is_canonical(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}
