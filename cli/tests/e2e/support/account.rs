//! The operator's account and the customers' accounts behind the stand-in.

use std::{
    fs,
    path::Path,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

use serde_json::{Value, json};

use super::{Scan, StandIn, Truth, truth};

/// The regions that the customers of these tests have enabled.
pub(crate) const REGIONS: [&str; 3] = ["us-east-1", "eu-west-1", "ap-northeast-2"];

const OPERATOR: &str = "100000000001";
const WORKER: &str = "InfraAuditWorker";

static OPERATOR_SESSION: LazyLock<Value> = LazyLock::new(|| {
    StandIn::shared().post("operator", &json!({"account": OPERATOR, "role": WORKER}))
});
static NEXT: AtomicU64 = AtomicU64::new(200_000_000_001);

/// What Terraform's policies grant, as one policy.
fn permissions() -> Value {
    let statements = ["compute", "data", "identity"].map(|group| {
        let policy = onboarding(&format!("terraform/permissions/{group}.json"));
        let policy: Value = serde_json::from_str(&policy).expect("JSON");
        policy["Statement"][0].clone()
    });
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// What a customer deploys.
fn onboarding(file: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../onboarding");
    fs::read_to_string(folder.join(file)).expect(file)
}

/// A customer who has deployed `onboarding/trust-role.yaml`.
pub(crate) struct Customer {
    pub(crate) account: String,
    pub(crate) external_id: String,
}

impl Customer {
    /// A new account in which CloudFormation has created the onboarding stack.
    pub(crate) fn onboarded() -> Self {
        Self::of(OPERATOR, WORKER)
    }

    /// The same as the customer of another operator.
    pub(crate) fn of(operator: &str, worker: &str) -> Self {
        let account = Self::next();
        let external_id = format!("shared-only-with-{account}");
        Self::registered(operator, worker, account, external_id)
    }

    /// The digits of an account that nobody has yet.
    pub(crate) fn next() -> String {
        NEXT.fetch_add(1, Ordering::Relaxed).to_string()
    }

    /// A customer of another operator, who was given this `ExternalId`.
    pub(crate) fn registered(
        operator: &str,
        worker: &str,
        account: String,
        external_id: String,
    ) -> Self {
        let parameters = json!({
            "OperatorAccountId": operator,
            "WorkerRoleName": worker,
            "ExternalId": external_id,
        });
        let stack = StandIn::shared().post(
            "onboard",
            &json!({
                "account": account,
                "template": onboarding("trust-role.yaml"),
                "parameters": parameters,
            }),
        );
        assert_eq!(stack["status"], "CREATE_COMPLETE");
        let customer = Self { account, external_id };
        assert_eq!(stack["outputs"]["RoleArn"], customer.role());
        customer
    }

    /// A new account whose role was made with Terraform's policies.
    pub(crate) fn by_terraform() -> Self {
        Self::by_hand(&permissions())
    }

    /// A new account whose role trusts the operator as Terraform's does, and may do what this policy says.
    pub(crate) fn by_hand(permissions: &Value) -> Self {
        let mut trust = onboarding("terraform/trust.json.tftpl");
        let account = NEXT.fetch_add(1, Ordering::Relaxed).to_string();
        let external_id = format!("shared-only-with-{account}");
        for (variable, value) in [
            ("partition", "aws"),
            ("operator_account_id", OPERATOR),
            ("worker_role_name", WORKER),
            ("external_id", &external_id),
        ] {
            trust = trust.replace(&format!("${{{variable}}}"), value);
        }
        let customer = Self { account, external_id };
        customer.change_role(&serde_json::from_str(&trust).expect("JSON"), permissions);
        customer
    }

    /// A new account whose role trusts the operator under this condition, whatever it is.
    pub(crate) fn trusting_under(condition: &Value) -> Self {
        let account = NEXT.fetch_add(1, Ordering::Relaxed).to_string();
        let external_id = format!("shared-only-with-{account}");
        let trust = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Principal": { "AWS": format!("arn:aws:iam::{OPERATOR}:root") },
            "Action": "sts:AssumeRole",
            "Condition": condition,
        }]});
        let customer = Self { account, external_id };
        customer.change_trust(&trust);
        customer
    }

    /// Gives the account's role another trust policy; makes the role where there is none.
    pub(crate) fn change_trust(&self, trust: &Value) {
        self.change_role(trust, &permissions());
    }

    fn change_role(&self, trust: &Value, policy: &Value) {
        let (account, name) = (&self.account, "CloudDoctorAuditRole");
        let role = json!({ "account": account, "name": name, "trust": trust, "policy": policy });
        let made = StandIn::shared().post("role", &role);
        assert_eq!(made["role_arn"], self.role());
    }

    /// A new account with every case of every check in all regions, and what is true of it.
    pub(crate) fn seeded() -> (Self, Truth) {
        Self::seeded_with(&json!({"regions": REGIONS}))
    }

    /// The same in one region: enough where regions are not what is tested.
    pub(crate) fn small() -> (Self, Truth) {
        Self::seeded_with(&json!({"regions": ["eu-west-1"]}))
    }

    /// The same with the options of the stand-in's `seed_basic`.
    pub(crate) fn seeded_with(options: &Value) -> (Self, Truth) {
        let customer = Self::onboarded();
        let truth = customer.seed("basic", options);
        (customer, truth)
    }

    /// Seeds this account and answers what is true of it.
    pub(crate) fn seed(&self, scenario: &str, options: &Value) -> Truth {
        let mut body = options.clone();
        body["scenario"] = scenario.into();
        body["account"] = self.account.as_str().into();
        truth(&StandIn::shared().post("seed", &body))
    }

    /// The role that the onboarding stack made.
    pub(crate) fn role(&self) -> String {
        format!("arn:aws:iam::{}:role/CloudDoctorAuditRole", self.account)
    }

    /// The operator's command line to audit this account, with a JSON result.
    pub(crate) fn scan(&self) -> Scan {
        self.scan_as("json")
    }

    /// The same with another format.
    pub(crate) fn scan_as(&self, format: &str) -> Scan {
        Scan::by(&OPERATOR_SESSION["environment"]).args([
            "--role-arn",
            &self.role(),
            "--external-id",
            &self.external_id,
            "--format",
            format,
        ])
    }

    /// The operator's command line to look for old access keys in this account, with a JSON result.
    pub(crate) fn keys(&self, way: &str, hours: u32) -> Scan {
        self.keys_as("json", way, hours)
    }

    /// The same with another format.
    pub(crate) fn keys_as(&self, format: &str, way: &str, hours: u32) -> Scan {
        let (role, hours) = (self.role(), hours.to_string());
        Self::command(&["keys", way, "--hours", &hours, "--role-arn", &role, "--external-id"])
            .args([&self.external_id, "--format", format])
    }

    /// Any command of the operator's.
    pub(crate) fn command(arguments: &[&str]) -> Scan {
        Scan::command(arguments, &OPERATOR_SESSION["environment"])
    }

    /// The operator's bare `infraaudit scan`.
    pub(crate) fn bare_scan() -> Scan {
        Scan::by(&OPERATOR_SESSION["environment"])
    }

    /// Adds a rule for this account: `deny`, `throttle`, `fail` or `latency`.
    pub(crate) fn rule(&self, kind: &str, mut rule: Value) {
        rule["account"] = self.account.as_str().into();
        StandIn::shared().post(kind, &rule);
    }

    /// Enables these regions of the account and no others.
    pub(crate) fn enable(&self, regions: &[&str]) {
        let enabled = json!({"account": self.account, "enabled": regions});
        StandIn::shared().post("regions", &enabled);
    }

    /// Drops this account's rules and its trace.
    pub(crate) fn reset(&self) {
        StandIn::shared().post("reset", &json!({"account": self.account}));
    }

    /// The calls into this account since the last reset.
    pub(crate) fn calls(&self) -> Vec<Value> {
        let trace = StandIn::shared().get("trace", &self.account);
        trace["calls"].as_array().expect("calls").clone()
    }

    /// How many calls of `service` ran at once, at most.
    pub(crate) fn most_in_flight(&self, service: &str) -> u64 {
        let most = StandIn::shared().get("maxinflight", &self.account);
        most[service].as_u64().unwrap_or_default()
    }
}
