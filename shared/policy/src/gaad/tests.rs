use super::*;
use crate::{Layer, Outcome, PolicyKind};

const ACCOUNT: &str = "111122223333";

/// An account with users of all kinds of lacks, and roles that they may or may not assume.
fn details() -> AuthorizationDetails {
    let policy = |name: &str, statement: &str| {
        format!(
            r#"{{"PolicyName":"{name}","PolicyDocument":{{"Version":"2012-10-17","Statement":{statement}}}}}"#
        )
    };
    let all = policy("all", r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#);
    let no_iam = policy(
        "no-iam",
        r#"[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"iam:*","Resource":"*"}]"#,
    );
    let odd = policy("odd", r#"{"Effekt":"Allow","Action":"*","Resource":"*"}"#);
    let user = |name: &str, rest: &str| {
        format!(r#"{{"Arn":"arn:aws:iam::{ACCOUNT}:user/{name}","UserName":"{name}"{rest}}}"#)
    };
    let users = [
        user("admin", &format!(r#","UserPolicyList":[{all}]"#)),
        user("nobody", ""),
        user(
            "attached",
            r#","AttachedManagedPolicies":[{"PolicyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}]"#,
        ),
        user("nameless", r#","AttachedManagedPolicies":[{"PolicyName":"Operators"}]"#),
        user("denied", &format!(r#","UserPolicyList":[{no_iam}],"GroupList":["gone"]"#)),
        user(
            "bounded",
            &format!(
                r#","UserPolicyList":[{all}],"PermissionsBoundary":{{"PermissionsBoundaryArn":"arn:aws:iam::{ACCOUNT}:policy/limit"}}"#
            ),
        ),
        user(
            "bounded-by-something",
            &format!(
                r#","UserPolicyList":[{all}],"PermissionsBoundary":{{"PermissionsBoundaryType":"Policy"}}"#
            ),
        ),
        user("odd", &format!(r#","UserPolicyList":[{odd}]"#)),
        user("cut", r#","UserPolicyList":[{"PolicyName":"cut"}]"#),
        user(
            "encoded",
            r#","UserPolicyList":[{"PolicyName":"p","PolicyDocument":"%7B%22Version"}]"#,
        ),
        user("listless", r#","AttachedManagedPolicies":"AdministratorAccess""#),
        user("null", r#","UserPolicyList":null,"PermissionsBoundary":null"#),
        user("empty", r#","UserPolicyList":[],"PermissionsBoundary":{}"#),
    ];
    let trust = |effect: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"{effect}","Principal":{{"AWS":"{ACCOUNT}"}},"Action":"sts:AssumeRole"}}}}"#
        )
    };
    let role = |name: &str, trust: &str| {
        format!(r#"{{"Arn":"arn:aws:iam::{ACCOUNT}:role/{name}","RoleName":"{name}"{trust}}}"#)
    };
    let roles = [
        role("open", &format!(r#","AssumeRolePolicyDocument":{}"#, trust("Allow"))),
        role("odd", &format!(r#","AssumeRolePolicyDocument":{}"#, trust("Alow"))),
        role("silent", ""),
    ];
    let text = format!(
        r#"{{"UserDetailList":[{}],"RoleDetailList":[{}]}}"#,
        users.join(","),
        roles.join(",")
    );
    AuthorizationDetails::parse(&text).unwrap()
}

fn ask(user: &str, action: &str, resource: &str, other: &OtherPolicies) -> crate::Decision {
    let details = details();
    let principal = details.principal(&format!("arn:aws:iam::{ACCOUNT}:user/{user}")).unwrap();
    principal.evaluate_with(&details, &principal.request(action, resource), other)
}

fn unread(decision: &crate::Decision) -> Vec<&str> {
    decision.unread.iter().map(|policy| &*policy.name).collect()
}

#[test]
fn an_answer_depends_on_what_is_attached_and_was_not_read() {
    for (user, name) in [
        ("attached", "the attached policy `arn:aws:iam::aws:policy/AdministratorAccess`"),
        ("nameless", "the attached policy `Operators`"),
        ("denied", "the policies of the group `gone`"),
        ("bounded", "the permissions boundary `arn:aws:iam::111122223333:policy/limit`"),
        ("bounded-by-something", "the permissions boundary `?`"),
        ("cut", "the inline policy `cut`"),
        ("encoded", "a part of `p`, because a policy must be an object, not a string"),
        ("listless", "`AttachedManagedPolicies`, which is not a list"),
    ] {
        let decision = ask(user, "ec2:StopInstances", "*", &OtherPolicies::default());
        assert_eq!(decision.outcome, Outcome::Depends, "{user}");
        assert_eq!(unread(&decision), [name]);
    }
    let odd = ask("odd", "ec2:StopInstances", "*", &OtherPolicies::default());
    assert_eq!(odd.outcome, Outcome::Depends);
    assert!(unread(&odd)[0].starts_with("a part of `odd`, because `Effekt` is not an element"));
}

#[test]
fn what_was_read_decides_where_nothing_else_could() {
    let other = OtherPolicies::default();
    let outcome = |user, action| ask(user, action, "*", &other).outcome;
    assert_eq!(outcome("admin", "ec2:StopInstances"), Outcome::Allowed);
    assert_eq!(outcome("nobody", "ec2:StopInstances"), Outcome::ImplicitlyDenied);
    assert_eq!(outcome("empty", "ec2:StopInstances"), Outcome::ImplicitlyDenied);
    assert_eq!(outcome("null", "ec2:StopInstances"), Outcome::ImplicitlyDenied);
    // A group that was not read cannot undo a deny.
    assert_eq!(outcome("denied", "iam:CreateUser"), Outcome::ExplicitlyDenied);
}

#[test]
fn the_resources_own_policy_may_grant_what_no_identity_policy_does() {
    let other = OtherPolicies::default();
    let queue = |account: &str| format!("arn:aws:sqs:eu-west-1:{account}:q");
    let own = ask("nobody", "sqs:SendMessage", &queue(ACCOUNT), &other);
    assert_eq!(unread(&own), ["the resource policy of `arn:aws:sqs:eu-west-1:111122223333:q`"]);
    let bucket = ask("nobody", "s3:GetObject", "arn:aws:s3:::b/k", &other);
    assert_eq!(unread(&bucket), ["the bucket policy of `b`"]);
    let key = ask("admin", "kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/1", &other);
    assert_eq!(unread(&key), ["the key policy of `arn:aws:kms:eu-west-1:111122223333:key/1`"]);
    let foreign = ask("admin", "sqs:SendMessage", &queue("444455556666"), &other);
    assert_eq!(foreign.between, (Outcome::Allowed, Outcome::ImplicitlyDenied));
    assert!(unread(&foreign)[0].ends_with("of account `444455556666`"), "{foreign:?}");
    // Across accounts the caller's own side must grant it too, and was read.
    let neither = ask("nobody", "sqs:SendMessage", &queue("444455556666"), &other);
    assert_eq!(neither.outcome, Outcome::ImplicitlyDenied);
    let allowed = ask("admin", "sqs:SendMessage", &queue(ACCOUNT), &other);
    assert_eq!((allowed.outcome, allowed.could_deny.len()), (Outcome::Allowed, 3));
}

#[test]
fn a_trust_policy_is_known_where_the_role_is() {
    let other = OtherPolicies::default();
    let assume = |role: &str| {
        let role = format!("arn:aws:iam::{ACCOUNT}:role/{role}");
        ask("admin", "sts:AssumeRole", &role, &other)
    };
    assert_eq!(assume("open").outcome, Outcome::Allowed);
    for (role, name) in [
        ("silent", "the trust policy of `arn:aws:iam::111122223333:role/silent`"),
        ("gone", "the trust policy of `arn:aws:iam::111122223333:role/gone`"),
    ] {
        assert_eq!(unread(&assume(role)), [name]);
    }
    let odd = assume("odd");
    assert!(unread(&odd)[0].starts_with("a part of the trust policy of"), "{odd:?}");
    // What is odd about a role's trust is no lack of what the role itself may do.
    let details = details();
    assert!(details.principal("arn:aws:iam::111122223333:role/odd").unwrap().gaps().is_empty());
}

#[test]
fn what_is_given_is_used_and_strict_counts_what_may_exist() {
    let key = "arn:aws:kms:eu-west-1:111122223333:key/1";
    let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},
        "Action":"kms:*","Resource":"*"}}"#;
    let policy = Policy::read("key", PolicyKind::Resource, &Node::parse(text).unwrap()).0;
    let read =
        OtherPolicies { resource: ResourcePolicy::Read(policy.into()), ..OtherPolicies::default() };
    let decision = ask("admin", "kms:Decrypt", key, &read);
    assert_eq!((decision.outcome, decision.could_deny.len()), (Outcome::Allowed, 2));
    assert_eq!(ask("nobody", "kms:Decrypt", key, &read).outcome, Outcome::ImplicitlyDenied);
    let strict = OtherPolicies { strict: true, ..read };
    let decision = ask("admin", "kms:Decrypt", key, &strict);
    let layers: Vec<Layer> = decision.unread.iter().map(|policy| policy.layer).collect();
    assert_eq!((decision.outcome, layers), (Outcome::Depends, vec![Layer::Scp, Layer::Rcp]));
    let alone = OtherPolicies { control: ControlPolicies::None, ..strict };
    assert_eq!(ask("admin", "kms:Decrypt", key, &alone).outcome, Outcome::Allowed);
    let none = OtherPolicies { resource: ResourcePolicy::None, ..OtherPolicies::default() };
    assert_eq!(
        ask("nobody", "s3:GetObject", "arn:aws:s3:::b/k", &none).outcome,
        Outcome::ImplicitlyDenied
    );
    let unknown = OtherPolicies { resource: ResourcePolicy::Unknown, ..OtherPolicies::default() };
    assert_eq!(
        ask("nobody", "new:Do", "arn:aws:new:eu-west-1:111122223333:x", &unknown).outcome,
        Outcome::Depends
    );
}

#[test]
fn a_session_may_have_a_policy_of_its_own() {
    let details = details();
    let session = "arn:aws:sts::111122223333:assumed-role/open/ana";
    let role = details.principal(session).unwrap();
    let request = Request::new(Caller::parse(session), "ec2:StopInstances", "*");
    let policies = role.policies_for(&details, &request, &OtherPolicies::default());
    let all =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let all = Policy::read("all", PolicyKind::Identity, &Node::parse(all).unwrap()).0;
    let decision = policies.identity(all).evaluate(&request);
    assert_eq!(decision.outcome, Outcome::Allowed);
    assert!(decision.could_deny.iter().any(|policy| policy.layer == Layer::Session));
}
