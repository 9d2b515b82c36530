//! Roles' trust policies: who may assume the role, and how.

use super::{
    code::codes,
    report::Report,
    statement::{Clause, Statement},
};
use crate::{
    Arn, Operator,
    json::{Member, Node},
};

mod oidc;

const ASSUME: &str = "sts:AssumeRole";
const SAML: &str = "sts:AssumeRoleWithSAML";
const WEB: &str = "sts:AssumeRoleWithWebIdentity";

pub(super) fn check(statement: &Statement<'_>, report: &mut Report<'_>) {
    if let Some(clause) = statement.resource {
        let message =
            format!("a trust policy is about its own role, remove `{}`", clause.member.key);
        report.add(
            &codes::ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE,
            clause.member.key_span,
            message,
        );
    }
    for action in &statement.actions {
        let sts = action.service.is_none_or(|service| service.prefix() == "sts");
        if !sts {
            let message = format!(
                "a trust policy is about assuming its role, `{}` does nothing in it; remove it",
                action.text
            );
            report.add(&codes::UNSUPPORTED_ACTION_IN_POLICY, action.node.span, message);
        }
    }
    let Some(clause) = statement.principal else { return };
    if clause.negated {
        let message = "a trust policy takes no `NotPrincipal`, use `Principal`";
        report.add(
            &codes::ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL,
            clause.member.key_span,
            message,
        );
        return;
    }
    if clause.member.value.as_str() == Some("*") && statement.allows() {
        let message = "a trust policy must not trust everyone, name the principals";
        report.add(
            &codes::ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL,
            clause.span(),
            message,
        );
    }
    let principals = Principals::read(clause);
    for (node, text, kind) in &principals.federated {
        if *kind == Provider::Unknown {
            let message =
                format!("`{text}` is neither a provider's domain nor its ARN, correct it");
            report.add(
                &codes::INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY,
                node.span,
                message,
            );
        }
    }
    mismatched(statement, &principals, report);
    roles_anywhere(statement, clause, report);
    missing_actions(statement, report);
    sessions(clause, report);
    oidc::check(statement, &principals, report);
}

/// What a federated principal is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Provider {
    Saml,
    Oidc,
    Unknown,
}

struct Principals<'a> {
    federated: Vec<(&'a Node, &'a str, Provider)>,
    others: bool,
}

impl<'a> Principals<'a> {
    fn read(clause: Clause<'a>) -> Self {
        let value = &clause.member.value;
        let mut principals = Self { federated: Vec::new(), others: value.as_str().is_some() };
        for member in value.members() {
            if &*member.key != "Federated" {
                principals.others |= !member.value.items_or_self().is_empty();
                continue;
            }
            for node in member.value.items_or_self() {
                let Some(text) = node.as_str() else { continue };
                if !text.contains("${") && !crate::facts::has_wildcard(text) {
                    principals.federated.push((node, text, provider(text)));
                }
            }
        }
        principals
    }
}

fn provider(text: &str) -> Provider {
    if let Some(arn) = Arn::split(text) {
        let id = arn.resource_id();
        return match arn.resource_type() {
            Some("saml-provider") if arn.service == "iam" && !id.is_empty() => Provider::Saml,
            Some("oidc-provider") if arn.service == "iam" && !id.is_empty() => Provider::Oidc,
            _ => Provider::Unknown,
        };
    }
    let host = text.split('/').next().unwrap_or("");
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let domain = host.contains('.') && host.split('.').all(label);
    if domain { Provider::Oidc } else { Provider::Unknown }
}

fn mismatched(statement: &Statement<'_>, principals: &Principals<'_>, report: &mut Report<'_>) {
    let any = |kind| principals.federated.iter().any(|(_, _, have)| *have == kind);
    if principals.federated.is_empty() && !principals.others || any(Provider::Unknown) {
        return;
    }
    for action in &statement.actions {
        let is = |name: &str| action.text.eq_ignore_ascii_case(name);
        let (fits, needs) = if is(ASSUME) {
            (principals.others, "an account, user, role or service")
        } else if is(SAML) {
            (any(Provider::Saml), "a SAML provider under `Federated`")
        } else if is(WEB) {
            (any(Provider::Oidc), "an OIDC provider under `Federated`")
        } else {
            continue;
        };
        if !fits {
            let message =
                format!("none of the principals can call `{}`, which needs {needs}", action.text);
            report.add(&codes::MISMATCHED_ACTION_FOR_PRINCIPAL, action.node.span, message);
        }
    }
}

fn allows_action(statement: &Statement<'_>, name: &str) -> bool {
    let covered = statement.actions.iter().any(|action| action.covers(name));
    covered != statement.excludes_actions()
}

fn roles_anywhere(statement: &Statement<'_>, clause: Clause<'_>, report: &mut Report<'_>) {
    let services = clause.member.value.members().iter().filter(|m| &*m.key == "Service");
    let mut services = services.flat_map(|member| member.value.items_or_self());
    let Some(node) = services.find(|node| node.as_str() == Some("rolesanywhere.amazonaws.com"))
    else {
        return;
    };
    let needed = [ASSUME, "sts:SetSourceIdentity", "sts:TagSession"];
    let lacking: Vec<_> =
        needed.into_iter().filter(|name| !allows_action(statement, name)).collect();
    if statement.allows() && !lacking.is_empty() {
        let message = format!(
            "the service IAM Roles Anywhere needs `{}` too, add it to the actions",
            lacking.join("` and `")
        );
        report.add(&codes::MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY, node.span, message);
    }
}

/// Session tags and source identities are set by actions of their own.
fn missing_actions(statement: &Statement<'_>, report: &mut Report<'_>) {
    let assumes = [ASSUME, SAML, WEB].iter().any(|name| allows_action(statement, name));
    if !assumes {
        return;
    }
    for (_, key) in statement.conditions() {
        let name = key.key.to_ascii_lowercase();
        let needed = match &*name {
            "sts:sourceidentity" => "sts:SetSourceIdentity",
            "sts:transitivetagkeys" | "aws:tagkeys" => "sts:TagSession",
            name if name.starts_with("aws:requesttag/") => "sts:TagSession",
            _ => continue,
        };
        if !allows_action(statement, needed) {
            let message =
                format!("`{}` is set by `{needed}`, add that action to the statement", key.key);
            report.add(&codes::MISSING_ACTION_FOR_CONDITION_KEY, key.key_span, message);
        }
    }
}

fn sessions(clause: Clause<'_>, report: &mut Report<'_>) {
    let members = clause.member.value.members().iter().filter(|member| &*member.key == "AWS");
    let texts = || members.clone().flat_map(|member: &Member| member.value.items_or_self());
    for node in texts() {
        let Some(arn) = node.as_str().and_then(Arn::split) else { continue };
        if arn.service != "sts" && arn.service != "iam"
            || arn.resource_type() != Some("assumed-role")
        {
            continue;
        }
        let role = arn.resource_id().split('/').next().unwrap_or("");
        let parent = texts().find(|other| {
            other.as_str().and_then(Arn::split).is_some_and(|other| {
                other.resource_type() == Some("role")
                    && other.account == arn.account
                    && other.resource_name() == role
            })
        });
        if let Some(parent) = parent {
            let message = format!(
                "this session is of `{}`, which the principal already names; remove the session",
                parent.as_str().unwrap_or("")
            );
            report
                .add(&codes::REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY, node.span, message)
                .also(parent.span);
        }
    }
}

fn qualified(operator: &str) -> bool {
    Operator::parse(operator).is_some_and(|operator| operator.quantifier.is_some())
}
