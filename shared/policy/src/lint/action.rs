//! Actions: whether they exist, and whether one covers another.

use super::{
    Subject,
    code::codes,
    cover,
    report::Report,
    statement::{ActionValue, Statement},
    unlisted,
};
use crate::facts::{Facts, Service, has_wildcard};

/// API calls whose permission has another name, as people write them from memory of the API.
const OTHER_NAMES: [(&str, &str); 16] = [
    ("lambda:Invoke", "lambda:InvokeFunction"),
    ("s3:DeleteBucketLifecycle", "s3:PutLifecycleConfiguration"),
    ("s3:DeleteObjects", "s3:DeleteObject"),
    ("s3:GetBucketEncryption", "s3:GetEncryptionConfiguration"),
    ("s3:GetBucketLifecycle", "s3:GetLifecycleConfiguration"),
    ("s3:GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration"),
    ("s3:GetBucketReplication", "s3:GetReplicationConfiguration"),
    ("s3:HeadBucket", "s3:ListBucket"),
    ("s3:HeadObject", "s3:GetObject"),
    ("s3:ListBuckets", "s3:ListAllMyBuckets"),
    ("s3:ListObjects", "s3:ListBucket"),
    ("s3:ListObjectsV2", "s3:ListBucket"),
    ("s3:ListObjectVersions", "s3:ListBucketVersions"),
    ("s3:PutBucketEncryption", "s3:PutEncryptionConfiguration"),
    ("s3:PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration"),
    ("s3:PutBucketReplication", "s3:PutReplicationConfiguration"),
];

pub(super) fn check(subject: &Subject<'_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    for action in &statement.actions {
        if action.action.is_none() && action.text != "*" && !action.text.contains("${") {
            exists(subject.facts, action, report);
        }
    }
    for group in cover::covers(statement.actions.iter().map(|a| (a.node, a.text)), true) {
        let (count, such) = (group.items.len(), group.redundant.as_str().unwrap_or(""));
        let message =
            format!("{count} actions overlap; remove those that another covers, such as `{such}`");
        let mut items = group.items.iter();
        let Some(first) = items.next() else { continue };
        let found = report.add(&codes::REDUNDANT_ACTION, first.span, message);
        for item in items {
            found.also(item.span);
        }
    }
}

fn exists(facts: &Facts, action: &ActionValue<'_>, report: &mut Report<'_>) {
    let (text, span) = (action.text, action.node.span);
    let Some((prefix, name)) = action.parts else {
        let message = format!("the action `{text}` names no service, write it as `service:Action`");
        report.add(&codes::INVALID_ACTION, span, message);
        return;
    };
    if unlisted::service(prefix) || unlisted::action(prefix, name) {
        return;
    }
    if has_wildcard(prefix) {
        let message = format!(
            "the service of the action `{text}` is a pattern, which may cover services you do not mean; name each service"
        );
        report.add(&codes::WILDCARD_IN_SERVICE_NAME, span, message);
        return;
    }
    let Some(service) = action.service else {
        let near = nearest(prefix, facts.services().map(Service::prefix));
        let message = match near {
            Some(near) => format!(
                "the action `{text}` names a service that does not exist, did you mean `{near}`"
            ),
            None => format!("the action `{text}` names a service that does not exist"),
        };
        let found = report.add(&codes::INVALID_SERVICE_IN_ACTION, span, message);
        let near = near.filter(|near| facts.covers_any(&format!("{near}:{name}")));
        if let Some(near) = near.filter(|near| is_sure(prefix, near)) {
            found.fix_text(action.node, &format!("{near}:{name}"));
        }
        return;
    };
    if action.is_pattern() {
        if !facts.covers_any(text) {
            let message = format!("the pattern `{text}` covers no action, remove or correct it");
            report.add(&codes::INVALID_ACTION, span, message);
        }
        return;
    }
    let other = permission_of(text);
    let near = nearest(name, service.actions().iter().map(crate::facts::Action::name));
    let better = other.map(ToOwned::to_owned);
    let better = better.or_else(|| near.map(|near| format!("{prefix}:{near}")));
    let message = match &better {
        Some(better) => format!("the action `{text}` does not exist, did you mean `{better}`"),
        None => format!("the action `{text}` does not exist, remove or correct it"),
    };
    let found = report.add(&codes::INVALID_ACTION, span, message);
    let sure = other.is_some() || near.is_some_and(|near| is_sure(name, near));
    if let Some(better) = better.filter(|_| sure) {
        found.fix_text(action.node, &better);
    }
}

/// The permission of an API call whose permission has another name.
pub(crate) fn permission_of(call: &str) -> Option<&'static str> {
    let found = OTHER_NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(call));
    found.map(|(_, permission)| *permission)
}

/// The name most like the one written, when one is much like it.
pub(crate) fn nearest<'a>(written: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_ascii_lowercase();
    let limit = (written.len() / 4).clamp(1, 4);
    let near = names
        .filter(|name| name.len().abs_diff(written.len()) <= limit)
        .map(|name| (strsim::osa_distance(&written, &name.to_ascii_lowercase()), name));
    near.filter(|(distance, _)| *distance <= limit).min().map(|(_, name)| name)
}

/// Whether a likeness is so close that only a slip of the pen explains it.
fn is_sure(written: &str, name: &str) -> bool {
    let distance = strsim::osa_distance(&written.to_ascii_lowercase(), &name.to_ascii_lowercase());
    distance <= 1 && name.len() > 4
}
