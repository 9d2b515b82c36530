//! The ARN of a resource type, with its placeholders.

use super::{
    Leaves, Place,
    names::{self, Value},
};

/// An ARN cut at its placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(Box<str>),
    Partition,
    Region,
    Account,
    /// What a call's parameters tell, and how.
    Given(Value),
}

/// The most ARNs that the values of one record are put together to.
const MOST: usize = 256;

impl Shape {
    pub(crate) fn new(service: &str, arn: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = arn;
        while let Some((before, after)) = rest.split_once("${") {
            if !before.is_empty() {
                parts.push(Part::Literal(before.into()));
            }
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            parts.push(match name {
                "Partition" => Part::Partition,
                "Region" => Part::Region,
                "Account" => Part::Account,
                name => Part::Given(Value::new(service, name)),
            });
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.into()));
        }
        Self { parts }
    }

    /// Whether an ARN may be one of this type.
    pub(crate) fn matches(&self, arn: &str) -> bool {
        self.starts(arn).is_some()
    }

    /// Where the value of each placeholder of its own begins in an ARN; nothing where it is of another
    /// type.
    fn starts(&self, arn: &str) -> Option<Vec<usize>> {
        let mut starts = Vec::new();
        let mut at = 0;
        let mut parts = self.parts.iter().peekable();
        while let Some(part) = parts.next() {
            let rest = arn.get(at..)?;
            if let Part::Literal(text) = part {
                rest.strip_prefix(&**text)?;
                at += text.len();
                continue;
            }
            let length = match parts.peek() {
                Some(Part::Literal(next)) => rest.find(&**next)?,
                Some(_) => return None,
                None => rest.len(),
            };
            let value = rest.get(..length)?;
            let fits = match part {
                Part::Given(own) => {
                    starts.push(at);
                    !value.is_empty() && (own.may_hold_slashes() || !value.contains('/'))
                }
                _ => !value.contains(['/', ':']),
            };
            if !fits {
                return None;
            }
            at += length;
        }
        (at == arn.len()).then_some(starts)
    }

    /// The pattern that covers an ARN and those like it, with everything from the `level`-th
    /// placeholder from the end replaced; nothing where there are not so many.
    pub(crate) fn widened(&self, arn: &str, level: usize) -> Option<String> {
        let starts = self.starts(arn)?;
        let from = starts.len().checked_sub(level)?;
        Some(format!("{}*", arn.get(..*starts.get(from)?)?))
    }

    /// The ARNs that a record's parameters make, none where they do not fill every placeholder.
    pub(crate) fn fill(&self, place: Place<'_>, parameters: &Leaves<'_>) -> Vec<String> {
        let mut made = vec![String::with_capacity(96)];
        let mut own = false;
        for part in &self.parts {
            let values: Vec<String> = match part {
                Part::Literal(text) => {
                    for arn in &mut made {
                        arn.push_str(text);
                    }
                    continue;
                }
                Part::Given(value) => {
                    own |= !value.is_any();
                    value.of(parameters)
                }
                Part::Partition => vec![place.partition.to_owned()],
                Part::Region => vec![place.region.to_owned()],
                Part::Account => vec![place.account.to_owned()],
            };
            if values.is_empty() || made.len() * values.len() > MOST {
                return Vec::new();
            }
            if let [value] = &*values {
                for arn in &mut made {
                    arn.push_str(value);
                }
            } else {
                let with = |arn: &String| {
                    values.iter().map(|value| format!("{arn}{value}")).collect::<Vec<_>>()
                };
                made = made.iter().flat_map(with).collect();
            }
        }
        if !own {
            // A type with one resource, such as the root user: nothing in the record speaks of it.
            return Vec::new();
        }
        made
    }

    /// The pattern of every resource of this type where the call happened.
    pub(crate) fn any(&self, place: Place<'_>) -> String {
        let or_any = |text| if str::is_empty(text) { "*" } else { text };
        let parts = self.parts.iter().map(|part| match part {
            Part::Literal(text) => text,
            Part::Partition => place.partition,
            Part::Region => or_any(place.region),
            Part::Account => or_any(place.account),
            Part::Given(_) => "*",
        });
        parts.collect()
    }
}

/// A text for a policy in which wildcards and variables stand for themselves.
///
/// Source: IAM User Guide, *IAM policy elements: Variables and tags*, "specifying wildcards".
pub(crate) fn escaped(text: &str) -> String {
    names::escaped(text)
}
