use std::{borrow::Cow, sync::Arc};

use jiff::Timestamp;
use policy::Wildcard;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    AccountId, AuditId, Evidence, Finding, Fingerprint, Service, ServiceRegion, Severity, Tags,
    Tenant, owner,
};

/// The state of a finding between audits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Lifecycle {
    /// The last audit saw it for the first time.
    New,
    /// More than one audit in a row saw it.
    Open,
    /// It was seen to be gone: the check passed, or its resource is no longer there.
    Resolved,
    /// It was resolved or suppressed, and is back.
    Reopened,
}

impl Lifecycle {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::New, Self::Open, Self::Resolved, Self::Reopened];

    /// The name used in JSON and in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open => "open",
            Self::Resolved => "resolved",
            Self::Reopened => "reopened",
        }
    }

    /// Whether the finding fails.
    #[must_use]
    pub const fn is_active(self) -> bool {
        !matches!(self, Self::Resolved)
    }
}

impl std::str::FromStr for Lifecycle {
    type Err = crate::Invalid;

    fn from_str(text: &str) -> Result<Self, crate::Invalid> {
        let accepted = "new, open, resolved or reopened";
        let found = Self::ALL.into_iter().find(|state| state.name() == text);
        found.ok_or_else(|| crate::Invalid::new("state of a finding", text, accepted))
    }
}

/// A finding as it is tracked from audit to audit; written only when something changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackedFinding {
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tenant: Option<Tenant>,
    /// The account.
    pub account: AccountId,
    /// Its lasting name.
    pub fingerprint: Fingerprint,
    /// The check that fails.
    pub check_id: Cow<'static, str>,
    /// The service it is about.
    pub service: Service,
    /// How bad it is.
    pub severity: Severity,
    /// Where it stands.
    pub state: Lifecycle,
    /// The ARN of the resource.
    pub resource: String,
    /// The part of the resource it is about.
    pub sub_resource: Option<String>,
    /// The resource's region, or `global`.
    pub region: String,
    /// Whom it belongs to: the value of its tag `owner`; null where it has none.
    #[serde(default)]
    pub owner: Option<String>,
    /// What was seen when it last changed.
    #[serde(default)]
    pub evidence: Evidence,
    /// Where it was read: the region and service whose reading can resolve it.
    pub place: ServiceRegion,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it was last seen to fail, as of its last change.
    pub last_seen: Timestamp,
    /// When it was seen to be gone.
    pub resolved_at: Option<Timestamp>,
    /// The time of the snapshot that its state comes from: an older one changes nothing.
    pub seen_at: Timestamp,
    /// The audit that changed it last.
    pub audit_id: AuditId,
    /// The suppression that keeps it quiet.
    pub suppressed: Option<Arc<Suppressed>>,
    /// How often it was written: a change is made to what was read, or not at all.
    #[serde(default)]
    pub version: u32,
}

impl TrackedFinding {
    /// A finding that is seen for the first time, at the time of a snapshot.
    #[must_use]
    pub fn new(
        audit_id: AuditId,
        tenant: &Tenant,
        finding: &Finding,
        place: ServiceRegion,
        at: Timestamp,
    ) -> Self {
        Self::of(audit_id, tenant, finding.clone(), place, at)
    }

    /// The same, of a finding that is not needed any more.
    #[must_use]
    pub fn of(
        audit_id: AuditId,
        tenant: &Tenant,
        finding: Finding,
        place: ServiceRegion,
        at: Timestamp,
    ) -> Self {
        let Finding { resource, .. } = finding;
        Self {
            tenant: Some(tenant.clone()),
            account: resource.account,
            fingerprint: finding.fingerprint,
            check_id: finding.check_id,
            service: finding.service,
            severity: finding.severity,
            state: Lifecycle::New,
            resource: resource.arn,
            sub_resource: finding.sub_resource,
            region: resource.region,
            owner: resource.tags.as_ref().and_then(owner).map(ToOwned::to_owned),
            evidence: finding.evidence,
            place,
            first_seen: at,
            last_seen: at,
            resolved_at: None,
            seen_at: at,
            audit_id,
            suppressed: finding.suppressed,
            version: 0,
        }
    }
}

