//! Every route and every problem, over the one-machine store.

// `cfg(test)` is always true here; with it clippy counts the helpers as tests, which may panic.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod audits;
#[cfg(test)]
mod auth;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod changes;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod everywhere;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod idempotency;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod quotas;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod registered;
#[cfg(test)]
mod size;
#[cfg(test)]
mod start;
#[cfg(test)]
mod status;
#[cfg(test)]
mod support;
#[cfg(test)]
mod suppressions;
#[cfg(test)]
mod tenancy;
#[cfg(test)]
mod verify;
#[cfg(test)]
mod work;
