//! Trust in providers of `OpenID` Connect.

use super::super::{code::codes, report::Report, statement::Statement};
use super::{Principals, Provider, WEB, allows_action, qualified};
use crate::{Arn, facts::has_wildcard};

const GITHUB: &str = "token.actions.githubusercontent.com";

pub(super) fn check(
    statement: &Statement<'_>,
    principals: &Principals<'_>,
    report: &mut Report<'_>,
) {
    for (operator, key) in statement.conditions() {
        let audience = key.key.rsplit_once(':').is_some_and(|(provider, claim)| {
            claim.eq_ignore_ascii_case("aud") && provider.contains('.')
        });
        if audience && qualified(operator) {
            let message = format!(
                "`{}` may hold one audience or several; use a qualifier only if it holds several",
                key.key
            );
            report.add(&codes::CONFIRM_AUDIENCE_CLAIM_TYPE, key.key_span, message);
        }
    }
    if !statement.allows() || !allows_action(statement, WEB) {
        return;
    }
    for (node, text, kind) in &principals.federated {
        if *kind != Provider::Oidc {
            continue;
        }
        let provider = Arn::split(text).map_or(*text, |arn| arn.resource_id());
        let keys = || {
            statement.conditions().filter_map(|(operator, key)| {
                let (prefix, claim) = key.key.rsplit_once(':')?;
                prefix.eq_ignore_ascii_case(provider).then_some((operator, key, claim))
            })
        };
        if provider.eq_ignore_ascii_case(GITHUB) {
            let subjects = || keys().filter(|(_, _, claim)| claim.eq_ignore_ascii_case("sub"));
            if subjects().next().is_none() {
                let message = format!(
                    "any GitHub repository can assume this role; add a condition on `{GITHUB}:sub` with the repository and branch"
                );
                report.add(&codes::MISSING_GITHUB_REPO_CONDITION_KEY, node.span, message);
            }
            for value in subjects().flat_map(|(_, key, _)| key.value.items_or_self()) {
                if value.as_str().is_some_and(has_wildcard) {
                    let message = "the wildcard lets more of GitHub assume this role than one branch of one repository; write both in full";
                    report.add(
                        &codes::SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED,
                        value.span,
                        message,
                    );
                }
            }
        } else if keys().next().is_none() {
            let message = format!(
                "any token `{provider}` issues can assume this role; add a condition on `{provider}:aud` or `{provider}:sub`"
            );
            report.add(&codes::MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL, node.span, message);
        }
    }
}
