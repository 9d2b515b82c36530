//! From the statements that apply to the answer.

use super::decision::{Decision, Layer, Outcome};
use super::findings::{Findings, Hit};
use super::unread::UnreadPolicy;
use super::{Policies, service};
use crate::compiled::PrincipalMatch;
use crate::document::Effect;
use crate::request::{CallerKind, Request};

/// What each kind of policy says, once unknown keys and unread policies are taken to be in favour of the request or
/// against it.
struct Votes<'h, 'a> {
    policies: &'h Policies,
    request: &'h Request,
    in_favour: bool,
    hits: Vec<&'h Hit<'a>>,
}

pub(super) fn decide(policies: &Policies, request: &Request, findings: &Findings<'_>) -> Decision {
    let votes = |in_favour: bool| Votes {
        policies,
        request,
        in_favour,
        hits: findings.hits.iter().filter(|hit| hit.counts(in_favour)).collect(),
    };
    let best = votes(true).decide();
    if policies.unread.is_empty() && findings.hits.iter().all(|hit| hit.missing.is_empty()) {
        return best;
    }
    let worst = votes(false).decide();
    let (unread, could_deny) = votes(true).unread(&best, &worst);
    if best.outcome == worst.outcome {
        // What is refused even if all that was not read grants it is refused by something that was read.
        let refused = best.outcome == Outcome::ImplicitlyDenied && !policies.unread.is_empty();
        return if refused { best } else { Decision { could_deny, ..worst } };
    }
    let open = |hit: &&Hit<'_>| !hit.missing.is_empty();
    let so_far = |hit: &&Hit<'_>| !unread.is_empty() && hit.effect() == Effect::Allow;
    let deciding = findings.hits.iter().filter(|hit| open(hit) || so_far(hit));
    let statements: Vec<_> = deciding.map(Hit::to_deciding).collect();
    let mut depends_on: Vec<Box<str>> =
        statements.iter().flat_map(|statement| statement.depends_on.clone()).collect();
    depends_on.sort_unstable();
    depends_on.dedup();
    Decision {
        outcome: Outcome::Depends,
        layer: worst.layer,
        statements,
        blocked_by: Vec::new(),
        depends_on,
        unread,
        could_deny,
        between: (best.outcome, worst.outcome),
    }
}

/// The grants that reach a request.
#[expect(clippy::struct_excessive_bools, reason = "six independent answers, each read by name")]
#[derive(Default)]
struct Grants {
    identity: bool,
    boundary: bool,
    session: bool,
    /// By the resource's policy, past any boundary or session policy.
    resource_unlimited: bool,
    /// By the resource's policy, within boundary and session policies.
    resource_limited: bool,
    /// The resource's policy trusts the caller's account to decide.
    resource_account: bool,
}

impl Votes<'_, '_> {
    fn says(&self, layer: Layer, effect: Effect) -> bool {
        self.hits.iter().any(|hit| hit.layer == layer && hit.effect() == effect)
    }

    /// Whether a policy of a kind was not read, and may say what the request needs.
    fn may_say(&self, layer: Layer) -> bool {
        self.in_favour && self.policies.lacks(layer)
    }

    /// The kind of a policy that is there, was not read, and may deny it.
    fn may_deny(&self) -> Option<Layer> {
        let denying = |policy: &&UnreadPolicy| policy.exists && self.heeds(policy.layer);
        let unread = self.policies.unread.iter().filter(denying);
        unread.map(|policy| policy.layer).min().filter(|_| !self.in_favour)
    }

    /// The policies that were not read: those that decide between the two, and those that could only deny.
    fn unread(&self, best: &Decision, worst: &Decision) -> (Vec<UnreadPolicy>, Vec<UnreadPolicy>) {
        if best.outcome != Outcome::Allowed {
            return (Vec::new(), Vec::new());
        }
        let refused = worst.outcome == Outcome::ImplicitlyDenied;
        // A resource's policy whose denials do not stop the root user may still grant past a session policy.
        let counts = |policy: &&UnreadPolicy| {
            self.heeds(policy.layer) || (refused && policy.layer == Layer::Resource)
        };
        let counted = self.policies.unread.iter().filter(counts);
        counted.cloned().partition(|policy| policy.exists || (refused && policy.can_grant()))
    }

    fn scps_allow(&self) -> bool {
        if self.may_say(Layer::Scp) {
            return true;
        }
        let Some(levels) =
            self.policies.scps.as_deref().filter(|_| self.policies.scps_apply(self.request))
        else {
            return true;
        };
        (0..levels.len()).all(|level| {
            self.hits.iter().any(|hit| {
                hit.layer == Layer::Scp && hit.level == level && hit.effect() == Effect::Allow
            })
        })
    }

    fn endpoint_allows(&self) -> bool {
        self.policies.vpc_endpoint.is_none()
            || self.says(Layer::VpcEndpoint, Effect::Allow)
            || self.may_say(Layer::VpcEndpoint)
    }

