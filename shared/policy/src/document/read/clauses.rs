//! Actions, resources, principals and conditions.

use super::super::{
    ConditionEntry, ListClause, Principal, PrincipalClause, PrincipalEntry, PrincipalKind,
    ProblemKind, Text,
};
use super::Reader;
use crate::condition::Operator;
use crate::json::{Member, Node, Value};
use std::mem::take;

const STRINGS: &str = "a string or a list of strings";

impl Reader {
    pub(super) fn clause(&mut self, member: &mut Member) -> Option<ListClause> {
        let (negated, listed) = (member.key.starts_with("Not"), member.value.is_array());
        let values = self.strings(&member.key, &mut member.value)?;
        Some(ListClause { negated, key_span: member.key_span, values, listed })
    }

    /// A string or a list of strings. AWS takes `null` inside a list and ignores it.
    fn strings(&mut self, element: &str, node: &mut Node) -> Option<Vec<Text>> {
        match &mut node.value {
            Value::Array(items) => {
                let items = items.iter_mut().filter(|item| item.value != Value::Null);
                Some(items.filter_map(|item| self.text(element, STRINGS, item)).collect())
            }
            _ => Some(vec![self.text(element, STRINGS, node)?]),
        }
    }

    pub(super) fn principal(&mut self, member: &mut Member) -> Option<PrincipalClause> {
        let span = member.value.span;
        let principal = match &mut member.value.value {
            Value::String(text) => {
                if &**text != "*" {
                    self.problem(ProblemKind::InvalidPrincipal, &member.key, text.clone(), span);
                }
                Principal::Text(Text { value: take(text), span, quoted: true })
            }
            Value::Object(_) => {
                let members = self.first_of_each(&mut member.value);
                Principal::Entries(
                    members.iter_mut().filter_map(|entry| self.principal_entry(entry)).collect(),
                )
            }
            _ => {
                self.wrong_type(&member.key, "`*` or an object", &member.value);
                return None;
            }
        };
        Some(PrincipalClause {
            negated: &*member.key == "NotPrincipal",
            key_span: member.key_span,
            principal,
        })
    }

    fn principal_entry(&mut self, member: &mut Member) -> Option<PrincipalEntry> {
        let Some(kind) = PrincipalKind::of_key(&member.key) else {
            self.problem(ProblemKind::UnknownElement, &member.key, "a principal", member.key_span);
            return None;
        };
        let listed = member.value.is_array();
        let values = self.strings(&member.key, &mut member.value)?;
        Some(PrincipalEntry { kind, key_span: member.key_span, values, listed })
    }

    pub(super) fn conditions(&mut self, node: &mut Node) -> Vec<ConditionEntry> {
        if !node.is_object() {
            self.wrong_type("Condition", "an object", node);
            return Vec::new();
        }
        let mut entries = Vec::new();
        for member in self.first_of_each(node) {
            let Member { key: operator, key_span, value } = member;
            if Operator::parse(operator).is_none() && !value.members().is_empty() {
                self.problem(ProblemKind::UnknownOperator, "Condition", &**operator, *key_span);
            }
            if !value.is_object() {
                self.wrong_type(operator, "an object of condition keys", value);
                continue;
            }
            let operator = Text { value: take(operator), span: *key_span, quoted: true };
            for entry in self.first_of_each(value) {
                let Some(values) = self.condition_values(entry) else { continue };
                let listed = entry.value.is_array();
                let key = Text { value: take(&mut entry.key), span: entry.key_span, quoted: true };
                entries.push(ConditionEntry { operator: operator.clone(), key, values, listed });
            }
        }
        entries
    }

    fn condition_values(&mut self, member: &mut Member) -> Option<Vec<Text>> {
        let Member { key, value: node, .. } = member;
        match &mut node.value {
            Value::Array(items) => {
                let items = items.iter_mut().filter(|item| item.value != Value::Null);
                items.map(|item| self.condition_value(key, item)).collect()
            }
            _ => Some(vec![self.condition_value(key, node)?]),
        }
    }

    fn condition_value(&mut self, key: &str, node: &mut Node) -> Option<Text> {
        let (value, quoted) = match &mut node.value {
            Value::String(text) => (take(text), true),
            Value::Number(text) => (take(text), false),
            Value::Bool(value) => (if *value { "true" } else { "false" }.into(), false),
            Value::Null | Value::Array(_) | Value::Object(_) => {
                self.wrong_type(key, "a string, a boolean, a number or a list of them", node);
                return None;
            }
        };
        Some(Text { value, span: node.span, quoted })
    }
}
