//! One run with everything that can go wrong, and one where nothing does.

use std::{
    collections::BTreeMap,
    env, thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    api,
    killer::Killer,
    support::{Customer, Functions, StandIn},
};

const OPERATOR: &str = "100000000001";
const WORKER: &str = "InfraAuditWorker";
const REGIONS: [&str; 3] = ["us-east-1", "eu-west-1", "ap-northeast-2"];
const ACCOUNTS: usize = 20;
const WORKERS: usize = 6;
const PATIENCE: Duration = Duration::from_mins(4);

fn setting(name: &str, usual: u64) -> u64 {
    env::var(name).ok().map_or(usual, |value| value.parse().expect("a number"))
}

/// What must be the same in both runs.
fn verdicts(status: &Value) -> Vec<String> {
    let findings = status["findings"]["items"].as_array().expect("findings").iter();
    let mut all: Vec<_> = findings
        .map(|one| format!("{} {} {}", one["fingerprint"], one["verdict"], one["severity"]))
        .collect();
    let receipt = status["receipt"].as_array().expect("a receipt").iter();
    all.extend(
        receipt.map(|one| format!("{} {} {}", one["region"], one["service"], one["outcome"])),
    );
    all.sort();
    all
}

/// The text of an item's attribute.
fn text<'a>(item: &'a Value, name: &str) -> &'a str {
    let value = &item[name];
    value["S"].as_str().or(value["N"].as_str()).unwrap_or_default()
}

/// The unfinished audits in the table.
fn unfinished(functions: &Functions) -> usize {
    functions.items("audit").iter().filter(|audit| text(audit, "phase") != "ended").count()
}

