//! `--prove-external-id`: nothing is read unless the role opens to its ExternalId and no other.

use serde_json::{Value, json};

use crate::support::{Customer, Outcome};

fn proven(customer: &Customer) -> Outcome {
    customer.reset();
    customer.scan().args(["--prove-external-id"]).run()
}

/// The calls into the account that read anything.
fn reads(customer: &Customer) -> Vec<Value> {
    let mut calls = customer.calls();
    calls.retain(|call| call["service"] != "sts");
    calls
}

/// Nothing was read, and one sentence says why, without the ExternalId.
fn refused(customer: &Customer, outcome: &Outcome) -> String {
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{}", outcome.stderr);
    assert_eq!(reads(customer), Vec::<Value>::new());
    let said = outcome.stderr.trim();
    assert!(!said.contains('\n') && said.contains(&customer.role()), "{said}");
    assert!(!said.contains(&customer.external_id), "an ExternalId is a secret: {said}");
    said.to_owned()
}

#[test]
fn the_role_of_the_template_is_proven_in_three_attempts_and_then_read() {
    let (customer, _) = Customer::small();
    let outcome = proven(&customer);
    assert_eq!(outcome.json(0)["status"], "complete");
    assert!(outcome.stderr.contains("proven: "), "{}", outcome.stderr);
    let attempts: Vec<_> = customer
        .calls()
        .into_iter()
        .filter(|call| call["params"]["DurationSeconds"] == "900")
        .collect();
    assert_eq!(attempts.len(), 3, "with the right id, with none, with a made-up one");
    let opened = attempts.iter().filter(|call| call["status"] == 200).count();
    assert_eq!(opened, 1);
    for call in &attempts {
        let policy = call["params"]["Policy"].as_str().expect("a session policy");
        assert!(policy.contains("Deny"), "a session of the proof may do nothing: {policy}");
    }
}

#[test]
fn the_role_of_the_terraform_module_is_proven_and_read_in_whole() {
    let customer = Customer::by_terraform();
    customer.seed("basic", &json!({"regions": ["eu-west-1"]}));
    assert_eq!(proven(&customer).json(0)["status"], "complete");
}

#[test]
fn a_role_that_opens_without_the_right_external_id_is_refused_as_open() {
    let any = json!({ "StringLike": { "sts:ExternalId": "*" } });
    let some = json!({ "StringEqualsIfExists": { "sts:ExternalId": "only-if-sent" } });
    for (condition, with) in
        [(json!({}), "without an external id"), (any, "with a made-up external id")]
    {
        let customer = Customer::trusting_under(&condition);
        assert_eq!(customer.scan().run().code, 0, "without the proof it is read");
        let said = refused(&customer, &proven(&customer));
        assert!(said.contains(with) && said.contains("sts:ExternalId"), "{said}");
    }
    // The right one is refused and none opens: open all the same.
    let customer = Customer::trusting_under(&some);
    let said = refused(&customer, &proven(&customer));
    assert!(said.contains("without an external id"), "{said}");
}

#[test]
fn a_role_with_another_external_id_is_refused() {
    let customer =
        Customer::trusting_under(&json!({ "StringEquals": { "sts:ExternalId": "another-one" } }));
    let said = refused(&customer, &proven(&customer));
    assert!(said.contains("could not assume") && said.contains("AccessDenied"), "{said}");
}

#[test]
fn a_role_of_an_account_that_has_none_is_refused() {
    let elsewhere = Customer::of("300000000003", "InfraAuditWorker");
    let said = refused(&elsewhere, &proven(&elsewhere));
    assert!(said.contains("could not assume"), "{said}");
}

#[test]
fn throttling_and_failures_are_never_a_proof() {
    let customer = Customer::onboarded();
    for (kind, rule) in [
        ("throttle", json!({"operations": ["AssumeRole"]})),
        ("fail", json!({"operations": ["AssumeRole"], "status": 503})),
        ("fail", json!({"operations": ["AssumeRole"], "how": "reset"})),
        ("throttle", json!({"operations": ["GetCallerIdentity"]})),
    ] {
        customer.reset();
        customer.rule(kind, rule.clone());
        let outcome = customer.scan().args(["--prove-external-id"]).run();
        let said = refused(&customer, &outcome);
        assert!(said.contains("could not prove"), "{rule}: {said}");
    }
}

#[test]
fn throttling_that_passes_is_waited_for() {
    let customer = Customer::onboarded();
    customer.rule("throttle", json!({"operations": ["AssumeRole"], "times": 3}));
    let outcome = customer.scan().args(["--prove-external-id", "--check", "iam_root_mfa"]).run();
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("proven: "), "{}", outcome.stderr);
}

#[test]
fn it_needs_an_external_id_and_a_role() {
    let customer = Customer::onboarded();
    let role = customer.role();
    for args in [
        vec!["--prove-external-id"],
        vec!["--prove-external-id", "--role-arn", &role],
        vec!["--prove-external-id", "--external-id", "some-id"],
    ] {
        let outcome = Customer::bare_scan().args(&args).run();
        assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""), "{args:?}");
        let said = outcome.stderr.trim();
        assert!(said.contains("--role-arn") && !said.contains('\n'), "{said}");
    }
}
