//! The elements of a statement: which must stand, which may not, and of what JSON type.

use super::{
    PolicyType, Subject, code::codes, report::Report, statement::Clause, statement::Statement,
    variable,
};
use crate::json::{Member, Node};

const ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

pub(super) fn check(subject: &Subject<'_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    for member in statement.node.members() {
        match &*member.key {
            "Sid" => sid(subject, &member.value, report),
            "Effect" => effect(&member.value, report),
            "Action" | "NotAction" | "Resource" | "NotResource" => strings(report, &member.value),
            "Principal" | "NotPrincipal" | "Condition" => {}
            name => unknown(report, member, name, "a statement"),
        }
    }
    missing(subject, statement, report);
    for name in ["Action", "Resource", "Principal"] {
        let (one, other) = (statement.node.member(name), not(statement.node, name));
        if let (Some(one), Some(other)) = (one, other) {
            let message =
                format!("`{name}` and `Not{name}` stand in one statement, keep one of them");
            report
                .add(&codes::UNSUPPORTED_ELEMENT_COMBINATION, one.key_span, message)
                .also(other.key_span);
        }
    }
    let empty = |clause: &Clause<'_>| clause.values().is_empty();
    if let Some(clause) = statement.action.filter(empty) {
        let message = "the list of actions is empty, so the statement does nothing; add actions";
        report.add(&codes::EMPTY_ARRAY_ACTION, clause.span(), message);
    }
    if let Some(clause) = statement.resource.filter(empty) {
        let message =
            "the list of resources is empty, so the statement does nothing; add resources";
        report.add(&codes::EMPTY_ARRAY_RESOURCE, clause.span(), message);
    }
}

fn not<'a>(statement: &'a Node, name: &str) -> Option<&'a Member> {
    let negated = |m: &&Member| m.key.strip_prefix("Not").is_some_and(|rest| rest == name);
    statement.members().iter().find(negated)
}

fn missing(subject: &Subject<'_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    let span = statement.node.span;
    if statement.node.get("Effect").is_none() {
        let message = "the statement has no `Effect`, add `Allow` or `Deny`";
        report.add(&codes::MISSING_EFFECT, span, message);
    }
    if statement.action.is_none() {
        let message = "the statement has neither `Action` nor `NotAction`, add one of them";
        report.add(&codes::MISSING_ACTION, span, message);
    }
    let kind = subject.options.policy_type;
    let needs_resource = !matches!(kind, PolicyType::Resource | PolicyType::Trust);
    if needs_resource && statement.resource.is_none() {
        let message = "the statement has neither `Resource` nor `NotResource`, add one of them";
        report.add(&codes::MISSING_RESOURCE, span, message);
    }
    let needs_principal =
        matches!(kind, PolicyType::Resource | PolicyType::Trust | PolicyType::ResourceControl);
    if needs_principal && statement.principal.is_none() {
        let phrase = kind.phrase();
        let message = format!("the statement has no `Principal`, which {phrase} needs; add one");
        report.add(&codes::MISSING_PRINCIPAL, span, message);
    }
}

fn sid(subject: &Subject<'_>, value: &Node, report: &mut Report<'_>) {
    let Some(text) = string(report, value) else { return };
    if variable::forbidden(value, report) {
        return;
    }
    if text.is_empty() {
        let message = "the `Sid` is empty, give it a value or remove it";
        report.add(&codes::EMPTY_SID_VALUE, value.span, message);
    } else if !subject.is(PolicyType::Resource) && !text.bytes().all(|b| b.is_ascii_alphanumeric())
    {
        let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        let phrase = subject.options.policy_type.phrase();
        let message = format!(
            "the `Sid` `{text}` has characters other than letters and digits, which {phrase} does not take"
        );
        let found = report.add(&codes::UNSUPPORTED_SID, value.span, message);
        if !plain.is_empty() {
            found.fix_text(value, &plain);
        }
    }
}

fn effect(value: &Node, report: &mut Report<'_>) {
    let Some(text) = string(report, value) else { return };
    if text == "Allow" || text == "Deny" || variable::forbidden(value, report) {
        return;
    }
    let message = format!("`{text}` is not an effect, use `Allow` or `Deny`");
    let found = report.add(&codes::INVALID_EFFECT, value.span, message);
    for word in ["Allow", "Deny"] {
        if word.eq_ignore_ascii_case(text.trim()) {
            found.fix_text(value, word);
        }
    }
}

/// Reports an element that does not exist there; with a fix when only its case is wrong.
pub(super) fn unknown(report: &mut Report<'_>, member: &Member, name: &str, place: &str) {
    let message = format!("`{name}` is not an element of {place}, remove or rename it");
    let found = report.add(&codes::INVALID_POLICY_ELEMENT, member.key_span, message);
    let known = ELEMENTS.iter().chain(&["Version", "Id", "Statement"]);
    for known in known.filter(|known| known.eq_ignore_ascii_case(name)) {
        found.fix(member.key_span, format!("\"{known}\""));
    }
}

/// The text of a value that must be a string; reported when it is not.
pub(super) fn string<'a>(report: &mut Report<'_>, value: &'a Node) -> Option<&'a str> {
    if value.as_str().is_none() {
        mismatch(report, value, "a string");
    }
    value.as_str()
}

/// A value that must be a string or a list of strings.
pub(super) fn strings(report: &mut Report<'_>, value: &Node) {
    for item in value.items_or_self() {
        if item.as_str().is_none() {
            let wanted =
                if value.is_array() { "a string" } else { "a string or a list of strings" };
            mismatch(report, item, wanted);
        }
    }
}

/// Reports a value of the wrong JSON type.
pub(super) fn mismatch(report: &mut Report<'_>, value: &Node, wanted: &str) {
    let message = format!("this is {}, write {wanted}", value.kind());
    report.add(&codes::DATA_TYPE_MISMATCH, value.span, message);
}
