//! What the service logs: JSON lines, ours as fine as the operator wants, and of libraries no more than warnings. At
//! finer levels the AWS SDK tells whole requests, and Lambda's runtime whole events, and with them `ExternalId`s.

use std::{fmt::Display, process::ExitCode};

use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{
    Layer,
    filter::filter_fn,
    fmt::{MakeWriter, layer},
    layer::SubscriberExt,
    registry::LookupSpan,
    util::SubscriberInitExt,
};

/// Our crates; `infraaudit` is the command's.
const OURS: [&str; 18] = [
    "access_keys",
    "api",
    "audit",
    "aws",
    "checks",
    "collect",
    "domain",
    "environment",
    "export",
    "infraaudit",
    "inventory",
    "least_privilege",
    "notifier",
    "notify",
    "policy",
    "store",
    "telemetry",
    "worker",
];

const RUNTIME: &str = "lambda_runtime";

/// Logs to standard output, as Lambda takes it up, from the level on that `INFRAAUDIT_LOG` names: `info` where it names
/// none.
fn of_function() {
    let named = std::env::var("INFRAAUDIT_LOG").ok().filter(|level| !level.is_empty());
    let level = named.as_deref().map(str::parse::<LevelFilter>);
    let lines =
        lines(std::io::stdout, level.clone().and_then(Result::ok).unwrap_or(LevelFilter::INFO));
    tracing_subscriber::registry().with(lines).init();
    if let (Some(name), Some(Err(_))) = (named, level) {
        tracing::warn!("`INFRAAUDIT_LOG` is `{name}`, which is no level; `info` it is");
    }
}

/// Runs a function's process to its end: logs, and last says why the function cannot run.
pub async fn run_function<E: Display>(run: impl AsyncFnOnce() -> Result<(), E>) -> ExitCode {
    of_function();
    match Box::pin(run()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the function cannot run");
            ExitCode::FAILURE
        }
    }
}

/// Logs to standard error from a level on.
pub fn of_command(level: LevelFilter) {
    tracing_subscriber::registry().with(lines(std::io::stderr, level)).init();
}

/// The lines that are written from a level on.
fn lines<S, W>(writer: W, level: LevelFilter) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + 'static,
{
    // By the whole name of the crate: `Targets` compares beginnings, and `aws` begins the SDK's crates.
    let admits = filter_fn(move |event| {
        let name = event.target().split("::").next().unwrap_or_default();
        let most = match name {
            RUNTIME => level.min(LevelFilter::INFO),
            ours if OURS.contains(&ours) => level,
            _ => level.min(LevelFilter::WARN),
        };
        *event.level() <= most
    });
    let levels = admits.with_max_level_hint(level);
    layer().json().flatten_event(true).with_span_list(false).with_writer(writer).with_filter(levels)
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        io::Write,
        path::{Path, PathBuf},
        sync::{Arc, Mutex},
    };

    use super::*;

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn logged(level: LevelFilter, events: impl FnOnce()) -> Vec<String> {
        let log = Log::default();
        let kept = log.clone();
        let lines = lines(move || kept.clone(), level);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), events);
        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        log.lines().map(ToOwned::to_owned).collect()
    }

    #[test]
    fn libraries_only_warn_however_much_is_logged() {
        let events = || {
            tracing::trace!(target: "aws_smithy_runtime::client::orchestrator", "ExternalId=hush");
            tracing::debug!(target: "aws_sdk_sts::operation", "ExternalId=hush");
            tracing::trace!(target: "lambda_runtime::requests", "incoming payload hush");
            tracing::info!(target: "hyper::client", "hush");
            tracing::warn!(target: "hyper::client", "a warning");
            tracing::trace!(target: "collect::reader", "ours");
        };
        let lines = logged(LevelFilter::TRACE, events);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].contains("a warning") && lines[1].contains("ours"), "{lines:?}");
        assert!(logged(LevelFilter::ERROR, events).is_empty());
    }

    #[test]
    fn a_line_names_its_invocation() {
        let lines = logged(LevelFilter::INFO, || {
            let span =
                tracing::info_span!(target: "lambda_runtime::layers", "invoke", requestId = "r-1");
            span.in_scope(|| tracing::info!(target: "worker", "audit ended"));
        });
        let line: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
        assert_eq!(line["message"], "audit ended", "the template's filters read it there");
        assert_eq!(line["span"]["requestId"], "r-1");
    }

    /// The crates in a folder; what fuzzes them has no `src`.
    fn crates(folder: &Path) -> Vec<PathBuf> {
        let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        paths.filter(|path| path.join("src").is_dir()).collect()
    }

    #[test]
    fn every_crate_of_ours_is_named() {
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        for folder in ["shared", "functions"] {
            // The tests' AWS is in no program.
            let programs = crates(&root.join(folder)).into_iter();
            for path in programs.filter(|path| !path.ends_with("recorded_aws")) {
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                assert!(
                    OURS.contains(&name.as_str()),
                    "{folder}/{name} would log nothing but warnings"
                );
            }
        }
    }

    #[test]
    fn every_function_logs_so() {
        let functions = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../functions"));
        for path in crates(functions) {
            let main = path.join("src/main.rs");
            let text = fs::read_to_string(&main).unwrap();
            assert!(text.contains("telemetry::run_function(run).await"), "{}", main.display());
            assert!(!text.contains("tracing_subscriber"), "{}", main.display());
        }
    }
}
