//! Accounts whose access keys are known, and what an answer says of them.

use std::{collections::BTreeSet, time::Duration};

use access_keys::{Ask, ConcurrencyLimits, Limits, Method, Monitor, Partial, Reading, Run};
use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use domain::Partition;
use serde_json::{Value, json};

use super::{Customer, StandIn};

/// An account with the keys of the stand-in's `seed_keys`.
pub(crate) struct Seeded {
    pub(crate) customer: Customer,
    pub(crate) keys: Vec<Value>,
}

/// A key as both ways tell it: user, date, age in hours and status.
pub(crate) type Told = (String, String, i64, String);

impl Seeded {
    pub(crate) fn with(users: u32) -> Self {
        Self::of(Customer::onboarded(), users)
    }

    /// The same in an account that is there.
    pub(crate) fn of(customer: Customer, users: u32) -> Self {
        let body = json!({"scenario": "keys", "account": customer.account, "users": users});
        let seeded = StandIn::shared().post("seed", &body);
        let keys = seeded["keys"].as_array().expect("keys").clone();
        Self { customer, keys }
    }

    /// Reads the account with its root user's key, cut every 400 ms; each time another monitor goes on from the JSON of
    /// what the last one left. Answers with the JSON of the answer and how often it was cut.
    pub(crate) fn in_pieces(&self, way: Method, ask: Ask) -> (Value, usize) {
        let mut left = Partial::new(way, ask, jiff::Timestamp::now());
        for cuts in 0..60 {
            match self.piece(left) {
                Reading::Done(answer) => return (json!(answer), cuts),
                Reading::Unfinished(partial) => {
                    left = serde_json::from_str(&json!(partial).to_string()).expect("what is left");
                }
            }
        }
        panic!("it does not get on");
    }

    fn piece(&self, left: Partial) -> Reading {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let id = &self.customer.account;
            let credentials =
                Credentials::new(format!("AKIAROOT{id}"), "stand-in", None, None, "stand-in");
            let config = aws_config::defaults(BehaviorVersion::latest())
                .region(Region::new("us-east-1"))
                .endpoint_url(&StandIn::shared().endpoint)
                .credentials_provider(credentials)
                .load()
                .await;
            let limits = ConcurrencyLimits::new(&Limits::default());
            let monitor =
                Monitor::new(&config, Partition::Aws, None, &limits, access_keys::CALL_TIMEOUT);
            let deadline = tokio::time::Instant::now() + Duration::from_millis(400);
            let stop = tokio_util::sync::CancellationToken::new();
            monitor.read(left, Run::unwatched(deadline, &stop)).await.expect("no failure")
        })
    }

    /// The keys that are older than `hours`, inactive ones only where `all` are asked for.
    pub(crate) fn old(&self, hours: u32, all: bool) -> BTreeSet<Told> {
        self.old_keys(hours, all)
            .map(|key| {
                let text = |name: &str| key[name].as_str().expect(name).to_owned();
                let active = key["active"].as_bool().expect("a flag");
                let status = if active { "active" } else { "inactive" };
                let age = key["hours"].as_i64().expect("an age");
                (text("user"), text("created"), age, status.to_owned())
            })
            .collect()
    }

    pub(crate) fn old_keys(&self, hours: u32, all: bool) -> impl Iterator<Item = &Value> {
        // No key is of whole hours: it is older than as many as it has.
        let old = move |key: &&Value| key["hours"].as_i64().expect("an age") >= i64::from(hours);
        self.keys.iter().filter(old).filter(move |key| all || key["active"] == true)
    }
}

/// The keys of an answer, which must be sorted by age and tell none twice.
pub(crate) fn told(answer: &Value) -> BTreeSet<Told> {
    let keys = answer["old_access_keys"].as_array().expect("keys");
    let text = |key: &Value, name: &str| key[name].as_str().expect(name).to_owned();
    let dates: Vec<_> = keys.iter().map(|key| text(key, "created_date")).collect();
    assert!(dates.is_sorted(), "the oldest comes first");
    keys.iter()
        .map(|key| {
            let age = key["age_hours"].as_i64().expect("an age");
            (text(key, "user_name"), text(key, "created_date"), age, text(key, "status"))
        })
        .collect()
}
