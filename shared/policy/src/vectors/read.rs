//! Pieces that several kinds share.

use crate::json::{Node, Value};
use crate::request::{Caller, Context, Request};

/// What a case lacks.
pub(super) type Problem = String;

pub(super) fn member<'n>(node: &'n Node, key: &str) -> Result<&'n Node, Problem> {
    node.get(key).ok_or_else(|| format!("`{key}` is missing"))
}

pub(super) fn string<'n>(node: &'n Node, key: &str) -> Result<&'n str, Problem> {
    member(node, key)?.as_str().ok_or_else(|| format!("`{key}` is not a string"))
}

/// A member of `expected`, or `expected` itself where it is the answer alone.
pub(super) fn expected(case: &Node, key: &str) -> Result<Node, Problem> {
    let expected = member(case, "expected")?;
    if expected.is_object() { member(expected, key).cloned() } else { Ok(expected.clone()) }
}

pub(super) fn context(node: Option<&Node>) -> Context {
    let mut context = Context::new();
    for member in node.map_or(&[][..], Node::members) {
        context = match &member.value.value {
            Value::Null => context.without(&member.key),
            Value::Array(items) => {
                let values: Vec<String> = items.iter().filter_map(scalar).collect();
                context.with_many(&member.key, values.iter().map(String::as_str))
            }
            _ => match scalar(&member.value) {
                Some(value) => context.with(&member.key, &value),
                None => context,
            },
        };
    }
    context
}

pub(super) fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        Value::String(text) | Value::Number(text) => Some(text.clone().into()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A request; what it does not say is left open.
pub(super) fn request(node: &Node) -> Request {
    let text = |key: &str| node.get(key).and_then(Node::as_str);
    let anonymous = node.get("anonymous").and_then(Node::as_bool).unwrap_or(false);
    let caller = match text("principal") {
        Some(principal) if !anonymous => Caller::parse(principal),
        _ => Caller::anonymous(),
    };
    let caller = match node.get("service_linked_role").and_then(Node::as_bool) {
        Some(yes) => caller.service_linked(yes),
        None => caller,
    };
    let wildcard_only = node.get("wildcard_only_action").and_then(Node::as_bool).unwrap_or(false);
    let mut own = context(node.get("context"));
    if node.get("partial_context").and_then(Node::as_bool).unwrap_or(false) {
        own = own.into_partial();
    }
    let request =
        Request::new(caller, text("action").unwrap_or(""), text("resource").unwrap_or("*"))
            .with_context(own)
            .wildcard_only_action(wildcard_only);
    match text("resource_account") {
        Some(account) if !account.is_empty() => request.in_account(account),
        _ => request,
    }
}
