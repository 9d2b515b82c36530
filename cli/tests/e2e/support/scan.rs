//! Running the real binary.

use std::{
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use super::StandIn;

/// One `infraaudit scan` about to run, in an environment with nothing of this machine in it.
pub(crate) struct Scan {
    command: Command,
    secrets: Vec<String>,
    _home: TempDir,
}

/// What it did.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) time: Duration,
}

impl Scan {
    /// A scan with these credentials, given as environment variables.
    pub(super) fn by(credentials: &Value) -> Self {
        Self::command(&["scan"], credentials)
    }

    /// Any command with these credentials.
    pub(crate) fn command(arguments: &[&str], credentials: &Value) -> Self {
        let home = TempDir::new().expect("a home directory");
        let mut command = Command::new(env!("CARGO_BIN_EXE_infraaudit"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", home.path())
            .env("AWS_ENDPOINT_URL", &StandIn::shared().endpoint)
            .env("AWS_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::null());
        let mut secrets = vec![];
        for (name, value) in credentials.as_object().expect("an environment") {
            let value = value.as_str().expect("text");
            command.env(name, value);
            if name != "AWS_ACCESS_KEY_ID" {
                secrets.push(value.to_owned());
            }
        }
        Self { command, secrets, _home: home }
    }

    /// Adds arguments.
    pub(crate) fn args<I: IntoIterator<Item: AsRef<std::ffi::OsStr>>>(mut self, args: I) -> Self {
        self.command.args(args);
        self
    }

    /// Sets an environment variable.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Removes an environment variable.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Runs it to its end. No secret it was given may be in what it says.
    pub(crate) fn run(self) -> Outcome {
        self.run_until(|_| ())
    }

    /// Runs it and interrupts it, as Ctrl-C does, after `time`.
    pub(crate) fn interrupted_after(self, time: Duration) -> Outcome {
        self.signalled_after("-INT", time)
    }

    /// Runs it and sends it a signal after `time`.
    pub(crate) fn signalled_after(self, signal: &str, time: Duration) -> Outcome {
        self.run_until(|id| {
            thread::sleep(time);
            let sent = Command::new("kill").args([signal, &id.to_string()]).status();
            assert!(sent.is_ok_and(|status| status.success()), "it had ended before {time:?}");
        })
    }

    fn run_until(mut self, meanwhile: impl FnOnce(u32)) -> Outcome {
        let start = Instant::now();
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let running = self.command.spawn().expect("the binary runs");
        meanwhile(running.id());
        let output = running.wait_with_output().expect("its output");
        let time = start.elapsed();
        let outcome = Outcome {
            code: output.status.code().expect("an exit code, not a signal"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
            time,
        };
        for secret in &self.secrets {
            let said = outcome.stdout.contains(secret) || outcome.stderr.contains(secret);
            assert!(!said, "a credential is in the output");
        }
        outcome
    }
}

impl Outcome {
    /// The JSON result; the scan must have ended with `code`.
    pub(crate) fn json(&self, code: i32) -> Value {
        assert_eq!(self.code, code, "{}", self.stderr);
        serde_json::from_str(&self.stdout).expect("nothing but JSON on standard output")
    }

    /// Whether a piece of text is anywhere in the output.
    pub(crate) fn says(&self, text: &str) -> bool {
        self.stdout.contains(text) || self.stderr.contains(text)
    }
}
