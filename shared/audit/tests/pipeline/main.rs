//! Audits of a store from their order to their end, worked off by steps in any order.

// `cfg(test)` is always true here; with it clippy counts the helpers as tests, which may panic.

#[cfg(test)]
mod audits;
#[cfg(test)]
mod bench;
#[cfg(test)]
mod beside;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod handover;
#[cfg(test)]
mod job_steps;
#[cfg(test)]
mod jobs;
#[cfg(test)]
mod older;
#[cfg(test)]
mod rollback;
#[cfg(test)]
mod schedules;
