//! A running service, and requests to it.

use std::{
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

pub(crate) const EXTERNAL_ID: &str = "s3cr3t-between-us";
const PATIENCE: Duration = Duration::from_secs(30);

/// The command line of a service with nothing of this machine's environment.
pub(crate) fn command(data: &Path, environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_infraaudit"));
    command
        .arg("serve")
        .arg("--data")
        .arg(data)
        .env_clear()
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "no-secret-of-anyone")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(environment.iter().copied())
        .stdin(Stdio::null());
    command
}

/// What became of a service that was not to start.
pub(crate) fn refused(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    output
}

/// An endpoint that takes connections and says nothing.
pub(crate) struct Silence {
    pub(crate) endpoint: String,
    _listener: TcpListener,
}

impl Silence {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        Self { endpoint, _listener: listener }
    }
}

pub(crate) struct Service {
    child: Child,
    address: String,
    lines: Receiver<String>,
    log: Vec<String>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Service {
    pub(crate) fn start(data: &Path, environment: &[(&str, &str)]) -> Self {
        let mut child = command(data, environment)
            .args(["--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (to, lines) = channel();
        thread::spawn(move || {
            stderr.lines().map_while(Result::ok).try_for_each(|line| to.send(line))
        });
        let mut service = Self { child, address: String::new(), lines, log: Vec::new() };
        let line = service.line("listening on ");
        line.trim_start_matches("listening on ").clone_into(&mut service.address);
        service
    }

    /// Waits for a line on standard error.
    pub(crate) fn line(&mut self, begin: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("no `{begin}` in {:#?}", self.log));
            self.log.push(line.clone());
            if line.starts_with(begin) {
                return line;
            }
        }
    }

    /// What `infraaudit health` says of the service.
    pub(crate) fn health(&self) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_infraaudit"));
        command.args(["health", "--url", &self.address]).output().unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let mut answer = agent.get(format!("{}{path}", self.address)).call().unwrap();
        let body = answer.body_mut().read_json().unwrap();
        Answer { status: answer.status().as_u16(), body }
    }

    pub(crate) fn post(&self, path: &str, token: Option<&str>, body: &Value) -> Answer {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let mut request = agent.post(format!("{}{path}", self.address));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let mut answer = request.send_json(body).unwrap();
        let body = answer.body_mut().read_json().unwrap();
        Answer { status: answer.status().as_u16(), body }
    }

    /// Starts an audit, and returns its id.
    pub(crate) fn start_audit(&self) -> String {
        let body = serde_json::json!({"account_id": "111122223333", "external_id": EXTERNAL_ID});
        let answer = self.post("/api/audit/start", None, &body);
        assert_eq!(answer.status, 202, "{}", answer.body);
        answer.body["audit_id"].as_str().unwrap().to_owned()
    }

    /// Waits until an audit is in a state.
    pub(crate) fn until(&self, id: &str, state: &str) -> Value {
        let begun = Instant::now();
        loop {
            let answer = self.get(&format!("/api/audit/status/{id}"));
            assert_eq!(answer.status, 200, "{}", answer.body);
            if answer.body["status"] == state {
                return answer.body;
            }
            assert!(begun.elapsed() < PATIENCE, "not {state}: {}", answer.body);
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends the process as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks the process to end, and returns all that it said on standard error.
    pub(crate) fn terminate(mut self) -> String {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{:#?}", self.log);
        self.log.extend(self.lines.iter());
        let mut data = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut data).unwrap();
        assert_eq!(data, "", "standard output is for data");
        self.log.join("\n")
    }
}
