//! What comes out.

use super::unread::UnreadPolicy;
use crate::Span;
use crate::document::Effect;
use std::fmt;
use std::sync::Arc;

/// The answer to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Everything that must allow it does, and nothing denies it.
    Allowed,
    /// A `Deny` statement applies.
    ExplicitlyDenied,
    /// Nothing denies it, and something that must allow it does not.
    ImplicitlyDenied,
    /// It depends on context keys that were not given ([`Decision::depends_on`]) or on policies that were not read
    /// ([`Decision::unread`]).
    Depends,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Allowed => "Allowed",
            Self::ExplicitlyDenied => "ExplicitlyDenied",
            Self::ImplicitlyDenied => "ImplicitlyDenied",
            Self::Depends => "Depends",
        })
    }
}

/// The kinds of policies, and what else decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layer {
    /// Service control policies.
    Scp,
    /// Resource control policies.
    Rcp,
    /// The VPC endpoint's policy.
    VpcEndpoint,
    /// The resource's policy, or the role's trust policy.
    Resource,
    /// The caller's own policies.
    Identity,
    /// The permissions boundary.
    Boundary,
    /// The session's policies.
    Session,
    /// S3 Block Public Access.
    S3BlockPublicAccess,
    /// A rule of the service itself.
    Service,
    /// The root user of the resource's own account needs no grant.
    Root,
}

impl Layer {
    /// The short name test vectors use for it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Scp => "scp",
            Self::Rcp => "rcp",
            Self::VpcEndpoint => "vpce",
            Self::Resource => "resource",
            Self::Identity => "identity",
            Self::Boundary => "pb",
            Self::Session => "session",
            Self::S3BlockPublicAccess => "s3-bpa",
            Self::Service => "service",
            Self::Root => "root",
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scp => "service control policies",
            Self::Rcp => "resource control policies",
            Self::VpcEndpoint => "the VPC endpoint policy",
            Self::Resource => "the resource policy",
            Self::Identity => "identity policies",
            Self::Boundary => "the permissions boundary",
            Self::Session => "session policies",
            Self::S3BlockPublicAccess => "S3 Block Public Access",
            Self::Service => "a rule of the service",
            Self::Root => "the account's root user",
        })
    }
}

/// A statement that had a part in the decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidingStatement {
    /// The kind of policy it is in.
    pub layer: Layer,
    /// The policy's name.
    pub policy: Arc<str>,
    /// `Sid`, if it has one.
    pub sid: Option<Arc<str>>,
    /// Its place in the policy, from 0.
    pub index: usize,
    /// Where it stands in the policy's text.
    pub span: Span,
    /// What it says.
    pub effect: Effect,
    /// The context keys that would have to be known to tell whether it applies.
    pub depends_on: Vec<Box<str>>,
}

/// An answer with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The answer.
    pub outcome: Outcome,
    /// What decided: whose deny, whose grant, or whose missing grant.
    pub layer: Layer,
    /// The statements that decided: the denying ones, or the granting ones. When it depends: those it depends on,
    /// and where a policy was not read, those that grant it so far.
    pub statements: Vec<DecidingStatement>,
    /// What stands in the way of a request that identity, resource and session policies alone would grant.
    pub blocked_by: Vec<Layer>,
    /// The keys it depends on, sorted; empty unless the outcome is [`Outcome::Depends`].
    pub depends_on: Vec<Box<str>>,
    /// The policies that were not read and that it depends on; empty unless the outcome is [`Outcome::Depends`].
    pub unread: Vec<UnreadPolicy>,
    /// The policies that may exist and were not read, and that could deny what is or may be allowed.
    pub could_deny: Vec<UnreadPolicy>,
    /// The two outcomes between which keys and unread policies decide; both the outcome itself when it does not depend.
    pub between: (Outcome, Outcome),
}

impl Decision {
    pub(super) fn plain(outcome: Outcome, layer: Layer) -> Self {
        Self {
            outcome,
            layer,
            statements: Vec::new(),
            blocked_by: Vec::new(),
            depends_on: Vec::new(),
            unread: Vec::new(),
            could_deny: Vec::new(),
            between: (outcome, outcome),
        }
    }

    /// Whether some values of the keys it depends on, and some text of the policies, would allow it. Each statement is judged on its own, so
    /// two statements that want different values of one key count as both possible.
    #[must_use]
    pub fn could_be_allowed(&self) -> bool {
        self.between.0 == Outcome::Allowed
    }
}
