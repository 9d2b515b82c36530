//! Running the command in an environment with nothing of this machine in it.

use std::process::{Command, Stdio};

use serde_json::Value;

pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Done {
    /// The JSON on standard output; the command must have ended with `code`.
    #[track_caller]
    pub(crate) fn json(&self, code: i32) -> Value {
        assert_eq!(self.code, code, "{}", self.stderr);
        serde_json::from_str(&self.stdout).expect("nothing but JSON on standard output")
    }

    #[track_caller]
    pub(crate) fn tells(&self, text: &str) {
        assert!(self.stderr.contains(text), "`{text}` is not in: {}", self.stderr);
    }
}

pub(crate) fn run(endpoint: &str, arguments: &[&str]) -> Done {
    let output = Command::new(env!("CARGO_BIN_EXE_infraaudit"))
        .args(arguments)
        .env_clear()
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "no-secret-of-anyone")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(!stderr.contains("no-secret-of-anyone") && !stdout.contains("no-secret-of-anyone"));
    Done { code: output.status.code().unwrap(), stdout, stderr }
}
