//! A statement taken apart once, for all rules to look at.

use crate::{
    Span,
    facts::{Action, Facts, Service, has_wildcard},
    json::{Member, Node},
};

/// A statement that is an object; its elements may still be anything.
pub(super) struct Statement<'a> {
    pub(super) node: &'a Node,
    pub(super) effect: Option<Effect>,
    pub(super) action: Option<Clause<'a>>,
    pub(super) actions: Vec<ActionValue<'a>>,
    pub(super) resource: Option<Clause<'a>>,
    pub(super) principal: Option<Clause<'a>>,
    pub(super) condition: Option<&'a Member>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny,
}

/// `Action` or `NotAction`, and so on.
#[derive(Clone, Copy)]
pub(super) struct Clause<'a> {
    pub(super) member: &'a Member,
    pub(super) negated: bool,
}

/// One value of `Action` or `NotAction` that is a string.
pub(super) struct ActionValue<'a> {
    pub(super) node: &'a Node,
    pub(super) text: &'a str,
    /// Before and after the colon, if it has one.
    pub(super) parts: Option<(&'a str, &'a str)>,
    pub(super) service: Option<&'a Service>,
    /// The action, when the text is one's name and no pattern.
    pub(super) action: Option<&'a Action>,
}

impl<'a> Clause<'a> {
    /// The values: a list's items, or the value alone.
    pub(super) fn values(self) -> &'a [Node] {
        self.member.value.items_or_self()
    }

    /// The values that are strings.
    pub(super) fn texts(self) -> impl Iterator<Item = (&'a Node, &'a str)> {
        self.values().iter().filter_map(|node| Some((node, node.as_str()?)))
    }

    pub(super) fn span(self) -> Span {
        self.member.value.span
    }
}

impl<'a> Statement<'a> {
    pub(super) fn read(node: &'a Node, facts: &'a Facts) -> Self {
        let mut statement = Self {
            node,
            effect: None,
            action: None,
            actions: Vec::new(),
            resource: None,
            principal: None,
            condition: None,
        };
        for member in node.members() {
            let clause = |negated| Some(Clause { member, negated });
            match &*member.key {
                "Effect" => {
                    statement.effect = match member.value.as_str() {
                        Some("Allow") => Some(Effect::Allow),
                        Some("Deny") => Some(Effect::Deny),
                        _ => None,
                    };
                }
                "Action" => statement.action = clause(false),
                "NotAction" => statement.action = statement.action.or(clause(true)),
                "Resource" => statement.resource = clause(false),
                "NotResource" => statement.resource = statement.resource.or(clause(true)),
                "Principal" => statement.principal = clause(false),
                "NotPrincipal" => statement.principal = statement.principal.or(clause(true)),
                "Condition" => statement.condition = Some(member),
                _ => {}
            }
        }
        if let Some(clause) = statement.action {
            statement.actions.reserve(clause.values().len());
            let mut before: Option<&Service> = None;
            for (node, text) in clause.texts() {
                let parts = text.split_once(':');
                let service = parts.and_then(|(prefix, _)| {
                    // Policies list a service's actions together.
                    before.filter(|b| b.prefix() == prefix).or_else(|| facts.service(prefix))
                });
                before = service.or(before);
                let action = parts.zip(service).and_then(|((_, name), s)| s.action(name));
                statement.actions.push(ActionValue { node, text, parts, service, action });
            }
        }
        statement
    }

    pub(super) fn allows(&self) -> bool {
        self.effect == Some(Effect::Allow)
    }

    pub(super) fn denies(&self) -> bool {
        self.effect == Some(Effect::Deny)
    }

    /// Whether it has `NotAction`.
    pub(super) fn excludes_actions(&self) -> bool {
        self.action.is_some_and(|clause| clause.negated)
    }

    /// Each operator of the condition with its block.
    pub(super) fn operators(&self) -> impl Iterator<Item = &'a Member> {
        self.condition.into_iter().flat_map(|condition| condition.value.members())
    }

    /// Each condition key with the operator's name above it.
    pub(super) fn conditions(&self) -> impl Iterator<Item = (&'a str, &'a Member)> {
        let keys = |operator: &'a Member| {
            operator.value.members().iter().map(move |key| (&*operator.key, key))
        };
        self.operators().flat_map(keys)
    }
}

impl ActionValue<'_> {
    pub(super) fn is_pattern(&self) -> bool {
        has_wildcard(self.text)
    }

    /// Whether this names or covers the action of that full name.
    pub(super) fn covers(&self, name: &str) -> bool {
        crate::facts::matches(self.text, name)
    }
}
