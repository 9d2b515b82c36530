//! From the command's JSON to principals. Each managed policy is made ready once.

use super::PrincipalDetails;
use crate::compiled::{Policy, PolicyKind};
use crate::evaluate::{Layer, Policies};
use crate::json::{Node, Value};
use std::collections::HashMap;
use std::sync::Arc;

struct Managed<'n> {
    documents: HashMap<&'n str, &'n Node>,
    identity: HashMap<&'n str, (Arc<Policy>, Vec<String>)>,
}

pub(super) fn principals(details: &Node) -> Vec<PrincipalDetails> {
    let list = |name: &str| details.get(name).map_or(&[][..], Node::items);
    let documents = list("Policies")
        .iter()
        .filter_map(|policy| Some((text(policy, "Arn")?, default_version(policy)?)));
    let mut managed = Managed { documents: documents.collect(), identity: HashMap::new() };
    let groups: HashMap<&str, &Node> = list("GroupDetailList")
        .iter()
        .filter_map(|group| Some((text(group, "GroupName")?, group)))
        .collect();
    let mut principals = Vec::new();
    for user in list("UserDetailList") {
        let Some(mut principal) = start(user) else { continue };
        principal.attach(user, "UserPolicyList", &mut managed);
        for name in principal.listed(user, "GroupList") {
            let name = name.as_str().unwrap_or("?");
            if let Some(group) = groups.get(name) {
                principal.attach(group, "GroupPolicyList", &mut managed);
            } else {
                principal.lacks(Layer::Identity, format!("the policies of the group `{name}`"));
            }
        }
        principal.bound(user, &mut managed);
        principals.push(principal);
    }
    for role in list("RoleDetailList") {
        let Some(mut principal) = start(role) else { continue };
        principal.attach(role, "RolePolicyList", &mut managed);
        principal.bound(role, &mut managed);
        principal.trust = role.get("AssumeRolePolicyDocument").map(|document| {
            let name = format!("the trust policy of `{}`", principal.arn);
            let (policy, gaps) = compile(&name, PolicyKind::Resource, document);
            principal.trust_gaps = gaps;
            Arc::new(policy)
        });
        principals.push(principal);
    }
    principals
}

fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key)?.as_str()
}

/// The version in force. A list that does not say which it is holds none that is known.
fn default_version(policy: &Node) -> Option<&Node> {
    let versions = policy.get("PolicyVersionList")?.items();
    let flagged =
        |version: &&Node| version.get("IsDefaultVersion").and_then(Node::as_bool) == Some(true);
    let id = text(policy, "DefaultVersionId");
    let named = |version: &&Node| id.is_some() && text(version, "VersionId") == id;
    let found = versions.iter().find(flagged).or_else(|| versions.iter().find(named));
    found
        .or(match versions {
            [only] if only.get("IsDefaultVersion").is_none() => Some(only),
            _ => None,
        })?
        .get("Document")
}

fn start(node: &Node) -> Option<PrincipalDetails> {
    let tags = node.get("Tags").map_or(&[][..], Node::items).iter();
    Some(PrincipalDetails {
        arn: text(node, "Arn")?.into(),
        policies: Policies::new(),
        trust: None,
        tags: tags
            .filter_map(|tag| Some((text(tag, "Key")?.into(), text(tag, "Value")?.into())))
            .collect(),
        gaps: Vec::new(),
        trust_gaps: Vec::new(),
    })
}

impl PrincipalDetails {
    fn change(&mut self, change: impl FnOnce(Policies) -> Policies) {
        self.policies = change(std::mem::take(&mut self.policies));
    }

    /// Something of its policies was not read.
    fn lacks(&mut self, layer: Layer, what: String) {
        self.change(|policies| policies.unread(layer, &what));
        self.gaps.push(what);
    }

    /// The items of a list. It may be left out, as IAM does where it has none; anything else in its place is a gap.
    fn listed<'n>(&mut self, node: &'n Node, key: &str) -> &'n [Node] {
        match node.get(key) {
            Some(list) if list.is_array() => list.items(),
            None | Some(Node { value: Value::Null, .. }) => &[],
            Some(_) => {
                self.lacks(Layer::Identity, format!("`{key}`, which is not a list"));
                &[]
            }
        }
    }

    fn attach<'n>(&mut self, node: &'n Node, inline: &str, managed: &mut Managed<'n>) {
        for each in self.listed(node, inline) {
            let name = text(each, "PolicyName").unwrap_or("inline");
            let Some(document) = each.get("PolicyDocument") else {
                self.lacks(Layer::Identity, format!("the inline policy `{name}`"));
                continue;
            };
            let (policy, gaps) = compile(name, PolicyKind::Identity, document);
            self.change(|policies| policies.identity(policy));
            for gap in gaps {
                self.lacks(Layer::Identity, gap);
            }
        }
        for each in self.listed(node, "AttachedManagedPolicies") {
            let arn = text(each, "PolicyArn");
            let Some((policy, gaps)) = arn.and_then(|arn| managed.identity(arn)) else {
                let name = arn.or_else(|| text(each, "PolicyName")).unwrap_or("?");
                self.lacks(Layer::Identity, format!("the attached policy `{name}`"));
                continue;
            };
            self.change(|policies| policies.identity(Arc::clone(policy)));
            for gap in gaps {
                self.lacks(Layer::Identity, gap.clone());
            }
        }
    }

    fn bound(&mut self, node: &Node, managed: &mut Managed<'_>) {
        // An empty object is none, too: the API's answer has such an element.
        let boundary = match node.get("PermissionsBoundary") {
            None | Some(Node { value: Value::Null, .. }) => return,
            Some(Node { value: Value::Object(members), .. }) if members.is_empty() => return,
            Some(boundary) => boundary,
        };
        let arn = text(boundary, "PermissionsBoundaryArn");
        let Some(document) = arn.and_then(|arn| managed.documents.get(arn)) else {
            let name = arn.unwrap_or("?");
            self.lacks(Layer::Boundary, format!("the permissions boundary `{name}`"));
            return;
        };
        let (policy, gaps) = compile(arn.unwrap_or("?"), PolicyKind::Boundary, document);
        self.change(|policies| policies.boundary(policy));
        for gap in gaps {
            self.lacks(Layer::Boundary, gap);
        }
    }
}

