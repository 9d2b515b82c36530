//! Which actions go with which principals and conditions.

use super::super::{
    code::codes,
    report::Report,
    statement::{Clause, Statement},
};
use super::{ASSUME, Principals, Provider, SAML, WEB, allows_action};

pub(super) fn check(
    statement: &Statement<'_>,
    clause: Clause<'_>,
    principals: &Principals<'_>,
    report: &mut Report<'_>,
) {
    mismatched(statement, principals, report);
    roles_anywhere(statement, clause, report);
    missing_actions(statement, report);
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
