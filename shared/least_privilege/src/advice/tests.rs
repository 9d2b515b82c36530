use super::*;
use serde_json::json;

const DAY: i64 = 86_400;
const NOW: i64 = 20_000 * DAY;
const SINCE: Since = Since { now: NOW, days: 90 };

fn policy(actions: &serde_json::Value) -> serde_json::Value {
    json!([{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": actions, "Resource": "*"}}}])
}

fn account() -> Account {
    let details = json!({
        "UserDetailList": [{"Arn": "arn:aws:iam::111122223333:user/ana", "UserName": "ana",
            "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "s3:Put*", "Resource": "arn:aws:s3:::photos/*"},
                {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"},
                {"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}]}}]}],
        "RoleDetailList": [
            {"Arn": "arn:aws:iam::111122223333:role/deploy", "CreateDate": "2020-01-01T00:00:00Z",
             "RolePolicyList": policy(&json!(["iam:*", "ec2:Describe*"]))},
            {"Arn": "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"}],
        "GroupDetailList": [{"Arn": "arn:aws:iam::111122223333:group/readers", "GroupName": "readers",
            "GroupPolicyList": policy(&json!("sns:Publish"))}],
        "Policies": [],
    });
    Account::read(&details).unwrap()
}

fn access(prefix: &str, days: Option<i64>, actions: &[(&str, Option<i64>)]) -> Access {
    let ago = |days: Option<i64>| days.map(|days| NOW - days * DAY);
    let actions = actions.iter().map(|(name, days)| ((*name).to_owned(), ago(*days))).collect();
    Access { prefix: prefix.into(), name: prefix.to_uppercase(), last: ago(days), actions }
}

fn advice(
    arn: &str,
    accesses: &[Access],
) -> Vec<(String, Verdict, Option<AccessLevel>, Vec<String>)> {
    let account = account();
    let entity = account.entities.iter().find(|entity| entity.arn.ends_with(arn)).unwrap();
    let rows = advise(&Facts::bundled().unwrap(), entity, accesses, SINCE).unwrap();
    rows.into_iter().map(|row| (row.service, row.verdict, row.worst, row.unused)).collect()
}

#[test]
fn what_was_not_used_comes_first_and_the_worst_of_it_at_the_top() {
    let accesses =
        [access("ec2", Some(100), &[]), access("iam", Some(91), &[("CreateUser", None)])];
    let rows = advice("role/deploy", &accesses);
    assert_eq!(rows[0].0, "iam");
    assert_eq!((rows[0].1, rows[0].2), (Verdict::Unused, Some(AccessLevel::PermissionsManagement)));
    assert_eq!((rows[1].1, rows[1].2), (Verdict::Unused, Some(AccessLevel::List)));
}

#[test]
fn single_actions_count_where_iam_tracks_them_and_are_never_guessed_where_not() {
    let tracked = [("CreateUser", Some(3)), ("DeleteUser", Some(200)), ("PutRolePolicy", None)];
    let rows =
        advice("role/deploy", &[access("iam", Some(3), &tracked), access("ec2", Some(1), &[])]);
    assert_eq!(rows[0].1, Verdict::ActionsUnused);
    assert_eq!(rows[0].3, ["DeleteUser", "PutRolePolicy"]);
    assert_eq!(rows[0].2, Some(AccessLevel::PermissionsManagement));
    assert_eq!((rows[1].1, rows[1].2), (Verdict::ActionsUntold, None));
}

#[test]
fn what_the_policies_do_not_allow_is_not_advised_about() {
    // Everything of SQS is denied again, and of S3 only `Put…` is allowed.
    let s3 = [("CreateBucket", None), ("PutObjectAcl", None)];
    let rows = advice("user/ana", &[access("sqs", None, &[]), access("s3", Some(1), &s3)]);
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(rows[0].3, ["PutObjectAcl"]);
}

#[test]
fn groups_are_judged_and_roles_of_services_are_not() {
    assert_eq!(account().service_linked, 1);
    assert_eq!(account().entities.len(), 3);
    let rows = advice("group/readers", &[access("sns", None, &[]), access("iam", None, &[])]);
    assert_eq!(rows, [("sns".into(), Verdict::Unused, Some(AccessLevel::Write), vec![])]);
}

#[test]
fn who_is_younger_than_the_time_has_not_failed_to_use_anything() {
    let mut account = account();
    let facts = Facts::bundled().unwrap();
    account.entities[1].created = Some(NOW - 5 * DAY);
    let rows = advise(&facts, &account.entities[1], &[access("iam", None, &[])], SINCE).unwrap();
    assert_eq!(rows[0].verdict, Verdict::TooYoung);
    account.entities[1].created = Some(NOW - 91 * DAY);
    let rows = advise(&facts, &account.entities[1], &[access("iam", None, &[])], SINCE).unwrap();
    assert_eq!(rows[0].verdict, Verdict::Unused);
}

#[test]
fn whose_policies_were_not_read_is_not_judged() {
    let arn = |name: &str| format!("arn:aws:iam::111122223333:user/{name}");
    let boundary = json!({"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/limit"});
    let attached = json!([{"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}]);
    let broken = json!([{"PolicyName": "p", "PolicyDocument": "%7B"}]);
    let details = json!({
        "UserDetailList": [
            {"Arn": arn("attached"), "AttachedManagedPolicies": attached},
            {"Arn": arn("bounded"), "UserPolicyList": policy(&json!("*")), "PermissionsBoundary": boundary},
            {"Arn": arn("grouped"), "UserPolicyList": policy(&json!("*")), "GroupList": ["gone"]},
            {"Arn": arn("broken"), "UserPolicyList": broken},
        ],
        "RoleDetailList": [
            // Who may assume a role says nothing of what the role may do.
            {"Arn": "arn:aws:iam::111122223333:role/odd", "RolePolicyList": policy(&json!("sqs:*")),
             "AssumeRolePolicyDocument": "%7B"}],
        "GroupDetailList": [{"Arn": "arn:aws:iam::111122223333:group/ops", "GroupName": "ops",
            "AttachedManagedPolicies": attached}],
    });
    let account = Account::read(&details).unwrap();
    let facts = Facts::bundled().unwrap();
    let judge = |entity| advise(&facts, entity, &[access("sqs", None, &[])], SINCE);
    for (entity, unread) in account.entities.iter().zip([
        "the attached policy `arn:aws:iam::aws:policy/AdministratorAccess`",
        "the permissions boundary `arn:aws:iam::111122223333:policy/limit`",
        "the policies of the group `gone`",
        "a part of `p`, because",
    ]) {
        let why = judge(entity).unwrap_err();
        assert!(why.to_string().contains(unread), "{why}");
        assert_eq!(entity.can_be_judged(), Err(why));
    }
    let [role, group] = &account.entities[4..] else { panic!("{account:?}") };
    assert_eq!(judge(role).unwrap().len(), 1);
    assert!(judge(group).is_err());
}
