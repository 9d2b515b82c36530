//! Rules of single services that no policy shows.

use super::decision::{Decision, Layer, Outcome};
use super::{Policies, S3Settings};
use crate::Arn;
use crate::request::{CallerKind, Request};

/// What needs no permission, and no policy takes away.
///
/// - `sts:GetCallerIdentity`, for whoever has credentials:
///   <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>
/// - `sts:GetSessionToken`, which authenticates a user or root user. Who comes with a session's credentials cannot
///   call it, whatever is allowed:
///   <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getsessiontoken.html>
pub(super) fn always(request: &Request) -> Option<Decision> {
    use CallerKind as K;
    let caller = request.caller().kind();
    let outcome = match (request.action_key(), caller) {
        ("sts:getcalleridentity", K::Anonymous) => return None,
        ("sts:getcalleridentity", _) | ("sts:getsessiontoken", K::Root | K::User) => {
            Outcome::Allowed
        }
        ("sts:getsessiontoken", _) => Outcome::ImplicitlyDenied,
        _ => return None,
    };
    Some(Decision::plain(outcome, Layer::Service))
}

/// Whether the resource's own policy must grant, even within the account: KMS keys, and roles that are assumed.
pub(super) fn needs_own_grant(policies: &Policies, request: &Request) -> bool {
    match request.service_key() {
        "kms" => Arn::split(request.resource()).is_some_and(|arn| arn.resource.starts_with("key/")),
        "sts" => policies.resource.is_some() || policies.lacks(Layer::Resource),
        _ => false,
    }
}

/// The root user can always read, replace and remove the policy of its own account's bucket, queue.
pub(super) fn root_repairs(request: &Request) -> bool {
    const REPAIRS: [&str; 3] =
        ["s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"];
    request.caller().kind() == CallerKind::Root
        && request.is_same_account()
        && REPAIRS.contains(&request.action_key())
}

/// What AWS keeps to itself, and S3 Block Public Access.
pub(super) fn refine(policies: &Policies, request: &Request, decision: Decision) -> Decision {
    if kept_by_aws(request) || root_cannot(request) {
        return instead_of_allowed(decision, Outcome::ImplicitlyDenied, Layer::Service);
    }
    if decision.could_be_allowed() && blocked_as_public(policies, request) {
        return instead_of_allowed(decision, Outcome::ExplicitlyDenied, Layer::S3BlockPublicAccess);
    }
    decision
}

/// The decision with another outcome wherever it would be allowed.
fn instead_of_allowed(decision: Decision, outcome: Outcome, layer: Layer) -> Decision {
    let replace = |each| if each == Outcome::Allowed { outcome } else { each };
    // A refusal by the service hides which of the others was missing.
    let hidden = outcome == Outcome::ImplicitlyDenied && decision.outcome == outcome;
    let between = (replace(decision.between.0), replace(decision.between.1));
    if between.0 != between.1 {
        return Decision { between, ..decision };
    }
    if !decision.could_be_allowed() && !hidden {
        return decision;
    }
    let blocked_by = if layer == Layer::S3BlockPublicAccess { vec![layer] } else { Vec::new() };
    Decision { blocked_by, ..Decision::plain(between.0, layer) }
}

fn kept_by_aws(request: &Request) -> bool {
    let Some(arn) = Arn::split(request.resource()) else { return false };
    let Some((service, action)) = request.action_key().split_once(':') else { return false };
    let resource = arn.resource.to_ascii_lowercase();
    match service {
        "iam" if arn.account == "aws" && resource.starts_with("policy/") => {
            POLICY_CHANGES.contains(&action)
        }
        "iam" if resource.starts_with("role/aws-reserved/") => ROLE_CHANGES.contains(&action),
        "kms" if resource.starts_with("alias/aws/") => {
            ["createalias", "deletealias", "updatealias"].contains(&action)
        }
        _ => false,
    }
}

/// Changes to a managed policy, which AWS makes itself to its own.
const POLICY_CHANGES: [&str; 7] = [
    "createpolicy",
    "createpolicyversion",
    "deletepolicy",
    "deletepolicyversion",
    "setdefaultpolicyversion",
    "tagpolicy",
    "untagpolicy",
];

/// Changes to a role, which only IAM Identity Center makes to those under `aws-reserved`.
const ROLE_CHANGES: [&str; 16] = [
    "attachrolepolicy",
    "createrole",
    "createservicelinkedrole",
    "deleterole",
    "deleterolepermissionsboundary",
    "deleterolepolicy",
    "deleteservicelinkedrole",
    "detachrolepolicy",
    "passrole",
    "putrolepermissionsboundary",
    "putrolepolicy",
    "tagrole",
    "untagrole",
    "updateassumerolepolicy",
    "updaterole",
    "updateroledescription",
];

/// A root user cannot assume roles.
fn root_cannot(request: &Request) -> bool {
    request.caller().kind() == CallerKind::Root && request.action_key() == "sts:assumerole"
}

/// `RestrictPublicBuckets`: a bucket with a public policy is for its own account and AWS services only.
fn blocked_as_public(policies: &Policies, request: &Request) -> bool {
    let Some(policy) = &policies.resource else { return false };
    policies.s3.block_public_access
        && request.service_key() == "s3"
        && !(request.is_same_account() || request.caller().kind() == CallerKind::Service)
        && is_bucket(request.resource())
        && policy.is_public()
}

/// Whether a resource is a general purpose bucket or an object in one.
fn is_bucket(resource: &str) -> bool {
    resource == "*"
        || Arn::split(resource).is_some_and(|arn| {
            arn.service == "s3"
                && arn.region.is_empty()
                && arn.account.is_empty()
                && !arn.resource.is_empty()
                && !arn.resource.starts_with('/')
        })
}

/// Where a bucket's tags do not count, policies do not see them.
pub(super) fn hides_tags(s3: S3Settings, request: &Request) -> bool {
    s3.bucket_abac == Some(false) && request.service_key() == "s3" && is_bucket(request.resource())
}

pub(super) fn without_tags(request: &Request) -> Request {
    let mut context = request.context().clone();
    let tags: Vec<String> = context
        .keys()
        .filter(|key| key.starts_with("aws:resourcetag/") || key.starts_with("s3:buckettag/"))
        .map(ToOwned::to_owned)
        .collect();
    for key in tags {
        context = context.without(&key);
    }
    request.clone().with_context(context)
}
