//! A place whose worker dies every time, with the limit of attempts that a deployment has.

use std::time::Instant;

use serde_json::{Value, json};

use crate::{
    api,
    compare::{Seen, text},
    killer::Killer,
    run::{OPERATOR, REGIONS, WORKER, to_the_end},
    support::{Customer, Functions, StandIn},
};

const TENANT: &str = "poison";
const REGION: &str = "eu-west-1";
const WHY: &str = "given up after 3 attempts that never ended";

/// One account of three has the place; the others are audited beside it, partly by the workers that die.
pub(crate) fn is_given_up(functions: &mut Functions, seed: u64) {
    let begun = Instant::now();
    // Empty is as good as not set.
    functions.set("Worker", "INFRAAUDIT_ATTEMPTS", "");
    for worker in functions.instances("Worker") {
        functions.kill(&worker);
        functions.start("Worker");
    }
    let accounts: Vec<_> = (0..3)
        .map(|_| {
            let account = Customer::next();
            let external_id = api::register(functions, TENANT, &account, &REGIONS);
            let customer = Customer::registered(OPERATOR, WORKER, account, external_id);
            customer.seed("basic", &json!({"regions": REGIONS, "mfa": 0}));
            customer.account
        })
        .collect();
    StandIn::shared()
        .post("throttle", &json!({"accounts": accounts, "probability": 0.2, "seed": seed}));
    let mut killer = Killer::idle(functions);
    let healthy = audited(functions, &mut killer, &accounts);
    let before = Seen::of(functions, TENANT, &accounts[0], &[&healthy[0]]);

    Killer::lay(&json!({
        "point": "poison", "operations": ["DescribeInstances"], "contains": [], "when": "before",
        "account": accounts[0], "region": REGION, "times": 1000, "probability": 1, "seed": seed,
    }));
    let audits = audited(functions, &mut killer, &accounts);
    Killer::rest();
    let kills = killer.kills["poison"];
    assert!((1..=3).contains(&kills), "the limit is three attempts: {kills} kills");

    let status = api::status(functions, TENANT, &audits[0]);
    assert_eq!(status["status"], "incomplete", "{}", status["receipt"]);
    let gaps = gaps(&status);
    assert!(gaps.contains(&(REGION, "ec2")), "{}", status["receipt"]);
    // What is not known resolves nothing, and is nothing new.
    let after = Seen::of(functions, TENANT, &accounts[0], &[&healthy[0], &audits[0]]);
    let names = |seen: &Seen| -> Vec<_> {
        seen.followed.iter().filter_map(|one| one.split(' ').next().map(str::to_owned)).collect()
    };
    assert_eq!(names(&after), names(&before));
    assert!(after.followed.iter().all(|one| one.contains(" Some(1) None ")), "{after:?}");
    let found = |one: &&String| one.starts_with("1 ");
    assert!(after.found.iter().filter(found).eq(before.found.iter()), "the healthy audit stays");
    assert_eq!(after.told, before.told);
    // Steps that were in a batch with it each time may have gone with it: told, too.
    let beside: usize = audits
        .iter()
        .skip(1)
        .map(|id| {
            let status = api::status(functions, TENANT, id);
            if status["status"] == "failed" {
                assert_eq!(status["error"], WHY);
                return 1;
            }
            self::gaps(&status).len()
        })
        .sum();
    println!(
        "poison: {kills} kills, then given up with its reason; {} steps went with it; {:?}",
        beside + gaps.len() - 1,
        begun.elapsed()
    );
}

/// The places that were not read, each for the one reason there may be.
fn gaps(status: &Value) -> Vec<(&str, &str)> {
    let receipt = status["receipt"].as_array().expect("a receipt").iter();
    let gaps = receipt.filter(|one| one["outcome"] != "done");
    gaps.map(|one| {
        assert!(one["error"].as_str().is_some_and(|why| why.contains(WHY)), "{one}");
        (one["region"].as_str().expect("a region"), one["service"].as_str().expect("a service"))
    })
    .collect()
}

/// Audits the accounts to the end, and answers the audits.
fn audited(functions: &Functions, killer: &mut Killer<'_>, accounts: &[String]) -> Vec<String> {
    let audits: Vec<_> = accounts.iter().map(|one| api::start(functions, TENANT, one)).collect();
    to_the_end(functions, killer, |_, _| ());
    let items = functions.items("audit");
    let ended = |id: &String| {
        items.iter().any(|one| text(one, "id") == id && text(one, "phase") == "ended")
    };
    assert!(audits.iter().all(ended), "{items:?}");
    audits
}
