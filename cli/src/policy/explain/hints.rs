//! What to give, where an answer depends on what was not given.

use policy::{Decision, Layer, Request};

use super::Args;

pub(super) fn of(args: &Args, request: &Request, decision: &Decision) -> Vec<String> {
    let mut hints = Vec::new();
    let unread =
        |layers: &[Layer]| decision.unread.iter().any(|policy| layers.contains(&policy.layer));
    if unread(&[Layer::Identity, Layer::Boundary]) {
        hints.push(match &args.gaad {
            Some(_) => "give the complete output of `aws iam get-account-authorization-details`, without `--filter`",
            None => "the answer of IAM is incomplete or cannot be understood",
        });
    }
    if unread(&[Layer::Resource]) {
        hints.push(
            "give the resource's policy with `--resource-policy FILE`, or `--no-resource-policy` if it has none",
        );
    }
    if unread(&[Layer::Scp, Layer::Rcp]) {
        hints.push("add `--no-organization` if no control policy applies to the accounts");
    }
    if unread(&[Layer::Session]) {
        hints.push("name the role instead of its session if it has no session policy");
    }
    if !decision.depends_on.is_empty() && decision.could_be_allowed() {
        hints.push(
            "give keys with `--context KEY=VALUE`, or add `--complete` if there are no others",
        );
    }
    let mut hints: Vec<String> = hints.into_iter().map(ToOwned::to_owned).collect();
    if decision.could_be_allowed()
        && request.resource() != "*"
        && request.account_of_resource().is_none()
    {
        hints.push(format!(
            "the ARN does not say which account owns `{}`: the caller's account is assumed, give another with \
             `--resource-account`",
            request.resource()
        ));
    }
    hints
}
