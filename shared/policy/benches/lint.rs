//! Loading the facts, and linting: the median AWS-managed policy has 3 statements, 10 actions,
//! 3 resources, 1 condition key and 1,278 characters; `of_the_median_shape` has one more of each.
//!
//! With `INFRAAUDIT_MANAGED_POLICIES` naming a JSON file of `{name: {"Document": …}}`, the median
//! over those policies is printed too.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench stops at what is wrong")]

use std::{collections::BTreeMap, env, fs, hint::black_box, time::Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use policy::{
    facts::Facts,
    lint::{self, PolicyType},
};

const MEDIAN: &str = r#"{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "ReadTables",
            "Effect": "Allow",
            "Action": [
                "dynamodb:DescribeTable",
                "dynamodb:GetItem",
                "dynamodb:BatchGetItem",
                "dynamodb:Query",
                "dynamodb:List*"
            ],
            "Resource": [
                "arn:aws:dynamodb:*:*:table/orders",
                "arn:aws:dynamodb:*:*:table/orders/index/*"
            ]
        },
        {
            "Sid": "WriteLogs",
            "Effect": "Allow",
            "Action": [
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:PutLogEvents"
            ],
            "Resource": "arn:aws:logs:*:*:log-group:/aws/orders/*"
        },
        {
            "Sid": "RunTagged",
            "Effect": "Allow",
            "Action": ["ec2:StartInstances", "ec2:StopInstances"],
            "Resource": "*",
            "Condition": {
                "StringEquals": {
                    "aws:ResourceTag/Service": "orders",
                    "aws:ResourceAccount": "${aws:PrincipalAccount}"
                }
            }
        },
        {
            "Sid": "PassRole",
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": "arn:aws:iam::*:role/service-role/orders*"
        }
    ]
}"#;

fn benches(c: &mut Criterion) {
    c.bench_function("load_bundled_facts", |b| b.iter(|| Facts::bundled().unwrap()));
    let facts = Facts::bundled().unwrap();
    assert!(lint::lint(MEDIAN, PolicyType::Identity, &facts).is_empty());
    c.bench_function("of_the_median_shape", |b| {
        b.iter(|| lint::lint(black_box(MEDIAN), PolicyType::Identity, &facts));
    });
    let overlapping: Vec<_> = (0..2_000).map(|n| format!("\"ec2:*{n}*\"")).collect();
    let overlapping = format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Deny", "Action": [{}], "Resource": "*"}}}}"#,
        overlapping.join(",")
    );
    c.bench_function("two_thousand_patterns_of_one_service", |b| {
        b.iter(|| lint::lint(black_box(&overlapping), PolicyType::Identity, &facts));
    });
    managed(&facts);
}

fn managed(facts: &Facts) {
    let Some(path) = env::var_os("INFRAAUDIT_MANAGED_POLICIES") else { return };
    let text = fs::read_to_string(path).unwrap();
    let policies: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
    let mut times = Vec::new();
    for policy in policies.values() {
        let text = serde_json::to_string_pretty(&policy["Document"]).unwrap();
        let mut best = u128::MAX;
        for _ in 0..20 {
            let start = Instant::now();
            black_box(lint::lint(&text, PolicyType::Identity, facts));
            best = best.min(start.elapsed().as_nanos());
        }
        times.push(best);
    }
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100] / 1_000;
    println!(
        "{} policies: median {} µs, 95 % {} µs, 99 % {} µs, longest {} µs",
        times.len(),
        at(50),
        at(95),
        at(99),
        at(100)
    );
}

criterion_group!(all, benches);
criterion_main!(all);
