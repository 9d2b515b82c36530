//! What the test shares with the end-to-end tests: the stand-in, accounts behind it, and the functions.

#![allow(dead_code, unused_imports, reason = "the end-to-end tests need more of it")]

#[path = "../e2e/support/account.rs"]
mod account;
#[path = "../e2e/support/functions.rs"]
mod functions;
#[path = "../e2e/support/scan.rs"]
mod scan;
#[path = "../e2e/support/standin.rs"]
mod standin;
#[path = "../e2e/support/venv.rs"]
mod venv;
#[path = "../e2e/support/verdicts.rs"]
mod verdicts;

pub(crate) use account::{Customer, REGIONS};
pub(crate) use functions::Functions;
pub(crate) use scan::{Outcome, Scan};
pub(crate) use standin::StandIn;
pub(crate) use verdicts::{Truth, found, known, truth};
