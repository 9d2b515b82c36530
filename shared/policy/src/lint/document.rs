//! The document as a whole: its elements, version, statements and size.

use super::{
    Subject, action, arn, attached, character, code::codes, condition, element, fit, organization,
    policy_type::PolicyType, principal, privilege, refused, report::Report, resource, size,
    statement::Statement, trust, variable,
};
use crate::json::{Member, Node, Value};

pub(super) fn check(subject: &Subject<'_>, report: &mut Report<'_>) {
    repeated_keys(subject.root, report);
    size::check(subject, report);
    character::check(subject, report);
    if !subject.root.is_object() {
        element::mismatch(report, subject.root, "an object");
        return;
    }
    for member in subject.root.members() {
        match &*member.key {
            "Version" => version(member, report),
            "Id" => {
                element::string(report, &member.value);
                variable::forbidden(&member.value, report);
            }
            "Statement" => {}
            name => element::unknown(report, member, name, "a policy"),
        }
    }
    if subject.root.get("Version").is_none() {
        let start = crate::Span::new(
            subject.root.span.start as usize,
            subject.root.span.start as usize + 1,
        );
        report
            .add(
                &codes::MISSING_VERSION,
                start,
                "the policy has no `Version`, add `\"Version\": \"2012-10-17\"`",
            )
            .fix(start, "{\n  \"Version\": \"2012-10-17\",");
    }
    let nodes = match subject.root.member("Statement") {
        Some(member) => member.value.items_or_self(),
        None => &[],
    };
    if nodes.is_empty() {
        report.add(
            &codes::MISSING_STATEMENT,
            subject.root.get("Statement").unwrap_or(subject.root).span,
            "the policy has no statement, add one to `Statement`",
        );
    }
    let mut statements = Vec::with_capacity(nodes.len());
    for node in nodes {
        if node.is_object() {
            let statement = Statement::read(node, subject.facts);
            check_statement(subject, &statement, report);
            statements.push(statement);
        } else {
            element::mismatch(report, node, "an object");
        }
    }
    unique_sids(subject, nodes, report);
    redundant_statements(nodes, report);
}

fn check_statement(subject: &Subject<'_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    element::check(subject, statement, report);
    action::check(subject, statement, report);
    resource::check(subject, statement, report);
    arn::check(subject, statement, report);
    refused::resources(subject, statement, report);
    principal::check(subject, statement, report);
    condition::check(subject, statement, report);
    variable::check(subject, statement, report);
    attached::check(subject, statement, report);
    fit::check(subject, statement, report);
    match subject.options.policy_type {
        PolicyType::Trust => trust::check(statement, report),
        PolicyType::ServiceControl | PolicyType::ResourceControl => {
            organization::check(subject, statement, report);
        }
        PolicyType::Identity => privilege::check(statement, report),
        PolicyType::Resource => {}
    }
}

fn version(member: &Member, report: &mut Report<'_>) {
    let Some(version) = element::string(report, &member.value) else { return };
    if version != "2012-10-17" && version != "2008-10-17" {
        let message =
            format!("`{version}` is not a version of the policy language, use `2012-10-17`");
        report
            .add(&codes::INVALID_VERSION, member.value.span, message)
            .fix_text(&member.value, "2012-10-17");
    }
}

/// A JSON object with one key twice is read differently by different readers.
fn repeated_keys(node: &Node, report: &mut Report<'_>) {
    match &node.value {
        Value::Array(items) => items.iter().for_each(|item| repeated_keys(item, report)),
        Value::Object(members) => {
            let mut sorted: Vec<&Member> = members.iter().collect();
            sorted.sort_by_key(|member| (&member.key, member.key_span.start));
            for same in sorted.chunk_by(|a, b| a.key == b.key) {
                let [first, rest @ ..] = same else { continue };
                for later in rest {
                    let message =
                        format!("the key `{}` stands twice in one object, keep one", later.key);
                    report
                        .add(&codes::JSON_SYNTAX_ERROR, later.key_span, message)
                        .also(first.key_span);
                }
            }
            for member in members {
                repeated_keys(&member.value, report);
            }
        }
        _ => {}
    }
}

fn unique_sids(subject: &Subject<'_>, statements: &[Node], report: &mut Report<'_>) {
    let mut sids: Vec<(&str, &Node)> = Vec::with_capacity(statements.len());
    let all = statements.iter().filter_map(|statement| statement.get("Sid"));
    sids.extend(all.filter_map(|sid| Some((sid.as_str().filter(|text| !text.is_empty())?, sid))));
    sids.sort_by_key(|(text, node)| (*text, node.span.start));
    for same in sids.chunk_by(|(a, _), (b, _)| a == b).filter(|same| same.len() > 1) {
        let [(sid, first), rest @ ..] = same else { continue };
        let required = !subject.is(PolicyType::Resource);
        let code =
            if required { &codes::UNIQUE_SIDS_REQUIRED } else { &codes::UNIQUE_SIDS_RECOMMENDED };
        let message =
            format!("the `Sid` `{sid}` names {} statements, give each its own", same.len());
        let found = report.add(code, first.span, message);
        for (_, node) in rest {
            found.also(node.span);
        }
    }
}

/// Statements that are the same but for their `Sid` and the order of elements and values.
fn redundant_statements(statements: &[Node], report: &mut Report<'_>) {
    let elements = |node: &Node| node.members().iter().filter(|m| &*m.key != "Sid").count();
    let covers = |one: &Node, other: &Node| {
        one.members().iter().filter(|member| &*member.key != "Sid").all(|member| {
            other.get(&member.key).is_some_and(|value| same_values(value, &member.value))
        })
    };
    let same = |a: &Node, b: &Node| elements(a) == elements(b) && covers(a, b);
    let mut sorted: Vec<(usize, &Node)> = statements
        .iter()
        .filter(|node| elements(node) > 0)
        .map(|node| (weight(node), node))
        .collect();
    sorted.sort_by_key(|(weight, node)| (*weight, node.span.start));
    for alike in sorted.chunk_by(|(a, _), (b, _)| a == b).filter(|alike| alike.len() > 1) {
        let mut left: Vec<&Node> = alike.iter().map(|(_, node)| *node).collect();
        while let Some((first, rest)) = left.split_first() {
            let (equal, others): (Vec<&Node>, Vec<&Node>) =
                rest.iter().copied().partition(|node| same(first, node));
            if !equal.is_empty() {
                let message = "these statements say the same, keep one of them";
                let found = report.add(&codes::REDUNDANT_STATEMENT, first.span, message);
                for node in equal {
                    found.also(node.span);
                }
            }
            left = others;
        }
    }
}

/// A number that is the same for statements that say the same: the length of all their texts.
fn weight(node: &Node) -> usize {
    match &node.value {
        Value::String(text) => text.len() + 1,
        Value::Array(items) => items.iter().map(weight).sum(),
        Value::Object(members) => {
            let counted = members.iter().filter(|member| &*member.key != "Sid");
            counted.map(|member| member.key.len() + weight(&member.value)).sum()
        }
        _ => 1,
    }
}

/// Whether two element values mean the same: lists as sets, and a text as a list of itself.
fn same_values(a: &Node, b: &Node) -> bool {
    if a == b {
        return true;
    }
    if a.is_object() || b.is_object() {
        return a.members().len() == b.members().len()
            && a.is_object()
            && b.is_object()
            && a.members()
                .iter()
                .all(|m| b.get(&m.key).is_some_and(|other| same_values(&m.value, other)));
    }
    let (a, b) = (a.items_or_self(), b.items_or_self());
    a.len() == b.len() && a.iter().all(|item| b.contains(item))
}
