//! How much memory an audit takes.

// `cfg(test)` is always true here; with it clippy counts the helpers as tests, which may panic.

#[cfg(test)]
#[cfg(target_os = "linux")]
mod large;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod sample;
