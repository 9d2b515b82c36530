//! The pipeline under fire: real worker and notifier processes are killed while twenty accounts are audited.
//!
//! `INFRAAUDIT_CHAOS_SEED` chooses another course, `INFRAAUDIT_CHAOS_ROUNDS` a longer one.

// `cfg(test)` is always true here; with it clippy counts the helpers as tests, which may panic.
#[cfg(test)]
mod api;
#[cfg(test)]
mod compare;
#[cfg(test)]
mod killer;
#[cfg(test)]
mod poison;
#[cfg(test)]
mod run;
#[cfg(test)]
mod support;
