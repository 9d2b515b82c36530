//! What every store does, shown of each.

// `cfg(test)` is always true here; with it clippy counts the helpers as tests, which may panic.

#[cfg(test)]
mod contract;
#[cfg(test)]
#[cfg(feature = "dynamodb")]
mod dynamodb;
#[cfg(test)]
mod machine;
#[cfg(test)]
mod samples;
#[cfg(test)]
#[cfg(feature = "sqlite")]
mod sqlite;
