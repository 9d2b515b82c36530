//! `gaad-query`: who can do what, over authorization details.

use super::CaseResult;
use super::read::{Problem, member, string};
use crate::Arn;
use crate::compiled::{Policy, PolicyKind};
use crate::evaluate::{Level, Outcome, Policies};
use crate::gaad::{AuthorizationDetails, PrincipalDetails};
use crate::json::{Node, Value};
use crate::request::{Caller, Context, Request};
use std::sync::Arc;

pub(super) fn run(id: &str, case: &Node, files: Option<&Node>) -> Result<CaseResult, Problem> {
    let world = World::read(case, files)?;
    let query = member(case, "query")?;
    let expected = member(case, "expected")?.clone();
    let everyone = || world.details.principals().iter();
    let answer = match string(query, "op")? {
        "can_i" => {
            let arn = string(query, "principal")?;
            let (action, resource) = (string(query, "action")?, string(query, "resource")?);
            let principal = world.details.principal(arn);
            let can = principal.map(|principal| world.can(principal, action, resource, query));
            Node::from(can.transpose()?.unwrap_or(false))
        }
        "who_can" => {
            let (action, resource) = (string(query, "action")?, string(query, "resource")?);
            let mut can = Vec::new();
            for principal in everyone() {
                if world.can(principal, action, resource, query)? {
                    can.push(Node::from(principal.arn()));
                }
            }
            can.into_iter().collect()
        }
        "who_can_batch_resource" => {
            let [action, resources] = member(query, "args")?.items() else {
                return Err("`args` is not an action and a list of resources".to_owned());
            };
            let action = action.as_str().ok_or("the action is not a string")?;
            let resources: Vec<&str> = resources.items().iter().filter_map(Node::as_str).collect();
            let mut can = Vec::new();
            for principal in everyone() {
                for resource in &resources {
                    if world.can(principal, action, resource, query)? {
                        can.push([principal.arn(), resource].map(Node::from).into_iter().collect());
                    }
                }
            }
            can.into_iter().collect()
        }
        other => return Err(format!("`{other}` is not an operation")),
    };
    Ok(CaseResult::new(id, "decision", sorted(answer), sorted(expected)))
}

/// Lists answer as sets.
fn sorted(node: Node) -> Node {
    match node.value {
        Value::Array(mut items) => {
            items.sort_by_key(ToString::to_string);
            Node::from(Value::Array(items))
        }
        _ => node,
    }
}

struct World {
    details: AuthorizationDetails,
    resources: Vec<ResourcePolicy>,
    organizations: Vec<Node>,
}

struct ResourcePolicy {
    arn: String,
    account: Option<String>,
    policy: Arc<Policy>,
}

impl World {
    fn read(case: &Node, files: Option<&Node>) -> Result<Self, Problem> {
        let named = |list: &str| -> Result<Vec<&Node>, Problem> {
            let names = member(case, "files")?.get(list).map_or(&[][..], Node::items);
            let find = |name: &Node| {
                let name = name.as_str().unwrap_or_default();
                files
                    .and_then(|files| files.get(name))
                    .ok_or_else(|| format!("the file `{name}` is missing"))
            };
            names.iter().map(find).collect()
        };
        let details =
            AuthorizationDetails::from_nodes(named("gaads")?).map_err(|error| error.to_string())?;
        let resources = named("resources")?
            .into_iter()
            .flat_map(Node::items)
            .map(resource_policy)
            .collect::<Result<_, _>>()?;
        Ok(Self {
            details,
            resources,
            organizations: named("scps")?.into_iter().cloned().collect(),
        })
    }

    /// The files of a case are all there is: who is not in them does not exist, and a resource without a policy has
    /// none. What is attached to a principal and not in them does exist, so there is no answer while it matters.
    fn can(
        &self,
        principal: &PrincipalDetails,
        action: &str,
        resource: &str,
        query: &Node,
    ) -> Result<bool, Problem> {
        let strict = query.get("strict_conditions").and_then(Node::as_bool).unwrap_or(false);
        let mut context = if strict { Context::new() } else { Context::partial() };
        for condition in
            query.get("conditions").map_or(&[][..], Node::items).iter().filter_map(Node::as_str)
        {
            if let Some((key, value)) = condition.split_once('=') {
                context = context.with(key, value);
            }
        }
        let caller = Caller::parse(principal.arn());
        let mut request = Request::new(caller, action, resource).with_context(context);
        let mut policies = principal.policies().clone();
        if let Some(attached) = self.resource_policy(resource) {
            policies = policies.resource(Arc::clone(&attached.policy));
            if let Some(account) = &attached.account {
                request = request.in_account(account);
            }
        } else if let Some(trust) = self.trust_policy(action, resource) {
            policies = policies.resource(trust);
        }
        let account = request.caller().account().unwrap_or_default().to_owned();
        for organization in &self.organizations {
            policies = within(policies, organization, &account);
        }
        let decision = policies.evaluate(&request);
        if let Some(unread) = decision.unread.first() {
            return Err(format!(
                "`{}` may or may not: {unread} is not in the files",
                principal.arn()
            ));
        }
        Ok(decision.outcome == Outcome::Allowed || (!strict && decision.could_be_allowed()))
    }

