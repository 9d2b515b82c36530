use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{KeyStatus, OldAccessKey};
use crate::{Finding, Report, ReportHead, Statement, Value, Verdict, owner};

/// The access keys that an audit found to be older than its limit: a view of the findings of
/// `iam_access_key_age`, as one list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditedKeys {
    /// From how many hours on a key is old.
    pub hours: u64,
    /// Every active key that is older, the oldest first.
    pub old_access_keys: Vec<OwnedKey>,
    /// Why keys may be missing from the list; empty where every user's keys were read.
    pub unread: BTreeSet<String>,
}

/// An old key, and whom to ask about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnedKey {
    /// The key.
    #[serde(flatten)]
    pub key: OldAccessKey,
    /// The value of the user's tag `owner`; null where it has none, or none was read.
    pub owner: Option<String>,
}

impl AuditedKeys {
    /// The check whose findings the list is made of.
    pub const CHECK: &str = "iam_access_key_age";

    /// The old keys of a report; nothing where it was made without that check.
    #[must_use]
    pub fn of(report: &Report) -> Option<Self> {
        if let Some(kept) = &report.access_keys {
            return Some(kept.clone());
        }
        Self::among(&report.head(), &report.findings)
    }

    /// The old keys among findings, which have to hold all of [`Self::CHECK`] that do not pass; nothing for a
    /// report that was made without that check.
    #[must_use]
    pub fn among(head: &ReportHead, findings: &[Finding]) -> Option<Self> {
        head.checks.iter().find(|check| *check == Self::CHECK)?;
        let findings = findings.iter().filter(|finding| finding.check_id == Self::CHECK);
        Some(Self::listed(findings, u64::from(head.settings.thresholds.access_key_days) * 24))
    }

    fn listed<'a>(findings: impl Iterator<Item = &'a Finding>, hours: u64) -> Self {
        let mut all = Self { hours, old_access_keys: Vec::new(), unread: BTreeSet::new() };
        for finding in findings {
            match finding.verdict {
                Verdict::Fail => all.old_access_keys.extend(key(finding)),
                Verdict::Unknown => {
                    let why = finding.evidence.statements().iter().filter_map(|one| match one {
                        Statement::Unread(unread) => Some(unread.to_string()),
                        Statement::Message(..) | Statement::Prose(_) => None,
                    });
                    all.unread.extend(why);
                }
                Verdict::Pass | Verdict::Manual | Verdict::NotApplicable => {}
            }
        }
        all.old_access_keys.sort_by(|a, b| a.key.rank().cmp(&b.key.rank()));
        all
    }
}

/// An old key, as the evidence of its finding has it.
fn key(finding: &Finding) -> Option<OwnedKey> {
    let text = |name| match finding.evidence.value(name)? {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    };
    let Value::Number(age_hours) = *finding.evidence.value("hours")? else { return None };
    let key = OldAccessKey {
        user_name: text("user")?,
        access_key_id: finding.sub_resource.clone(),
        created_date: text("created")?.parse().ok()?,
        age_hours,
        // Inactive keys pass.
        status: KeyStatus::Active,
        slot: None,
        no_id_because: None,
        last_used: None,
    };
    let owner = finding.resource.tags.as_ref().and_then(owner).map(ToOwned::to_owned);
    Some(OwnedKey { key, owner })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Account, Cause, Evidence, Fingerprint, Partition, Resource, Service, Severity, Tags, Unread,
    };

    fn finding(verdict: Verdict, user: &str, key: Option<&str>, evidence: Evidence) -> Finding {
        let account = Account { partition: Partition::Aws, id: "111122223333".parse().unwrap() };
        let arn = format!("arn:aws:iam::111122223333:user/{user}");
        let tags: Tags = [("OWNER".to_owned(), format!("team {user}"))].into();
        Finding {
            fingerprint: Fingerprint::new(&account, "global", AuditedKeys::CHECK, &arn, key),
            check_id: AuditedKeys::CHECK.into(),
            service: Service::Iam,
            severity: Severity::High,
            verdict,
            resource: Resource {
                arn,
                kind: "AWS::IAM::User".into(),
                region: "global".into(),
                account: account.id,
                tags: (user == "kim").then_some(tags),
            },
            sub_resource: key.map(Into::into),
            evidence,
            suppressed: None,
        }
    }

    fn old(user: &str, key: &str, hours: i64, created: &str) -> Finding {
        let evidence = Evidence::of("too_old").with("user", user).with("hours", hours);
        finding(Verdict::Fail, user, Some(key), evidence.with("created", created))
    }

    #[test]
    fn the_old_keys_are_told_with_their_owners_the_oldest_first() {
        let findings = [
            old("kim", "AKIAOLD", 2160, "2026-08-30T01:59:59Z"),
            finding(Verdict::Pass, "kim", Some("AKIAYOUNG"), Evidence::default()),
            old("lee", "AKIAOLDER", 5000, "2026-05-03T17:59:59Z"),
        ];
        let keys = AuditedKeys::listed(findings.iter(), 2160);
        assert_eq!((keys.hours, keys.unread.len()), (2160, 0));
        let told: Vec<_> = keys
            .old_access_keys
            .iter()
            .map(|one| (one.key.access_key_id.as_deref().unwrap(), one.key.age_hours, &one.owner))
            .collect();
        let owner = Some("team kim".into());
        assert_eq!(told, [("AKIAOLDER", 5000, &None), ("AKIAOLD", 2160, &owner)]);
    }

    #[test]
    fn what_was_not_read_is_told() {
        let denied = |action: &'static str| {
            let unread =
                Unread { action: action.into(), cause: Cause::Denied, region: "global".into() };
            finding(Verdict::Unknown, "*", None, Evidence::unread(unread))
        };
        let findings =
            [denied("iam:ListUsers"), denied("iam:ListAccessKeys"), denied("iam:ListUsers")];
        let unread: Vec<_> =
            AuditedKeys::listed(findings.iter(), 2160).unread.into_iter().collect();
        assert_eq!(unread.len(), 2, "{unread:?}");
        assert!(unread[0].contains("iam:ListAccessKeys"), "{unread:?}");
    }
}
