//! `infraaudit policy explain`.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};

use crate::{
    account::{details, parameter, whose},
    command::{Done, run},
    recorded::Recorded,
};

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1";
const QUEUE: &str = "arn:aws:sqs:eu-west-1:444455556666:q";

fn arn(name: &str) -> String {
    format!("arn:aws:iam::111122223333:{name}")
}

fn all() -> Value {
    json!([{"PolicyName": "all", "PolicyDocument": {"Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}}])
}

/// A folder with the details of an account in it.
struct Account {
    folder: tempfile::TempDir,
}

impl Account {
    fn new() -> Self {
        let details = json!({
            "UserDetailList": [
                {"Arn": arn("user/admin"), "UserName": "admin", "UserPolicyList": all()},
                {"Arn": arn("user/nobody"), "UserName": "nobody"},
                {"Arn": arn("user/attached"), "UserName": "attached", "AttachedManagedPolicies": [
                    {"PolicyName": "ViewOnlyAccess", "PolicyArn": "arn:aws:iam::aws:policy/ViewOnlyAccess"}]},
                {"Arn": arn("user/bounded"), "UserName": "bounded", "UserPolicyList": all(),
                 "PermissionsBoundary": {"PermissionsBoundaryArn": arn("policy/limit")}},
            ],
            "GroupDetailList": [], "RoleDetailList": [], "Policies": [],
        });
        let account = Self { folder: tempfile::tempdir().unwrap() };
        account.file("gaad.json", &details);
        account
    }

    fn file(&self, name: &str, content: &Value) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, content.to_string()).unwrap();
        path
    }

    fn explain(&self, user: &str, action: &str, resource: &str, more: &[&str]) -> Done {
        let (file, user) = (self.folder.path().join("gaad.json"), arn(&format!("user/{user}")));
        let mut arguments = vec!["policy", "explain", "--gaad", file.to_str().unwrap()];
        arguments.extend(["--principal", &user, "--action", action, "--resource", resource]);
        arguments.extend(more);
        run("http://127.0.0.1:9", &arguments)
    }
}

#[track_caller]
fn says(done: &Done, code: i32, texts: &[&str]) {
    assert_eq!(done.code, code, "{}{}", done.stdout, done.stderr);
    for text in texts {
        assert!(done.stdout.contains(text), "`{text}` is not in: {}", done.stdout);
    }
}

#[test]
fn what_was_not_given_is_named_and_the_code_says_so_too() {
    let account = Account::new();
    for (user, action, resource, unread) in [
        (
            "attached",
            "ec2:StopInstances",
            "*",
            "the attached policy `arn:aws:iam::aws:policy/ViewOnlyAccess`",
        ),
        (
            "bounded",
            "ec2:StopInstances",
            "*",
            "the permissions boundary `arn:aws:iam::111122223333:policy/limit`",
        ),
        (
            "admin",
            "kms:Decrypt",
            KEY,
            "the key policy of `arn:aws:kms:eu-west-1:111122223333:key/1`",
        ),
        ("admin", "sqs:SendMessage", QUEUE, "of account `444455556666`"),
        ("nobody", "s3:GetObject", "arn:aws:s3:::b/k", "the bucket policy of `b`"),
        (
            "admin",
            "sts:AssumeRole",
            "arn:aws:iam::111122223333:role/gone",
            "the trust policy of `arn",
        ),
    ] {
        let done = account.explain(user, action, resource, &[]);
        says(&done, 4, &["may or may not call", "depending on what was not read: ", unread]);
        done.tells("hint: give the");
    }
}

#[test]
fn what_was_given_decides_where_nothing_else_could() {
    let account = Account::new();
    let admin = account.explain("admin", "ec2:StopInstances", "*", &[]);
    let scps =
        "Not read, and could deny it: the service control policies over account `111122223333`.";
    says(&admin, 0, &["may call", "nothing that was read denies it", scps]);
    let alone = account.explain("admin", "ec2:StopInstances", "*", &["--no-organization"]);
    says(&alone, 0, &["may call", "and nothing denies it"]);
    assert!(!alone.stdout.contains("Not read"), "{}", alone.stdout);
    let strict = account.explain("admin", "ec2:StopInstances", "*", &["--strict"]);
    says(&strict, 4, &["may or may not call", "the service control policies"]);
    let nobody = account.explain("nobody", "ec2:StopInstances", "*", &[]);
    says(&nobody, 0, &["may not call", "no identity policy allows it"]);
    // Across accounts both sides must grant it, and one does not.
    says(&account.explain("nobody", "sqs:SendMessage", QUEUE, &[]), 0, &["may not call"]);
}

#[test]
fn a_resources_policy_is_taken_as_it_is_and_as_aws_prints_it() {
    let account = Account::new();
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"AWS": arn("root")}, "Action": "kms:*", "Resource": "*"}]});
    let plain = account.file("plain.json", &policy);
    let printed = account.file("printed.json", &json!({"Policy": policy.to_string()}));
    for file in [&plain, &printed] {
        let given = ["--resource-policy", file.to_str().unwrap()];
        says(&account.explain("admin", "kms:Decrypt", KEY, &given), 0, &["may call"]);
        says(&account.explain("nobody", "kms:Decrypt", KEY, &given), 0, &["may not call"]);
    }
    let none = account.explain("admin", "kms:Decrypt", KEY, &["--no-resource-policy"]);
    says(&none, 0, &["may not call", "grants it neither to this caller nor to its account"]);
    let wrong =
        account.file("wrong.json", &json!({"Statement": {"Effect": "Alow", "Action": "*"}}));
    let done = account.explain(
        "admin",
        "kms:Decrypt",
        KEY,
        &["--resource-policy", wrong.to_str().unwrap()],
    );
    assert_eq!((done.code, &*done.stdout), (1, ""));
    done.tells("wrong.json`: `Alow` is not an effect");
}

