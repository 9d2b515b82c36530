//! The binary itself, as far as it gets without AWS.

use std::process::Command;

#[test]
fn without_its_variables_it_says_which_one_is_missing() {
    let output = Command::new(env!("CARGO_BIN_EXE_access_keys")).env_clear().output().unwrap();
    let log = String::from_utf8(output.stdout).unwrap();
    assert!(!output.status.success());
    assert!(
        log.contains("the environment variable `INFRAAUDIT_OPERATOR_TENANT` is missing"),
        "{log}"
    );
    assert!(log.contains(r#""level":"ERROR""#), "{log}");
}