impl<'n> Managed<'n> {
    fn identity(&mut self, arn: &'n str) -> Option<&(Arc<Policy>, Vec<String>)> {
        if !self.identity.contains_key(arn) {
            let (policy, gaps) = compile(arn, PolicyKind::Identity, self.documents.get(arn)?);
            self.identity.insert(arn, (Arc::new(policy), gaps));
        }
        self.identity.get(arn)
    }
}

/// Makes a document ready; the API itself gives documents as URL-encoded text, the command line as JSON.
fn compile(name: &str, kind: PolicyKind, document: &Node) -> (Policy, Vec<String>) {
    let decoded = document.as_str().and_then(|text| Node::parse(&percent_decoded(text)).ok());
    let document = decoded.as_ref().unwrap_or(document);
    let (policy, problems) = Policy::read(name, kind, document);
    let quoted = if name.contains('`') { name.to_owned() } else { format!("`{name}`") };
    let gap = |problem: &crate::Problem| format!("a part of {quoted}, because {problem}");
    (policy, problems.iter().map(gap).collect())
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(b) = rest.next() {
        let mut ahead = rest.clone();
        let digit = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16));
        match (b, digit(ahead.next()), digit(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                bytes.extend(u8::try_from(high * 16 + low));
                rest = ahead;
            }
            _ => bytes.push(b),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::AuthorizationDetails;
    use super::percent_decoded;
    use crate::Outcome;

    const ALLOW: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#;

    fn outcome(details: &str) -> (Outcome, usize) {
        let details = AuthorizationDetails::parse(details).unwrap();
        let principal = &details.principals()[0];
        let decision =
            principal.evaluate(&details, &principal.request("s3:GetObject", "arn:aws:s3:::b/k"));
        (decision.outcome, principal.gaps().len())
    }

    #[test]
    fn groups_managed_and_encoded_policies_count() {
        let encoded = ALLOW.replace('"', "%22").replace('{', "%7B");
        let user = |rest: &str| {
            format!(r#"{{"UserDetailList":[{{"Arn":"arn:aws:iam::111122223333:user/a"{rest}}}]"#)
        };
        let inline = user(&format!(
            r#","UserPolicyList":[{{"PolicyName":"p","PolicyDocument":"{encoded}"}}]"#
        )) + "}";
        assert_eq!(outcome(&inline), (Outcome::Allowed, 0));
        let group = user(r#","GroupList":["g","h"]"#)
            + &format!(
                r#","GroupDetailList":[{{"GroupName":"g","GroupPolicyList":[{{"PolicyName":"p","PolicyDocument":{ALLOW}}}]}}]}}"#
            );
        assert_eq!(outcome(&group), (Outcome::Depends, 1), "the group `h` could deny it");
        let attached = r#","AttachedManagedPolicies":[{"PolicyArn":"arn:aws:iam::aws:policy/P"}]"#;
        let managed = format!(
            r#","Policies":[{{"Arn":"arn:aws:iam::aws:policy/P","PolicyVersionList":[{{"Document":{{}},"IsDefaultVersion":false}},{{"Document":{ALLOW},"IsDefaultVersion":true}}]}}]}}"#
        );
        assert_eq!(outcome(&(user(attached) + &managed)), (Outcome::Allowed, 0));
        assert_eq!(outcome(&(user(attached) + "}")), (Outcome::Depends, 1));
        let bounded = format!(
            r#"{attached},"PermissionsBoundary":{{"PermissionsBoundaryArn":"arn:aws:iam::aws:policy/Q"}}"#
        );
        assert_eq!(outcome(&(user(&bounded) + &managed)), (Outcome::Depends, 1));
    }

    #[test]
    fn percent_signs_that_encode_nothing_stay() {
        assert_eq!(percent_decoded("%7B100%%zz%2"), "{100%%zz%2");
    }
}
