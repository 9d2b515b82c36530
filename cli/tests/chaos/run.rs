//! One run with everything that can go wrong, and one where nothing does.

use std::{
    collections::BTreeMap,
    env, thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    api,
    compare::{Seen, text},
    killer::Killer,
    poison,
    support::{Customer, Functions, StandIn},
};

pub(crate) const OPERATOR: &str = "100000000001";
pub(crate) const WORKER: &str = "InfraAuditWorker";
pub(crate) const REGIONS: [&str; 3] = ["us-east-1", "eu-west-1", "ap-northeast-2"];
const ACCOUNTS: usize = 20;
const WORKERS: usize = 6;
const PATIENCE: Duration = Duration::from_mins(4);

fn setting(name: &str, usual: u64) -> u64 {
    env::var(name).ok().map_or(usual, |value| value.parse().expect("a number"))
}

/// How many audits are unfinished, and how many alerts unsent.
fn open(functions: &Functions) -> (usize, usize) {
    let without = |kind: &str, name: &str, end: &str| {
        functions.items(kind).iter().filter(|item| text(item, name) != end).count()
    };
    (without("audit", "phase", "ended"), without("alert", "delivery", "sent"))
}

/// Kills what waits in traps and sweeps every second until nothing is left to do; `beside` is done at each sweep.
pub(crate) fn to_the_end<'a>(
    functions: &Functions,
    killer: &mut Killer<'a>,
    mut beside: impl FnMut(&mut Killer<'a>, usize),
) {
    let (start, mut swept, mut tick) = (Instant::now(), Instant::now(), 0);
    loop {
        killer.spring(0.3);
        if swept.elapsed() > Duration::from_secs(1) {
            swept = Instant::now();
            tick += 1;
            functions.fire("Sweep");
            beside(killer, tick);
            let left = open(functions);
            if left == (0, 0) {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "{left:?} open; kills {:?}", killer.kills);
        }
    }
}

/// What happens in the accounts before a round: the root users get MFA after the first, so that something is resolved.
fn change(accounts: &[String], round: u32) {
    for account in accounts {
        let summary = json!({"account": account, "AccountMFAEnabled": i32::from(round > 0)});
        StandIn::shared().post("summary", &summary);
    }
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
        "seed {seed}, rounds {rounds}; iam and s3 are global, so 3 regions × 6 services are 14 tasks"
    );
    let begun = Instant::now();
    let stand_in = StandIn::shared();
    let chaos = json!({
        "account": OPERATOR, "seed": seed, "stream_duplicate": 0.1, "queue_duplicate": 0.1,
        "async_duplicate": 0.3, "reorder": true, "delay": 0.3, "shards": 2, "index_lag": 0.3, "stale": 0.1,
    });
    stand_in.post("chaos", &chaos);
    let parameters = json!({"WorkerRoleName": WORKER});
    let pace = json!({"waits": 1000, "timeouts": 5});
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
    let mut audits: Vec<Vec<String>> = vec![];
    for round in 0..rounds {
        change(&accounts, round);
        audits.push(accounts.iter().map(|one| api::start(&functions, "chaos", one)).collect());
        if round == 0 {
            (0..WORKERS).for_each(|_| drop(functions.start("Worker")));
            (0..2).for_each(|_| drop(functions.start("Notifier")));
        }
        to_the_end(&functions, &mut killer, |killer, tick| {
            if tick.is_multiple_of(3) && tick <= 60 {
                killer.at_random(tick * usize::try_from(seed).expect("small"));
            }
        });
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
    let disturbed = Seen::each(&functions, "chaos", &accounts, &audits);

    // The same accounts, for another tenant, in peace.
    stand_in.post("reset", &json!({}));
    stand_in.post("chaos", &json!({"account": OPERATOR}));
    for (account, customer) in accounts.iter().zip(&customers) {
        let external_id = api::register(&functions, "peace", account, &REGIONS);
        customer.change_trust(&json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"AWS": format!("arn:aws:iam::{OPERATOR}:root")},
            "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
        }]}));
    }
    let mut peaceful: Vec<Vec<String>> = vec![];
    for round in 0..rounds {
        change(&accounts, round);
        peaceful.push(accounts.iter().map(|one| api::start(&functions, "peace", one)).collect());
        let start = Instant::now();
        while open(&functions) != (0, 0) {
            assert!(start.elapsed() < PATIENCE, "{:?} open in peace", open(&functions));
            thread::sleep(Duration::from_millis(200));
        }
    }
    let peaceful = Seen::each(&functions, "peace", &accounts, &peaceful);
    for (disturbed, peaceful) in disturbed.iter().zip(&peaceful) {
        let sizes = [peaceful.found.len(), peaceful.followed.len(), peaceful.told.len()];
        assert!(sizes[0] > 20 && sizes[1] > 10 && sizes[2] > 10, "{peaceful:?}");
        assert_eq!(disturbed.differences(peaceful), Vec::<String>::new());
    }
    let resolved = peaceful.iter().flat_map(|one| &one.followed);
    let resolved = resolved.filter(|one| one.contains("\"resolved\"")).count();
    assert_eq!(resolved, if rounds > 1 { ACCOUNTS } else { 0 }, "the root users got MFA");
    println!("{ACCOUNTS} results as undisturbed; {:?}", begun.elapsed());

    stand_in.post("chaos", &chaos);
    poison::is_given_up(&mut functions, seed);
    println!("all of it: {:?}", begun.elapsed());
}
