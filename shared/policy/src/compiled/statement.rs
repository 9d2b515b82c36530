//! Statements ready to be tested against a request.

use super::{
    ActionPattern, Asked, PolicyKind, PrincipalMatch, Question, ResourcePattern, Side, Whom,
};
use crate::Span;
use crate::condition::Condition;
use crate::document::{Effect, Statement};
use crate::request::Request;
use crate::tri::Tri;
use std::sync::Arc;

/// A statement ready to be tested.
#[derive(Debug, Clone)]
pub(crate) struct CompiledStatement {
    sid: Option<Arc<str>>,
    index: usize,
    span: Span,
    effect: Effect,
    whom: Option<Whom>,
    not_action: bool,
    actions: Box<[ActionPattern]>,
    not_resource: bool,
    /// `None` when the statement names no resource: a trust policy's speaks of its role.
    resources: Option<Box<[ResourcePattern]>>,
    conditions: Box<[Condition]>,
}

impl CompiledStatement {
    /// `None` when effect or action is missing.
    pub(super) fn new(statement: &Statement, kind: PolicyKind, variables: bool) -> Option<Self> {
        let action = statement.action.as_ref()?;
        let resource = statement.resource.as_ref();
        Some(Self {
            sid: statement.sid.as_ref().map(|sid| sid.as_str().into()),
            index: statement.index,
            span: statement.span,
            effect: statement.effect?,
            whom: statement.principal.as_ref().map(Whom::new),
            not_action: action.negated,
            actions: action.values.iter().map(|text| ActionPattern::new(text.as_str())).collect(),
            not_resource: resource.is_some_and(|clause| clause.negated),
            resources: resource.map(|clause| {
                clause
                    .values
                    .iter()
                    .map(|text| ResourcePattern::new(text.as_str(), kind, variables))
                    .collect()
            }),
            conditions: statement
                .conditions
                .iter()
                .map(|entry| Condition::new(entry, variables))
                .collect(),
        })
    }

    pub(crate) fn sid(&self) -> Option<Arc<str>> {
        self.sid.clone()
    }

    pub(crate) fn index(&self) -> usize {
        self.index
    }

    pub(crate) fn span(&self) -> Span {
        self.span
    }

    pub(crate) fn effect(&self) -> Effect {
        self.effect
    }

    pub(crate) fn whom(&self) -> Option<&Whom> {
        self.whom.as_ref()
    }

    /// The services it can speak of; `None` for any.
    pub(super) fn services(&self) -> Option<Vec<&str>> {
        if self.not_action {
            return None;
        }
        let mut services = Vec::new();
        for action in &self.actions {
            match action {
                ActionPattern::All => return None,
                ActionPattern::Named(_) | ActionPattern::Nothing => {
                    services.extend(action.service());
                }
            }
        }
        Some(services)
    }

    pub(crate) fn speaks_of_action(&self, action_key: &str) -> bool {
        self.actions.iter().any(|pattern| pattern.matches(action_key)) != self.not_action
    }

    pub(crate) fn speaks_of_resource<'a>(
        &'a self,
        asked: &Asked<'_>,
        request: &Request,
        missing: &mut Vec<&'a str>,
    ) -> Tri {
        let Some(patterns) = &self.resources else { return Tri::Yes };
        let question = Question {
            asked,
            context: request.context(),
            effect: self.effect,
            negated: self.not_resource,
        };
        let mut side = |pattern: &'a ResourcePattern| pattern.side(question, missing);
        if self.not_resource {
            Tri::all(patterns.iter().map(|pattern| match side(pattern) {
                Side::Inside | Side::Void => Tri::No,
                Side::Outside => Tri::Yes,
                Side::Unknown => Tri::Unknown,
            }))
        } else {
            Tri::any(patterns.iter().map(|pattern| Tri::from(side(pattern))))
        }
    }

    pub(crate) fn holds<'a>(&'a self, request: &Request, missing: &mut Vec<&'a str>) -> Tri {
        Tri::all(self.conditions.iter().map(|condition| condition.test(request.context(), missing)))
    }

    /// Whether it applies, its principal element aside. Keys it depends on are added to `missing`.
    pub(crate) fn applies<'a>(
        &'a self,
        asked: &Asked<'_>,
        request: &Request,
        missing: &mut Vec<&'a str>,
    ) -> Tri {
        if !self.speaks_of_action(request.action_key()) {
            return Tri::No;
        }
        let before = missing.len();
        let resource = self.speaks_of_resource(asked, request, missing);
        let result =
            if resource == Tri::No { Tri::No } else { resource.and(self.holds(request, missing)) };
        if result != Tri::Unknown {
            missing.truncate(before);
        }
        result
    }

    /// How its principal element reaches the caller.
    pub(crate) fn reaches(&self, request: &Request) -> PrincipalMatch {
        let reach = |whom: &Whom| whom.matches(request.caller(), self.effect);
        self.whom.as_ref().map_or(PrincipalMatch::None, reach)
    }
}
