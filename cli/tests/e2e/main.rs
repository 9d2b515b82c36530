//! `infraaudit` end to end: the real binary against an AWS that refuses, throttles and breaks.
//!
//! One stand-in serves all tests; each has a customer account of its own. It starts by itself, from
//! the Python package index, in a virtual environment under `target/`: Python 3.10 or later is all that must be there.

// `cfg(test)` is always true here; with it clippy counts the helpers as tests, which may panic.
#[cfg(test)]
mod support;

#[cfg(test)]
mod cost;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod frugality;
#[cfg(test)]
mod functions;
#[cfg(test)]
mod key_jobs;
#[cfg(test)]
mod key_routes;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod letters;
#[cfg(test)]
mod levels;
#[cfg(test)]
mod outputs;
#[cfg(test)]
mod pagination;
#[cfg(test)]
mod partitions;
#[cfg(test)]
mod proof;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod serve_keys;
#[cfg(test)]
#[path = "../serve/support.rs"]
#[expect(dead_code, reason = "the tests of `serve` itself need more of it")]
mod service;
#[cfg(test)]
mod several;
#[cfg(test)]
mod stand_in;
#[cfg(test)]
mod truth;
