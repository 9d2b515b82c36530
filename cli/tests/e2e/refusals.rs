//! What cannot be audited is told in one sentence, at once, and never as a result.

use std::time::Duration;

use crate::support::{Customer, Outcome, Scan};

/// Runs a scan that cannot start: nothing on standard output, one sentence on standard error.
fn refused(scan: impl Fn() -> Scan, code: i32) -> Outcome {
    // The fastest of three: other tests keep the stand-in and the cores busy.
    let outcome = (0..3).map(|_| scan().run()).min_by_key(|one| one.time).expect("a run");
    assert_eq!(outcome.code, code, "{}", outcome.stderr);
    assert_eq!(outcome.stdout, "");
    assert!(outcome.time < Duration::from_secs(1), "took {:?}", outcome.time);
    outcome
}

fn one_sentence(outcome: &Outcome) -> &str {
    let said = outcome.stderr.trim();
    assert!(!said.is_empty() && !said.contains('\n'), "not one sentence: {said}");
    assert!(!said.contains("SdkError") && !said.contains("ServiceError"), "a Rust type: {said}");
    said
}

#[test]
fn a_wrong_external_id() {
    let customer = Customer::onboarded();
    let outcome = refused(
        || {
            Customer::bare_scan().args([
                "--role-arn",
                &customer.role(),
                "--external-id",
                "guessed-it",
            ])
        },
        2,
    );
    let said = one_sentence(&outcome);
    assert!(said.contains(&customer.role()), "what was tried: {said}");
    assert!(said.contains("not authorized to perform: sts:AssumeRole"), "AWS's words: {said}");
    assert!(said.contains("external id"), "what to fix: {said}");
    assert!(!said.contains("guessed-it"), "an ExternalId is a secret: {said}");
}

#[test]
fn no_external_id() {
    let customer = Customer::onboarded();
    let outcome = refused(|| Customer::bare_scan().args(["--role-arn", &customer.role()]), 2);
    let said = one_sentence(&outcome);
    assert!(said.contains(&customer.role()), "{said}");
    assert!(said.contains("external id"), "what to fix: {said}");
}

#[test]
fn a_role_that_does_not_exist_by_account_and_name() {
    let customer = Customer::onboarded();
    let args = ["--account", &customer.account, "--role-name", "Misspelt", "--external-id", "x-1"];
    let outcome = refused(|| Customer::bare_scan().args(args), 2);
    let role = format!("arn:aws:iam::{}:role/Misspelt", customer.account);
    assert!(one_sentence(&outcome).contains(&role), "{}", outcome.stderr);
}

#[test]
fn the_role_name_has_a_default() {
    let customer = Customer::onboarded();
    let args = ["--account", &customer.account, "--external-id", &customer.external_id];
    let outcome = Customer::bare_scan().args(args).args(["--format", "json"]).run();
    assert_eq!(outcome.json(0)["account"], customer.account.as_str());
}

#[test]
fn an_empty_role_or_external_id_is_a_mistake_and_never_no_role() {
    let customer = Customer::onboarded();
    let role = customer.role();
    for args in [
        vec!["--role-arn", ""],
        vec!["--role-arn", &role, "--external-id", ""],
        vec!["--role-arn", "arn:aws:iam::12:role/short"],
        vec!["--role-arn", &role, "--external-id", "a"],
        vec!["--role-arn", &role, "--account", &customer.account],
        vec!["--check", "s3_encrption"],
        vec!["--service", "rds2"],
        vec!["--no-such-option"],
        vec!["--format", "yaml"],
        vec!["--fail-on", "awful"],
    ] {
        let outcome = refused(|| Customer::bare_scan().args(&args), 1);
        assert!(!outcome.stderr.trim().is_empty(), "{args:?}");
    }
    assert!(customer.calls().iter().all(|call| call["operation"] != "ListUsers"));
}

