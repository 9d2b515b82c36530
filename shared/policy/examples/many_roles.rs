//! Memory of 2,000 roles with five policies each, every one different: `cargo run --release -p policy --example many_roles`

use policy::{Caller, Document, Outcome, Policies, Policy, PolicyKind, Request};

const ROLES: usize = 2_000;
const POLICIES: usize = 5;
const STATEMENTS: usize = 5;

fn document(role: usize, policy: usize) -> String {
    let statement = |at: usize| {
        format!(
            r#"{{"Sid":"Role{role}P{policy}S{at}","Effect":"Allow","Action":["s3:GetObject","s3:Put*","kms:Decrypt"],"Resource":["arn:aws:s3:::data-{role}-{policy}-{at}","arn:aws:s3:::data-{role}-{policy}-{at}/*"],"Condition":{{"StringEquals":{{"aws:PrincipalTag/team":"team-{role}"}}}}}}"#
        )
    };
    let statements: Vec<String> = (0..STATEMENTS).map(statement).collect();
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
}

fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Rounded up to a tenth.
fn megabytes(kib: u64) -> f64 {
    let tenths = u32::try_from(kib.saturating_mul(10).div_ceil(1024)).unwrap_or(u32::MAX);
    f64::from(tenths) / 10.0
}

fn main() {
    let before = peak_kib();
    let roles: Vec<Policies> = (0..ROLES)
        .map(|role| {
            (0..POLICIES).fold(Policies::new(), |policies, at| {
                match Document::parse(&document(role, at))
                    .map(|d| Policy::new("p", PolicyKind::Identity, &d))
                {
                    Ok(Ok(policy)) => policies.identity(policy),
                    _ => policies,
                }
            })
        })
        .collect();
    let allowed = roles.iter().enumerate().filter(|(role, policies)| {
        let caller = Caller::parse(&format!("arn:aws:iam::111122223333:role/r{role}"));
        let request =
            Request::new(caller, "s3:GetObject", &format!("arn:aws:s3:::data-{role}-4-4/x"))
                .with("aws:PrincipalTag/team", &format!("team-{role}"));
        policies.evaluate(&request).outcome == Outcome::Allowed
    });
    println!("{} of {ROLES} roles may read their own data", allowed.count());
    println!("{ROLES} roles x {POLICIES} policies x {STATEMENTS} statements, none shared");
    match (before, peak_kib()) {
        (Some(before), Some(peak)) => {
            println!(
                "peak memory {:.1} MB ({:.1} MB at start)",
                megabytes(peak),
                megabytes(before)
            );
        }
        _ => println!("peak memory is only known where /proc/self/status exists"),
    }
}
