//! `infraaudit` end to end: the real binary against an AWS that refuses, throttles and breaks.
//!
//! One stand-in serves all tests; each has a customer account of its own. It starts by itself, from
//! PyPI, in a virtual environment under `target/`: Python 3.9 or later is all that must be there.

mod support;

mod faults;
mod frugality;
mod outputs;
mod pagination;
mod refusals;
mod truth;
