//! Policies that were not read, and still have a say.

use super::decision::Layer;
use std::fmt;
use std::sync::Arc;

/// A policy whose text was not read.
///
/// One that exists may allow a request and may deny it, so that no answer which it could change is given. One that
/// may exist counts where it could grant what nothing else does; that it could also deny is told beside the answer
/// ([`Decision::could_deny`](super::Decision::could_deny)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadPolicy {
    /// The kind of policy.
    pub layer: Layer,
    /// What it is, for explanations: "the key policy of `arn:aws:kms:…`".
    pub name: Arc<str>,
    /// Whether it is known to exist.
    pub exists: bool,
}

impl fmt::Display for UnreadPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl UnreadPolicy {
    /// Whether it could grant a request by itself: the others only limit what these two grant.
    pub(super) fn can_grant(&self) -> bool {
        matches!(self.layer, Layer::Identity | Layer::Resource)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Caller, Layer, Outcome, Policies, Policy, PolicyKind, Request};

    const ANA: &str = "arn:aws:iam::111122223333:user/ana";
    const OWN_KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1";
    const FOREIGN_KEY: &str = "arn:aws:kms:eu-west-1:444455556666:key/1";

    fn policy(kind: PolicyKind, effect: &str, action: &str) -> Policy {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"{effect}","Action":"{action}","Resource":"*","Principal":"*"}}}}"#
        );
        Policy::read(effect, kind, &crate::json::Node::parse(&text).unwrap()).0
    }

    fn identity(effect: &str, action: &str) -> Policies {
        Policies::new().identity(policy(PolicyKind::Identity, effect, action))
    }

    fn ask(policies: &Policies, resource: &str) -> crate::Decision {
        policies.evaluate(&Request::new(Caller::parse(ANA), "kms:Decrypt", resource))
    }

    #[test]
    fn what_was_not_read_is_neither_a_grant_nor_a_refusal() {
        for layer in [Layer::Identity, Layer::Boundary, Layer::Scp, Layer::Rcp, Layer::Session] {
            let topic = Request::new(
                Caller::parse(ANA),
                "sns:Publish",
                "arn:aws:sns:eu-west-1:111122223333:t",
            );
            let decision = identity("Allow", "*").unread(layer, "it").evaluate(&topic);
            assert_eq!(decision.outcome, Outcome::Depends, "{layer}");
            assert_eq!(decision.between.0, Outcome::Allowed, "{layer}");
            assert_eq!(decision.unread.len(), 1, "{layer}");
        }
        let key = ask(&identity("Allow", "*").unread(Layer::Resource, "its key policy"), OWN_KEY);
        assert_eq!(key.between, (Outcome::Allowed, Outcome::ImplicitlyDenied));
        let none = ask(&Policies::new().unread(Layer::Resource, "its key policy"), OWN_KEY);
        assert_eq!(none.outcome, Outcome::Depends, "a key policy may name the user");
    }

    #[test]
    fn what_it_cannot_change_stays_decided() {
        let denied = ask(&identity("Deny", "*").unread(Layer::Identity, "it"), OWN_KEY);
        assert_eq!((denied.outcome, denied.unread.len()), (Outcome::ExplicitlyDenied, 0));
        // Across accounts both sides must grant it.
        let foreign = ask(&Policies::new().unread(Layer::Resource, "it"), FOREIGN_KEY);
        assert_eq!((foreign.outcome, foreign.layer), (Outcome::ImplicitlyDenied, Layer::Identity));
        // A boundary that was not read grants nothing by itself.
        let topic = Request::new(Caller::parse(ANA), "sns:Publish", "*");
        let bounded = Policies::new().unread(Layer::Boundary, "it").evaluate(&topic);
        assert_eq!(bounded.outcome, Outcome::ImplicitlyDenied);
        // A boundary that was read and does not allow it.
        let limit = policy(PolicyKind::Boundary, "Allow", "s3:*");
        let outside =
            Policies::new().boundary(limit).unread(Layer::Identity, "it").evaluate(&topic);
        assert_eq!((outside.outcome, outside.layer), (Outcome::ImplicitlyDenied, Layer::Boundary));
    }

    #[test]
    fn a_bucket_policy_that_cannot_stop_root_is_named_where_it_could_grant() {
        let root = Caller::parse("arn:aws:iam::111122223333:root");
        let repair = Request::new(root, "s3:GetBucketPolicy", "arn:aws:s3:::logs-2026");
        let bucket = |policies: Policies| {
            policies.unread(Layer::Resource, "the bucket policy").evaluate(&repair)
        };
        assert_eq!(bucket(Policies::new()).outcome, Outcome::Allowed);
        let narrow = Policies::new().session(policy(PolicyKind::Session, "Allow", "ec2:*"));
        let decision = bucket(narrow);
        assert_eq!(decision.outcome, Outcome::Depends);
        assert_eq!(decision.between, (Outcome::Allowed, Outcome::ImplicitlyDenied));
        assert_eq!(&*decision.unread[0].name, "the bucket policy");
    }

    #[test]
    fn what_may_exist_is_named_and_counts_where_it_alone_could_grant() {
        let queue = Request::new(
            Caller::parse(ANA),
            "sqs:SendMessage",
            "arn:aws:sqs:eu-west-1:111122223333:q",
        );
        let beside = |policies: Policies| {
            policies
                .perhaps_unread(Layer::Resource, "the queue policy")
                .perhaps_unread(Layer::Scp, "the SCPs")
        };
        let allowed = beside(identity("Allow", "sqs:*")).evaluate(&queue);
        assert_eq!((allowed.outcome, allowed.could_deny.len()), (Outcome::Allowed, 2));
        let text = allowed.explain(&queue);
        assert!(
            text.contains("Not read, and could deny it: the queue policy; the SCPs."),
            "{text}"
        );
        let granted = beside(Policies::new()).evaluate(&queue);
        assert_eq!(granted.outcome, Outcome::Depends);
        assert_eq!(&*granted.unread[0].name, "the queue policy");
        let text = granted.explain(&queue);
        assert!(text.contains("may or may not call"), "{text}");
        assert!(text.contains("depending on what was not read: the queue policy."), "{text}");
        assert!(text.contains("could also deny it: the SCPs."), "{text}");
        let denied = beside(identity("Deny", "sqs:*")).evaluate(&queue);
        assert_eq!((denied.outcome, denied.could_deny.len()), (Outcome::ExplicitlyDenied, 0));
    }

    #[test]
    fn keys_and_policies_are_named_together() {
        let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sns:*","Resource":"*",
            "Condition":{"Bool":{"aws:SecureTransport":"true"}}}}"#;
        let policy =
            Policy::read("p", PolicyKind::Identity, &crate::json::Node::parse(text).unwrap()).0;
        let request = Request::new(Caller::parse(ANA), "sns:Publish", "*")
            .with_context(crate::Context::partial());
        let decision = Policies::new()
            .identity(policy)
            .unread(Layer::Boundary, "the boundary")
            .evaluate(&request);
        assert_eq!(&*decision.depends_on, ["aws:securetransport".into()]);
        let text = decision.explain(&request);
        assert!(
            text.contains("`aws:securetransport`, and on what was not read: the boundary."),
            "{text}"
        );
    }
}
