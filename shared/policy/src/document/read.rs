//! From JSON to a document, keeping what is understood and listing what is not.

use super::{
    ConditionEntry, Document, Effect, ListClause, Principal, PrincipalClause, PrincipalEntry,
    PrincipalKind, Problem, ProblemKind, Reading, Statement, Text,
};
use crate::Span;
use crate::condition::Operator;
use crate::json::{Member, Node, Value};

pub(super) fn read(node: &Node) -> Reading {
    let mut reader = Reader { problems: Vec::new(), statement: None };
    let document = reader.document(node);
    Reading { document, problems: reader.problems }
}

struct Reader {
    problems: Vec<Problem>,
    statement: Option<usize>,
}

const STRINGS: &str = "a string or a list of strings";

impl Reader {
    fn problem(
        &mut self,
        kind: ProblemKind,
        element: &str,
        found: impl Into<Box<str>>,
        span: Span,
    ) {
        self.problems.push(Problem {
            kind,
            element: element.into(),
            found: found.into(),
            span,
            statement: self.statement,
        });
    }

    fn wrong_type(&mut self, element: &str, wanted: &str, node: &Node) {
        self.problem(
            ProblemKind::WrongType,
            element,
            format!("{wanted}, not {}", node.kind()),
            node.span,
        );
    }

    fn document(&mut self, node: &Node) -> Document {
        let mut document = Document {
            span: node.span,
            version: None,
            id: None,
            statements: Vec::new(),
            listed: false,
        };
        if !node.is_object() {
            self.problem(ProblemKind::NotAnObject, "a policy", node.kind(), node.span);
            return document;
        }
        let mut found_statement = false;
        for member in self.first_of_each(node) {
            match &*member.key {
                "Version" => document.version = self.version(&member.value),
                "Id" => document.id = self.string("Id", &member.value),
                "Statement" => {
                    found_statement = true;
                    document.listed = member.value.is_array();
                    document.statements = self.statements(&member.value);
                }
                other => {
                    self.problem(ProblemKind::UnknownElement, other, "a policy", member.key_span);
                }
            }
        }
        if !found_statement {
            self.problem(ProblemKind::MissingStatement, "Statement", "", node.span);
        }
        document
    }

