//! The stand-in's process and the endpoints that direct it.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::LazyLock,
};

use serde_json::Value;

/// The running stand-in. It ends when its standard input closes, so when this test process does.
pub(crate) struct StandIn {
    pub(crate) endpoint: String,
    _process: Child,
}

static STAND_IN: LazyLock<StandIn> = LazyLock::new(StandIn::start);

/// Where the stand-in's own code is.
pub(super) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/standin")
}

impl StandIn {
    /// The one stand-in of this test binary, started on first use.
    pub(crate) fn shared() -> &'static Self {
        &STAND_IN
    }

    /// The stand-in's Python, in the folder of its code.
    pub(crate) fn python() -> Command {
        let mut command = Command::new(super::venv::python());
        command.current_dir(folder()).env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    fn start() -> Self {
        let mut child = Self::python()
            .arg("server.py")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the stand-in starts");
        let mut port = String::new();
        let stdout = child.stdout.take().expect("its standard output");
        BufReader::new(stdout).read_line(&mut port).expect("its port");
        let endpoint = format!("http://127.0.0.1:{}", port.trim());
        Self { endpoint, _process: child }
    }

    /// Posts to a control endpoint and answers what it said.
    pub(crate) fn post(&self, name: &str, body: &Value) -> Value {
        let url = format!("{}/_ctl/{name}", self.endpoint);
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let mut answer = agent.post(url).send_json(body).expect("the stand-in answers");
        let text = answer.body_mut().read_to_string().expect("its answer");
        assert!(answer.status().is_success(), "`{name}` failed:\n{text}");
        serde_json::from_str(&text).expect("JSON")
    }

    /// Reads a control endpoint for one account.
    pub(crate) fn get(&self, name: &str, account: &str) -> Value {
        let url = format!("{}/_ctl/{name}?account={account}", self.endpoint);
        let mut answer = ureq::get(url).call().expect("the stand-in answers");
        answer.body_mut().read_json().expect("JSON")
    }
}
