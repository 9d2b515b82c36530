//! What every store does, shown of each.

mod contract;
#[cfg(feature = "dynamodb")]
mod dynamodb;
#[cfg(feature = "sqlite")]
mod model;
mod samples;
#[cfg(feature = "sqlite")]
mod sqlite;