    /// The policy of that resource, or of the bucket that an object is in.
    fn resource_policy(&self, resource: &str) -> Option<&ResourcePolicy> {
        let exact = self.resources.iter().find(|known| known.arn == resource);
        exact.or_else(|| {
            Arn::split(resource).filter(|arn| arn.service == "s3")?;
            let (bucket, _) = resource.split_once('/')?;
            self.resources.iter().find(|known| known.arn == bucket)
        })
    }

    fn trust_policy(&self, action: &str, resource: &str) -> Option<Arc<Policy>> {
        action.to_ascii_lowercase().starts_with("sts:assumerole").then_some(())?;
        self.details.principal(resource)?.trust().cloned()
    }
}

fn resource_policy(node: &Node) -> Result<ResourcePolicy, Problem> {
    let (policy, _) = Policy::read("resource", PolicyKind::Resource, member(node, "Policy")?);
    Ok(ResourcePolicy {
        arn: string(node, "Resource")?.to_owned(),
        account: node.get("Account").and_then(Node::as_str).map(ToOwned::to_owned),
        policy: Arc::new(policy),
    })
}

/// Adds the control policies on the way from the organization's root to an account.
fn within(policies: Policies, root: &Node, account: &str) -> Policies {
    let mut path = Vec::new();
    if !find(root, account, &mut path) {
        return policies;
    }
    let levels = path.iter().map(|node| {
        let name = node
            .get("Name")
            .or_else(|| node.get("Id"))
            .and_then(Node::as_str)
            .unwrap_or("organization");
        let attached =
            node.get("Policies").map_or(&[][..], Node::items).iter().filter_map(|policy| {
                let name = policy.get("Name").and_then(Node::as_str).unwrap_or("scp");
                Some(Arc::new(Policy::read(name, PolicyKind::Scp, policy.get("Content")?).0))
            });
        Level { node: name.into(), policies: attached.collect() }
    });
    let policies = policies.scps(levels.collect());
    // The root's ARN names the account that manages the organization.
    match root.get("Arn").and_then(Node::as_str).and_then(Arn::split) {
        Some(arn) => policies.management_account(arn.account),
        None => policies,
    }
}

fn find<'n>(node: &'n Node, account: &str, path: &mut Vec<&'n Node>) -> bool {
    path.push(node);
    let children = node.get("Children").map_or(&[][..], Node::items);
    let found = node.get("Id").and_then(Node::as_str) == Some(account)
        || children.iter().any(|child| find(child, account, path));
    if !found {
        path.pop();
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::vectors::{self, CaseResult};

    /// One case about a user to whom a policy is attached that the files do not have.
    fn case(op: &str, action: &str, expected: &str) -> CaseResult {
        let deny = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iam:*","Resource":"*"}}"#;
        let text = format!(
            r#"{{"kind":"gaad-query","files":{{"g.json":{{"UserDetailList":[{{"Arn":"arn:aws:iam::111122223333:user/ana",
            "UserPolicyList":[{{"PolicyName":"no-iam","PolicyDocument":{deny}}}],
            "AttachedManagedPolicies":[{{"PolicyArn":"arn:aws:iam::aws:policy/P"}}]}}]}}}},"vectors":[{{"id":"1",
            "files":{{"gaads":["g.json"],"resources":[],"scps":[]}},"expected":{expected},
            "query":{{"op":"{op}","principal":"arn:aws:iam::111122223333:user/ana","action":"{action}","resource":"*"}}}}]}}"#
        );
        vectors::run(&text).unwrap().remove(0)
    }

    #[test]
    fn what_is_attached_and_not_in_the_files_is_no_answer() {
        for (op, expected) in [("can_i", "false"), ("can_i", "true"), ("who_can", "[]")] {
            let result = case(op, "ec2:StopInstances", expected);
            assert!(!result.pass, "{result}");
            let why = "may or may not: the attached policy `arn:aws:iam::aws:policy/P` is not in the files";
            assert!(result.detail.contains(why), "{}", result.detail);
        }
        // It cannot undo a deny.
        assert!(case("can_i", "iam:CreateUser", "false").pass);
        assert!(case("who_can", "iam:CreateUser", "[]").pass);
    }
}
