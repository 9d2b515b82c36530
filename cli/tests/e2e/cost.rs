//! What an audit costs the operator, counted: the figures of `docs/cost.md`.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::support::{Customer, Functions};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/cost.md");
const OPERATOR: &str = "100000000006";
const WORKER: &str = "FrugalWorker";
const REGIONS: [&str; 6] =
    ["eu-west-1", "us-east-1", "us-west-2", "ap-northeast-2", "eu-central-1", "sa-east-1"];

/// What an audit takes, whatever it reads, and what each task and each region of a service take on top: `docs/cost.md`
/// has the same figures.
const AUDIT: Taken = Taken { writes: 17.0, reads: 12.5, puts: 1, gets: 0 };
const TASK: Taken = Taken { writes: 7.0, reads: 1.0, puts: 1, gets: 1 };
const PLACE: Taken = Taken { writes: 1.0, reads: 0.5, puts: 0, gets: 0 };

/// What one night of an account took: request units of DynamoDB, requests to S3.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Taken {
    writes: f64,
    reads: f64,
    puts: u32,
    gets: u32,
}

impl Taken {
    /// What an audit of so many tasks takes by the documented figures, which read so many regions of services.
    fn documented(tasks: u32, places: u32) -> Self {
        let each = |audit, task, place| audit + task * f64::from(tasks) + place * f64::from(places);
        Self {
            writes: each(AUDIT.writes, TASK.writes, PLACE.writes),
            reads: each(AUDIT.reads, TASK.reads, PLACE.reads),
            puts: AUDIT.puts + TASK.puts * tasks,
            gets: AUDIT.gets + TASK.gets * tasks,
        }
    }
}

/// Lets a night come, and counts until its audit of so many tasks has ended.
fn night(functions: &Functions, number: usize, tasks: u32) -> Taken {
    functions.count_anew();
    let due = format!("2026-11-{:02}T17:00:00Z", number + 1);
    let queued = functions.invoke("Worker", &json!({"task": "nightly", "scheduled_at": due}));
    assert_eq!(queued["queued"], 1, "{queued}");
    let begun = Instant::now();
    loop {
        let audits = functions.items("audit");
        let ended = |state: &str| audits.iter().filter(|one| one["state"]["S"] == state).count();
        if ended("complete") == number + 1 {
            break;
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "{audits:?}\n{}", functions.failures());
        thread::sleep(Duration::from_millis(100));
    }
    // Alerts are marked a moment later, and the marks come to the notifier once more.
    while functions.items("alert").iter().any(|alert| alert["delivery"]["S"] != "sent") {
        assert!(begun.elapsed() < Duration::from_mins(1), "{}", functions.failures());
        thread::sleep(Duration::from_millis(100));
    }
    thread::sleep(Duration::from_millis(500));
    let (writes, reads) = functions.units();
    let operations = functions.operations();
    let of = |name: &str| operations.get(name).copied().unwrap_or_default();
    println!("night {number}: {writes} writes, {reads} reads, {operations:?}");
    // The plan, its tasks in tens, the judging.
    let messages = of("sqs:SendMessageBatch") + of("sqs:SendMessage");
    assert_eq!(messages, 2 + tasks.div_ceil(10), "{operations:?}");
    Taken { writes, reads, puts: of("s3:PutObject"), gets: of("s3:GetObject") }
}

#[test]
fn a_night_costs_what_is_documented() {
    let functions = Functions::deployed(OPERATOR, &json!({"WorkerRoleName": WORKER}));
    let account = Customer::next();
    let (code, body) =
        functions.post("/api/accounts", &json!({"account_id": account, "name": "frugal"}), |_| ());
    assert_eq!(code, 201, "{body}");
    let external_id = body["external_id"].as_str().expect("an ExternalId").to_owned();
    let customer = Customer::registered(OPERATOR, WORKER, account, external_id);
    customer.seed("basic", &json!({"regions": REGIONS}));
    // The first night finds problems, the second sees that they stay, those after it write nothing of them.
    for (number, regions) in [1, 1, 1, 6, 6, 6].into_iter().enumerate() {
        customer.enable(&REGIONS[..regions]);
        // IAM and S3 are read once each, the other four services in every region.
        let regions = u32::try_from(regions).expect("a few regions");
        let (tasks, places) = (2 + regions, 2 + 4 * regions);
        let taken = night(&functions, number, tasks);
        if number % 3 == 2 {
            let documented = Taken::documented(tasks, places);
            assert_eq!((taken.puts, taken.gets), (documented.puts, documented.gets));
            let close = |taken: f64, most: f64| taken <= most && taken >= 0.9 * most;
            assert!(close(taken.writes, documented.writes), "{taken:?} is not {documented:?}");
            assert!(close(taken.reads, documented.reads), "{taken:?} is not {documented:?}");
        }
    }
}

#[test]
fn a_thousand_accounts_cost_what_is_documented() {
    let document = std::fs::read_to_string(DOCUMENT).expect("docs/cost.md");
    let says = |row: &str| assert!(document.contains(row), "docs/cost.md lacks: {row}");
    for (what, taken) in
        [("an audit", AUDIT), ("each task", TASK), ("each region of a service", PLACE)]
    {
        let Taken { writes, reads, puts, gets } = taken;
        says(&format!("| {what} | {writes} | {reads} | {puts} | {gets} |"));
    }
    // A night of 57 services, 45 of them in 17 regions, for each account; the prices are those of the document.
    let night = Taken::documented(3 + 17, 12 + 45 * 17);
    let millions = |each: f64| each / 1000.0;
    let (puts, gets) = (millions(f64::from(night.puts)), millions(f64::from(night.gets)));
    let messages = millions(3.0 * 4.0);
    let mut together = 0.0;
    for (what, millions, price) in [
        ("DynamoDB write units", millions(night.writes), 0.625),
        ("DynamoDB read units", millions(night.reads), 0.125),
        ("S3 puts", puts, 5.0),
        ("S3 gets", gets, 0.4),
        ("SQS requests", messages, 0.4),
    ] {
        let cost = millions * price;
        says(&format!("| {what} | {millions:.3} M | ${price} a million | ${cost:.2} |"));
        together += cost;
    }
    says(&format!("| counted, together | | | ${together:.2} |"));
    assert!(together < 4.0, "a night costs ${together:.2} before Lambda's time: the goal is $5");
}
