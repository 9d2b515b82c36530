//! What the tests share: the stand-in, accounts behind it, the binary, and comparisons.

mod account;
mod functions;
mod keys;
mod operator;
mod scan;
mod standin;
mod venv;
mod verdicts;

pub(crate) use account::{Customer, REGIONS};
pub(crate) use functions::Functions;
pub(crate) use keys::{Seeded, told};
pub(crate) use operator::Operator;
pub(crate) use scan::{Outcome, Scan};
pub(crate) use standin::StandIn;
pub(crate) use verdicts::{Truth, found, known, truth};
