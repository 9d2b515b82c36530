//! `authorize-strict`: a whole request against every kind of policy.

use super::CaseResult;
use super::read::{Problem, expected, member, request};
use crate::compiled::{Policy, PolicyKind};
use crate::evaluate::{Decision, Level, Policies, S3Settings};
use crate::json::Node;
use std::sync::Arc;

pub(super) fn run(id: &str, case: &Node) -> Result<CaseResult, Problem> {
    let request = request(member(case, "request")?);
    let policies = policies(member(case, "policies")?, case.get("settings"));
    let decision = policies.evaluate(&request);
    let answer = Node::from(decision.outcome.to_string().as_str());
    let mut result = CaseResult::new(id, "decision", answer, expected(case, "decision")?);
    result.detail = decision.explain(&request);
    let expectation = member(case, "expected")?;
    if let Some(wanted) = expectation.get("blocked_by") {
        check_blocks(&mut result, &decision, wanted);
    }
    if let Some(wanted) = expectation.get("depends_on") {
        let mut wanted: Vec<String> =
            wanted.items().iter().filter_map(Node::as_str).map(str::to_lowercase).collect();
        wanted.sort_unstable();
        if !decision.depends_on.iter().map(|key| &**key).eq(wanted.iter().map(String::as_str)) {
            result.pass = false;
            let keys = wanted.join(", ");
            result.detail = format!("{}It should depend on {keys}.\n", result.detail);
        }
    }
    Ok(result)
}

fn check_blocks(result: &mut CaseResult, decision: &Decision, wanted: &Node) {
    let mut wanted: Vec<&str> = wanted.items().iter().filter_map(Node::as_str).collect();
    let mut found: Vec<&str> = decision.blocked_by.iter().map(|layer| layer.code()).collect();
    wanted.sort_unstable();
    found.sort_unstable();
    if wanted != found {
        result.pass = false;
        result.detail = format!("{}Blocked by {found:?} instead of {wanted:?}.\n", result.detail);
    }
}

fn policies(node: &Node, settings: Option<&Node>) -> Policies {
    let mut all = Policies::new();
    for policy in documents(node.get("identity"), "identity", PolicyKind::Identity) {
        all = all.identity(policy);
    }
    for policy in documents(node.get("permission_boundaries"), "boundary", PolicyKind::Boundary) {
        all = all.boundary(policy);
    }
    for policy in documents(node.get("session"), "session", PolicyKind::Session) {
        all = all.session(policy);
    }
    for policy in documents(node.get("vpc_endpoint"), "endpoint", PolicyKind::VpcEndpoint) {
        all = all.vpc_endpoint(policy);
    }
    if let Some(resource) = documents(node.get("resource"), "resource", PolicyKind::Resource).pop()
    {
        all = all.resource(resource);
    }
    if let Some(levels) = levels(node.get("scps"), "scp", PolicyKind::Scp) {
        all = all.scps(levels);
    }
    if let Some(levels) = levels(node.get("rcps"), "rcp", PolicyKind::Rcp) {
        all = all.rcps(levels);
    }
    if let Some(account) = node.get("management_account").and_then(Node::as_str) {
        all = all.management_account(account);
    }
    let s3 = settings.and_then(|settings| settings.get("s3"));
    let flag = |key: &str| s3.and_then(|s3| s3.get(key)).and_then(Node::as_bool);
    all.s3(S3Settings {
        block_public_access: flag("blockPublicAccess").unwrap_or(false),
        bucket_abac: flag("bucketAbacEnabled"),
    })
}

/// One document or a list; `null` is none.
fn documents(node: Option<&Node>, name: &str, kind: PolicyKind) -> Vec<Arc<Policy>> {
    let items = node.map_or(&[][..], Node::items_or_self);
    let documents = items.iter().filter(|item| item.is_object()).enumerate();
    documents
        .map(|(at, item)| Arc::new(Policy::read(&format!("{name} {}", at + 1), kind, item).0))
        .collect()
}

/// An absent or empty list: no organization is in play.
fn levels(node: Option<&Node>, name: &str, kind: PolicyKind) -> Option<Vec<Level>> {
    let items = node?.items();
    if items.is_empty() {
        return None;
    }
    let level = |level: &Node| {
        let node = level.get("org_node").and_then(Node::as_str).unwrap_or("organization");
        Level {
            node: node.into(),
            policies: documents(level.get("policies"), &format!("{name} of {node}"), kind),
        }
    };
    Some(items.iter().map(level).collect())
}
