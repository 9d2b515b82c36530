//! Runs files of test vectors and prints what fails: `cargo run -p policy --example run_vectors FILE…`

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut failed = 0;
    for path in std::env::args().skip(1) {
        let results = std::fs::read_to_string(&path)
            .map_err(|error| error.to_string())
            .and_then(|text| policy::vectors::run(&text).map_err(|error| error.to_string()));
        match results {
            Err(error) => {
                println!("{path}: {error}");
                failed += 1;
            }
            Ok(results) => {
                let wrong = results.iter().filter(|result| !result.pass);
                let wrong = wrong
                    .inspect(|result| {
                        println!("{result}\n  {}", result.detail.replace('\n', "\n  "));
                    })
                    .count();
                println!("{path}: {} passed, {wrong} failed", results.len() - wrong);
                failed += wrong;
            }
        }
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::from(3) }
}