#[test]
fn a_question_about_what_does_not_exist_is_refused_before_anybody_is_asked() {
    let account = Account::new();
    for (action, resource, told) in [
        (
            "GetObject",
            "arn:aws:s3:::b/k",
            "the action `GetObject` names no service, write it as `service:Action`, did you mean `s3:GetObject`",
        ),
        (
            "s3:GetObjet",
            "arn:aws:s3:::b/k",
            "the action `s3:GetObjet` does not exist, did you mean `s3:GetObject`",
        ),
        (
            "s33:GetObject",
            "arn:aws:s3:::b/k",
            "names a service that does not exist, did you mean `s3:GetObject`",
        ),
        ("s3:Get*", "arn:aws:s3:::b/k", "`s3:Get*` is a pattern, name one action"),
        (
            "s3:GetObject",
            "b/k",
            "the resource `b/k` is neither an ARN nor `*`, give `arn:${Partition}:s3:::",
        ),
        ("s3:GetObject", "arn:aws:s3:::", "is neither an ARN nor `*`"),
    ] {
        let done = account.explain("admin", action, resource, &[]);
        assert_eq!((done.code, &*done.stdout), (1, ""), "{action} {resource}");
        done.tells(told);
    }
    // The server refuses every call, and none comes.
    let server = Recorded::start(|asked| panic!("nobody was to ask: {asked:?}"));
    let arguments = ["policy", "explain", "--principal", "arn:aws:iam::111122223333:user/ana"];
    let done = run(
        &server.endpoint,
        &[&arguments[..], &["--action", "s3:GetObjet", "--resource", "*"]].concat(),
    );
    assert_eq!(done.code, 1, "{}", done.stderr);
    assert!(server.asked().is_empty());
}

#[test]
fn what_is_newer_than_the_program_is_answered_for_when_told_to() {
    let account = Account::new();
    let new = "arn:aws:teleport:eu-west-1:111122223333:gate/1";
    let refused = account.explain("admin", "teleport:Go", new, &[]);
    assert_eq!(refused.code, 1);
    refused.tells("is answered for with `--allow-unknown`");
    let told = account.explain("admin", "teleport:Go", new, &["--allow-unknown"]);
    says(&told, 0, &["may call"]);
    told.tells("warning: the action `teleport:Go` names a service that does not exist, as of 20");
    // Nobody knows whether its resources have policies.
    says(
        &account.explain("nobody", "teleport:Go", new, &["--allow-unknown"]),
        4,
        &["may or may not call"],
    );
    let odd = account.explain(
        "admin",
        "s3:GetObject",
        "arn:aws:s3:::b",
        &["--context", "aws:SourcIp=10.0.0.1"],
    );
    odd.tells("warning: `s3:GetObject` does not work on `arn:aws:s3:::b`");
    odd.tells("warning: there is no condition key `aws:SourcIp`");
}

#[test]
fn the_account_itself_is_asked_where_there_is_no_file() {
    let server = Recorded::start(|asked| match parameter(asked, "Action").as_deref() {
        Some("GetCallerIdentity") => whose(),
        Some("GetAccountAuthorizationDetails") => details(asked),
        other => panic!("nobody was to ask {other:?}"),
    });
    let ana = arn("user/ana");
    let done = run(
        &server.endpoint,
        &[
            "policy",
            "explain",
            "--principal",
            &ana,
            "--action",
            "iam:CreateUser",
            "--resource",
            &arn("user/new"),
        ],
    );
    says(&done, 0, &["may call `iam:CreateUser`"]);
}

#[test]
fn help_tells_the_exit_codes() {
    let help = run("http://127.0.0.1:9", &["policy", "explain", "--help"]);
    let text = help.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("Exit codes: 0 it may or it may not, 4 it depends"), "{text}");
}
