//! Linting policies the way IAM Access Analyzer's policy validation does.
//!
//! Findings carry Access Analyzer's names ([`Code`]); the messages are this project's own, and so are
//! a few codes, whose names begin with `INFRAAUDIT_`. What is checked and what is not, code by code, is
//! in `docs/policy-lint.md`.

mod action;
mod arn;
mod attached;
mod character;
mod code;
mod condition;
mod cover;
mod document;
mod element;
mod finding;
mod fit;
mod organization;
mod policy_type;
mod principal;
mod privilege;
mod refused;
mod region;
mod report;
mod resource;
mod size;
mod statement;
mod trust;
mod unlisted;
mod variable;

pub(crate) use action::{nearest, permission_of};
pub use code::{CODES, Check, Code, Source};
pub use finding::{Finding, FindingType, Fix, Location, PathStep};
pub use policy_type::{AttachedTo, PolicyType};
pub use region::is_region;

use crate::{facts::Facts, json::Node};
use report::Report;

/// What is linted, and as what.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The kind of policy: each has rules of its own.
    pub policy_type: PolicyType,
    /// The resource a resource policy is attached to, when it is known.
    pub attached_to: Option<AttachedTo>,
    /// Judge service control policies by the grammar they had before September 2025, when they
    /// learnt conditions and resources with `Allow`, `NotAction` with `Allow`, and `NotResource`.
    pub classic_scp: bool,
}

impl From<PolicyType> for Options {
    fn from(policy_type: PolicyType) -> Self {
        Self { policy_type, attached_to: None, classic_scp: false }
    }
}

/// Lints a policy's text. Findings come in the order of the text; none means nothing was found.
///
/// A resource policy that speaks of nothing but assuming a role is judged as a trust policy, as AWS
/// does.
///
/// ```
/// use policy::{facts::Facts, lint::{self, PolicyType}};
/// let facts = Facts::bundled()?;
/// let text = r#"{
///   "Version": "2012-10-17",
///   "Statement": {"Effect": "Allow", "Action": "s3:GetObjekt", "Resource": "*"}
/// }"#;
/// let findings = lint::lint(text, PolicyType::Identity, &facts);
/// assert_eq!(findings[0].code().name, "INVALID_ACTION");
/// assert_eq!(findings[0].fix().map(|fix| fix.replacement.as_str()), Some("\"s3:GetObject\""));
/// # Ok::<(), policy::facts::FactsError>(())
/// ```
#[must_use]
pub fn lint(text: &str, options: impl Into<Options>, facts: &Facts) -> Vec<Finding> {
    let mut options = options.into();
    let root = match Node::parse(text) {
        Ok(root) => root,
        Err(error) => return vec![report::unreadable(text, &error)],
    };
    let unattached = options.policy_type == PolicyType::Resource && options.attached_to.is_none();
    if unattached && trust::looks_like_one(&root) {
        options.policy_type = PolicyType::Trust;
    }
    let mut report = Report::new(text);
    let subject = Subject { root: &root, text, options, facts };
    document::check(&subject, &mut report);
    refused::check(&subject, &mut report);
    report.finish(&root)
}

/// What every rule may look at.
struct Subject<'a> {
    root: &'a Node,
    text: &'a str,
    options: Options,
    facts: &'a Facts,
}

impl Subject<'_> {
    fn is(&self, policy_type: PolicyType) -> bool {
        self.options.policy_type == policy_type
    }
}
