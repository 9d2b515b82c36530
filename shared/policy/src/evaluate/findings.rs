//! The statements that apply, by kind of policy.

use super::decision::{DecidingStatement, Layer};
use super::{Level, Policies};
use crate::compiled::{Asked, CompiledStatement, Policy, PrincipalMatch, service_hash};
use crate::document::Effect;
use crate::request::Request;
use crate::tri::Tri;
use std::sync::Arc;

/// A statement that applies, or may.
pub(super) struct Hit<'a> {
    pub(super) layer: Layer,
    /// The organization's level, for control policies.
    pub(super) level: usize,
    policy: &'a Policy,
    statement: &'a CompiledStatement,
    pub(super) reach: PrincipalMatch,
    /// Whether it reaches everyone rather than this caller by name.
    pub(super) everyone: bool,
    /// What would have to be known; empty when it applies for sure.
    pub(super) missing: Vec<&'a str>,
}

impl Hit<'_> {
    pub(super) fn effect(&self) -> Effect {
        self.statement.effect()
    }

    /// Whether it counts when unknown keys turn out in favour of the request, or against it.
    pub(super) fn counts(&self, in_favour: bool) -> bool {
        self.missing.is_empty() || (self.effect() == Effect::Allow) == in_favour
    }

    pub(super) fn to_deciding(&self) -> DecidingStatement {
        let mut depends_on: Vec<Box<str>> = self.missing.iter().map(|key| (*key).into()).collect();
        depends_on.sort_unstable();
        depends_on.dedup();
        DecidingStatement {
            layer: self.layer,
            policy: self.policy.shared_name(),
            sid: self.statement.sid(),
            index: self.statement.index(),
            span: self.statement.span(),
            effect: self.effect(),
            depends_on,
        }
    }
}

pub(super) struct Findings<'a> {
    pub(super) hits: Vec<Hit<'a>>,
}

struct Search<'a, 'r> {
    request: &'r Request,
    asked: Asked<'r>,
    bounded: bool,
    hits: Vec<Hit<'a>>,
    missing: Vec<&'a str>,
    service: u64,
}

impl<'a> Findings<'a> {
    pub(super) fn collect(policies: &'a Policies, request: &Request) -> Self {
        let mut search = Search {
            request,
            asked: Asked::of(request),
            bounded: policies.lacks(Layer::Boundary)
                || policies.boundary.as_ref().is_some_and(|boundary| !boundary.is_empty()),
            hits: Vec::new(),
            missing: Vec::new(),
            service: service_hash(request.service_key()),
        };
        if policies.scps_apply(request) {
            search.levels(Layer::Scp, policies.scps.as_deref());
        }
        if policies.rcps_apply(request) {
            search.levels(Layer::Rcp, policies.rcps.as_deref());
        }
        search.policies(Layer::VpcEndpoint, policies.vpc_endpoint.iter().flatten());
        search.policies(Layer::Resource, &policies.resource);
        search.policies(Layer::Identity, &policies.identity);
        search.policies(Layer::Boundary, policies.boundary.iter().flatten());
        search.policies(Layer::Session, policies.session.iter().flatten());
        Self { hits: search.hits }
    }
}

impl<'a> Search<'a, '_> {
    fn levels(&mut self, layer: Layer, levels: Option<&'a [Level]>) {
        for (level, Level { policies, .. }) in levels.unwrap_or_default().iter().enumerate() {
            for policy in policies {
                self.policy(layer, level, policy);
            }
        }
    }

    fn policies(&mut self, layer: Layer, policies: impl IntoIterator<Item = &'a Arc<Policy>>) {
        for policy in policies {
            self.policy(layer, 0, policy);
        }
    }

    fn policy(&mut self, layer: Layer, level: usize, policy: &'a Policy) {
        for statement in policy.statements_for(self.service) {
            let applies = statement.applies(&self.asked, self.request, &mut self.missing);
            if applies == Tri::No {
                continue;
            }
            let missing = std::mem::take(&mut self.missing);
            let (reach, everyone) = self.reach(layer, statement);
            if reach != PrincipalMatch::None {
                self.hits.push(Hit { layer, level, policy, statement, reach, everyone, missing });
            }
        }
    }

    /// Only resource and endpoint policies choose whom they speak to; an endpoint policy may leave it out.
    fn reach(&self, layer: Layer, statement: &CompiledStatement) -> (PrincipalMatch, bool) {
        let everyone = statement.whom().is_some_and(crate::compiled::Whom::reaches_as_everyone);
        match (layer, statement.whom()) {
            (Layer::Resource, Some(whom))
                if whom.negated && self.bounded && statement.effect() == Effect::Deny =>
            {
                // Documented: it always denies a principal that has a boundary.
                (PrincipalMatch::Direct, false)
            }
            (Layer::Resource, _) | (Layer::VpcEndpoint, Some(_)) => {
                (statement.reaches(self.request), everyone)
            }
            _ => (PrincipalMatch::Direct, true),
        }
    }
}
