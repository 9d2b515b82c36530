//! Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, `${*}`.

use super::{
    Code, Subject,
    code::codes,
    condition::compares_texts,
    report::Report,
    statement::{Clause, Statement},
};
use crate::{Operator, json::Node};

pub(super) fn check(subject: &Subject<'_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    let elements = [statement.action, statement.principal];
    for clause in elements.into_iter().flatten() {
        let value = &clause.member.value;
        let nested = value.members().iter().flat_map(|member| member.value.items_or_self());
        for node in value.items_or_self().iter().chain(nested) {
            forbidden(node, report);
        }
    }
    let modern = subject.root.get("Version").and_then(Node::as_str) == Some("2012-10-17");
    for (node, _) in statement.resource.into_iter().flat_map(Clause::texts) {
        permitted(node, modern, report);
    }
    for (operator, key) in statement.conditions() {
        let texts = Operator::parse(operator).is_none_or(compares_texts);
        for node in key.value.items_or_self() {
            if texts {
                permitted(node, modern, report);
            } else if node.as_str().is_some_and(|text| text.contains("${")) {
                let message = format!(
                    "`{operator}` does not resolve the policy variable here, only operators of strings and ARNs do"
                );
                report.add(&codes::INVALID_VARIABLE_FOR_OPERATOR, node.span, message);
            }
        }
    }
}

/// Reports a variable where none may stand; says whether there was one.
pub(super) fn forbidden(node: &Node, report: &mut Report<'_>) -> bool {
    let found = node.as_str().is_some_and(|text| text.contains("${"));
    if found {
        let message = "a policy variable is resolved in resources and conditions only, not here";
        report.add(&codes::VARIABLE_UNSUPPORTED_IN_ELEMENT, node.span, message);
    }
    found
}

fn permitted(node: &Node, modern: bool, report: &mut Report<'_>) {
    let Some(text) = node.as_str().filter(|text| text.contains("${")) else { return };
    if !modern {
        let message =
            "variables are plain text without `\"Version\": \"2012-10-17\"`, set that version";
        report.add(&codes::VARIABLE_UNSUPPORTED_IN_VERSION, node.span, message);
        return;
    }
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("${") {
        let Some((inside, next)) = after.split_once('}') else {
            let message = "the policy variable is not closed, add `}` after it";
            report.add(&codes::MISSING_BRACE_IN_VARIABLE, node.span, message);
            return;
        };
        if let Some((code, message)) = fault(inside) {
            report.add(code, node.span, message);
        }
        rest = next;
    }
}

fn fault(inside: &str) -> Option<(&'static Code, &'static str)> {
    let (name, default) = match inside.split_once(',') {
        Some((name, default)) => (name, Some(default.trim())),
        None => (inside, None),
    };
    if name.trim().is_empty() {
        let message = "the policy variable is empty, name a condition key in it or remove it";
        return Some((&codes::EMPTY_VARIABLE, message));
    }
    if name.contains(char::is_whitespace) {
        let message = "the policy variable's name holds a space, remove it";
        return Some((&codes::UNSUPPORTED_SPACE_IN_VARIABLE, message));
    }
    let quoted = |text: &str| text.len() > 1 && text.starts_with('\'') && text.ends_with('\'');
    if default.is_some_and(|default| !quoted(default)) {
        let message =
            "the policy variable's default must stand in single quotes, add what is missing";
        return Some((&codes::MISSING_QUOTE_IN_VARIABLE, message));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_read_as_aws_does() {
        let code = |inside| fault(inside).map(|(code, _)| code.name);
        for fine in ["aws:username", "*", "?", "$", "aws:PrincipalTag/team, 'a b'", "a:b,''"] {
            assert_eq!(code(fine), None, "{fine}");
        }
        assert_eq!(code(" "), Some("EMPTY_VARIABLE"));
        assert_eq!(code("aws: username"), Some("UNSUPPORTED_SPACE_IN_VARIABLE"));
        assert_eq!(code("aws:username, 'x"), Some("MISSING_QUOTE_IN_VARIABLE"));
        assert_eq!(code("aws:username, x"), Some("MISSING_QUOTE_IN_VARIABLE"));
    }
}