/// Why a failing finding is suppressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Suppressed {
    /// The suppression; nothing for one of `infraaudit.toml`.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Uuid))]
    pub id: Option<Uuid>,
    /// Why.
    pub reason: String,
    /// Until when; the end of time where its check is switched off.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
}

impl Suppressed {
    /// What is said of a finding of a check that somebody switched off, and why.
    #[must_use]
    pub fn by_disabled_check(reason: &str) -> Self {
        Self { id: None, reason: reason.to_owned(), expires_at: Timestamp::MAX }
    }
}

/// An operator's statement that some findings are known and trigger no alert, until a date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Suppression {
    /// Its name; nothing for one of `infraaudit.toml`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Uuid))]
    pub id: Option<Uuid>,
    /// Only in this account; in every one otherwise.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, pattern = "^[0-9]{12}$"))]
    pub account_id: Option<AccountId>,
    /// Only of this check.
    #[serde(default)]
    pub check: Option<String>,
    /// Only of resources whose ARN matches; `*` stands for any text, `?` for one character.
    #[serde(default)]
    pub resource: Option<String>,
    /// Only of resources with this tag; a value of `*` for any.
    #[serde(default)]
    pub tag: Option<Tag>,
    /// Why.
    pub reason: String,
    /// Until when.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
}

/// A tag that a resource has to have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tag {
    /// Its key.
    pub key: String,
    /// Its value, with `*` and `?`.
    pub value: String,
}

impl Suppression {
    /// Accepts a pattern that some ARN can match.
    ///
    /// # Errors
    ///
    /// It can match none, or matches all.
    pub fn check_resource(pattern: &str) -> Result<(), crate::Invalid> {
        let tokens = |text: &str| policy::wildcard::tokens(text).collect::<Vec<_>>();
        let narrows = pattern.chars().any(|c| c != '*');
        if narrows && policy::wildcard::overlaps(&tokens(pattern), &tokens("arn:*:*:*:*:*")) {
            return Ok(());
        }
        let accepted = "an ARN with `*` and `?`, like `arn:aws:s3:::logs-*`";
        Err(crate::Invalid::new("resource", pattern, accepted))
    }

    /// Whether it keeps a finding quiet at a time. A tag that was not read is not there.
    #[must_use]
    pub fn covers(&self, finding: &Finding, now: Timestamp) -> bool {
        let names = |tags: &Tags, tag: &Tag| {
            tags.get(&tag.key).is_some_and(|value| Wildcard::new(&tag.value).matches(value))
        };
        now < self.expires_at
            && self.account_id.as_ref().is_none_or(|id| *id == finding.resource.account)
            && self.check.as_ref().is_none_or(|check| *check == finding.check_id)
            && self
                .resource
                .as_ref()
                .is_none_or(|pattern| Wildcard::new(pattern).matches(&finding.resource.arn))
            && self.tag.as_ref().is_none_or(|tag| {
                finding.resource.tags.as_ref().is_some_and(|tags| names(tags, tag))
            })
    }

    /// What a finding says that it covers.
    #[must_use]
    pub fn told(&self) -> Suppressed {
        Suppressed { id: self.id, reason: self.reason.clone(), expires_at: self.expires_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_no_arn_matches_is_refused() {
        for never in ["my-bucket", "s3:::x", "*", "**", "", "arn:aws:s3", "bucket/*"] {
            assert!(Suppression::check_resource(never).is_err(), "{never}");
        }
        for some in ["arn:aws:s3:::x", "*logs*", "arn:*:ec2:*", "?rn:aws:s3:::x", "*:user/kim"] {
            assert!(Suppression::check_resource(some).is_ok(), "{some}");
        }
    }

    #[test]
    fn patterns_match_as_in_iam() {
        for (pattern, text, expected) in [
            ("arn:aws:s3:::logs-*", "arn:aws:s3:::logs-2026", true),
            ("arn:aws:s3:::logs-*", "arn:aws:s3:::data", false),
            ("*", "", true),
            ("a?c*e", "abcde", true),
            ("a?c", "ac", false),
            ("*a*b", "xxaxxbxb", true),
            ("", "x", false),
        ] {
            assert_eq!(Wildcard::new(pattern).matches(text), expected, "{pattern} {text}");
        }
    }
}
