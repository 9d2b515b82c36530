//! Service and resource control policies, whose grammar is a part of the language.

use super::{
    PolicyType, Subject,
    code::codes,
    report::Report,
    statement::{Clause, Statement},
};
use crate::json::Value;

pub(super) fn check(subject: &Subject<'_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    if subject.is(PolicyType::ServiceControl) {
        service_control(subject, statement, report);
    } else {
        resource_control(subject, statement, report);
    }
}

fn service_control(subject: &Subject<'_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    if let Some(clause) = statement.principal {
        let message = format!(
            "service control policies have no `{}`; use a condition on `aws:PrincipalArn`",
            clause.member.key
        );
        report.add(&codes::SCP_SYNTAX_ERROR_PRINCIPAL, clause.member.key_span, message);
    }
    for action in &statement.actions {
        let first = action.text.find(['*', '?']);
        if first.is_some_and(|at| at + 1 < action.text.len()) {
            let message = format!(
                "`{}` has a wildcard elsewhere than at its end, list the actions",
                action.text
            );
            report.add(&codes::SCP_SYNTAX_ERROR_ACTION_WILDCARD, action.node.span, message);
        }
    }
    if subject.options.classic_scp {
        classic(statement, report);
    }
}

fn classic(statement: &Statement<'_>, report: &mut Report<'_>) {
    if let Some(clause) = statement.resource.filter(|clause| clause.negated) {
        let message = "service control policies have no `NotResource`, use `Resource`";
        report.add(&codes::SCP_SYNTAX_ERROR_NOTRESOURCE, clause.member.key_span, message);
    }
    if !statement.allows() {
        return;
    }
    if let Some(condition) = statement.condition {
        let message = "service control policies take no `Condition` with `Allow`, deny instead";
        report.add(&codes::SCP_SYNTAX_ERROR_ALLOW_CONDITION, condition.key_span, message);
    }
    if let Some(clause) = statement.action.filter(|clause| clause.negated) {
        let message = "service control policies take no `NotAction` with `Allow`, deny instead";
        report.add(&codes::SCP_SYNTAX_ERROR_ALLOW_NOTACTION, clause.member.key_span, message);
    }
    if let Some(clause) = statement.resource.filter(|clause| !clause.negated && !is_all(*clause)) {
        let message = "service control policies allow on every resource, write `*` or deny instead";
        report.add(&codes::SCP_SYNTAX_ERROR_ALLOW_RESOURCE, clause.span(), message);
    }
}

fn resource_control(subject: &Subject<'_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    if let Some(clause) = statement.principal {
        let everyone = match &clause.member.value.value {
            Value::String(text) => &**text == "*",
            Value::Object(members) => {
                matches!(&**members, [one] if &*one.key == "AWS" && one.value.items_or_self().iter().all(|v| v.as_str() == Some("*")))
            }
            _ => false,
        };
        if clause.negated || !everyone {
            let message = "resource control policies are about every principal, write `\"Principal\": \"*\"` and use conditions";
            let found =
                report.add(&codes::RCP_SYNTAX_ERROR_PRINCIPAL, clause.member.key_span, message);
            if !clause.negated {
                found.also(clause.span());
            }
        }
    }
    let narrow = statement.condition.is_some()
        || statement.resource.is_some_and(|clause| clause.negated || !is_all(clause));
    if statement.allows() && narrow {
        let message = "resource control policies allow everything to everyone on `*` or nothing, deny instead";
        let span = statement.node.get("Effect").unwrap_or(statement.node).span;
        report.add(&codes::RCP_SYNTAX_ERROR_ALLOW, span, message);
    }
    if let Some(clause) = statement.action.filter(|clause| clause.negated) {
        let message = "resource control policies have no `NotAction`, list the actions in `Action`";
        report.add(&codes::RCP_SYNTAX_ERROR_NOTACTION, clause.member.key_span, message);
        return;
    }
    for action in &statement.actions {
        let supported = match action.parts {
            Some((service, _)) => subject.facts.has_rcp_support(service),
            None => action.text != "*" || statement.allows(),
        };
        if !supported {
            let message = format!(
                "resource control policies do not reach `{}`, name actions of services they support",
                action.text
            );
            report.add(&codes::RCP_SYNTAX_ERROR_ACTION, action.node.span, message);
        }
    }
}

fn is_all(clause: Clause<'_>) -> bool {
    clause.texts().any(|(_, text)| text == "*")
}
