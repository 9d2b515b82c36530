//! Asking the policy engine again.

use std::collections::BTreeSet;

use policy::{Caller, Document, Outcome, Policies, PolicyKind, Request, facts::Action};
use serde_json::Value;

use super::{FACTS, ROLE};

/// Something that IAM decided about.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) action: String,
    pub(crate) resource: String,
}

/// A resource's policy that lets everybody do everything.
fn open() -> policy::Policy {
    let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*","Resource":"*"}}"#;
    policy::Policy::new("open", PolicyKind::Resource, &Document::parse(text).unwrap()).unwrap()
}

/// Documents that are attached together.
pub(crate) struct Policy {
    documents: Vec<Value>,
    policies: Policies,
}

impl Policy {
    pub(crate) fn of(documents: &[String]) -> Self {
        Self::new(documents.iter().map(|text| serde_json::from_str(text).unwrap()).collect())
    }

    fn new(documents: Vec<Value>) -> Self {
        let mut policies = Policies::new();
        for document in &documents {
            let document = Document::parse(&document.to_string()).unwrap();
            let policy = policy::Policy::new("made", PolicyKind::Identity, &document).unwrap();
            policies = policies.identity(policy);
        }
        Self { documents, policies }
    }

    pub(crate) fn allows(&self, asked: &Asked) -> bool {
        let alone = FACTS.action(&asked.action).is_some_and(Action::is_wildcard_only);
        let request = Request::new(Caller::parse(ROLE), &asked.action, &asked.resource)
            .wildcard_only_action(alone);
        let elsewhere = request.account_of_resource().is_some_and(|owner| owner != "111122223333");
        // A role's trust policy and a key's policy have to allow it too, whoever owns them.
        let two = ["sts:AssumeRole", "kms:"].iter().any(|start| asked.action.starts_with(start));
        if !elsewhere && !two {
            return self.policies.evaluate(&request).outcome == Outcome::Allowed;
        }
        // Two have to allow it. The other side does; in one account it would be enough.
        let request = request.in_account("444455556666");
        let policies = self.policies.clone().resource(open());
        policies.evaluate(&request).outcome == Outcome::Allowed
    }

    /// Every action that the patterns cover.
    pub(crate) fn actions(&self) -> BTreeSet<String> {
        let patterns = self.entries().into_iter().map(|(_, _, _, pattern)| pattern);
        patterns
            .flat_map(|pattern| {
                let all = FACTS.expand(&pattern);
                all.iter().map(|(s, a)| format!("{}:{}", s.prefix(), a.name())).collect::<Vec<_>>()
            })
            .collect()
    }

    /// The places of the entries of `Action`, with their texts.
    fn entries(&self) -> Vec<(usize, usize, usize, String)> {
        let mut entries = Vec::new();
        for (d, document) in self.documents.iter().enumerate() {
            for (s, statement) in document["Statement"].as_array().unwrap().iter().enumerate() {
                match &statement["Action"] {
                    Value::String(one) => entries.push((d, s, 0, one.clone())),
                    list => {
                        for (a, one) in list.as_array().unwrap().iter().enumerate() {
                            entries.push((d, s, a, one.as_str().unwrap().to_owned()));
                        }
                    }
                }
            }
        }
        entries
    }

    /// The policy without one entry of one `Action`, for each of them.
    pub(crate) fn without_each_entry(&self) -> Vec<(String, Self)> {
        let without = |(d, s, a, name): (usize, usize, usize, String)| {
            let mut documents = self.documents.clone();
            let action = &mut documents[d]["Statement"][s]["Action"];
            match action {
                Value::Array(list) if list.len() > 1 => _ = list.remove(a),
                _ => *action = "none:none".into(),
            }
            (name, Self::new(documents))
        };
        self.entries().into_iter().map(without).collect()
    }
}
