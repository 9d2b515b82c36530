use std::io;

use tokio::runtime::{Builder, Runtime};

use crate::Failure;

/// Runs one command's requests: no threads to start, and less memory.
pub(crate) fn on_one_thread() -> Result<Runtime, Failure> {
    made(Builder::new_current_thread().enable_all().build())
}

/// Runs a service on all cores.
pub(crate) fn on_all_cores() -> Result<Runtime, Failure> {
    made(Builder::new_multi_thread().enable_all().build())
}

fn made(runtime: io::Result<Runtime>) -> Result<Runtime, Failure> {
    runtime.map_err(|error| Failure::audit(format!("no runtime: {error}")))
}
