//! Every partition is asked within itself, whatever region is configured.

use crate::support::Customer;

/// The regions for which calls of an operation in this account were signed.
fn signed_for(customer: &Customer, operation: &str) -> Vec<String> {
    let calls = customer.calls().into_iter();
    let calls = calls.filter(|call| call["operation"] == operation);
    calls.map(|call| call["region"].as_str().expect("a region").to_owned()).collect()
}

#[test]
fn a_role_is_assumed_in_its_partition_and_in_the_configured_region_of_it() {
    for (partition, configured, expected) in [
        ("aws-cn", None, "cn-north-1"),
        ("aws-cn", Some("us-east-1"), "cn-north-1"),
        ("aws-cn", Some("cn-northwest-1"), "cn-northwest-1"),
        ("aws-us-gov", None, "us-gov-west-1"),
        ("aws-eusc", Some("eu-central-1"), "eusc-de-east-1"),
        ("aws-iso-b", None, "us-isob-east-1"),
        ("aws", None, "us-east-1"),
        ("aws", Some("eu-west-1"), "eu-west-1"),
    ] {
        let account = Customer::next();
        let customer = Customer { account, external_id: "shared-only-with-them".into() };
        let role = customer.role().replace("arn:aws:", &format!("arn:{partition}:"));
        for command in [&["scan"][..], &["keys", "list", "--hours", "1"], &["access", "advisor"]] {
            customer.reset();
            let scan = Customer::command(command).without("AWS_REGION");
            let scan = scan.args(["--role-arn", &role, "--external-id", &customer.external_id]);
            let told = match configured {
                Some(region) => scan.env("AWS_REGION", region),
                None => scan,
            }
            .run();
            // There is no such role; what is tested is where it was looked for.
            let asked = signed_for(&customer, "AssumeRole");
            assert!(!asked.is_empty(), "{command:?} {role}: {}", told.stderr);
            assert!(asked.iter().all(|region| region == expected), "{command:?} {role}: {asked:?}");
        }
    }
}

#[test]
fn the_regions_to_read_tell_the_partition_where_no_role_does() {
    let root = |customer: &Customer, more: &[&str]| {
        Customer::bare_scan()
            .env("AWS_ACCESS_KEY_ID", &format!("AKIAROOT{}", customer.account))
            .env("AWS_SECRET_ACCESS_KEY", "the-root-users-own")
            .without("AWS_SESSION_TOKEN")
            .without("AWS_REGION")
            .args(more)
            .run()
    };
    for (regions, expected) in [
        (&["--region", "cn-northwest-1"][..], "cn-northwest-1"),
        (&["--region", "us-gov-east-1"], "us-gov-east-1"),
        (&[], "us-east-1"),
    ] {
        let customer = Customer { account: Customer::next(), external_id: String::new() };
        let told = root(&customer, regions);
        let asked = signed_for(&customer, "GetCallerIdentity");
        assert_eq!(asked, [expected], "{regions:?}: {}", told.stderr);
    }
}

#[test]
fn a_line_of_several_accounts_is_entered_in_the_partition_of_its_regions() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("accounts.csv");
    let lines =
        [("cn-north-1", "cn-north-1"), ("us-gov-east-1", "us-gov-west-1"), ("", "cn-north-1")];
    let customers = lines.map(|_| Customer::next());
    let rows = customers.iter().zip(lines);
    let rows: Vec<_> = rows
        .map(|(account, (regions, _))| format!("{account},shared-only-with-them,{regions}"))
        .collect();
    let text = format!("account_id,external_id,regions\n{}\n", rows.join("\n"));
    std::fs::write(&file, text).expect("a file");
    let file = file.to_str().expect("a path");
    let told = Customer::bare_scan().without("AWS_REGION").args(["--accounts", file]).run();
    for (account, (regions, expected)) in customers.into_iter().zip(lines) {
        let customer = Customer { account, external_id: String::new() };
        let asked = signed_for(&customer, "AssumeRole");
        assert!(!asked.is_empty(), "{regions}: {}", told.stderr);
        assert!(asked.iter().all(|region| region == expected), "`{regions}`: {asked:?}");
    }
}
