//! Any event is refused with its reason, or told: what fails has the name of a record that came, and nothing is told that
//! the store does not have.

#![no_main]

#[path = "../../notifier/src"]
mod notifier {
    pub(crate) mod handler;
}

use std::{collections::HashSet, sync::LazyLock};

use domain::Alert;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use store::Store;
use tokio::runtime::{Builder, Runtime};

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_all().build().expect("a runtime"));
static STORE: LazyLock<(Store, tempfile::TempDir)> = LazyLock::new(|| {
    let directory = tempfile::tempdir().expect("a directory");
    (Store::open(directory.path()).expect("a store"), directory)
});

fuzz_target!(|text: &str| {
    let Ok(event) = serde_json::from_str::<Value>(text) else { return };
    let records = event.get("Records").and_then(Value::as_array).cloned().unwrap_or_default();
    let numbers: HashSet<&str> = records
        .iter()
        .filter_map(|record| record.pointer("/dynamodb/SequenceNumber")?.as_str())
        .collect();
    let deliver = async |alert: &Alert| -> Result<(), String> {
        panic!("an empty store has no alert `{}`", alert.id)
    };
    match RUNTIME.block_on(notifier::handler::handle(event.clone(), &STORE.0, deliver)) {
        Err(refused) => assert!(!refused.to_string().is_empty()),
        Ok(response) => {
            assert!(response.batch_item_failures.len() <= records.len());
            for failure in response.batch_item_failures {
                let name = failure.item_identifier.expect("a name");
                assert!(numbers.contains(name.as_str()));
            }
        }
    }
});
