//! What was used so far: actions, each with its resources. Bounded, however long the logs are.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::resources::{Found, Plan, Shape};

/// The resources that one action was used on.
#[derive(Debug, Default)]
pub(crate) struct Need {
    /// Patterns by the place of their type among the action's; `usize::MAX` for `*`.
    by_kind: BTreeMap<usize, Patterns>,
    /// How many calls took it.
    pub(crate) calls: u64,
}

#[derive(Debug, Default)]
struct Patterns {
    exact: BTreeSet<Box<str>>,
    /// What stands for more than was used, up to the star that it ends with.
    wide: BTreeSet<Box<str>>,
    unnamed: bool,
}

/// A pattern that covers more than what was used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Widened {
    /// The action.
    pub action: Box<str>,
    /// The pattern.
    pub pattern: Box<str>,
    /// Why it is not what was used alone.
    pub why: Why,
}

/// Why a pattern covers more than what was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The records do not name the resource.
    Unnamed,
    /// More resources were used than a policy is to name.
    TooMany,
}

impl fmt::Display for Widened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { action, pattern, why } = self;
        match why {
            Why::Unnamed => {
                write!(
                    f,
                    "`{action}` is granted on `{pattern}`: its records do not name the resource"
                )
            }
            Why::TooMany => write!(
                f,
                "`{action}` is granted on `{pattern}`: it was used on more resources than the policy is to name"
            ),
        }
    }
}

impl Need {
    /// Notes resources of one call; no more than `most` are kept of one type.
    pub(crate) fn add(&mut self, plan: &Plan, found: Vec<Found>, most: usize) {
        self.calls += 1;
        for Found { kind, pattern, named } in found {
            let patterns = self.by_kind.entry(kind.unwrap_or(usize::MAX)).or_default();
            let shape = kind.and_then(|kind| plan.types.get(kind)).map(|kind| &kind.shape);
            patterns.add(shape, pattern, named, most);
        }
    }

    /// Every pattern that the action is to be granted on.
    pub(crate) fn patterns(&self) -> BTreeSet<Box<str>> {
        let all = self.by_kind.values().flat_map(|patterns| {
            let wide = patterns.wide.iter().map(|stem| format!("{stem}*").into_boxed_str());
            patterns.exact.iter().cloned().chain(wide)
        });
        let all: BTreeSet<Box<str>> = all.collect();
        let star = all.contains("*");
        all.into_iter().filter(|pattern| !star || &**pattern == "*").collect()
    }

    pub(crate) fn widened(&self, action: &str) -> Vec<Widened> {
        let widened =
            |pattern: String, why| Widened { action: action.into(), pattern: pattern.into(), why };
        let of_kind = |patterns: &Patterns| {
            let unnamed = patterns.exact.iter().filter(|_| patterns.unnamed);
            let unnamed = unnamed.filter(|pattern| pattern.contains('*') && !is_escaped(pattern));
            let unnamed = unnamed.map(|pattern| widened(pattern.to_string(), Why::Unnamed));
            let wide = patterns.wide.iter().map(|stem| widened(format!("{stem}*"), Why::TooMany));
            unnamed.chain(wide).collect::<Vec<_>>()
        };
        self.by_kind.values().flat_map(of_kind).collect()
    }
}

/// Whether every star of a pattern means the character, or belongs to a path that is not known.
fn is_escaped(pattern: &str) -> bool {
    !pattern.replace("${*}", "").replace("/*/", "/").contains('*')
}

impl Patterns {
    fn add(&mut self, shape: Option<&Shape>, pattern: String, named: bool, most: usize) {
        if self.wide.iter().any(|stem| pattern.starts_with(&**stem)) {
            return;
        }
        if !self.exact.contains(&*pattern) {
            self.exact.insert(pattern.into());
        }
        self.unnamed |= !named;
        if self.exact.len() > most {
            if let Some(shape) = shape {
                self.widen(shape, most);
            } else {
                self.exact.clear();
                self.wide = BTreeSet::from(["".into()]);
            }
        }
    }

    /// Puts wider patterns in the place of those that differ in their last placeholder, then in their
    /// last two, until there are few.
    fn widen(&mut self, shape: &Shape, most: usize) {
        let mut level = 1;
        while self.exact.len() + self.wide.len() > most {
            let mut groups: BTreeMap<String, Vec<Box<str>>> = BTreeMap::new();
            let all = std::mem::take(&mut self.exact);
            let old = std::mem::take(&mut self.wide);
            let old = old.into_iter().map(|stem| format!("{stem}*").into_boxed_str());
            let mut cut = false;
            for pattern in all.into_iter().chain(old) {
                match shape.widened(&pattern, level) {
                    Some(wide) => {
                        cut = true;
                        groups.entry(wide).or_default().push(pattern);
                    }
                    None => groups.entry(pattern.to_string()).or_default().push(pattern),
                }
            }
            for (wide, mut members) in groups {
                let only = if members.len() == 1 { members.pop() } else { None };
                match (only, wide.strip_suffix('*')) {
                    (Some(only), _) if !only.ends_with('*') => _ = self.exact.insert(only),
                    (_, Some(stem)) => _ = self.wide.insert(stem.into()),
                    (Some(only), None) => _ = self.exact.insert(only),
                    (None, None) => self.exact.extend(members),
                }
            }
            if !cut {
                break;
            }
            level += 1;
        }
        // Placeholders are used up, and there are still many regions or accounts.
        if self.exact.len() + self.wide.len() > most.max(1) * 4 {
            self.exact.clear();
            self.wide = BTreeSet::from(["".into()]);
        }
    }
}
