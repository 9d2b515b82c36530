//! The ARNs of a statement's resources, against the formats of the services' resource types.

use super::{Subject, code::codes, region, report::Report, statement::Statement, unlisted};
use crate::{
    Arn,
    facts::{Facts, Service, has_wildcard, matches},
    json::Node,
    partition,
};

mod overlap;

pub(super) use overlap::overlap;

pub(super) fn check(subject: &Subject<'_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    let Some(clause) = statement.resource else { return };
    for (node, text) in clause.texts().filter(|(_, text)| *text != "*") {
        if !text.starts_with("${") {
            resource(subject.facts, node, text, report);
        }
    }
}

fn resource(facts: &Facts, node: &Node, text: &str, report: &mut Report<'_>) {
    let span = node.span;
    if !text.starts_with("arn:") {
        let message = format!("`{text}` is not an ARN, write `arn:` and its five fields, or `*`");
        let found = report.add(&codes::INVALID_ARN_PREFIX, span, message);
        if text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("arn:")) {
            found.fix_text(node, &format!("arn:{}", text.split_at(4).1));
        }
        return;
    }
    // A variable stands for any text, as `*` does, and its own colons separate nothing.
    let plain = variables_as_stars(text);
    let Some(arn) = Arn::split(&plain) else {
        if !plain.ends_with('*') {
            let message = format!(
                "`{text}` has too few fields, write arn:partition:service:region:account:resource"
            );
            report.add(&codes::MISSING_ARN_FIELD, span, message);
        }
        return;
    };
    partition(node, arn, report);
    if !service(facts, node, arn, report) {
        return;
    }
    let candidates = Candidates::of(facts, arn);
    if candidates.types == 0 {
        return;
    }
    if candidates.matching == 0 {
        // Wildcards reach over colons: `*:*:stack/x` also means other resources' ends.
        let patterns = facts.services_of_arn(arn.service).flat_map(Service::resource_types);
        if has_wildcard(&plain) && patterns.into_iter().any(|r| overlap(&plain, r.pattern())) {
            return;
        }
        let message = format!(
            "`{}` fits none of the formats of {}'s resources, correct it",
            arn.resource, arn.service
        );
        report.add(&codes::INVALID_ARN_RESOURCE, span, message);
        return;
    }
    region_field(node, text, arn, &candidates, report);
    account_field(node, text, arn, &candidates, report);
}

fn partition(node: &Node, arn: Arn<'_>, report: &mut Report<'_>) {
    let known = |pattern: &str| partition::ALL.iter().any(|known| matches(pattern, known.name));
    if !known(arn.partition) {
        let partition = arn.partition;
        let message =
            format!("`{partition}` is not a partition, use `aws`, `aws-cn` or `aws-us-gov`");
        report.add(&codes::INVALID_PARTITION, node.span, message);
    }
}

/// Whether the ARN's service is one to look further at.
fn service(facts: &Facts, node: &Node, arn: Arn<'_>, report: &mut Report<'_>) -> bool {
    let service = arn.service;
    if has_wildcard(service) {
        if service != "*" {
            let message = format!(
                "the service `{service}` of this ARN is a pattern, which may cover services you do not mean; name each service"
            );
            report.add(&codes::WILDCARD_IN_SERVICE_NAME, node.span, message);
        }
        return false;
    }
    if unlisted::service(service) {
        return false;
    }
    let known = facts.service(service).is_some() || facts.services_of_arn(service).next().is_some();
    let known = known && !unlisted::is_gone(service);
    if service.bytes().any(|b| b.is_ascii_uppercase()) && known {
        let lower = service.to_ascii_lowercase();
        let message =
            format!("the service `{service}` of this ARN must be in lower case, `{lower}`");
        let fixed = node.as_str().map(|text| text.replacen(service, &lower, 1));
        let found = report.add(&codes::INVALID_ARN_SERVICE_CASE, node.span, message);
        if let Some(fixed) = fixed {
            found.fix_text(node, &fixed);
        }
        return false;
    }
    if !known {
        let message = format!("the service `{service}` of this ARN does not exist, correct it");
        report.add(&codes::INVALID_SERVICE, node.span, message);
    }
    known
}

