//! `--accounts`: the accounts of a file, audited together and each for itself.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::PathBuf, time::Duration};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Customer, Scan, found};

/// A file of accounts in a folder that is removed with it.
struct File {
    path: PathBuf,
    _folder: TempDir,
}

impl File {
    fn new(text: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("accounts.csv");
        fs::write(&path, text).expect("the file");
        Self { path, _folder: folder }
    }

    fn of(customers: &[&Customer]) -> Self {
        let mut text = "account_id,name,role_name,external_id,regions\n".to_owned();
        for (at, Customer { account, external_id }) in customers.iter().enumerate() {
            writeln!(text, "{account},Customer {at},,{external_id},").expect("text");
        }
        Self::new(&text)
    }

    fn scan(&self, args: &[&str]) -> Scan {
        Customer::bare_scan().args(["--accounts", self.path.to_str().expect("UTF-8")]).args(args)
    }
}

/// Two accounts that are audited, and one whose role asks for another ExternalId.
fn three() -> (Customer, Customer, Customer) {
    let (well, _) = Customer::small();
    let (sick, _) = Customer::seeded_with(&json!({"regions": ["eu-west-1"], "mfa": 0}));
    let closed =
        Customer::trusting_under(&json!({ "StringEquals": { "sts:ExternalId": "another-one" } }));
    (well, sick, closed)
}

#[test]
fn one_document_has_every_account_and_what_each_scan_alone_finds() {
    let (well, sick, closed) = three();
    let file = File::of(&[&well, &sick, &closed]);
    let outcome = file.scan(&["--format", "json"]).run();
    let together = outcome.json(2);
    let accounts = together["accounts"].as_array().expect("accounts");
    let order: Vec<_> = accounts.iter().map(|one| one["account"].as_str()).collect();
    let worst_first = [&closed, &sick, &well].map(|one| Some(one.account.as_str()));
    assert_eq!(order, worst_first);
    for (one, customer) in accounts[1..].iter().zip([&sick, &well]) {
        assert_eq!(found(&one["report"]), found(&customer.scan().run().json(0)));
        assert_eq!(one["error"], Value::Null);
    }
    assert_eq!(accounts[0]["report"], Value::Null);
    let error = accounts[0]["error"].as_str().expect("a reason");
    assert!(error.contains(&closed.role()), "{error}");
    assert_eq!(
        (&together["status"], &accounts[1]["name"]),
        (&json!("incomplete"), &json!("Customer 1"))
    );
    for customer in [&well, &sick, &closed] {
        assert!(!outcome.says(&customer.external_id), "an ExternalId:\n{}", outcome.stderr);
        assert!(outcome.stderr.contains(&format!("{} Customer", customer.account)), "progress");
    }
}

#[test]
fn the_json_keeps_its_schema() {
    let schema = |name: &str| -> Value {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/schema");
        let text = fs::read_to_string(format!("{folder}/{name}")).expect("the schema");
        serde_json::from_str(&text).expect("JSON")
    };
    // Bundled: what one refers to is found in the other by its name.
    let mut several = schema("scan-accounts-1.json");
    several["$defs"]["scan-1"] = schema("scan-1.json");
    let validator = jsonschema::validator_for(&several).expect("a JSON Schema");
    let (well, sick, closed) = three();
    let document = File::of(&[&well, &sick, &closed]).scan(&["--format", "json"]).run().json(2);
    let wrong: Vec<_> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let mut spoilt = document;
    spoilt["accounts"][1]["report"]["summary"] = json!(null);
    assert!(!validator.is_valid(&spoilt), "the schema does not look into the reports");
}

#[test]
fn exit_codes_are_over_all_accounts() {
    let (well, sick, closed) = three();
    let code = |customers: &[&Customer], args: &[&str]| {
        let outcome = File::of(customers).scan(args).run();
        assert!(!outcome.stdout.is_empty(), "{}", outcome.stderr);
        outcome.code
    };
    let only = ["--check", "iam_root_mfa"];
    assert_eq!(code(&[&well, &sick], &only), 0);
    assert_eq!(code(&[&well], &[only[0], only[1], "--fail-on", "low"]), 0);
    assert_eq!(code(&[&well, &sick], &[only[0], only[1], "--fail-on", "high"]), 3);
    assert_eq!(code(&[&well, &closed], &only), 2);
    assert_eq!(code(&[&well, &closed], &[only[0], only[1], "--strict"]), 4);
    assert_eq!(code(&[&sick, &closed], &[only[0], only[1], "--strict", "--fail-on", "high"]), 3);
    assert_eq!(code(&[&closed], &only), 2);
}

#[test]
fn the_table_leads_with_the_accounts_and_csv_names_each() {
    let (well, sick, closed) = three();
    let file = File::of(&[&well, &sick, &closed]);
    let table = file.scan(&[]).run();
    let place =
        |text: &str| table.stdout.find(text).unwrap_or_else(|| panic!("{text}: {}", table.stdout));
    assert!(table.stdout.starts_with("3 accounts, "), "{}", table.stdout);
    assert!(table.stdout.contains("1 NOT AUDITED"), "{}", table.stdout);
    assert!(place(&closed.account) < place(&sick.account), "{}", table.stdout);
    assert!(place(&sick.account) < place(&well.account), "{}", table.stdout);
    assert!(place("complete") < place("SEVERITY"), "{}", table.stdout);

    let csv = file.scan(&["--format", "csv"]).run();
    let mut reader = csv::Reader::from_reader(csv.stdout.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let at = |name: &str| header.iter().position(|one| one == name).expect("a column");
    let (account, verdict) = (at("account"), at("verdict"));
    let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in reader.records() {
        let row = row.expect("rows of equal length");
        rows.entry(row[account].to_owned()).or_default().push(row[verdict].to_owned());
    }
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[&closed.account], ["unknown"]);
    assert!(rows[&sick.account].len() > 1);
}

