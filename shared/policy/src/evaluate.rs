//! The decision: every policy that applies to a request, brought together as AWS documents it.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>

mod decision;
mod explain;
mod findings;
mod logic;
mod service;
mod unread;

use crate::compiled::Policy;
use crate::request::Request;
pub use decision::{DecidingStatement, Decision, Layer, Outcome};
use findings::Findings;
use std::sync::Arc;
pub use unread::UnreadPolicy;

/// The policies that apply to a request. A policy shared by many principals is compiled once.
///
/// ```
/// use policy::{Caller, Document, Outcome, Policies, Policy, PolicyKind, Request};
/// let document = Document::parse(
///     r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}"#,
/// )?;
/// let policies = Policies::new().identity(Policy::new("Reader", PolicyKind::Identity, &document)?);
/// let ana = Caller::parse("arn:aws:iam::111122223333:user/ana");
/// let decision = policies.evaluate(&Request::new(ana, "s3:GetObject", "arn:aws:s3:::photos/a.jpg"));
/// assert_eq!(decision.outcome, Outcome::Allowed);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Policies {
    identity: Vec<Arc<Policy>>,
    boundary: Option<Vec<Arc<Policy>>>,
    session: Option<Vec<Arc<Policy>>>,
    resource: Option<Arc<Policy>>,
    scps: Option<Vec<Level>>,
    rcps: Option<Vec<Level>>,
    vpc_endpoint: Option<Vec<Arc<Policy>>>,
    management_account: Option<Box<str>>,
    s3: S3Settings,
    unread: Vec<UnreadPolicy>,
}

/// The control policies attached to one level of an organization: its root, a unit, an account.
#[derive(Debug, Clone)]
pub struct Level {
    /// What the level is called, for explanations.
    pub node: Box<str>,
    /// The policies attached there.
    pub policies: Vec<Arc<Policy>>,
}

/// Settings of S3 that decide beside policies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct S3Settings {
    /// `RestrictPublicBuckets`, of the bucket or its account.
    pub block_public_access: bool,
    /// Whether tags of the bucket count in policies; `None` when not known, then given keys count.
    pub bucket_abac: Option<bool>,
}

impl Policies {
    /// No policies: nothing is allowed.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a policy of the caller or of one of its groups.
    #[must_use]
    pub fn identity(mut self, policy: impl Into<Arc<Policy>>) -> Self {
        self.identity.push(policy.into());
        self
    }

    /// Adds a permissions boundary.
    #[must_use]
    pub fn boundary(mut self, policy: impl Into<Arc<Policy>>) -> Self {
        self.boundary.get_or_insert_default().push(policy.into());
        self
    }

    /// Adds a session policy.
    #[must_use]
    pub fn session(mut self, policy: impl Into<Arc<Policy>>) -> Self {
        self.session.get_or_insert_default().push(policy.into());
        self
    }

    /// Sets the resource's policy; for `sts:AssumeRole` that is the role's trust policy.
    #[must_use]
    pub fn resource(mut self, policy: impl Into<Arc<Policy>>) -> Self {
        self.resource = Some(policy.into());
        self
    }

    /// Sets the service control policies that reach the caller's account, root first. A level without a policy
    /// allows nothing.
    #[must_use]
    pub fn scps(mut self, levels: Vec<Level>) -> Self {
        self.scps = Some(levels);
        self
    }

    /// Sets the resource control policies that reach the resource's account. `RCPFullAWSAccess` is attached
    /// everywhere and cannot be taken away, so only what they deny matters.
    #[must_use]
    pub fn rcps(mut self, levels: Vec<Level>) -> Self {
        self.rcps = Some(levels);
        self
    }

    /// Adds a policy of the VPC endpoint the request comes through.
    #[must_use]
    pub fn vpc_endpoint(mut self, policy: impl Into<Arc<Policy>>) -> Self {
        self.vpc_endpoint.get_or_insert_default().push(policy.into());
        self
    }

    /// Says which account manages the organization: its principals are outside SCPs, its resources outside RCPs.
    #[must_use]
    pub fn management_account(mut self, account: &str) -> Self {
        self.management_account = Some(account.into());
        self
    }

    /// Sets what S3 decides beside policies.
    #[must_use]
    pub fn s3(mut self, settings: S3Settings) -> Self {
        self.s3 = settings;
        self
    }

    /// Says that a policy is there and was not read. While it could change the answer, the answer depends on it.
    ///
    /// ```
    /// use policy::{Caller, Layer, Outcome, Policies, Request};
    /// let ana = Caller::parse("arn:aws:iam::111122223333:user/ana");
    /// let request = Request::new(ana, "ec2:StopInstances", "*");
    /// let decision = Policies::new().unread(Layer::Identity, "the policy `Operators`").evaluate(&request);
    /// assert_eq!(decision.outcome, Outcome::Depends);
    /// assert_eq!(&*decision.unread[0].name, "the policy `Operators`");
    /// ```
    #[must_use]
    pub fn unread(mut self, layer: Layer, name: &str) -> Self {
        self.unread.push(UnreadPolicy { layer, name: name.into(), exists: true });
        self
    }

    /// Says that there may be a policy that was not read. The answer depends on it where it could grant what nothing
    /// else does; where it could only deny, [`Decision::could_deny`] names it.
    #[must_use]
    pub fn perhaps_unread(mut self, layer: Layer, name: &str) -> Self {
        self.unread.push(UnreadPolicy { layer, name: name.into(), exists: false });
        self
    }

    /// Decides a request.
    #[must_use]
    pub fn evaluate(&self, request: &Request) -> Decision {
        let hidden;
        let request = if service::hides_tags(self.s3, request) {
            hidden = service::without_tags(request);
            &hidden
        } else {
            request
        };
        if let Some(decision) = service::always(request) {
            return decision;
        }
        let findings = Findings::collect(self, request);
        let decision = logic::decide(self, request, &findings);
        service::refine(self, request, decision)
    }

    /// Who is outside SCPs: services, the anonymous, service-linked roles, the management account.
    fn scps_apply(&self, request: &Request) -> bool {
        use crate::request::CallerKind as K;
        let caller = request.caller();
        let reachable =
            !matches!(caller.kind(), K::Anonymous | K::Service | K::Federated | K::Other);
        reachable && !caller.is_service_linked() && !self.is_management(caller.account())
    }

    /// What is outside RCPs: calls of service-linked roles, resources of the management account.
    fn rcps_apply(&self, request: &Request) -> bool {
        !request.caller().is_service_linked() && !self.is_management(request.account_of_resource())
    }

    /// Whether some policy of a kind was, or may have been, not read.
    fn lacks(&self, layer: Layer) -> bool {
        self.unread.iter().any(|policy| policy.layer == layer)
    }

    fn is_management(&self, account: Option<&str>) -> bool {
        self.management_account.is_some() && self.management_account.as_deref() == account
    }
}
