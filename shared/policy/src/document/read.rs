//! From JSON to a document, keeping what is understood and listing what is not.
//!
//! Strings are moved out of the JSON, not copied: reading is most of the time of a one-off evaluation.

mod clauses;

use super::{Document, Effect, Problem, ProblemKind, Reading, Statement, Text};
use crate::Span;
use crate::json::{Member, Node, Value};
use std::collections::HashSet;

/// Takes the strings out of `node`.
pub(super) fn read(node: &mut Node) -> Reading {
    let mut reader = Reader { problems: Vec::new(), statement: None };
    let document = reader.document(node);
    Reading { document, problems: reader.problems }
}

struct Reader {
    problems: Vec<Problem>,
    statement: Option<usize>,
}

impl Reader {
    fn problem(
        &mut self,
        kind: ProblemKind,
        element: &str,
        found: impl Into<Box<str>>,
        span: Span,
    ) {
        let (element, found, statement) = (element.into(), found.into(), self.statement);
        self.problems.push(Problem { kind, element, found, span, statement });
    }

    fn wrong_type(&mut self, element: &str, wanted: &str, node: &Node) {
        let found = format!("{wanted}, not {}", node.kind());
        self.problem(ProblemKind::WrongType, element, found, node.span);
    }

    fn document(&mut self, node: &mut Node) -> Document {
        let span = node.span;
        let mut document =
            Document { span, version: None, id: None, statements: Vec::new(), listed: false };
        if !node.is_object() {
            self.problem(ProblemKind::NotAnObject, "a policy", node.kind(), span);
            return document;
        }
        let mut found_statement = false;
        for Member { key, key_span, value } in self.first_of_each(node) {
            match &**key {
                "Version" => document.version = self.version(value),
                "Id" => document.id = self.string("Id", value),
                "Statement" => {
                    found_statement = true;
                    document.listed = value.is_array();
                    document.statements = self.statements(value);
                }
                other => self.problem(ProblemKind::UnknownElement, other, "a policy", *key_span),
            }
        }
        if !found_statement {
            self.problem(ProblemKind::MissingStatement, "Statement", "", span);
        }
        document
    }

    /// The members without those whose key came before; these are problems.
    fn first_of_each<'n>(&mut self, node: &'n mut Node) -> &'n mut [Member] {
        const FEW: usize = 32;
        let Value::Object(members) = &mut node.value else { return &mut [] };
        if members.len() > FEW {
            let mut seen: HashSet<Box<str>> = HashSet::with_capacity(members.len());
            members.retain(|member| {
                let is_first = seen.insert(member.key.clone());
                if !is_first {
                    self.problem(ProblemKind::RepeatedElement, &member.key, "", member.key_span);
                }
                is_first
            });
            return members;
        }
        let mut at = 1;
        while let Some((before, member)) = members.get(..at).zip(members.get(at)) {
            if before.iter().any(|earlier| earlier.key == member.key) {
                let member = members.remove(at);
                self.problem(ProblemKind::RepeatedElement, &member.key, "", member.key_span);
            } else {
                at += 1;
            }
        }
        members
    }

    fn version(&mut self, node: &mut Node) -> Option<Text> {
        let text = self.string("Version", node)?;
        if !matches!(text.as_str(), "2008-10-17" | "2012-10-17") {
            self.problem(ProblemKind::InvalidVersion, "Version", text.as_str(), text.span);
        }
        Some(text)
    }

    fn string(&mut self, element: &str, node: &mut Node) -> Option<Text> {
        self.text(element, "a string", node)
    }

    fn text(&mut self, element: &str, wanted: &str, node: &mut Node) -> Option<Text> {
        if let Value::String(value) = &mut node.value {
            return Some(Text { value: std::mem::take(value), span: node.span, quoted: true });
        }
        self.wrong_type(element, wanted, node);
        None
    }

    fn statements(&mut self, node: &mut Node) -> Vec<Statement> {
        let span = node.span;
        match &mut node.value {
            Value::Array(items) => {
                if items.is_empty() {
                    self.problem(ProblemKind::EmptyStatement, "Statement", "", span);
                }
                items
                    .iter_mut()
                    .enumerate()
                    .filter_map(|(index, item)| self.statement(index, item))
                    .collect()
            }
            Value::Object(_) => self.statement(0, node).into_iter().collect(),
            _ => {
                self.wrong_type("Statement", "an object or a list of objects", node);
                Vec::new()
            }
        }
    }

    fn statement(&mut self, index: usize, node: &mut Node) -> Option<Statement> {
        self.statement = Some(index);
        let statement = self.statement_here(index, node);
        self.statement = None;
        statement
    }

    fn statement_here(&mut self, index: usize, node: &mut Node) -> Option<Statement> {
        let span = node.span;
        if !node.is_object() {
            self.problem(ProblemKind::NotAnObject, "a statement", node.kind(), span);
            return None;
        }
        let mut s = Statement {
            index,
            span,
            sid: None,
            effect: None,
            principal: None,
            action: None,
            resource: None,
            conditions: Vec::new(),
            has_condition: false,
        };
        let (mut found_effect, mut found_action) = (false, false);
        for member in self.first_of_each(node) {
            match &*member.key {
                "Sid" => s.sid = self.string("Sid", &mut member.value),
                "Effect" => {
                    found_effect = true;
                    s.effect = self.effect(&member.value);
                }
                "Principal" | "NotPrincipal" => {
                    self.not_both("Principal", s.principal.is_some(), member);
                    let clause = self.principal(member);
                    s.principal = s.principal.or(clause);
                }
                "Action" | "NotAction" => {
                    found_action = true;
                    self.not_both("Action", s.action.is_some(), member);
                    let clause = self.clause(member);
                    s.action = s.action.or(clause);
                }
                "Resource" | "NotResource" => {
                    self.not_both("Resource", s.resource.is_some(), member);
                    let clause = self.clause(member);
                    s.resource = s.resource.or(clause);
                }
                "Condition" => {
                    s.has_condition = true;
                    s.conditions = self.conditions(&mut member.value);
                }
                other => {
                    self.problem(
                        ProblemKind::UnknownElement,
                        other,
                        "a statement",
                        member.key_span,
                    );
                }
            }
        }
        if !found_effect {
            self.problem(ProblemKind::MissingEffect, "Effect", "", span);
        }
        if !found_action {
            self.problem(ProblemKind::MissingAction, "Action", "", span);
        }
        Some(s)
    }

    fn not_both(&mut self, element: &str, already: bool, member: &Member) {
        if already {
            self.problem(ProblemKind::BothForms, element, "", member.key_span);
        }
    }

    fn effect(&mut self, node: &Node) -> Option<Effect> {
        match node.as_str() {
            Some("Allow") => return Some(Effect::Allow),
            Some("Deny") => return Some(Effect::Deny),
            Some(other) => self.problem(ProblemKind::InvalidEffect, "Effect", other, node.span),
            None => self.wrong_type("Effect", "a string", node),
        }
        None
    }
}