#[test]
fn every_problem_of_the_file_is_told_before_aws_is_asked() {
    let customer = Customer::onboarded();
    customer.reset();
    let Customer { account, external_id } = &customer;
    let file = File::new(&format!(
        "account_id,external_id,regions\n{account},{external_id},\n12345,{external_id},\n\
         {account},not one,Seoul\n"
    ));
    let outcome = file.scan(&[]).run();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""), "{}", outcome.stderr);
    for said in [
        "4 problems",
        "line 3: account id `12345`",
        "line 4: account",
        "line 4: external id",
        "`Seoul`",
    ] {
        assert!(outcome.stderr.contains(said), "{said}: {}", outcome.stderr);
    }
    assert!(!outcome.says(external_id) && !outcome.says("not one"), "{}", outcome.stderr);
    assert_eq!(customer.calls(), Vec::<Value>::new());
}

#[cfg(unix)]
#[test]
fn a_file_of_secrets_that_others_can_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt as _;

    let customer = Customer::onboarded();
    let file = File::of(&[&customer]);
    for (mode, warned) in [(0o644, true), (0o600, false)] {
        fs::set_permissions(&file.path, fs::Permissions::from_mode(mode)).expect("a mode");
        let outcome = file.scan(&["--check", "iam_root_mfa"]).run();
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert_eq!(outcome.stderr.contains("chmod 600"), warned, "{}", outcome.stderr);
    }
}

#[test]
fn each_account_is_proven_for_itself() {
    let customer = Customer::onboarded();
    let open = Customer::trusting_under(&json!({}));
    open.reset();
    let file = File::of(&[&customer, &open]);
    let args = ["--prove-external-id", "--format", "json", "--check", "iam_root_mfa"];
    let together = file.scan(&args).run().json(2);
    let error = together["accounts"][0]["error"].as_str().expect("a reason");
    assert!(error.contains(&open.role()) && error.contains("without an external id"), "{error}");
    assert!(open.calls().iter().all(|call| call["service"] == "sts"), "{:?}", open.calls());
    assert_eq!(together["accounts"][1]["report"]["status"], "complete");
}

#[test]
fn regions_are_each_accounts_own() {
    let (customer, other) = (Customer::onboarded(), Customer::onboarded());
    let text = format!(
        "account_id,external_id,regions\n{},{},eu-west-1 us-east-1\n{},{},\n",
        customer.account, customer.external_id, other.account, other.external_id
    );
    let args = ["--service", "ec2", "--region", "ap-northeast-2", "--format", "json"];
    let together = File::new(&text).scan(&args).run().json(0);
    let regions = |account: &str| -> Vec<_> {
        let accounts = together["accounts"].as_array().expect("accounts");
        let one = accounts.iter().find(|one| one["account"] == account).expect("the account");
        let rows = one["report"]["receipt"].as_array().expect("a receipt");
        rows.iter().map(|row| row["region"].as_str().expect("a region")).collect()
    };
    assert_eq!(regions(&customer.account), ["eu-west-1", "us-east-1"]);
    assert_eq!(regions(&other.account), ["ap-northeast-2"]);
}

#[test]
fn no_more_accounts_than_told_are_audited_at_once() {
    let customers: Vec<_> = (0..4).map(|_| Customer::onboarded()).collect();
    for customer in &customers {
        customer.reset();
        customer.rule("latency", json!({"ms": 150, "operations": ["GetAccountSummary"]}));
    }
    let file = File::of(&customers.iter().collect::<Vec<_>>());
    let args = ["--check", "iam_root_mfa", "--account-concurrency", "1"];
    assert_eq!(file.scan(&args).run().code, 0);
    let mut spans: Vec<(f64, f64)> = customers
        .iter()
        .map(|customer| {
            let calls = customer.calls();
            let time = |call: &Value, name: &str| call[name].as_f64().expect("a time");
            let first = calls.iter().map(|call| time(call, "in")).fold(f64::MAX, f64::min);
            (first, calls.iter().map(|call| time(call, "out")).fold(0.0, f64::max))
        })
        .collect();
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    for pair in spans.windows(2) {
        assert!(pair[0].1 <= pair[1].0, "{spans:?}");
    }
}

#[test]
fn an_interrupt_keeps_what_was_read_and_names_what_was_not() {
    let customers: Vec<_> = (0..3).map(|_| Customer::onboarded()).collect();
    for customer in &customers {
        customer.rule("latency", json!({"ms": 1500, "services": ["iam"]}));
    }
    let file = File::of(&customers.iter().collect::<Vec<_>>());
    let args = ["--service", "iam", "--account-concurrency", "1", "--format", "json"];
    let outcome = file.scan(&args).interrupted_after(Duration::from_millis(2200));
    let together = outcome.json(130);
    let accounts = together["accounts"].as_array().expect("accounts");
    assert_eq!(accounts.len(), 3);
    let stopped = accounts
        .iter()
        .filter(|one| one["error"].as_str().is_some_and(|error| error.contains("stopped before")));
    assert!(stopped.count() >= 1, "{}", outcome.stderr);
    assert!(outcome.time < Duration::from_secs(6), "took {:?} to stop", outcome.time);
}
