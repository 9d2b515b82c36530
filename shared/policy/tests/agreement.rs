//! The engine equals a deliberately naive evaluator on generated cases. Many more:
//! `cargo run --release -p policy --example agree 10000000`.

#[path = "support/agree.rs"]
mod agree;
#[path = "support/generate.rs"]
mod generate;
#[path = "support/naive.rs"]
mod naive;
#[path = "support/properties.rs"]
mod properties;

#[test]
fn engine_and_naive_evaluator_agree() {
    let tally = agree::run(1, 40_000).unwrap_or_else(|difference| panic!("{difference}"));
    // A generator that only ever gets one answer would prove nothing.
    assert!(tally.allowed > 2_000, "{tally:?}");
    assert!(tally.explicitly_denied > 2_000, "{tally:?}");
    assert!(tally.implicitly_denied > 2_000, "{tally:?}");
    assert!(tally.depends > 200, "{tally:?}");
}