    fn decide(&self) -> Decision {
        let grants = self.grants();
        let core = self.core_denial(&grants, true);
        let blocked_by = if core.is_none() { self.blocks(&grants) } else { Vec::new() };
        let deny = self.hits.iter().filter(|hit| hit.effect() == Effect::Deny);
        let deny: Vec<&Hit<'_>> = deny.copied().filter(|hit| self.heeds(hit.layer)).collect();
        let (outcome, layer, hits) = if let Some(first) = deny.iter().map(|hit| hit.layer).min() {
            (Outcome::ExplicitlyDenied, first, deny)
        } else if let Some(layer) = self.implicit_denial(&grants) {
            (Outcome::ImplicitlyDenied, layer, Vec::new())
        } else if let Some(layer) = self.may_deny() {
            (Outcome::ExplicitlyDenied, layer, Vec::new())
        } else {
            let allow = self.hits.iter().filter(|hit| hit.effect() == Effect::Allow);
            (Outcome::Allowed, self.granting_layer(&grants), allow.copied().collect())
        };
        let statements = hits.into_iter().map(Hit::to_deciding).collect();
        Decision {
            outcome,
            layer,
            statements,
            blocked_by,
            depends_on: Vec::new(),
            unread: Vec::new(),
            could_deny: Vec::new(),
            between: (outcome, outcome),
        }
    }

    /// Requests without an identity of their own are decided by the resource's side alone.
    fn resource_side_only(&self) -> bool {
        matches!(
            self.request.caller().kind(),
            CallerKind::Anonymous | CallerKind::Service | CallerKind::Federated
        )
    }

    fn heeds(&self, layer: Layer) -> bool {
        match layer {
            Layer::Identity | Layer::Boundary | Layer::Session => !self.resource_side_only(),
            Layer::Resource => !service::root_repairs(self.request),
            _ => true,
        }
    }

    fn grants(&self) -> Grants {
        let is_root = self.request.caller().kind() == CallerKind::Root;
        let mut grants = Grants {
            identity: is_root
                || self.says(Layer::Identity, Effect::Allow)
                || self.may_say(Layer::Identity),
            boundary: is_root
                || (self.policies.boundary.is_none() && !self.policies.lacks(Layer::Boundary))
                || self.says(Layer::Boundary, Effect::Allow)
                || self.may_say(Layer::Boundary),
            session: self.policies.session.is_none()
                || self.says(Layer::Session, Effect::Allow)
                || self.may_say(Layer::Session),
            resource_unlimited: self.may_say(Layer::Resource),
            ..Grants::default()
        };
        let allows =
            |hit: &&&Hit<'_>| hit.layer == Layer::Resource && hit.effect() == Effect::Allow;
        for hit in self.hits.iter().filter(allows) {
            match hit.reach {
                PrincipalMatch::None => {}
                PrincipalMatch::Account => grants.resource_account = true,
                PrincipalMatch::SessionRole | PrincipalMatch::SessionUser => {
                    grants.resource_limited = true;
                }
                // A role named by its ARN is limited; everyone, a user or a session is not.
                PrincipalMatch::Direct
                    if self.request.caller().kind() == CallerKind::Role && !hit.everyone =>
                {
                    grants.resource_limited = true;
                }
                PrincipalMatch::Direct => grants.resource_unlimited = true,
            }
        }
        grants
    }

    /// Whether identity, resource and session policies alone fail to grant it, and which of them.
    /// The boundary counts only when `ignore_boundary` is not set.
    fn core_denial(&self, grants: &Grants, ignore_boundary: bool) -> Option<Layer> {
        let boundary = grants.boundary || ignore_boundary;
        let resource = grants.resource_unlimited || grants.resource_limited;
        if self.resource_side_only() {
            return (!resource).then_some(Layer::Resource);
        }
        let own = if !grants.identity {
            Some(Layer::Identity)
        } else if !boundary {
            Some(Layer::Boundary)
        } else if !grants.session {
            Some(Layer::Session)
        } else {
            None
        };
        if !self.request.is_same_account() {
            return if resource || grants.resource_account { own } else { Some(Layer::Resource) };
        }
        if grants.resource_unlimited || (grants.resource_limited && boundary && grants.session) {
            return None;
        }
        if grants.resource_limited && grants.identity {
            return own;
        }
        if grants.resource_limited {
            return Some(if boundary { Layer::Session } else { Layer::Boundary });
        }
        let trusted =
            grants.resource_account || !service::needs_own_grant(self.policies, self.request);
        if trusted { own } else { Some(Layer::Resource) }
    }

    fn implicit_denial(&self, grants: &Grants) -> Option<Layer> {
        if !self.scps_allow() {
            Some(Layer::Scp)
        } else if !self.endpoint_allows() {
            Some(Layer::VpcEndpoint)
        } else {
            self.core_denial(grants, false)
        }
    }

    fn granting_layer(&self, grants: &Grants) -> Layer {
        let own = grants.identity && grants.boundary && grants.session;
        let resource = grants.resource_unlimited || grants.resource_limited;
        if self.resource_side_only()
            || (resource && (!own || !self.says(Layer::Identity, Effect::Allow)))
        {
            Layer::Resource
        } else if self.request.caller().kind() == CallerKind::Root {
            Layer::Root
        } else {
            Layer::Identity
        }
    }

    /// What stops a request that the core policies grant.
    fn blocks(&self, grants: &Grants) -> Vec<Layer> {
        let denies = |layer| self.heeds(layer) && self.says(layer, Effect::Deny);
        let boundary_blocks = !self.resource_side_only()
            && !grants.boundary
            && self.core_denial(grants, false).is_some();
        [
            (Layer::Scp, denies(Layer::Scp) || !self.scps_allow()),
            (Layer::Rcp, denies(Layer::Rcp)),
            (Layer::VpcEndpoint, denies(Layer::VpcEndpoint) || !self.endpoint_allows()),
            (Layer::Resource, denies(Layer::Resource)),
            (Layer::Identity, denies(Layer::Identity)),
            (Layer::Boundary, denies(Layer::Boundary) || boundary_blocks),
        ]
        .into_iter()
        .filter_map(|(layer, blocks)| blocks.then_some(layer))
        .collect()
    }
}
