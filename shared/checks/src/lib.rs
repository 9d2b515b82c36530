//! The rules of the audit, one file each. Pure: facts in, verdicts out.
//!
//! To add a rule, run `.ci/new check ID`: it writes the rule's file, names it in `src/<service>.rs` (as a module,
//! and in `CHECKS`) and adds its section to `catalogue/<service>.toml`, which has its texts, its remedies and the
//! requirements that it answers. A number that it compares with is declared once, in `domain`'s table of thresholds.
//! Tests over the whole catalogue say what else is missing.

mod check;
mod context;
mod evaluate;
mod judgement;
mod page;
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
