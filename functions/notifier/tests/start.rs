//! The binary itself, as far as it gets without AWS.

use std::process::Command;

const WHOLE: [(&str, &str); 5] = [
    ("AWS_REGION", "us-east-1"),
    ("INFRAAUDIT_TOPIC_ARN", "arn:aws:sns:us-east-1:111122223333:alerts"),
    ("INFRAAUDIT_TABLE", "infraaudit"),
    ("INFRAAUDIT_BUCKET", "infraaudit"),
    ("INFRAAUDIT_SLACK_WEBHOOK", "http://hooks.slack.com/services/T0/B0/not-for-anyone"),
];

/// What it logs before it ends, with the first `count` of the settings.
fn log(count: usize) -> std::io::Result<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_notifier"));
    let output = command.env_clear().envs(WHOLE.into_iter().take(count)).output()?;
    assert!(!output.status.success());
    let log = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(log.contains(r#""level":"ERROR""#), "{log}");
    Ok(log)
}

#[test]
fn without_a_setting_it_says_which() {
    for (count, name) in WHOLE.iter().enumerate().skip(1).take(3).map(|(n, (name, _))| (n, name)) {
        let log = log(count).unwrap();
        assert!(log.contains(&format!("the environment variable `{name}` is missing")), "{log}");
    }
}

#[test]
fn a_webhook_that_is_none_is_not_shown() {
    let log = log(5).unwrap();
    assert!(log.contains("`INFRAAUDIT_SLACK_WEBHOOK` is no `https` URL"), "{log}");
    assert!(!log.contains("hooks.slack.com"), "{log}");
}
