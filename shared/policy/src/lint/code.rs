//! The issue codes: Access Analyzer's names, with what each means in this project's words, and a few
//! of this project's own.

use super::FindingType;

mod table;

pub use table::CODES;
pub(super) use table::codes;

/// An issue that linting can find.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Access Analyzer's name, such as `INVALID_ACTION`; those of this project's own begin with `INFRAAUDIT_`.
    pub name: &'static str,
    /// Its weight.
    pub kind: FindingType,
    /// Access Analyzer's title, or one like it.
    pub title: &'static str,
    /// What it means, in a sentence or two.
    pub meaning: &'static str,
    /// Whether it is looked for.
    pub check: Check,
    /// Whose code it is.
    pub source: Source,
}

/// Whose code an issue has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Access Analyzer's policy validation has it too.
    AccessAnalyzer,
    /// Only this project has it.
    InfraAudit {
        /// AWS's page with the rule behind it.
        page: &'static str,
    },
}

impl Source {
    /// `access-analyzer` or `infraaudit`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::AccessAnalyzer => "access-analyzer",
            Self::InfraAudit { .. } => "infraaudit",
        }
    }
}

/// Whether an issue is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// It is.
    Implemented,
    /// It is not, and why.
    Declined(&'static str),
}

impl Code {
    /// The part of AWS's documentation about it.
    ///
    /// ```
    /// use policy::lint::CODES;
    /// let code = CODES.iter().find(|code| code.name == "MISSING_VERSION").unwrap();
    /// assert!(code.link().ends_with("#access-analyzer-reference-policy-checks-general-warning-missing-version"));
    /// ```
    #[must_use]
    pub fn link(&self) -> String {
        const PAGE: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html";
        if let Source::InfraAudit { page } = self.source {
            return page.to_owned();
        }
        let kind = match self.kind {
            FindingType::Error => "error",
            FindingType::SecurityWarning => "security-warning",
            FindingType::Warning => "general-warning",
            FindingType::Suggestion => "suggestion",
        };
        let slug = self.name.to_lowercase().replace('_', "-");
        format!("{PAGE}#access-analyzer-reference-policy-checks-{kind}-{slug}")
    }
}
