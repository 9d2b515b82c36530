//! The resources of the AWS-managed policies against the ARN formats of their actions.

use super::{managed_policies, witness};
use policy::facts::Facts;
use policy::{
    Caller, Document, Outcome, Policies, Policy, PolicyKind, Request, Text, arns_overlap,
};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

/// Whatever resource a pattern and a documented ARN format of its actions have in common is one that the engine
/// finds in the pattern: none that AWS ships matches nothing where it should match.
#[test]
fn every_resource_pattern_means_what_aws_documents() {
    let Some(policies) = managed_policies() else {
        let hint = "moto is not installed, so the patterns of the AWS-managed policies were not tried; set INFRAAUDIT_MOTO_SITE";
        writeln!(std::io::stderr(), "skipped: {hint}").unwrap();
        return;
    };
    let facts = Facts::bundled().unwrap();
    let mut tried = BTreeSet::new();
    let (mut wild_types, mut wrong) = (BTreeSet::new(), Vec::new());
    for (name, policy) in &policies {
        let document = Document::parse(&policy["Document"].to_string()).unwrap();
        for statement in &document.statements {
            let (Some(actions), Some(resources)) = (&statement.action, &statement.resource) else {
                continue;
            };
            let actions = actions.values.iter().filter(|_| !actions.negated);
            let formats: BTreeSet<(String, &str)> = actions
                .flat_map(|action| facts.expand(action.as_str()))
                .flat_map(|(service, action)| {
                    let full = format!("{}:{}", service.prefix(), action.name());
                    service
                        .resource_types_of(action)
                        .map(move |(kind, _)| (full.clone(), kind.arn()))
                })
                .collect();
            for pattern in resources.values.iter().map(Text::as_str) {
                if pattern == "*" || pattern.contains("${") {
                    continue;
                }
                let mut of_types = BTreeMap::new();
                for (action, format) in formats.iter().filter(|(_, f)| same_service(pattern, f)) {
                    of_types.entry(*format).or_insert(action);
                }
                for (format, action) in of_types {
                    if !tried.insert((pattern.to_owned(), format.to_owned())) {
                        continue;
                    }
                    let Some(resource) = witness::find(pattern, format) else { continue };
                    if resource.contains(":role/aws-reserved/") {
                        // IAM Identity Center keeps these roles to itself, whatever policies say.
                        continue;
                    }
                    if has_wild_type(pattern) {
                        wild_types.insert(pattern.to_owned());
                    }
                    let right = judged(pattern, action, &resource)
                        == [Outcome::Allowed, Outcome::ExplicitlyDenied]
                        && arns_overlap(pattern, &resource);
                    if !right {
                        wrong.push(format!("{name}: `{pattern}` and `{resource}` ({format})"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} patterns:\n{}", wrong.len(), wrong.join("\n"));
    assert!(tried.len() > 5_000, "only {} pairs were tried", tried.len());
    assert!(wild_types.len() > 25, "only {wild_types:#?} have a wildcard in the type");
}

/// Whether a format is one of the service that a pattern names, or the pattern names none.
fn same_service(pattern: &str, format: &str) -> bool {
    let service = |text: &str| text.split(':').nth(2).unwrap_or("").to_lowercase();
    let named = service(pattern);
    named.contains('*') || named == service(format)
}

/// Whether a wildcard stands in the type of a pattern's resource.
fn has_wild_type(pattern: &str) -> bool {
    let resource = pattern.splitn(6, ':').nth(5).unwrap_or("");
    let kind = resource.split_once(['/', ':']).map_or("", |(kind, _)| kind);
    kind.contains('*') && !pattern.contains(":s3:::")
}

/// The pattern allowed, and denied where all else is allowed.
fn judged(pattern: &str, action: &str, resource: &str) -> [Outcome; 2] {
    let statement = |effect: &str, resource: &str| {
        format!(r#"{{"Effect":"{effect}","Action":"{action}","Resource":"{resource}"}}"#)
    };
    let outcome = |statements: &[String]| {
        let text = format!(r#"{{"Statement":[{}]}}"#, statements.join(","));
        let document = Document::parse(&text).unwrap();
        let policy = Policy::new("managed", PolicyKind::Identity, &document).unwrap();
        let ana = Caller::parse("arn:aws:iam::111122223333:user/ana");
        let request = Request::new(ana, action, resource).in_account("111122223333");
        let keys = Document::parse(
            r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"*","Resource":"*"}}"#,
        );
        // Keys trust their account in their own policy.
        let trust = Policy::new("trust", PolicyKind::Resource, &keys.unwrap()).unwrap();
        Policies::new().identity(policy).resource(trust).evaluate(&request).outcome
    };
    [
        outcome(&[statement("Allow", pattern)]),
        outcome(&[statement("Allow", "*"), statement("Deny", pattern)]),
    ]
}
