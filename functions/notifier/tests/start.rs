//! The binary itself, as far as it gets without AWS.

use std::process::Command;

#[test]
fn without_its_topic_it_says_so() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_notifier"));
    let output = command.env_clear().env("AWS_REGION", "us-east-1").output().unwrap();
    let log = String::from_utf8(output.stdout).unwrap();
    assert!(!output.status.success());
    assert!(log.contains("the environment variable `INFRAAUDIT_TOPIC_ARN` is missing"), "{log}");
    assert!(log.contains(r#""level":"ERROR""#), "{log}");
}
