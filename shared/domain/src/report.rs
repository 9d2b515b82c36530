use std::{borrow::Cow, collections::BTreeMap};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, AuditSettings, Finding, OutdatedRole, Receipt, Severity, Verdict, keys::AuditedKeys,
};

/// The result of an audit, as it is kept: whoever shows it joins the texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The version of this shape.
    pub schema: u32,
    /// The audited account.
    pub account: AccountId,
    /// When the reading began.
    pub started_at: Timestamp,
    /// When the reading ended.
    pub finished_at: Timestamp,
    /// Whether everything asked for was read.
    pub status: Status,
    /// How each region and service ended.
    pub receipt: Vec<Receipt>,
    /// That the role's stack has to be updated, where AWS's answers show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outdated_role: Option<OutdatedRole>,
    /// The findings, counted.
    pub summary: Summary,
    /// The findings, worst first.
    pub findings: Vec<Finding>,
    /// The ids of the checks that were run; empty in a report that was written before December 2026.
    #[serde(default)]
    pub checks: Vec<Cow<'static, str>>,
    /// What it was judged by.
    #[serde(default)]
    pub settings: AuditSettings,
    /// The old access keys, as reports held them until December 2026: now [`AuditedKeys::of`] finds them among
    /// the findings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_keys: Option<AuditedKeys>,
}

impl Report {
    /// The version this program writes.
    pub const SCHEMA: u32 = 1;

    /// All of it but the findings.
    #[must_use]
    pub fn head(&self) -> ReportHead {
        ReportHead {
            schema: self.schema,
            account: self.account.clone(),
            started_at: self.started_at,
            finished_at: self.finished_at,
            status: self.status,
            receipt: self.receipt.clone(),
            outdated_role: self.outdated_role.clone(),
            summary: self.summary.clone(),
            checks: self.checks.clone(),
            settings: self.settings.clone(),
        }
    }
}

/// The result of an audit without its findings: they are read when somebody asks for some of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportHead {
    /// The version of the report's shape.
    pub schema: u32,
    /// The audited account.
    pub account: AccountId,
    /// When the reading began.
    pub started_at: Timestamp,
    /// When the reading ended.
    pub finished_at: Timestamp,
    /// Whether everything asked for was read.
    pub status: Status,
    /// How each region and service ended.
    pub receipt: Vec<Receipt>,
    /// That the role's stack has to be updated, where AWS's answers show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outdated_role: Option<OutdatedRole>,
    /// The findings, counted.
    pub summary: Summary,
    /// The ids of the checks that were run; empty in a report that was written before December 2026.
    #[serde(default)]
    pub checks: Vec<Cow<'static, str>>,
    /// What it was judged by.
    #[serde(default)]
    pub settings: AuditSettings,
}

impl ReportHead {
    /// The whole report, of the findings that belong to it.
    #[must_use]
    pub fn with(self, findings: Vec<Finding>) -> Report {
        Report {
            schema: self.schema,
            account: self.account,
            started_at: self.started_at,
            finished_at: self.finished_at,
            status: self.status,
            receipt: self.receipt,
            outdated_role: self.outdated_role,
            summary: self.summary,
            findings,
            checks: self.checks,
            settings: self.settings,
            access_keys: None,
        }
    }
}

/// Whether an audit read everything it asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Everything was read.
    Complete,
    /// The receipt has gaps, which are told there, or a verdict is unknown.
    Incomplete,
}

impl Status {
    /// An audit is as incomplete as its receipt, or as a verdict that could not be given.
    #[must_use]
    pub fn of(receipt: &[Receipt], summary: &Summary) -> Self {
        if summary.unknown > 0 || receipt.iter().any(|row| row.outcome.is_gap()) {
            Self::Incomplete
        } else {
            Self::Complete
        }
    }

    /// The name used in JSON and tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Incomplete => "incomplete",
        }
    }
}

/// Findings, counted by verdict, and the failing ones by severity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Summary {
    /// How many requirements hold.
    pub pass: usize,
    /// How many do not.
    pub fail: usize,
    /// How many could not be decided.
    pub unknown: usize,
    /// How many a person has to look at.
    pub manual: usize,
    /// How many there is nothing for that the requirement could be asked of.
    #[serde(default)]
    pub not_applicable: usize,
    /// How many of the failing ones are suppressed; they are not counted by severity.
    #[serde(default)]
    pub suppressed: usize,
    /// The failing ones; every severity is named, also with none.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, usize>))]
    pub by_severity: BTreeMap<Severity, usize>,
}

impl Summary {
    /// Counts findings.
    #[must_use]
    pub fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Self {
        let by_severity = Severity::ALL.map(|severity| (severity, 0)).into();
        let mut summary = Self { by_severity, ..Self::default() };
        for finding in findings {
            match finding.verdict {
                Verdict::Pass => summary.pass += 1,
                Verdict::Unknown => summary.unknown += 1,
                Verdict::Manual => summary.manual += 1,
                Verdict::NotApplicable => summary.not_applicable += 1,
                Verdict::Fail => {
                    summary.fail += 1;
                    if finding.suppressed.is_some() {
                        summary.suppressed += 1;
                        continue;
                    }
                    *summary.by_severity.entry(finding.severity).or_default() += 1;
                }
            }
        }
        summary
    }
}
