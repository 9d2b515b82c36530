//! From the command's JSON to principals. Each managed policy is made ready once.

use super::PrincipalDetails;
use crate::compiled::{Policy, PolicyKind};
use crate::evaluate::Policies;
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
        attach(&mut principal, user, "UserPolicyList", &mut managed);
        for name in
            user.get("GroupList").map_or(&[][..], Node::items).iter().filter_map(Node::as_str)
        {
            match groups.get(name) {
                Some(group) => attach(&mut principal, group, "GroupPolicyList", &mut managed),
                None => principal.gaps.push(format!("the group `{name}` is not in the file")),
            }
        }
        bound(&mut principal, user, &mut managed);
        principals.push(principal);
    }
    for role in list("RoleDetailList") {
        let Some(mut principal) = start(role) else { continue };
        attach(&mut principal, role, "RolePolicyList", &mut managed);
        bound(&mut principal, role, &mut managed);
        principal.trust = role.get("AssumeRolePolicyDocument").map(|document| {
            let (policy, gaps) = compile("the trust policy", PolicyKind::Resource, document);
            principal.gaps.extend(gaps);
            Arc::new(policy)
        });
        principals.push(principal);
    }
    principals
}

fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key)?.as_str()
}

fn default_version(policy: &Node) -> Option<&Node> {
    let versions = policy.get("PolicyVersionList")?.items();
    let is_default =
        |version: &&Node| version.get("IsDefaultVersion").and_then(Node::as_bool) == Some(true);
    versions.iter().find(is_default).or_else(|| versions.first())?.get("Document")
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
    })
}

fn attach<'n>(
    principal: &mut PrincipalDetails,
    node: &'n Node,
    inline: &str,
    managed: &mut Managed<'n>,
) {
    let mut add = |policy: Arc<Policy>| {
        principal.policies = std::mem::take(&mut principal.policies).identity(policy);
    };
    for each in node.get(inline).map_or(&[][..], Node::items) {
        let Some(document) = each.get("PolicyDocument") else { continue };
        let (policy, gaps) =
            compile(text(each, "PolicyName").unwrap_or("inline"), PolicyKind::Identity, document);
        principal.gaps.extend(gaps);
        add(Arc::new(policy));
    }
    for each in node.get("AttachedManagedPolicies").map_or(&[][..], Node::items) {
        let Some(arn) = text(each, "PolicyArn") else { continue };
        match managed.identity(arn) {
            Some((policy, gaps)) => {
                principal.gaps.extend(gaps.iter().cloned());
                add(Arc::clone(policy));
            }
            None => principal.gaps.push(format!("the attached policy `{arn}` is not in the file")),
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

/// A boundary that is not in the file allows nothing that can be known, so none of its allows count.
fn bound(principal: &mut PrincipalDetails, node: &Node, managed: &mut Managed<'_>) {
    let Some(arn) = node
        .get("PermissionsBoundary")
        .and_then(|boundary| text(boundary, "PermissionsBoundaryArn"))
    else {
        return;
    };
    let nothing = Node::from(Value::Object(Vec::new()));
    let document = managed.documents.get(arn).copied().unwrap_or_else(|| {
        principal.gaps.push(format!("the permissions boundary `{arn}` is not in the file"));
        &nothing
    });
    let policy = if document.members().is_empty() {
        Policy::read(arn, PolicyKind::Boundary, document).0
    } else {
        let (policy, gaps) = compile(arn, PolicyKind::Boundary, document);
        principal.gaps.extend(gaps);
        policy
    };
    principal.policies = std::mem::take(&mut principal.policies).boundary(policy);
}

/// Makes a document ready; the API itself gives documents as URL-encoded text, the command line as JSON.
fn compile(name: &str, kind: PolicyKind, document: &Node) -> (Policy, Vec<String>) {
    let decoded = document.as_str().and_then(|text| Node::parse(&percent_decoded(text)).ok());
    let document = decoded.as_ref().unwrap_or(document);
    let (policy, problems) = Policy::read(name, kind, document);
    let gaps = problems.iter().map(|problem| format!("in `{name}`: {problem}")).collect();
    (policy, gaps)
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
        assert_eq!(outcome(&group), (Outcome::Allowed, 1), "the group `h` is a gap");
        let attached = r#","AttachedManagedPolicies":[{"PolicyArn":"arn:aws:iam::aws:policy/P"}]"#;
        let managed = format!(
            r#","Policies":[{{"Arn":"arn:aws:iam::aws:policy/P","PolicyVersionList":[{{"Document":{{}},"IsDefaultVersion":false}},{{"Document":{ALLOW},"IsDefaultVersion":true}}]}}]}}"#
        );
        assert_eq!(outcome(&(user(attached) + &managed)), (Outcome::Allowed, 0));
        assert_eq!(outcome(&(user(attached) + "}")), (Outcome::ImplicitlyDenied, 1));
        let bounded = format!(
            r#"{attached},"PermissionsBoundary":{{"PermissionsBoundaryArn":"arn:aws:iam::aws:policy/Q"}}"#
        );
        assert_eq!(outcome(&(user(&bounded) + &managed)), (Outcome::ImplicitlyDenied, 1));
    }

    #[test]
    fn percent_signs_that_encode_nothing_stay() {
        assert_eq!(percent_decoded("%7B100%%zz%2"), "{100%%zz%2");
    }
}
