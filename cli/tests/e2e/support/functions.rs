//! The deployed functions: `template.yaml` behind the stand-in and the three binaries of Lambda.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};

use super::StandIn;

const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
/// The binary, and what the template calls the function.
const FUNCTIONS: [(&str, &str); 3] =
    [("api", "Api"), ("worker", "Worker"), ("notifier", "Notifier")];

/// A deployment whose functions run until it is dropped.
pub(crate) struct Functions {
    account: String,
    running: Vec<Child>,
}

impl Functions {
    /// Deploys the template into an operator's account and starts each function as Lambda would: with the
    /// template's environment, its role's session and nothing else.
    pub(crate) fn deployed(account: &str, parameters: &Value) -> Self {
        let folder = build();
        let template = fs::read_to_string(Path::new(WORKSPACE).join("template.yaml"));
        let stack = StandIn::shared().post(
            "deploy",
            &json!({
                "account": account,
                "template": template.expect("template.yaml"),
                "parameters": parameters,
            }),
        );
        let start = |(binary, name): &(&str, &str)| {
            let variables =
                stack["functions"][name]["environment"].as_object().expect("an environment");
            let variables =
                variables.iter().map(|(key, value)| (key, value.as_str().expect("text")));
            Command::new(folder.join(binary))
                .env_clear()
                .envs(variables)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .spawn()
                .expect("the function starts")
        };
        Self { account: account.to_owned(), running: FUNCTIONS.iter().map(start).collect() }
    }

    /// Sends an HTTP request to the API function as API Gateway would, with the event `events/<file>` changed by
    /// `change`, and answers its status and body.
    pub(crate) fn request(&self, file: &str, change: impl FnOnce(&mut Value)) -> (u64, Value) {
        let mut event = event(file);
        change(&mut event);
        let answer = self.invoke("Api", &event);
        let body = answer["body"].as_str().unwrap_or_default();
        let status = answer["statusCode"].as_u64().expect("an HTTP status");
        (status, serde_json::from_str(body).expect("a JSON body"))
    }

    /// Sends the event `events/<file>` as it is and answers what the function returned.
    pub(crate) fn send(&self, function: &str, file: &str) -> Value {
        self.invoke(function, &event(file))
    }

    fn invoke(&self, function: &str, event: &Value) -> Value {
        let body = json!({
            "account": self.account,
            "function": function,
            "event": event,
            "seconds": 30,
        });
        let answer = StandIn::shared().post("invoke", &body);
        assert_eq!(answer["error"], Value::Null, "functions: {:?}", self.failures());
        answer["answer"].clone()
    }

    /// What was published to the operator's topics so far.
    pub(crate) fn published(&self) -> Vec<Value> {
        let published = StandIn::shared().get("published", &self.account);
        published["messages"].as_array().expect("messages").clone()
    }

    /// Invocations by event sources that failed as a whole.
    pub(crate) fn failures(&self) -> Value {
        StandIn::shared().get("failures", &self.account)["failures"].clone()
    }
}

impl Drop for Functions {
    fn drop(&mut self) {
        for function in &mut self.running {
            // Gone already is as good.
            let _ = function.kill();
            let _ = function.wait();
        }
    }
}

/// The event `events/<file>`.
fn event(file: &str) -> Value {
    let path = Path::new(WORKSPACE).join("events").join(file);
    serde_json::from_slice(&fs::read(path).expect("an event")).expect("JSON")
}

/// Where the functions are; they are built only where one is missing.
///
/// Plain `cargo test` builds them before it runs this. `cargo test -p infraaudit` does not, and takes what
/// an earlier build left. The build is of the whole workspace: fewer packages would have other features,
/// and the SDK would be compiled once more.
fn build() -> PathBuf {
    let folder = Path::new(env!("CARGO_BIN_EXE_infraaudit")).parent().expect("a folder");
    if FUNCTIONS.iter().all(|(binary, _)| folder.join(binary).is_file()) {
        return folder.to_owned();
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(WORKSPACE).args(["test", "--quiet", "--workspace", "--no-run"]);
    cargo.arg("--target-dir").arg(folder.parent().expect("the target directory"));
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    let status = cargo.stdin(Stdio::null()).stdout(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "{cargo:?} failed");
    folder.to_owned()
}
