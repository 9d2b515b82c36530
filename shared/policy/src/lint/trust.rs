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

mod actions;
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
    everyone(statement, clause, report);
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
    actions::check(statement, clause, &principals, report);
    sessions(clause, report);
    oidc::check(statement, &principals, report);
}

/// `{"AWS": "*"}` may stand in a trust policy, and lets any account's principals in where nothing
/// narrows it.
fn everyone(statement: &Statement<'_>, clause: Clause<'_>, report: &mut Report<'_>) {
    let conditions = statement.conditions().next().is_some();
    if !statement.allows() || conditions {
        return;
    }
    let members = clause.member.value.members().iter().filter(|member| &*member.key == "AWS");
    let mut values = members.flat_map(|member| member.value.items_or_self());
    if let Some(node) = values.find(|node| node.as_str() == Some("*")) {
        let message = "anyone with an AWS account may assume this role; name the principals, or add a condition such as one on `aws:PrincipalOrgID`";
        report.add(&codes::INFRAAUDIT_TRUST_IN_EVERYONE, node.span, message);
    }
}

/// Whether a policy of no declared kind is a role's: every statement is about `sts` actions and
/// names no resource.
pub(super) fn looks_like_one(root: &Node) -> bool {
    let statements = root.get("Statement").map_or(&[][..], Node::items_or_self);
    let is_sts = |action: &Node| {
        let text = action.as_str().unwrap_or("");
        text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sts:"))
    };
    let of_role = |statement: &Node| {
        let actions = statement.get("Action").map_or(&[][..], Node::items_or_self);
        let resource = statement.get("Resource").or_else(|| statement.get("NotResource"));
        !actions.is_empty() && actions.iter().all(is_sts) && resource.is_none()
    };
    !statements.is_empty() && statements.iter().all(of_role)
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

fn allows_action(statement: &Statement<'_>, name: &str) -> bool {
    let covered = statement.actions.iter().any(|action| action.covers(name));
    covered != statement.excludes_actions()
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
