//! Judging a large account by every check: verdicts a second on one core.
//!
//! The account is the tests' faulty one, which has something of every service, grown to several regions and
//! thousands of resources. Of four copies of a resource, one is as it was, two have every setting the other way
//! round, and one could not be read.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench stops at what is wrong")]

use std::{
    collections::BTreeMap,
    fs,
    hint::black_box,
    time::{Duration, Instant},
};

use checks::{Check, EvaluateOptions, evaluate};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use domain::{Finding, Verdict};
use inventory::{Service, Snapshot};
use serde_json::{Value, json};

const FAULTY: &str = include_str!("../tests/accounts/faulty.json");

/// The region of the faulty account's regional parts.
const REGION: &str = "eu-west-1";

/// Where a regional service is read, and one region in which it was not.
const REGIONS: [&str; 5] = [REGION, "ap-northeast-2", "eu-central-1", "us-east-1", "us-west-2"];
const UNREAD: &str = "sa-east-1";

/// How many resources of a kind there are in a region; a global service has as many as all regions.
const COPIES: usize = 1_000;

fn unread() -> Value {
    json!({"unread": {"action": "x:Y", "cause": "denied", "region": REGION}})
}

fn account() -> Snapshot {
    let mut account: Value = serde_json::from_str(FAULTY).unwrap();
    let parts: Vec<Value> = serde_json::from_value(account["parts"].take()).unwrap();
    let mut grown = Vec::new();
    for part in parts {
        let service: Service = serde_json::from_value(part["receipt"]["service"].clone()).unwrap();
        if service.is_global() {
            grown.push(with_lists_of(part, COPIES * REGIONS.len()));
            continue;
        }
        let text = with_lists_of(part, COPIES).to_string();
        let in_region = |region| serde_json::from_str(&text.replace(REGION, region)).unwrap();
        let mut lost: Value = in_region(UNREAD);
        lost["receipt"]["outcome"] = json!("denied");
        lost["facts"] = unread();
        grown.extend(REGIONS.map(in_region).into_iter().chain([lost]));
    }
    account["parts"] = Value::Array(grown);
    serde_json::from_value(account).unwrap()
}

/// A part whose lists have so many resources.
fn with_lists_of(mut value: Value, copies: usize) -> Value {
    match &mut value {
        Value::Object(map) => {
            for (name, inner) in map.iter_mut() {
                if let (Value::Array(items), "items") = (&mut *inner, name.as_str()) {
                    let all = (0..copies).zip(items.iter().cycle());
                    *items = all.map(|(number, item)| copy(item, number)).collect();
                } else {
                    *inner = with_lists_of(inner.take(), copies);
                }
            }
            value
        }
        _ => value,
    }
}

/// A resource of another name. The names are the texts of a resource itself: what is within are settings.
fn copy(item: &Value, number: usize) -> Value {
    let mut copy = item.clone();
    for (field, value) in copy.as_object_mut().unwrap() {
        if let (Value::String(text), true) = (&mut *value, field != "region") {
            *text = format!("{text}-{number}");
        }
        match number % 4 {
            0 => {}
            1 if value.get("read").is_some() => *value = unread(),
            _ => turn(value),
        }
    }
    copy
}

/// Has every setting the other way round.
fn turn(value: &mut Value) {
    match value {
        Value::Bool(on) => *on = !*on,
        Value::Object(map) => map.values_mut().for_each(turn),
        _ => {}
    }
}

fn count(findings: &[Finding]) -> BTreeMap<Verdict, usize> {
    let mut count = BTreeMap::new();
    for finding in findings {
        *count.entry(finding.verdict).or_default() += 1;
    }
    count
}

/// How long it takes; giving the findings' memory back is no part of it.
fn time<T>(judge: impl FnOnce() -> T) -> Duration {
    let (begun, had) = (Instant::now(), had_a_core());
    let findings = black_box(judge());
    let spent =
        had_a_core().zip(had).map_or(begun.elapsed(), |(now, then)| now.saturating_sub(then));
    drop(findings);
    spent
}

/// How long this thread has had a core, where the system tells: what runs beside it costs it nothing then.
fn had_a_core() -> Option<Duration> {
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

fn judging(c: &mut Criterion) {
    let (account, options) = (account(), EvaluateOptions::default());
    let all: Vec<&'static Check> = checks::all().collect();
    let verdicts = count(&evaluate(&account, &all, &options));
    eprintln!("{verdicts:?}");
    for verdict in [Verdict::Fail, Verdict::Unknown, Verdict::Pass] {
        assert!(verdicts.contains_key(&verdict), "the account has nothing that ends in {verdict}");
    }
    let mut group = c.benchmark_group("evaluate");
    let mut bench = |name: &str, checks: &[&'static Check]| {
        let verdicts = evaluate(&account, checks, &options).len();
        group.throughput(Throughput::Elements(verdicts as u64));
        let judge = || time(|| evaluate(black_box(&account), checks, &options));
        group.bench_function(name, |b| {
            b.iter_custom(|times| (0..times).map(|_| judge()).sum());
        });
    };
    bench("all", &all);
    for check in &all {
        bench(check.id, &[*check]);
    }
}

criterion_group!(benches, judging);
criterion_main!(benches);
