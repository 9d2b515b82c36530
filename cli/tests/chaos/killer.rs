//! Killing processes at chosen points and at random ones.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Functions, StandIn};

/// Where a process is killed: its phase, the calls, what is in them, when, how often, how likely.
type Point =
    (&'static str, &'static [&'static str], &'static [&'static str], &'static str, u32, f64);

const TRANSACT: &[&str] = &["TransactWriteItems"];
/// The phases' own calls: a plan asks for regions and writes tasks, the end of a task counts down, and so on.
const POINTS: [Point; 9] = [
    ("plan", &["DescribeRegions"], &[], "before", 6, 0.8),
    ("plan", TRANSACT, &["\"Put\"", "TASK#"], "after", 6, 0.8),
    (
        "collect",
        &["ListBuckets", "GetAccountSummary", "DescribeSecurityGroups"],
        &[],
        "after",
        10,
        0.4,
    ),
    ("collect", &["PutObject"], &["/snapshots/"], "after", 6, 0.2),
    ("complete", TRANSACT, &["TASK#", "remaining"], "before", 8, 0.3),
    ("complete", TRANSACT, &["TASK#", "remaining"], "after", 8, 0.3),
    ("evaluate", TRANSACT, &["FINDING#"], "after", 8, 0.5),
    ("evaluate", &["PutObject"], &["/results/"], "before", 8, 0.7),
    ("publish", &["Publish"], &[], "after", 12, 0.5),
];

/// What has been killed.
pub(crate) struct Killer<'a> {
    functions: &'a Functions,
    pub(crate) kills: BTreeMap<String, u32>,
}

impl<'a> Killer<'a> {
    /// Lays the traps.
    pub(crate) fn new(functions: &'a Functions, seed: u64, rounds: u32) -> Self {
        for (point, operations, contains, when, times, probability) in POINTS {
            let rule = json!({
                "point": point, "operations": operations, "contains": contains, "when": when,
                "times": times * rounds, "probability": probability, "seed": seed,
            });
            Self::lay(&rule);
        }
        Self::idle(functions)
    }

    /// Lays no traps yet.
    pub(crate) fn idle(functions: &'a Functions) -> Self {
        Self { functions, kills: BTreeMap::new() }
    }

    /// Lays one trap, as the stand-in's `hold` takes it.
    pub(crate) fn lay(rule: &Value) {
        StandIn::shared().post("hold", rule);
    }

    /// Kills the process that waits in a trap, if one does within some seconds, and starts another one.
    pub(crate) fn spring(&mut self, seconds: f64) {
        let held = StandIn::shared().post("held", &json!({"seconds": seconds}));
        let Some(point) = held["point"].as_str() else { return };
        self.kill(point, held["instance"].as_str().expect("an instance"));
        StandIn::shared().post("release", &json!({"id": held["id"]}));
    }

    /// Kills a worker wherever it is.
    pub(crate) fn at_random(&mut self, number: usize) {
        let workers = self.functions.instances("Worker");
        self.kill("anywhere", &workers[number % workers.len()]);
    }

    fn kill(&mut self, point: &str, instance: &str) {
        let mut running =
            ["Worker", "Notifier"].into_iter().flat_map(|one| self.functions.instances(one));
        // It may have been killed at another point, while it waited in this one.
        if !running.any(|one| one == instance) {
            return;
        }
        let function = self.functions.kill(instance);
        self.functions.start(&function);
        *self.kills.entry(point.to_owned()).or_default() += 1;
    }

    /// How many were killed.
    pub(crate) fn total(&self) -> u32 {
        self.kills.values().sum()
    }

    /// Takes the traps away.
    pub(crate) fn rest() {
        StandIn::shared().post("unhold", &Value::Object(serde_json::Map::default()));
    }
}
