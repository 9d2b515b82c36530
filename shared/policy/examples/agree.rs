//! Compares the engine with the naive evaluator on many generated cases:
//! `cargo run --release -p policy --example agree [CASES] [SEED]`

#[path = "../tests/support/agree.rs"]
mod agree;
#[path = "../tests/support/generate.rs"]
mod generate;
#[path = "../tests/support/naive.rs"]
mod naive;

use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let (Ok(cases), Ok(seed)) =
        (arguments.next().unwrap_or(Ok(1_000_000)), arguments.next().unwrap_or(Ok(1)))
    else {
        eprintln!("give the number of cases and a seed, both as whole numbers");
        return ExitCode::from(1);
    };
    let start = Instant::now();
    match agree::run(seed, cases) {
        Ok(tally) => {
            println!(
                "{cases} cases without a difference in {:.0} s: {tally:?}",
                start.elapsed().as_secs_f64()
            );
            ExitCode::SUCCESS
        }
        Err(difference) => {
            println!("{difference}");
            ExitCode::from(3)
        }
    }
}
