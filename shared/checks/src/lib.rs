//! The rules of the audit, one file each. Pure: facts in, verdicts out.
//!
//! To add a rule, copy its nearest neighbour, then touch three more places: name it twice in
//! `src/<service>.rs` (once as a module, once in `CHECKS`), write its texts in
//! `texts/<lang>/<service>.toml` and its commands and templates in `remedies/<service>.toml`. A number that it
//! compares with is declared once, in `domain`'s table of thresholds. Tests over the whole catalogue say what else
//! is missing.

mod check;
mod context;
mod evaluate;
mod frameworks;
mod judgement;
mod present;
mod remedies;
mod render;
mod risk;
mod rule;
mod settings;
#[cfg(test)]
mod testing;
mod texts;

mod cloudtrail;
mod ec2;
mod guardduty;
mod iam;
mod kms;
mod s3;

use inventory::for_each_service;

pub use check::Check;
pub use context::{Context, Regions};
pub use evaluate::{EvaluateOptions, evaluate};
pub use judgement::{
    Degree, Failure, Judgement, Outcome, fail, not_applicable, pass, pass_with, seen,
};
pub use present::{PresentedFinding, PresentedReport};
pub use remedies::{PresentedRemedies, Remedies};
pub use render::{render, render_unread};
pub use risk::{Exploitability, Exposure, Privilege, Risk};
pub use rule::{Each, Once, Overall, Rule};
pub use settings::{
    SettingError, SettingResult, overridden, read_checks, read_thresholds, read_trust,
};
pub use texts::Texts;

macro_rules! catalogue {
    ($($module:ident: $Service:ident, $name:literal, $scope:ident, $requests:literal;)+) => {
        &[$($module::CHECKS),+]
    };
}

/// The checks of every service.
static CATALOGUE: &[&[&Check]] = for_each_service!(catalogue);

/// Every check, by service, in the order they are documented.
pub fn all() -> impl Iterator<Item = &'static Check> {
    CATALOGUE.iter().copied().flatten().copied()
}

/// The check that has this id, or had it.
#[must_use]
pub fn find(id: &str) -> Option<&'static Check> {
    all().find(|check| check.is_called(id))
}

/// The id that looks most like a misspelt one; nothing where none comes close.
#[must_use]
pub fn nearest(id: &str) -> Option<&'static str> {
    inventory::nearest(id, all().map(|check| check.id))
}
