//! `condition`, `resource`, `action`, `principal`: one element of a statement.

use super::CaseResult;
use super::read::{Problem, context, expected, member, request};
use crate::compiled::{Asked, CompiledStatement, Policy, PolicyKind, PrincipalMatch};
use crate::evaluate::Outcome;
use crate::json::{Member, Node, Value};
use crate::request::{Caller, Request};
use crate::tri::Tri;
use crate::{Policies, Span};

fn entry(key: &str, value: Node) -> Member {
    Member { key: key.into(), key_span: Span::default(), value }
}

fn object(members: Vec<Member>) -> Node {
    Value::Object(members).into()
}

fn effect(case: &Node) -> Node {
    case.get("effect")
        .or_else(|| case.get("statement")?.get("Effect"))
        .cloned()
        .unwrap_or_else(|| Node::from("Allow"))
}

/// A document of one statement; what the case does not say is `*`.
fn document(case: &Node, elements: Vec<Member>) -> Node {
    let mut members = vec![entry("Effect", effect(case))];
    let has = |key: &str| elements.iter().any(|member| *member.key == *key);
    if !has("Action") && !has("NotAction") {
        members.push(entry("Action", Node::from("*")));
    }
    members.extend(elements);
    let version = case.get("version").cloned().unwrap_or_else(|| Node::from("2012-10-17"));
    object(vec![entry("Version", version), entry("Statement", object(members))])
}

fn kind(case: &Node) -> PolicyKind {
    match case.get("policy_type").and_then(Node::as_str).unwrap_or("identity") {
        "session" => PolicyKind::Session,
        "pb" | "boundary" => PolicyKind::Boundary,
        "resource" | "trust" => PolicyKind::Resource,
        "scp" => PolicyKind::Scp,
        "rcp" => PolicyKind::Rcp,
        "vpce" | "vpc_endpoint" => PolicyKind::VpcEndpoint,
        _ => PolicyKind::Identity,
    }
}

pub(super) fn condition(id: &str, case: &Node) -> Result<CaseResult, Problem> {
    let elements = vec![
        entry("Resource", Node::from("*")),
        entry("Condition", member(case, "condition")?.clone()),
    ];
    let (policy, _) = Policy::read("condition", PolicyKind::Identity, &document(case, elements));
    let caller = Caller::parse("arn:aws:iam::111122223333:user/ana");
    let own = case.get("context").or_else(|| case.get("request")?.get("context"));
    let request = Request::new(caller, "s3:GetObject", "arn:aws:s3:::photos/a.jpg")
        .with_context(context(own));
    let outcome = Policies::new().identity(policy).evaluate(&request).outcome;
    let wanted = if effect(case).as_str() == Some("Deny") {
        Outcome::ExplicitlyDenied
    } else {
        Outcome::Allowed
    };
    Ok(CaseResult::new(id, "match", Node::from(outcome == wanted), expected(case, "match")?))
}

/// The one statement of a case, cut down to the elements that are asked about.
fn statement<'p>(policy: &'p Policy, case: &Node) -> Result<&'p CompiledStatement, Problem> {
    policy.statements().first().ok_or_else(|| format!("its statement cannot be understood: {case}"))
}

/// An element in its two forms, from the case or from its `statement`.
fn elements(case: &Node, [plain, not]: [&str; 2], [small, small_not]: [&str; 2]) -> Vec<Member> {
    let whole = case.get("statement");
    let find = |small: &str, element: &str| {
        let value = case.get(small).or_else(|| whole?.get(element))?;
        Some(entry(element, value.clone()))
    };
    find(small, plain).into_iter().chain(find(small_not, not)).collect()
}

pub(super) fn resource(id: &str, case: &Node) -> Result<CaseResult, Problem> {
    let request = request(member(case, "request")?);
    let elements = elements(case, ["Resource", "NotResource"], ["resource", "not_resource"]);
    let (policy, _) = Policy::read("resource", kind(case), &document(case, elements));
    let side = statement(&policy, case)?.speaks_of_resource(
        &Asked::of(&request),
        &request,
        &mut Vec::new(),
    );
    Ok(CaseResult::new(id, "match", Node::from(side == Tri::Yes), expected(case, "match")?))
}

pub(super) fn action(id: &str, case: &Node) -> Result<CaseResult, Problem> {
    let request = request(member(case, "request")?);
    let elements = elements(case, ["Action", "NotAction"], ["action", "not_action"]);
    let (policy, _) = Policy::read("action", kind(case), &document(case, elements));
    let speaks = statement(&policy, case)?.speaks_of_action(request.action_key());
    Ok(CaseResult::new(id, "match", Node::from(speaks), expected(case, "match")?))
}

pub(super) fn principal(id: &str, case: &Node) -> Result<CaseResult, Problem> {
    let request = request(member(case, "request")?);
    let mut elements =
        elements(case, ["Principal", "NotPrincipal"], ["principal", "not_principal"]);
    for member in &mut elements {
        // A list instead of an object names AWS principals.
        if member.value.is_array() {
            member.value = object(vec![entry("AWS", member.value.clone())]);
        }
    }
    let (policy, _) = Policy::read("principal", PolicyKind::Resource, &document(case, elements));
    let reach = statement(&policy, case)?.reaches(&request);
    let expected = expected(case, "match")?;
    let answer = match expected.as_bool() {
        Some(_) => Node::from(reach != PrincipalMatch::None),
        None => Node::from(reach.as_str()),
    };
    Ok(CaseResult::new(id, "match", answer, expected))
}
