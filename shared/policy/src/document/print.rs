//! A document as JSON again, in the order the documentation lists the elements.

use super::{Document, ListClause, Principal, PrincipalClause, Statement, Text};
use crate::Span;
use crate::json::{Member, Node, Value};
use std::fmt;

impl fmt::Display for Document {
    /// As JSON on one line; with `{:#}` indented.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_node().fmt(f)
    }
}

impl Document {
    /// As JSON: the same strings in the same form (one value or a list), the elements in AWS's usual order.
    #[must_use]
    pub fn to_node(&self) -> Node {
        let mut members = Vec::new();
        push(&mut members, "Version", self.version.as_ref().map(text));
        push(&mut members, "Id", self.id.as_ref().map(text));
        let statements: Vec<Node> = self.statements.iter().map(statement).collect();
        push(&mut members, "Statement", Some(one_or_list(statements, self.listed)));
        object(members)
    }
}

fn node(value: Value) -> Node {
    Node { value, span: Span::default() }
}

fn object(members: Vec<Member>) -> Node {
    node(Value::Object(members))
}

fn push(members: &mut Vec<Member>, key: &str, value: Option<Node>) {
    if let Some(value) = value {
        members.push(Member { key: key.into(), key_span: Span::default(), value });
    }
}

fn text(text: &Text) -> Node {
    node(match (text.quoted, text.as_str()) {
        (false, "true") => Value::Bool(true),
        (false, "false") => Value::Bool(false),
        (false, number) => Value::Number(number.into()),
        (true, string) => Value::String(string.into()),
    })
}

fn one_or_list(mut nodes: Vec<Node>, listed: bool) -> Node {
    match nodes.pop() {
        Some(only) if !listed && nodes.is_empty() => only,
        last => {
            nodes.extend(last);
            node(Value::Array(nodes))
        }
    }
}

fn texts(values: &[Text], listed: bool) -> Node {
    one_or_list(values.iter().map(text).collect(), listed)
}

fn statement(statement: &Statement) -> Node {
    let mut members = Vec::new();
    push(&mut members, "Sid", statement.sid.as_ref().map(text));
    let effect = statement.effect.map(|effect| node(Value::String(effect.as_str().into())));
    push(&mut members, "Effect", effect);
    if let Some(PrincipalClause { negated, principal, .. }) = &statement.principal {
        push(
            &mut members,
            if *negated { "NotPrincipal" } else { "Principal" },
            Some(whom(principal)),
        );
    }
    clause(&mut members, ["Action", "NotAction"], statement.action.as_ref());
    clause(&mut members, ["Resource", "NotResource"], statement.resource.as_ref());
    if statement.has_condition {
        push(&mut members, "Condition", Some(conditions(statement)));
    }
    object(members)
}

fn clause(members: &mut Vec<Member>, [plain, not]: [&str; 2], clause: Option<&ListClause>) {
    if let Some(ListClause { negated, values, listed, .. }) = clause {
        push(members, if *negated { not } else { plain }, Some(texts(values, *listed)));
    }
}

fn whom(principal: &Principal) -> Node {
    match principal {
        Principal::Text(all) => text(all),
        Principal::Entries(entries) => {
            let mut members = Vec::new();
            for entry in entries {
                push(&mut members, entry.kind.as_str(), Some(texts(&entry.values, entry.listed)));
            }
            object(members)
        }
    }
}

fn conditions(statement: &Statement) -> Node {
    let mut operators: Vec<(&str, Vec<Member>)> = Vec::new();
    for entry in &statement.conditions {
        if operators.last().is_none_or(|(operator, _)| *operator != entry.operator.as_str()) {
            operators.push((entry.operator.as_str(), Vec::new()));
        }
        if let Some((_, keys)) = operators.last_mut() {
            push(keys, entry.key.as_str(), Some(texts(&entry.values, entry.listed)));
        }
    }
    let mut members = Vec::new();
    for (operator, keys) in operators {
        push(&mut members, operator, Some(object(keys)));
    }
    object(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_comes_back_as_it_was() {
        let text = r#"{"Version":"2012-10-17","Id":"x","Statement":[{"Sid":"a","Effect":"Deny","NotPrincipal":{"AWS":["1","*"],"Service":"ec2.amazonaws.com"},"Action":"s3:*","NotResource":["a"],"Condition":{"Bool":{"aws:SecureTransport":false,"a:b":["true"]},"NumericLessThan":{"s3:max-keys":10}}},{"Effect":"Allow","Principal":"*","NotAction":[],"Condition":{}}]}"#;
        let document = Document::parse(text).unwrap();
        assert_eq!(document.to_string(), text);
        assert_eq!(Document::parse(&format!("{document:#}")).unwrap(), document);
    }
}
