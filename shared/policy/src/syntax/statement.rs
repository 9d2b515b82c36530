//! One statement: actions, resources, principals, dates.

use super::{DocumentKind, Fault, date};
use crate::condition::{Comparison as C, Operator};
use crate::document::{ListClause, Statement, Text};
use crate::facts::has_wildcard;
use crate::partition;

fn fault<T>(text: &Text, message: String) -> Result<T, Fault> {
    Err(Fault { message, span: text.span })
}

pub(super) fn check(statement: &Statement, kind: DocumentKind) -> Result<(), Fault> {
    let missing = |message: &str| Err(Fault { message: message.to_owned(), span: statement.span });
    match &statement.action {
        Some(ListClause { values, .. }) if !values.is_empty() => {
            values.iter().try_for_each(|value| action(value, kind))?;
        }
        _ => return missing("the statement names no action, add `Action` or `NotAction`"),
    }
    let has_resource = statement.resource.as_ref().is_some_and(|clause| !clause.values.is_empty());
    match (kind, &statement.resource) {
        (DocumentKind::Trust, Some(_)) => {
            return missing("a trust policy speaks of its own role, remove `Resource`");
        }
        (DocumentKind::Trust, None) => {}
        (_, Some(clause)) if has_resource => {
            clause.values.iter().try_for_each(|value| resource(value, kind))?;
        }
        _ => return missing("the statement names no resource, add `Resource` or `NotResource`"),
    }
    let wants_principal =
        matches!(kind, DocumentKind::Resource | DocumentKind::Trust | DocumentKind::Rcp);
    match (wants_principal, &statement.principal) {
        (true, None) => return missing("the statement names no principal, add `Principal`"),
        (false, Some(_)) => {
            return missing("this policy speaks of whom it is attached to, remove `Principal`");
        }
        _ => {}
    }
    for entry in &statement.conditions {
        if Operator::parse(entry.operator.as_str())
            .is_some_and(|operator| is_date(operator.comparison))
        {
            for value in &entry.values {
                if !date::is_acceptable(value.as_str()) {
                    return fault(
                        value,
                        format!(
                            "`{}` is not a date, write it as 2026-11-22T07:30:00Z",
                            value.as_str()
                        ),
                    );
                }
            }
        }
    }
    Ok(())
}

fn is_date(comparison: C) -> bool {
    matches!(
        comparison,
        C::DateEquals
            | C::DateNotEquals
            | C::DateLessThan
            | C::DateLessThanEquals
            | C::DateGreaterThan
            | C::DateGreaterThanEquals
    )
}

fn action(text: &Text, kind: DocumentKind) -> Result<(), Fault> {
    let action = text.as_str();
    if action == "*" {
        return Ok(());
    }
    let Some((service, name)) = action.split_once(':') else {
        return fault(text, format!("`{action}` is not an action, write it as service:action"));
    };
    if name.contains(':') {
        return fault(
            text,
            format!("`{action}` has more than one colon, write it as service:action"),
        );
    }
    // IAM's own policies; of those that other services store it is not known.
    let is_iams = matches!(kind, DocumentKind::Identity | DocumentKind::Trust);
    if is_iams && service == "*" && name != "*" {
        return fault(text, format!("the service of `{action}` is a pattern, name it"));
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
    if service != "*" && (service.is_empty() || !service.bytes().all(plain)) {
        return fault(text, format!("`{service}` is not the name of a service"));
    }
    Ok(())
}

/// What may stand first in the path of an IAM resource; `root` is whole. Role templates are younger than
/// the rest, and AWS's own policies name them.
const IAM_TYPES: [&str; 16] = [
    "access-report/",
    "context-provider/",
    "federated-user/",
    "group/",
    "instance-profile/",
    "mfa/",
    "oidc-provider/",
    "policy/",
    "report/",
    "role-template/",
    "role/",
    "saml-provider/",
    "server-certificate/",
    "sms-mfa/",
    "u2f/",
    "user/",
];

/// The S3 resources that have a region.
const REGIONAL_S3: [&str; 4] = ["accesspoint/", "access-grants/", "job/", "storage-lens"];

fn resource(text: &Text, kind: DocumentKind) -> Result<(), Fault> {
    resource_refusal(text.as_str(), kind).map_or(Ok(()), |message| fault(text, message))
}

/// Why IAM would refuse a resource; nothing when it takes it.
pub(crate) fn resource_refusal(resource: &str, kind: DocumentKind) -> Option<String> {
    if resource == "*" {
        return None;
    }
    let segments: Vec<&str> = resource.splitn(6, ':').collect();
    let [_, partition, rest @ ..] = segments.as_slice() else {
        return Some(format!("`{resource}` is not a resource, write an ARN or `*`"));
    };
    if *partition != "*" && partition::find(partition).is_none() {
        return Some(format!(
            "`{partition}` is not a partition, use `aws`, `aws-cn` or `aws-us-gov`"
        ));
    }
    let Some(service) = rest.first().filter(|service| !service.is_empty()) else {
        return Some(format!("`{resource}` names no service"));
    };
    let is_iams = kind == DocumentKind::Identity;
    if is_iams && has_wildcard(service) {
        return Some(format!(
            "the service of `{resource}` is a pattern, name it, or write `*` alone"
        ));
    }
    let [_, region, _, path] = rest else {
        // An ARN may be cut short, but not with a segment left empty.
        return resource
            .contains("::")
            .then(|| format!("`{resource}` lacks a segment, an ARN has six"));
    };
    match *service {
        "iam" if !region.is_empty() => Some(format!("`{resource}` has a region, IAM has none")),
        "iam"
            if !matches!(*path, "*" | "root")
                && !IAM_TYPES.iter().any(|kind| path.starts_with(kind)) =>
        {
            Some(format!("`{path}` does not start with a type of IAM resource such as role/"))
        }
        "s3" if !region.is_empty() && !REGIONAL_S3.iter().any(|kind| path.starts_with(kind)) => {
            Some(format!("`{resource}` has a region, buckets have none"))
        }
        _ => None,
    }
}
