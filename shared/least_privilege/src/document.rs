//! The policies that grant what was used.

mod fold;

use std::collections::{BTreeMap, BTreeSet};

use policy::facts::Facts;
use serde::{Serialize, Serializer};

/// The most characters of a managed policy, white space not counted.
///
/// Source: IAM User Guide, *IAM and AWS STS quotas*, "managed policy size".
pub const MANAGED_POLICY_CHARACTERS: usize = 6_144;

/// One policy, or several where one would be longer than a managed policy may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policies {
    documents: Vec<String>,
    actions: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Document<'a> {
    version: &'static str,
    statement: &'a [Statement],
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    effect: &'static str,
    #[serde(serialize_with = "one_or_list")]
    action: Vec<Box<str>>,
    #[serde(serialize_with = "one_or_list")]
    resource: Vec<Box<str>>,
}

fn one_or_list<S: Serializer>(list: &[Box<str>], serializer: S) -> Result<S::Ok, S::Error> {
    match list {
        [one] => one.serialize(serializer),
        list => list.serialize(serializer),
    }
}

impl Policies {
    /// Actions used on the same resources stand in one statement: nothing is granted together that was
    /// not used together.
    pub(crate) fn of<'a>(
        facts: &Facts,
        needs: impl Iterator<Item = (&'a str, BTreeSet<Box<str>>)>,
    ) -> Self {
        let mut by_resources: BTreeMap<BTreeSet<Box<str>>, BTreeSet<&str>> = BTreeMap::new();
        for (action, resources) in needs {
            by_resources.entry(resources).or_default().insert(action);
        }
        let statement = |(resources, actions): (BTreeSet<Box<str>>, BTreeSet<&str>)| Statement {
            effect: "Allow",
            action: fold::fold(facts, &actions),
            resource: resources.into_iter().collect(),
        };
        let mut statements: Vec<_> = by_resources.into_iter().map(statement).collect();
        statements.sort();
        let actions = statements.iter().map(|statement| statement.action.len()).sum();
        let documents = packed(statements);
        Self { documents: documents.iter().map(|statements| pretty(statements)).collect(), actions }
    }

    /// The documents, as indented JSON; none where nothing was used.
    #[must_use]
    pub fn documents(&self) -> &[String] {
        &self.documents
    }

    /// How many entries their `Action` lists have.
    #[must_use]
    pub fn actions(&self) -> usize {
        self.actions
    }
}

fn pretty(statements: &[Statement]) -> String {
    let document = Document { version: "2012-10-17", statement: statements };
    // Strings and lists of strings cannot fail to be JSON.
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

fn length(statements: &[Statement]) -> usize {
    let document = Document { version: "2012-10-17", statement: statements };
    serde_json::to_string(&document).map_or(usize::MAX, |text| text.chars().count())
}

/// Statements in as few policies as fit, in their order.
fn packed(statements: Vec<Statement>) -> Vec<Vec<Statement>> {
    let mut packed: Vec<Vec<Statement>> = Vec::new();
    for statement in statements.into_iter().flat_map(cut) {
        if let Some(last) = packed.last_mut() {
            last.push(statement.clone());
            if length(last) <= MANAGED_POLICY_CHARACTERS {
                continue;
            }
            last.pop();
        }
        packed.push(vec![statement]);
    }
    packed
}

/// A statement in halves, and those again, until each fits a policy.
fn cut(statement: Statement) -> Vec<Statement> {
    if length(std::slice::from_ref(&statement)) <= MANAGED_POLICY_CHARACTERS {
        return vec![statement];
    }
    let Statement { effect, mut action, mut resource } = statement;
    let (first, second) = if resource.len() > 1 {
        let rest = resource.split_off(resource.len() / 2);
        (
            Statement { effect, action: action.clone(), resource },
            Statement { effect, action, resource: rest },
        )
    } else if action.len() > 1 {
        let rest = action.split_off(action.len() / 2);
        (
            Statement { effect, action, resource: resource.clone() },
            Statement { effect, action: rest, resource },
        )
    } else {
        return vec![Statement { effect, action, resource }];
    };
    [first, second].into_iter().flat_map(cut).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[String]) -> BTreeSet<Box<str>> {
        names.iter().map(|name| name.as_str().into()).collect()
    }

    #[test]
    fn what_is_too_long_for_one_policy_is_several_that_fit() {
        let facts = Facts::bundled().unwrap();
        let resources: Vec<_> =
            (0..300).map(|n| format!("arn:aws:s3:::a-bucket-of-many/{n:060}")).collect();
        let needs =
            [("s3:GetObject", names(&resources)), ("s3:ListAllMyBuckets", names(&["*".into()]))];
        let policies = Policies::of(&facts, needs.into_iter());
        assert!(policies.documents().len() > 4);
        let mut all = String::new();
        for document in policies.documents() {
            let dense = document.chars().filter(|c| !c.is_whitespace()).count();
            assert!(dense <= MANAGED_POLICY_CHARACTERS, "{dense}");
            all += document;
        }
        assert!(resources.iter().all(|resource| all.contains(resource)));
        assert!(all.contains("s3:ListAllMyBuckets"));
    }

    #[test]
    fn nothing_used_is_no_policy() {
        let facts = Facts::bundled().unwrap();
        assert!(Policies::of(&facts, std::iter::empty()).documents().is_empty());
    }
}
