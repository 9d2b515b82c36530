//! Keys whose values have a form of their own: regions, services, ids, keys.

use super::{
    super::{
        PolicyType, Subject, code::codes, principal::is_service_principal, region, report::Report,
    },
    Entry, network,
};
use crate::{facts::has_wildcard, json::Node};

/// Keys whose values have a form of their own.
pub(super) fn check(subject: &Subject<'_>, entry: &Entry<'_>, report: &mut Report<'_>) {
    let name = entry.name().to_ascii_lowercase();
    match &*name {
        "aws:requestedregion" | "ec2:region" => {
            for (node, text) in entry.texts().filter(|(_, text)| !has_wildcard(text)) {
                if !region::exists(text) && !text.ends_with("-global") {
                    let message = format!("`{text}` is not a region, correct it");
                    report.add(&codes::INVALID_REGION, node.span, message);
                }
            }
        }
        "aws:sourcevpc" => network::ids(entry, "vpc-", &codes::INVALID_VPC_FORMAT, report),
        "aws:sourcevpce" => network::ids(entry, "vpce-", &codes::INVALID_VPCE_FORMAT, report),
        "aws:calledvia" | "aws:calledviafirst" | "aws:calledvialast" => {
            services(entry, report, |text| is_service_principal(text, false));
        }
        "aws:principalservicename"
        | "aws:principalservicenameslist"
        | "iam:passedtoservice"
        | "iam:awsservicename" => services(entry, report, |text| is_service_principal(text, true)),
        "kms:viaservice" => services(entry, report, is_via_service),
        "s3:x-amz-server-side-encryption-aws-kms-key-id" if !subject.is(PolicyType::Trust) => {
            kms_keys(entry, report);
        }
        _ => {}
    }
}

fn services(entry: &Entry<'_>, report: &mut Report<'_>, is_good: impl Fn(&str) -> bool) {
    for (node, text) in entry.texts().filter(|(_, text)| !has_wildcard(text) && !is_good(text)) {
        let form = if entry.is("kms:ViaService") {
            "service.region.amazonaws.com"
        } else {
            "service.amazonaws.com"
        };
        let message = format!(
            "`{text}` is not a service as `{}` has them, write `{form}` in lower case",
            entry.name()
        );
        let found = report.add(&codes::INVALID_SERVICE_PRINCIPAL_FORMAT, node.span, message);
        let lower = text.to_ascii_lowercase();
        if is_good(&lower) {
            found.fix_text(node, &lower);
        }
    }
}

/// `service.region.amazonaws.com`; some services have two labels.
fn is_via_service(text: &str) -> bool {
    let bare = text.strip_suffix(".cn").unwrap_or(text);
    let Some((service, region)) =
        bare.strip_suffix(".amazonaws.com").and_then(|rest| rest.rsplit_once('.'))
    else {
        return false;
    };
    !service.is_empty() && region::exists(region) && !text.bytes().any(|b| b.is_ascii_uppercase())
}

fn kms_keys(entry: &Entry<'_>, report: &mut Report<'_>) {
    let is_key = |text: &str| {
        crate::Arn::split(text).is_some_and(|arn| {
            arn.service == "kms"
                && (arn.resource.starts_with("key/") || arn.resource.starts_with("alias/"))
        })
    };
    let bad = |(_, text): &(&Node, &str)| !has_wildcard(text) && !text.is_empty() && !is_key(text);
    for (node, text) in entry.texts().filter(bad) {
        let message =
            format!("`{text}` is not a KMS key's ARN, write arn:aws:kms:region:account:key/id");
        report.add(&codes::INVALID_KMS_KEY_VALUE, node.span, message);
    }
}
