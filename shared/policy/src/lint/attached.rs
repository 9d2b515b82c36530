//! What depends on the kind of resource a policy is attached to.

use super::{
    AttachedTo, Subject,
    code::codes,
    report::Report,
    statement::{Clause, Statement},
};
use crate::{Arn, facts::has_wildcard};

/// The services whose actions and resources may stand in the policy of such a resource.
fn services(attached: AttachedTo) -> (&'static [&'static str], &'static [&'static str]) {
    match attached {
        AttachedTo::S3Bucket | AttachedTo::S3AccessPoint | AttachedTo::S3MultiRegionAccessPoint => {
            (&["s3"], &["s3"])
        }
        AttachedTo::S3ObjectLambdaAccessPoint => (&["s3-object-lambda"], &["s3-object-lambda"]),
        AttachedTo::DynamoDbTable => (&["dynamodb"], &["dynamodb"]),
        AttachedTo::KmsKey => (&["kms"], &["kms"]),
        AttachedTo::SnsTopic => (&["sns"], &["sns"]),
        AttachedTo::SqsQueue => (&["sqs"], &["sqs"]),
        AttachedTo::Secret => (&["secretsmanager"], &["secretsmanager"]),
    }
}

pub(super) fn check(subject: &Subject<'_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    let Some(attached) = subject.options.attached_to else { return };
    let (actions, arns) = services(attached);
    let name = attached.name();
    for action in &statement.actions {
        let Some((service, _)) = action.parts.filter(|(service, _)| !has_wildcard(service)) else {
            continue;
        };
        if !actions.iter().any(|known| known.eq_ignore_ascii_case(service)) {
            let message =
                format!("`{}` does nothing in the policy of an {name}, remove it", action.text);
            report.add(&codes::UNSUPPORTED_ACTION_IN_POLICY, action.node.span, message);
        }
    }
    let of_s3 = matches!(
        attached,
        AttachedTo::S3Bucket
            | AttachedTo::S3AccessPoint
            | AttachedTo::S3MultiRegionAccessPoint
            | AttachedTo::S3ObjectLambdaAccessPoint
    );
    for (node, text) in statement.resource.into_iter().flat_map(Clause::texts) {
        if of_s3 && text == "*" {
            let message = format!("the policy of an {name} names its resource, write its ARN");
            report.add(&codes::UNSUPPORTED_RESOURCE_ARN_IN_POLICY, node.span, message);
        }
        let Some(arn) = Arn::split(text).filter(|arn| !has_wildcard(arn.service)) else { continue };
        let access_point = arn.resource.starts_with("accesspoint");
        let kind = match attached {
            AttachedTo::S3Bucket => !access_point || has_wildcard(arn.resource),
            AttachedTo::S3AccessPoint | AttachedTo::S3MultiRegionAccessPoint => {
                access_point || arn.resource.starts_with('*')
            }
            _ => true,
        };
        if !kind || !arns.contains(&arn.service) {
            let message = format!("`{text}` does nothing in the policy of an {name}, remove it");
            report.add(&codes::UNSUPPORTED_RESOURCE_ARN_IN_POLICY, node.span, message);
        }
    }
    let bucket = matches!(
        attached,
        AttachedTo::S3Bucket | AttachedTo::S3AccessPoint | AttachedTo::S3MultiRegionAccessPoint
    );
    for (_, key) in statement.conditions() {
        if bucket && key.key.eq_ignore_ascii_case("s3:ResourceAccount") {
            let message = format!(
                "`{}` is about whose bucket is called, which is known in the policy of an {name}; use it in identity policies",
                key.key
            );
            report.add(&codes::IRRELEVANT_CONDITION_KEY_IN_POLICY, key.key_span, message);
        }
    }
}
