//! The deployed functions: `template.yaml` behind the stand-in and the four binaries of Lambda.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, MutexGuard},
    thread,
};

use serde_json::{Value, json};

use super::StandIn;

const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
/// The binary, and what the template calls the function.
const FUNCTIONS: [(&str, &str); 4] =
    [("api", "Api"), ("access_keys", "Keys"), ("worker", "Worker"), ("notifier", "Notifier")];

/// A deployment whose functions run until it is dropped.
pub(crate) struct Functions {
    account: String,
    folder: PathBuf,
    stack: Value,
    running: Mutex<Vec<Instance>>,
    log: Arc<Mutex<Vec<Value>>>,
}

/// One process of a function.
struct Instance {
    function: String,
    name: String,
    process: Child,
}

impl Functions {
    /// Deploys the template into an operator's account and starts one instance of each function.
    pub(crate) fn deployed(account: &str, parameters: &Value) -> Self {
        let functions = Self::deployed_idle(account, parameters, &json!({}));
        for (_, name) in FUNCTIONS {
            functions.start(name);
        }
        functions
    }

    /// Deploys the template and starts nothing yet. `pace` may say how many times as fast AWS's `waits`
    /// and the functions' `timeouts` pass.
    pub(crate) fn deployed_idle(account: &str, parameters: &Value, pace: &Value) -> Self {
        let folder = build();
        let template = fs::read_to_string(Path::new(WORKSPACE).join("template.yaml"));
        let mut asked = pace.clone();
        asked["account"] = account.into();
        asked["template"] = template.expect("template.yaml").into();
        asked["parameters"] = parameters.clone();
        let stack = StandIn::shared().post("deploy", &asked);
        let (running, log) = (Mutex::default(), Arc::default());
        Self { account: account.to_owned(), folder, stack, running, log }
    }

    /// Starts an instance as Lambda would, with the template's environment, its role's session and
    /// nothing else, and answers its name.
    pub(crate) fn start(&self, function: &str) -> String {
        let (binary, _) = FUNCTIONS.iter().find(|(_, name)| *name == function).expect("a function");
        let name = uuid::Uuid::new_v4().simple().to_string();
        let variables = self.stack["functions"][function]["environment"].as_object();
        let variables = variables.expect("an environment").iter().map(|(key, value)| {
            let value = value.as_str().expect("text");
            let own = key == "AWS_LAMBDA_RUNTIME_API";
            (key, if own { format!("{value}.{name}") } else { value.to_owned() })
        });
        let mut process = Command::new(self.folder.join(binary))
            .env_clear()
            .envs(variables)
            // It is part of every request, so that the stand-in can tell the instances apart.
            .env("AWS_SDK_UA_APP_ID", &name)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the function starts");
        let (lines, log) = (process.stdout.take().expect("its standard output"), self.log.clone());
        thread::spawn(move || {
            for line in BufReader::new(lines).lines().map_while(Result::ok) {
                let line = serde_json::from_str(&line).unwrap_or(Value::String(line));
                log.lock().expect("no test has panicked with it").push(line);
            }
        });
        let instance = Instance { function: function.to_owned(), name: name.clone(), process };
        self.running().push(instance);
        name
    }

    /// Kills an instance in the middle of whatever it does, and answers which function it was of.
    pub(crate) fn kill(&self, instance: &str) -> String {
        let mut running = self.running();
        let at = running.iter().position(|one| one.name == instance).expect("it runs");
        let mut killed = running.swap_remove(at);
        drop(running);
        killed.end();
        let told =
            json!({"account": self.account, "function": killed.function, "instance": instance});
        StandIn::shared().post("instance_died", &told);
        std::mem::take(&mut killed.function)
    }

    /// Sends a signal to an instance.
    pub(crate) fn signal(&self, instance: &str, signal: &str) {
        let running = self.running();
        let one = running.iter().find(|one| one.name == instance).expect("it runs");
        let id = one.process.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status();
        assert!(sent.is_ok_and(|status| status.success()), "it had ended before");
    }

    /// The names of a function's instances.
    pub(crate) fn instances(&self, function: &str) -> Vec<String> {
        let running = self.running();
        let of_function = running.iter().filter(|one| one.function == function);
        of_function.map(|one| one.name.clone()).collect()
    }

    /// Sets an environment variable for the instances of a function that start from now on.
    pub(crate) fn set(&mut self, function: &str, name: &str, value: &str) {
        self.stack["functions"][function]["environment"][name] = value.into();
    }

    /// All items of a kind in the table.
    pub(crate) fn items(&self, kind: &str) -> Vec<Value> {
        let asked = json!({"account": self.account, "table": self.stack["table"], "kind": kind});
        let told = StandIn::shared().post("items", &asked);
        told["items"].as_array().expect("items").clone()
    }