    /// The members without those whose key came before; these are problems.
    fn first_of_each<'n>(&mut self, node: &'n Node) -> Vec<&'n Member> {
        let mut kept: Vec<&Member> = Vec::with_capacity(node.members().len());
        for member in node.members() {
            if kept.iter().any(|earlier| earlier.key == member.key) {
                self.problem(ProblemKind::RepeatedElement, &member.key, "", member.key_span);
            } else {
                kept.push(member);
            }
        }
        kept
    }

    fn version(&mut self, node: &Node) -> Option<Text> {
        let text = self.string("Version", node)?;
        if !matches!(text.as_str(), "2008-10-17" | "2012-10-17") {
            self.problem(ProblemKind::InvalidVersion, "Version", text.as_str(), node.span);
        }
        Some(text)
    }

    fn string(&mut self, element: &str, node: &Node) -> Option<Text> {
        let Some(value) = node.as_str() else {
            self.wrong_type(element, "a string", node);
            return None;
        };
        Some(Text { value: value.into(), span: node.span, quoted: true })
    }

    fn statements(&mut self, node: &Node) -> Vec<Statement> {
        match &node.value {
            Value::Array(items) => {
                if items.is_empty() {
                    self.problem(ProblemKind::EmptyStatement, "Statement", "", node.span);
                }
                items
                    .iter()
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

    fn statement(&mut self, index: usize, node: &Node) -> Option<Statement> {
        self.statement = Some(index);
        let statement = self.statement_here(index, node);
        self.statement = None;
        statement
    }

    fn statement_here(&mut self, index: usize, node: &Node) -> Option<Statement> {
        if !node.is_object() {
            self.problem(ProblemKind::NotAnObject, "a statement", node.kind(), node.span);
            return None;
        }
        let mut s = Statement {
            index,
            span: node.span,
            sid: None,
            effect: None,
            principal: None,
            action: None,
            resource: None,
            conditions: Vec::new(),
            has_condition: false,
        };
        let mut found_effect = false;
        for member in self.first_of_each(node) {
            let (key, value) = (&*member.key, &member.value);
            match key {
                "Sid" => s.sid = self.string("Sid", value),
                "Effect" => {
                    found_effect = true;
                    s.effect = self.effect(value);
                }
                "Principal" | "NotPrincipal" => {
                    self.not_both("Principal", s.principal.is_some(), member);
                    let clause = self.principal(member);
                    s.principal = s.principal.or(clause);
                }
                "Action" | "NotAction" => {
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
                    s.conditions = self.conditions(value);
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
            self.problem(ProblemKind::MissingEffect, "Effect", "", node.span);
        }
        if node.get("Action").is_none() && node.get("NotAction").is_none() {
            self.problem(ProblemKind::MissingAction, "Action", "", node.span);
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

    fn clause(&mut self, member: &Member) -> Option<ListClause> {
        let values = self.strings(&member.key, &member.value)?;
        let negated = member.key.starts_with("Not");
        Some(ListClause {
            negated,
            key_span: member.key_span,
            values,
            listed: member.value.is_array(),
        })
    }

    /// A string or a list of strings. AWS takes `null` inside a list and ignores it.
    fn strings(&mut self, element: &str, node: &Node) -> Option<Vec<Text>> {
        if !node.is_array() && node.as_str().is_none() {
            self.wrong_type(element, STRINGS, node);
            return None;
        }
        let items = node.items_or_self().iter().filter(|item| item.value != Value::Null);
        Some(items.filter_map(|item| self.item(element, item)).collect())
    }

    fn item(&mut self, element: &str, node: &Node) -> Option<Text> {
        let Some(value) = node.as_str() else {
            self.wrong_type(element, STRINGS, node);
            return None;
        };
        Some(Text { value: value.into(), span: node.span, quoted: true })
    }

    fn principal(&mut self, member: &Member) -> Option<PrincipalClause> {
        let node = &member.value;
        let principal = match &node.value {
            Value::String(text) => {
                if &**text != "*" {
                    self.problem(
                        ProblemKind::InvalidPrincipal,
                        &member.key,
                        text.clone(),
                        node.span,
                    );
                }
                Principal::Text(Text { value: text.clone(), span: node.span, quoted: true })
            }
            Value::Object(_) => {
                let members = self.first_of_each(node);
                Principal::Entries(
                    members.into_iter().filter_map(|entry| self.principal_entry(entry)).collect(),
                )
            }
            _ => {
                self.wrong_type(&member.key, "`*` or an object", node);
                return None;
            }
        };
        Some(PrincipalClause {
            negated: &*member.key == "NotPrincipal",
            key_span: member.key_span,
            principal,
        })
    }

    fn principal_entry(&mut self, member: &Member) -> Option<PrincipalEntry> {
        let Some(kind) = PrincipalKind::of_key(&member.key) else {
            self.problem(ProblemKind::UnknownElement, &member.key, "a principal", member.key_span);
            return None;
        };
        let values = self.strings(&member.key, &member.value)?;
        Some(PrincipalEntry {
            kind,
            key_span: member.key_span,
            values,
            listed: member.value.is_array(),
        })
    }

    fn conditions(&mut self, node: &Node) -> Vec<ConditionEntry> {
        if !node.is_object() {
            self.wrong_type("Condition", "an object", node);
            return Vec::new();
        }
        let mut entries = Vec::new();
        for member in self.first_of_each(node) {
            if Operator::parse(&member.key).is_none() && !member.value.members().is_empty() {
                self.problem(
                    ProblemKind::UnknownOperator,
                    "Condition",
                    &*member.key,
                    member.key_span,
                );
            }
            if !member.value.is_object() {
                self.wrong_type(&member.key, "an object of condition keys", &member.value);
                continue;
            }
            let operator = Text { value: member.key.clone(), span: member.key_span, quoted: true };
            for entry in self.first_of_each(&member.value) {
                let Some(values) = self.condition_values(entry) else { continue };
                let key = Text { value: entry.key.clone(), span: entry.key_span, quoted: true };
                let listed = entry.value.is_array();
                entries.push(ConditionEntry { operator: operator.clone(), key, values, listed });
            }
        }
        entries
    }

    fn condition_values(&mut self, member: &Member) -> Option<Vec<Text>> {
        const WANTED: &str = "a string, a boolean, a number or a list of them";
        let mut values = Vec::new();
        for item in member.value.items_or_self() {
            let (value, quoted): (Box<str>, bool) = match &item.value {
                Value::String(text) => (text.clone(), true),
                Value::Number(text) => (text.clone(), false),
                Value::Bool(value) => (if *value { "true" } else { "false" }.into(), false),
                Value::Null if member.value.is_array() => continue,
                _ => {
                    self.wrong_type(&member.key, WANTED, item);
                    return None;
                }
            };
            values.push(Text { value, span: item.span, quoted });
        }
        Some(values)
    }
}