#[test]
fn a_misspelt_check_suggests_the_nearest() {
    let outcome = refused(|| Customer::bare_scan().args(["--check", "s3_encrption"]), 1);
    assert!(outcome.stderr.contains("s3_encryption"), "{}", outcome.stderr);
}

#[test]
fn credentials_that_aws_does_not_know() {
    let outcome =
        refused(|| Customer::bare_scan().env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), 2);
    assert!(one_sentence(&outcome).contains("security token"), "{}", outcome.stderr);
}

#[test]
fn no_credentials_at_all() {
    let bare = || {
        ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]
            .into_iter()
            .fold(Customer::bare_scan(), Scan::without)
    };
    let outcome = refused(bare, 2);
    assert!(one_sentence(&outcome).contains("credentials"), "{}", outcome.stderr);
}

#[test]
fn an_endpoint_that_is_not_there() {
    let outcome = Customer::bare_scan().env("AWS_ENDPOINT_URL", "http://127.0.0.1:9").run();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{}", outcome.stderr);
    one_sentence(&outcome);
}

#[test]
fn an_external_id_that_is_refused_is_not_repeated() {
    for wrong in ["", "no spaces please"] {
        let args = ["--account", "111122223333", "--external-id", wrong];
        let outcome = Customer::bare_scan().args(args).run();
        assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""), "{}", outcome.stderr);
        assert!(one_sentence(&outcome).contains("external id"), "{}", outcome.stderr);
        assert!(!outcome.says("no spaces please"), "{}", outcome.stderr);
    }
}

#[test]
fn a_region_that_does_not_exist_is_not_an_all_clear() {
    for check in ["s3_encryption", "ec2_imdsv2"] {
        let customer = Customer::onboarded();
        let outcome = customer.scan().args(["--check", check, "--region", "eu-wset-1"]).run();
        assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""), "{}", outcome.stderr);
        assert!(outcome.stderr.contains("`eu-wset-1`"), "{}", outcome.stderr);
    }
}

#[test]
fn a_place_that_cannot_be_written_is_told_before_aws_is_asked() {
    let customer = Customer::onboarded();
    customer.reset();
    let outcome = customer.scan().args(["--output", "/nowhere/at/all.json"]).run();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""), "{}", outcome.stderr);
    assert!(one_sentence(&outcome).contains("/nowhere/at/all.json"), "{}", outcome.stderr);
    assert_eq!(customer.calls().len(), 0);
}

#[test]
fn a_profile_that_was_asked_for_comes_before_the_environment() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let profile = "[profile customer]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n\
                   aws_secret_access_key = nobody-has-it\nregion = us-east-1\n";
    std::fs::write(file.path(), profile).expect("a profile");
    let path = file.path().to_str().expect("a path");
    let scan =
        |profile| Customer::bare_scan().args(["--profile", profile]).env("AWS_CONFIG_FILE", path);
    // The environment has credentials that AWS takes, of another account.
    let outcome = refused(|| scan("customer"), 2);
    let said = one_sentence(&outcome);
    assert!(said.contains("AWS does not accept the credentials"), "{said}");
    let outcome = refused(|| scan("nobody"), 2);
    let said = one_sentence(&outcome);
    assert!(said.contains("nobody"), "which profile: {said}");
}

#[test]
fn an_account_of_which_nothing_can_be_read_is_not_audited() {
    let (customer, _) = Customer::small();
    // The account's public access block has an API of its own.
    for service in domain::Service::ALL.iter().map(domain::Service::name).chain(["s3control"]) {
        customer.rule("deny", serde_json::json!({"services": [service]}));
    }
    let outcome = customer.scan_as("table").run();
    assert_eq!(outcome.code, 2, "{}", outcome.stderr);
    assert!(outcome.stdout.contains("INCOMPLETE"), "{}", outcome.stdout);
    assert!(outcome.stderr.contains("nothing of the account could be read"), "{}", outcome.stderr);
}
