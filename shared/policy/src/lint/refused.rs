//! What IAM refuses to store although no rule of Access Analyzer is about it.

use super::{
    PolicyType, Subject,
    code::codes,
    report::Report,
    statement::{Clause, Statement},
};
use crate::{
    facts::has_wildcard,
    syntax::{self, DocumentKind, resource_refusal},
};

/// Asks IAM's grammar about each resource in which nothing wrong was found.
pub(super) fn resources(subject: &Subject<'_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    let kind = document_kind(subject);
    for (node, text) in statement.resource.into_iter().flat_map(Clause::texts) {
        let Some(message) = resource_refusal(text, kind) else { continue };
        if text.starts_with("${") || report.has_error_at(node.span) {
            continue;
        }
        let message = format!("the policy is refused when it is stored: {message}");
        let segments: Vec<&str> = text.splitn(6, ':').collect();
        let code = if segments.get(2).is_some_and(|service| has_wildcard(service)) {
            &codes::INFRAAUDIT_POLICY_REFUSED
        } else if segments.len() == 6 {
            &codes::INVALID_ARN_RESOURCE
        } else {
            &codes::MISSING_ARN_FIELD
        };
        report.add(code, node.span, message);
    }
}

fn document_kind(subject: &Subject<'_>) -> DocumentKind {
    match subject.options.policy_type {
        PolicyType::Identity => DocumentKind::Identity,
        PolicyType::Resource => DocumentKind::Resource,
        PolicyType::Trust => DocumentKind::Trust,
        PolicyType::ServiceControl => DocumentKind::Scp,
        PolicyType::ResourceControl => DocumentKind::Rcp,
    }
}

/// Asks IAM's grammar about a policy in which no error was found. Policies of resources are stored by
/// their services, each by rules of its own.
pub(super) fn check(subject: &Subject<'_>, report: &mut Report<'_>) {
    if subject.is(PolicyType::Resource) || report.has_errors() {
        return;
    }
    if let Err(fault) = syntax::check(subject.root, document_kind(subject)) {
        let message = format!("the policy is refused when it is stored: {}", fault.message);
        report.add(&codes::INFRAAUDIT_POLICY_REFUSED, fault.span, message);
    }
}