/// How often each alert was published.
fn published(functions: &Functions) -> BTreeMap<String, u32> {
    let mut times = BTreeMap::new();
    for message in functions.published() {
        let body: Value =
            serde_json::from_str(message["message"].as_str().expect("text")).expect("JSON");
        let told = body["default"]
            .as_str()
            .map_or(body.clone(), |text| serde_json::from_str(text).expect("JSON"));
        let name = format!("{} {}", told["audit_id"], told["id"]).replace('"', "");
        *times.entry(name).or_default() += 1;
    }
    times
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story, told in its order")]
fn nothing_is_lost_or_wrong_whatever_is_killed() {
    let seed = setting("INFRAAUDIT_CHAOS_SEED", 7);
    let rounds = u32::try_from(setting("INFRAAUDIT_CHAOS_ROUNDS", 2)).expect("few");
    println!(
        "seed {seed}, rounds {rounds}; iam and s3 are global, so 3 regions × 3 services are 5 tasks"
    );
    let begun = Instant::now();
    let stand_in = StandIn::shared();
    let chaos = json!({
        "account": OPERATOR, "seed": seed, "stream_duplicate": 0.1, "queue_duplicate": 0.1,
        "async_duplicate": 0.3, "reorder": true, "delay": 0.3, "shards": 2, "index_lag": 0.3, "stale": 0.1,
    });
    stand_in.post("chaos", &chaos);
    let parameters = json!({"WorkerRoleName": WORKER});
    let pace = json!({"waits": 1000, "timeouts": 10});
    let mut functions = Functions::deployed_idle(OPERATOR, &parameters, &pace);
    for (name, value) in [("LEASE_SECONDS", "3"), ("PATIENCE_SECONDS", "4"), ("ATTEMPTS", "50")] {
        functions.set("Worker", &format!("INFRAAUDIT_{name}"), value);
    }
    functions.start("Api");
    let customers: Vec<_> = (0..ACCOUNTS)
        .map(|_| {
            let account = Customer::next();
            let external_id = api::register(&functions, "chaos", &account, &REGIONS);
            let customer = Customer::registered(OPERATOR, WORKER, account, external_id);
            customer.seed("basic", &json!({"regions": REGIONS, "mfa": 0}));
            customer
        })
        .collect();
    let accounts: Vec<_> = customers.iter().map(|one| one.account.clone()).collect();
    stand_in.post("throttle", &json!({"accounts": accounts, "probability": 0.2, "seed": seed}));
    println!("{ACCOUNTS} accounts made after {:?}", begun.elapsed());

    let mut killer = Killer::new(&functions, seed, rounds);
    let mut audits = vec![];
    for round in 0..rounds {
        audits = accounts.iter().map(|one| api::start(&functions, "chaos", one)).collect();
        if round == 0 {
            (0..WORKERS).for_each(|_| drop(functions.start("Worker")));
            (0..2).for_each(|_| drop(functions.start("Notifier")));
        }
        let start = Instant::now();
        let mut tick = 0_usize;
        let mut swept = Instant::now();
        loop {
            killer.spring(0.3);
            if swept.elapsed() > Duration::from_secs(1) {
                swept = Instant::now();
                tick += 1;
                functions.fire("Sweep");
                if tick.is_multiple_of(3) && tick <= 60 {
                    killer.at_random(tick * usize::try_from(seed).expect("small"));
                }
                let unsent = functions
                    .items("alert")
                    .iter()
                    .filter(|one| text(one, "delivery") != "sent")
                    .count();
                let open = unfinished(&functions);
                if open + unsent == 0 {
                    break;
                }
                assert!(
                    start.elapsed() < PATIENCE,
                    "{open} audits, {unsent} alerts open; kills {:?}",
                    killer.kills
                );
            }
        }
    }
    Killer::rest();
    println!("kills {:?}, {} in all, after {:?}", killer.kills, killer.total(), begun.elapsed());
    assert!(killer.total() >= 50, "{} kills are too few to prove anything", killer.total());
    for phase in ["plan", "collect", "complete", "evaluate", "publish"] {
        let kills = killer.kills.get(phase).copied().unwrap_or_default();
        assert!(kills >= 5, "{kills} kills in {phase} are too few to prove anything");
    }
    thread::sleep(Duration::from_secs(2));

    let items = functions.items("audit");
    assert_eq!(items.len(), ACCOUNTS * usize::try_from(rounds).expect("few"));
    for audit in &items {
        let counted = (text(audit, "state"), text(audit, "total"), text(audit, "remaining"));
        assert_eq!(counted, ("complete", "5", "0"), "{audit}");
    }
    let times = published(&functions);
    let alerts = functions.items("alert");
    for alert in &alerts {
        let name = format!("{} {}", text(alert, "audit_id"), text(alert, "id"));
        assert!(times.contains_key(&name), "`{name}` was not published: {times:?}");
    }
    let twice: u32 = times.values().map(|times| times - 1).sum();
    println!(
        "{} audits final, {} alerts, published again {twice} times",
        items.len(),
        alerts.len()
    );
    assert!(twice <= killer.total(), "{twice} duplicates");
    let disturbed: Vec<_> =
        audits.iter().map(|id| verdicts(&api::status(&functions, "chaos", id))).collect();

    // The same accounts, for another tenant, in peace.
    stand_in.post("reset", &json!({}));
    stand_in.post("chaos", &json!({"account": OPERATOR}));
    for ((account, customer), disturbed) in accounts.iter().zip(&customers).zip(disturbed) {
        let external_id = api::register(&functions, "peace", account, &REGIONS);
        customer.change_trust(&json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"AWS": format!("arn:aws:iam::{OPERATOR}:root")},
            "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
        }]}));
        let id = api::start(&functions, "peace", account);
        let start = Instant::now();
        let peaceful = loop {
            let status = api::status(&functions, "peace", &id);
            if status["status"] == "complete" {
                break verdicts(&status);
            }
            assert!(start.elapsed() < Duration::from_mins(1), "{status}");
            thread::sleep(Duration::from_millis(200));
        };
        assert!(peaceful.len() > 20, "{peaceful:?}");
        assert_eq!(disturbed, peaceful);
    }
    println!("{ACCOUNTS} results as undisturbed; {:?}", begun.elapsed());
    assert!(killer.total() >= 50, "{:?}", killer.kills);
    for point in ["plan", "collect", "complete", "evaluate", "publish"] {
        assert!(
            killer.kills.get(point).is_some_and(|kills| *kills >= 5),
            "{point}: {:?}",
            killer.kills
        );
    }
}