/// The resource types whose format an ARN's resource fits, counted by what they say of region and
/// account.
#[derive(Default)]
struct Candidates {
    types: u32,
    matching: u32,
    with_region: u32,
    with_account: u32,
    fixed_account: bool,
}

impl Candidates {
    fn of(facts: &Facts, arn: Arn<'_>) -> Self {
        let mut counts = Self::default();
        for resource in facts.services_of_arn(arn.service).flat_map(Service::resource_types) {
            // Several services share an ARN's service, one of them with hundreds of types.
            let rest = resource.pattern().strip_prefix("arn:*:").unwrap_or(arn.service);
            let same = rest.get(..arn.service.len());
            if !same.is_some_and(|service| service.eq_ignore_ascii_case(arn.service)) {
                continue;
            }
            let Some(pattern) = Arn::split(resource.pattern()) else { continue };
            if !pattern.service.eq_ignore_ascii_case(arn.service) {
                continue;
            }
            counts.types += 1;
            if overlap(arn.resource, pattern.resource) {
                counts.matching += 1;
                counts.with_region += u32::from(!pattern.region.is_empty());
                counts.with_account += u32::from(!pattern.account.is_empty());
                counts.fixed_account |= !pattern.account.is_empty()
                    && !has_wildcard(pattern.account)
                    && matches(arn.account, pattern.account);
            }
        }
        counts
    }
}

fn region_field(
    node: &Node,
    text: &str,
    arn: Arn<'_>,
    candidates: &Candidates,
    report: &mut Report<'_>,
) {
    let Arn { region, service, .. } = arn;
    if region.is_empty() {
        if candidates.with_region == candidates.matching {
            let message = format!(
                "`{text}` leaves the region out, which {service} has there; add it, or `*`"
            );
            report.add(&codes::MISSING_ARN_REGION, node.span, message);
        }
    } else if candidates.with_region == 0 && region != "*" {
        let message = format!("{service} has no region in such an ARN, remove `{region}`");
        let found = report.add(&codes::ARN_REGION_NOT_ALLOWED, node.span, message);
        found.fix_text(node, &text.replacen(&format!(":{region}:"), "::", 1));
    } else if !has_wildcard(region) && !region::exists(region) {
        let message = format!("`{region}` is not a region, correct it");
        report.add(&codes::INVALID_ARN_REGION, node.span, message);
    }
}

fn account_field(
    node: &Node,
    text: &str,
    arn: Arn<'_>,
    candidates: &Candidates,
    report: &mut Report<'_>,
) {
    let Arn { account, service, region, .. } = arn;
    if account.is_empty() {
        // A wildcard before it may stand for the account too, and AWS's own SSM documents and
        // parameters have none.
        let open = has_wildcard(region) || service.eq_ignore_ascii_case("ssm");
        if candidates.with_account == candidates.matching && !open {
            let message = format!(
                "`{text}` leaves the account out, which {service} has there; add it, or `*`"
            );
            report.add(&codes::MISSING_ARN_ACCOUNT, node.span, message);
        }
        return;
    }
    if has_wildcard(account) || candidates.fixed_account || account == "aws" {
        return;
    }
    if candidates.with_account == 0 {
        let message = format!("{service} has no account in such an ARN, remove `{account}`");
        let found = report.add(&codes::ARN_ACCOUNT_NOT_ALLOWED, node.span, message);
        found.fix_text(node, &text.replacen(&format!(":{account}:"), "::", 1));
    } else if !is_account(account) {
        let message = format!("`{account}` is not an account, write its twelve digits");
        report.add(&codes::INVALID_ARN_ACCOUNT, node.span, message);
    }
}

pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// The text with `*` for each policy variable.
pub(super) fn variables_as_stars(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        out.push('*');
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_become_stars() {
        assert_eq!(variables_as_stars("a/${aws:username}/${x, 'y'}"), "a/*/*");
    }
}
