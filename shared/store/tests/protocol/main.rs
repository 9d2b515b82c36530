//! The protocol of an audit, checked in every order of events that the faults allow.
//!
//! `store` holds the operations, each one atomic write; `worker`, `notifier` and `sweeper` call
//! them step by step; `model` lets messages come twice or not at all, workers die, and leases lapse
//! under workers that live. `scope` bounds all that, so that every state can be visited.
//!
//! The tests are in `sound`, for the protocol as it is, and in `flawed`: what it must not be.

// `cfg(test)` is always true here; with it clippy counts the helpers as tests, which may panic.

#[cfg(test)]
mod check;
#[cfg(test)]
mod flawed;
#[cfg(test)]
mod model;
#[cfg(test)]
mod notifier;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod scope;
#[cfg(test)]
mod sound;
#[cfg(test)]
mod state;
#[cfg(test)]
mod store;
#[cfg(test)]
mod sweeper;
#[cfg(test)]
mod worker;