    /// All that the functions have logged.
    pub(crate) fn log(&self) -> String {
        let log = self.log.lock().expect("no test has panicked with it");
        log.iter().map(Value::to_string).collect::<Vec<_>>().join("\n")
    }

    /// The lines of all functions' logs that say `message`.
    pub(crate) fn logged(&self, message: &str) -> Vec<Value> {
        let log = self.log.lock().expect("no test has panicked with it");
        log.iter().filter(|line| line["message"] == message).cloned().collect()
    }

    /// The URL of a queue, by its name in the template.
    pub(crate) fn queue(&self, name: &str) -> &str {
        self.stack["queues"][name].as_str().expect("a queue")
    }

    /// The name of the table.
    pub(crate) fn table(&self) -> &str {
        self.stack["table"].as_str().expect("a table")
    }

    /// What the instances of a function are doing: `idle`, `busy`, `answered` or `timed out`.
    pub(crate) fn states(&self, function: &str) -> Vec<String> {
        let told = StandIn::shared().get("instances", &self.account);
        let instances = told["instances"].as_array().expect("instances").iter();
        let of_function = instances.filter(|one| one["function"] == function);
        of_function.map(|one| one["state"].as_str().expect("a state").to_owned()).collect()
    }

    /// Lets the time of a schedule come.
    pub(crate) fn fire(&self, schedule: &str) -> Value {
        let asked = json!({"account": self.account, "schedule": schedule});
        StandIn::shared().post("fire", &asked)["event"].clone()
    }

    fn running(&self) -> MutexGuard<'_, Vec<Instance>> {
        self.running.lock().expect("no test has panicked with it")
    }

    /// Sends an HTTP request to the API function as API Gateway would, with the event `events/<file>` changed by
    /// `change`, and answers its status and body.
    pub(crate) fn request(&self, file: &str, change: impl FnOnce(&mut Value)) -> (u64, Value) {
        let (status, _, body) = self.ask("Api", file, change);
        (status, body)
    }

    /// Sends an HTTP request to any function, and answers its status, headers and body.
    pub(crate) fn ask(
        &self,
        function: &str,
        file: &str,
        change: impl FnOnce(&mut Value),
    ) -> (u64, Value, Value) {
        let mut event = event(file);
        change(&mut event);
        let answer = self.invoke(function, &event);
        let body = answer["body"].as_str().unwrap_or_default();
        let status = answer["statusCode"].as_u64().expect("an HTTP status");
        let body = serde_json::from_str(body).expect("a JSON body");
        (status, answer["headers"].clone(), body)
    }

    /// Sends a request with a JSON body to a path, without a name for the request; `change` may change more.
    pub(crate) fn post(
        &self,
        path: &str,
        body: &Value,
        change: impl FnOnce(&mut Value),
    ) -> (u64, Value) {
        self.request("api-start.json", |event| {
            event["rawPath"] = path.into();
            event["requestContext"]["http"]["path"] = path.into();
            let body = body.to_string();
            let headers = event["headers"].as_object_mut().expect("headers");
            headers.insert("content-length".into(), body.len().to_string().into());
            headers.remove("idempotency-key");
            event["body"] = body.into();
            change(event);
        })
    }

    /// Sends the event `events/<file>` as it is and answers what the function returned.
    pub(crate) fn send(&self, function: &str, file: &str) -> Value {
        self.invoke(function, &event(file))
    }

    /// Begins to count anew what requests cost the operator.
    pub(crate) fn count_anew(&self) {
        StandIn::shared().post("metered", &json!({"account": self.account}));
        StandIn::shared().post("trace", &json!({"account": self.account}));
    }

    /// The units of DynamoDB since counting began: written and read.
    pub(crate) fn units(&self) -> (f64, f64) {
        let units = StandIn::shared().get("metered", &self.account);
        let number = |name: &str| units[name].as_f64().expect("a number");
        (number("write_units"), number("read_units"))
    }

    /// How often the operator's functions called each operation since counting began.
    pub(crate) fn operations(&self) -> BTreeMap<String, u32> {
        let mut count = BTreeMap::new();
        let trace = StandIn::shared().get("trace", &self.account);
        for call in trace["calls"].as_array().expect("calls") {
            let text = |name: &str| call[name].as_str().expect("text").to_owned();
            *count.entry(format!("{}:{}", text("service"), text("operation"))).or_default() += 1;
        }
        count
    }

    pub(crate) fn invoke(&self, function: &str, event: &Value) -> Value {
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

impl Instance {
    fn end(&mut self) {
        // Gone already is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.end();
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
