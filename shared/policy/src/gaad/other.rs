//! What decides beside the policies that authorization details hold.

use super::resource_policy::{self, Presence};
use super::{AuthorizationDetails, PrincipalDetails};
use crate::compiled::Policy;
use crate::evaluate::{Layer, Policies};
use crate::request::Request;
use std::sync::Arc;

/// What is known of the policies that authorization details do not hold. By default nothing is: an answer that one of
/// them could turn into a grant then depends on it, and [`Decision::could_deny`](crate::Decision::could_deny) names
/// those that could take a grant away.
#[derive(Debug, Clone, Default)]
pub struct OtherPolicies {
    /// The policy of the resource.
    pub resource: ResourcePolicy,
    /// The control policies of the organization.
    pub control: ControlPolicies,
    /// Takes every policy that may exist for one that does: the answer then depends on it where it could only deny, too.
    pub strict: bool,
}

/// What is known of the resource's policy.
#[derive(Debug, Clone, Default)]
pub enum ResourcePolicy {
    /// Nothing, but that some kinds of resources have one and others have not. Where a role of the details is assumed,
    /// its trust policy is known.
    #[default]
    Unread,
    /// Nothing, not even whether such resources have one: the service or the action is not a known one.
    Unknown,
    /// It has none.
    None,
    /// Its text.
    Read(Arc<Policy>),
}

/// What is known of service and resource control policies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ControlPolicies {
    /// Nothing.
    #[default]
    Unread,
    /// Nothing, but that the service has no support for resource control policies.
    UnreadWithoutRcps,
    /// None reach caller and resource: their accounts are in no organization.
    None,
}

impl PrincipalDetails {
    /// All policies that decide a request of this principal, those that were not read among them.
    #[must_use]
    pub fn policies_for(
        &self,
        details: &AuthorizationDetails,
        request: &Request,
        other: &OtherPolicies,
    ) -> Policies {
        let mut policies = self.of_resource(details, request, other);
        let mut perhaps = |layer: Layer, name: &str| {
            let so_far = std::mem::take(&mut policies);
            policies = if other.strict {
                so_far.unread(layer, name)
            } else {
                so_far.perhaps_unread(layer, name)
            };
        };
        let linked = request.caller().is_service_linked();
        if !linked && other.control != ControlPolicies::None {
            let account = request.caller().account().unwrap_or_default();
            perhaps(Layer::Scp, &format!("the service control policies over account `{account}`"));
            if other.control != ControlPolicies::UnreadWithoutRcps {
                let owner = request.account_of_resource().unwrap_or(account);
                perhaps(
                    Layer::Rcp,
                    &format!("the resource control policies over account `{owner}`"),
                );
            }
        }
        if request.caller().kind() == crate::CallerKind::RoleSession {
            let session = request.caller().as_str();
            perhaps(Layer::Session, &format!("a session policy of `{session}`"));
        }
        policies
    }

    fn of_resource(
        &self,
        details: &AuthorizationDetails,
        request: &Request,
        other: &OtherPolicies,
    ) -> Policies {
        let policies = self.policies.clone();
        match &other.resource {
            ResourcePolicy::Read(policy) => return policies.resource(Arc::clone(policy)),
            ResourcePolicy::None => return policies,
            ResourcePolicy::Unread | ResourcePolicy::Unknown => {}
        }
        if resource_policy::is_trust(request)
            && let Some(role) = details.principal(request.resource())
            && let Some(trust) = &role.trust
        {
            let known = policies.resource(Arc::clone(trust));
            return role
                .trust_gaps
                .iter()
                .fold(known, |known, gap| known.unread(Layer::Resource, gap));
        }
        let name = resource_policy::name(request);
        match resource_policy::presence(request) {
            Presence::Always => policies.unread(Layer::Resource, &name),
            Presence::Never if !matches!(other.resource, ResourcePolicy::Unknown) => policies,
            _ if other.strict => policies.unread(Layer::Resource, &name),
            Presence::Perhaps | Presence::Never => policies.perhaps_unread(Layer::Resource, &name),
        }
    }
}
