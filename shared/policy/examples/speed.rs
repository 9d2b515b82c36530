//! CPU time per evaluation, which a busy machine does not distort: `cargo run --release -p policy --example speed`

#[path = "../benches/support/policies.rs"]
mod policies;

use std::hint::black_box;
use std::time::Duration;

/// Nanoseconds this process has been on a core, where the system says so.
fn on_core() -> Option<u64> {
    std::fs::read_to_string("/proc/self/schedstat").ok()?.split_whitespace().next()?.parse().ok()
}

fn per_second(rounds: u32, mut round: impl FnMut()) -> Option<f64> {
    let start = on_core()?;
    for _ in 0..rounds {
        round();
    }
    let nanoseconds = on_core()?.saturating_sub(start);
    Some(f64::from(rounds) / Duration::from_nanos(nanoseconds).as_secs_f64())
}

fn main() {
    let request = policies::request();
    for statements in [3, 30] {
        let texts = policies::texts(statements);
        let compiled = policies::compile(&texts);
        let bytes: usize = texts.iter().map(String::len).sum();
        let once = per_second(400_000, || {
            black_box(black_box(&compiled).evaluate(black_box(&request)));
        });
        let each = per_second(4_000, || {
            black_box(policies::compile(black_box(&texts)).evaluate(black_box(&request)));
        });
        match (once, each) {
            (Some(once), Some(each)) => println!(
                "10 policies x {statements} statements ({bytes} bytes): {once:.0} evaluations/s compiled once, {each:.0}/s with parsing"
            ),
            _ => println!("CPU time is only known where /proc/self/schedstat exists"),
        }
    }
}
