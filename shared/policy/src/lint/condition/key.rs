//! Condition keys: their form, and whether they exist.

use super::super::{PolicyType, Subject, action::nearest, code::codes, report::Report, unlisted};
use crate::{facts::ConditionKey, json::Member};

/// Looks at a key's name, and returns what the facts know of it.
pub(super) fn check<'a>(
    subject: &Subject<'a>,
    key: &Member,
    report: &mut Report<'_>,
) -> Option<&'a ConditionKey> {
    let (name, span) = (&*key.key, key.key_span);
    let parts =
        name.split_once(':').filter(|(prefix, rest)| !prefix.is_empty() && !rest.is_empty());
    let Some((prefix, rest)) =
        parts.filter(|_| !name.contains(char::is_whitespace) || name.contains('/'))
    else {
        let message = format!("`{name}` is not a condition key, write it as `service:key`");
        report.add(&codes::INVALID_CONDITION_KEY_FORMAT, span, message);
        return None;
    };
    if lacks_tag(subject, prefix, rest) {
        let start = name.trim_end_matches('/');
        let message = format!("`{name}` lacks the tag's key, write it as `{start}/tag-key`");
        report.add(&codes::MISSING_TAG_KEY_IN_CONDITION, span, message);
        return None;
    }
    if name.eq_ignore_ascii_case("aws:ARN") {
        let identity = subject.is(PolicyType::Identity);
        let code = if identity {
            &codes::DEPRECATED_GLOBAL_CONDITION_KEY
        } else {
            &codes::UNSUPPORTED_GLOBAL_CONDITION_KEY
        };
        let message = "`aws:ARN` is gone, use `aws:PrincipalArn`";
        report.add(code, span, message).fix(span, "\"aws:PrincipalArn\"");
        return None;
    }
    let known = known(subject, name, prefix);
    // Keys named after an identity provider's host hold whatever the provider puts into its tokens.
    let unlisted = unlisted::service(prefix) || unlisted::global_key(name);
    let provider = prefix.contains(['.', '/']) || subject.facts.is_other_key_prefix(prefix);
    if known.is_some() || provider || unlisted {
        return known;
    }
    if prefix.eq_ignore_ascii_case("aws") {
        let names = subject.facts.global_condition_keys().map(ConditionKey::name);
        let message = did_you_mean(name, nearest(name, names), "there is no condition key");
        report.add(&codes::INVALID_GLOBAL_CONDITION_KEY, span, message);
        return None;
    }
    match subject.facts.service(prefix) {
        None => {
            let message = format!("`{name}` names a service that does not exist, correct it");
            report.add(&codes::INVALID_SERVICE, span, message);
        }
        Some(service) => {
            let near = nearest(name, service.condition_keys().map(ConditionKey::name));
            let message = did_you_mean(name, near, "the service has no condition key");
            report.add(&codes::INVALID_SERVICE_CONDITION_KEY, span, message);
        }
    }
    None
}

fn known<'a>(subject: &Subject<'a>, name: &str, prefix: &str) -> Option<&'a ConditionKey> {
    let facts = subject.facts;
    let of_service = || facts.service(prefix).and_then(|service| service.condition_key(name));
    let other = prefix.contains(['.', '/']) || facts.is_other_key_prefix(prefix);
    facts.global_condition_key(name).or_else(of_service).or_else(|| {
        // A provider's keys are documented with the service they reach IAM by.
        let sts = if other { facts.service("sts") } else { None };
        sts.and_then(|service| service.condition_key(name))
    })
}

/// `aws:ResourceTag` and `ec2:ResourceTag/`: the keys that need a tag's key after a slash.
fn lacks_tag(subject: &Subject<'_>, prefix: &str, rest: &str) -> bool {
    let bare = rest.strip_suffix('/').unwrap_or(rest);
    if bare.contains('/') || !bare.to_ascii_lowercase().ends_with("tag") {
        return false;
    }
    let tagged = format!("{prefix}:{bare}/x");
    known(subject, &tagged, prefix).is_some()
        && known(subject, &format!("{prefix}:{bare}"), prefix).is_none()
}

fn did_you_mean(name: &str, near: Option<&str>, lead: &str) -> String {
    match near {
        Some(near) => format!("{lead} `{name}`, did you mean `{near}`"),
        None => format!("{lead} `{name}`, correct it"),
    }
}
