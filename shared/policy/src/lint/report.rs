//! Collecting findings cheaply: positions and paths are worked out at the end, for what was found.

use super::{
    Code, Finding, FindingType, Location,
    code::codes,
    finding::{Fix, PathStep},
};
use crate::{
    LineIndex, Position, Span,
    invisible::shown,
    json::{Node, ParseError, Value},
};

pub(super) struct Report<'a> {
    text: &'a str,
    found: Vec<Found>,
}

/// A finding without its positions.
pub(super) struct Found {
    code: &'static Code,
    message: String,
    spans: Vec<Span>,
    fix: Option<Fix>,
}

impl<'a> Report<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, found: Vec::new() }
    }

    pub(super) fn add(
        &mut self,
        code: &'static Code,
        span: Span,
        message: impl Into<String>,
    ) -> &mut Found {
        let found = Found { code, message: message.into(), spans: vec![span], fix: None };
        self.found.push_mut(found)
    }

    /// Whether an error was found.
    pub(super) fn has_errors(&self) -> bool {
        self.errors().next().is_some()
    }

    /// Whether an error was found just there.
    pub(super) fn has_error_at(&self, span: Span) -> bool {
        self.errors().any(|found| found.spans.contains(&span))
    }

    fn errors(&self) -> impl Iterator<Item = &Found> {
        self.found.iter().filter(|found| found.code.kind == FindingType::Error)
    }

    pub(super) fn finish(self, root: &Node) -> Vec<Finding> {
        if self.found.is_empty() {
            return Vec::new();
        }
        let (text, lines) = (self.text, LineIndex::new(self.text));
        let locate = |span: Span| Location {
            span,
            start: lines.position(text, span.start as usize),
            end: lines.position(text, span.end as usize),
            path: path(root, span),
        };
        let finding = |found: Found| Finding {
            code: found.code,
            message: shown(&found.message).into_owned(),
            locations: found.spans.into_iter().map(locate).collect(),
            fix: found.fix,
        };
        let mut findings: Vec<_> = self.found.into_iter().map(finding).collect();
        findings.sort_by_key(Finding::position);
        findings
    }
}

impl Found {
    /// Another place the finding is about.
    pub(super) fn also(&mut self, span: Span) -> &mut Self {
        self.spans.push(span);
        self
    }

    /// The change that resolves it.
    pub(super) fn fix(&mut self, span: Span, replacement: impl Into<String>) -> &mut Self {
        self.fix = Some(Fix { span, replacement: replacement.into() });
        self
    }

    /// The change that resolves it, when it is the text in a JSON string.
    pub(super) fn fix_text(&mut self, node: &Node, replacement: &str) -> &mut Self {
        self.fix(node.span, quoted(replacement))
    }
}

/// A text as a JSON string. Fixes hold names and numbers, so two escapes are enough.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The finding for a text that is not JSON.
pub(super) fn unreadable(text: &str, error: &ParseError) -> Finding {
    let start = error.position;
    let next = text.get(start.offset as usize..).and_then(|rest| rest.chars().next());
    let end = start.offset as usize + next.map_or(0, char::len_utf8);
    let span = Span::new(start.offset as usize, end);
    let place = Location { span, start, end: Position::of(text, end), path: Vec::new() };
    let message = format!("the JSON cannot be read: {}", error.message);
    Finding { code: &codes::JSON_SYNTAX_ERROR, message, locations: vec![place], fix: None }
}

/// How to get from the root to what stands at `span`: a value, or an object's key.
fn path(root: &Node, span: Span) -> Vec<PathStep> {
    let holds = |outer: Span| outer.start <= span.start && span.end <= outer.end;
    let (mut node, mut steps) = (root, Vec::new());
    while node.span != span {
        let next = match &node.value {
            Value::Object(members) => {
                if let Some(member) = members.iter().find(|member| member.key_span == span) {
                    steps.push(PathStep::Key(member.key.to_string()));
                    return steps;
                }
                let member = members.iter().find(|member| holds(member.value.span));
                member.map(|member| (PathStep::Value(member.key.to_string()), &member.value))
            }
            Value::Array(items) => {
                let item = items.iter().enumerate().find(|(_, item)| holds(item.span));
                item.map(|(at, item)| (PathStep::Index(at), item))
            }
            _ => None,
        };
        let Some((step, inner)) = next else { break };
        steps.push(step);
        node = inner;
    }
    steps
}
