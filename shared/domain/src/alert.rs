use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, AuditId, Fingerprint, Proof, RegisteredAccount, Service, Severity, Tenant,
    TrackedFinding,
};

/// Something that has to be told: an item of the outbox, with everything that a message needs.
///
/// It is written in the same transaction as the changes that it tells of, published at least once, and
/// then marked as sent. Findings of one check in one audit are one alert, however many they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Whose it is.
    pub tenant: Tenant,
    /// Its name within the audit.
    pub id: String,
    /// The audit that raised it; [`AuditId::NONE`] where none did.
    pub audit_id: AuditId,
    /// The audited account.
    pub account: AccountId,
    /// What the operator calls the account.
    #[serde(default)]
    pub account_name: Option<String>,
    /// What is new.
    pub state: AlertState,
    /// How bad the worst of it is.
    pub severity: Severity,
    /// The check that fails; nothing where it is about several, or about none.
    #[serde(default)]
    pub check_id: Option<String>,
    /// The service it is about; nothing where it is about several.
    #[serde(default)]
    pub category: Option<Service>,
    /// What is wrong, or what happened.
    pub headline: String,
    /// What a failure lets happen; empty where there is nothing to say.
    #[serde(default)]
    pub risk: String,
    /// What to change.
    #[serde(default)]
    pub remedy: String,
    /// The AWS documentation of the setting.
    #[serde(default)]
    pub reference: String,
    /// What it is about, the worst first; at most [`Alert::TOLD`] of them.
    pub findings: Vec<AlertFinding>,
    /// How many findings it is about.
    pub count: u32,
    /// The lasting names of all of them: an attempt that follows does not tell them again.
    #[serde(default)]
    pub covers: Vec<Fingerprint>,
    /// When it was raised.
    pub created_at: Timestamp,
    /// The language of the texts: `en` or `ko`.
    pub lang: String,
    /// Whether it was published.
    pub delivery: Delivery,
    /// How often the sweeper has shown it again.
    #[serde(default, rename = "nudged")]
    pub resent: u32,
}

/// Whether an alert was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Not yet, as far as is known.
    Unsent,
    /// At least once.
    Sent,
}

/// One finding of an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertFinding {
    /// Its lasting name.
    pub fingerprint: Fingerprint,
    /// The check.
    pub check_id: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub headline: String,
    /// The ARN of the resource.
    pub resource: String,
    /// The part of the resource it is about.
    #[serde(default)]
    pub sub_resource: Option<String>,
    /// The resource's region, or `global`.
    pub region: String,
    /// Whom it belongs to: the value of its tag `owner`.
    #[serde(default)]
    pub owner: Option<String>,
    /// What was seen.
    pub evidence: String,
    /// When it was first seen.
    pub first_seen: Timestamp,
}

impl AlertFinding {
    /// A finding in the words of the alert's language.
    #[must_use]
    pub fn new(finding: &TrackedFinding, headline: &str, evidence: &str) -> Self {
        Self {
            fingerprint: finding.fingerprint,
            check_id: finding.check_id.clone().into_owned(),
            severity: finding.severity,
            headline: headline.to_owned(),
            resource: finding.resource.clone(),
            sub_resource: finding.sub_resource.clone(),
            region: finding.region.clone(),
            owner: finding.owner.clone(),
            evidence: evidence.chars().take(500).collect(),
            first_seen: finding.first_seen,
        }
    }
}

/// What is new about an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertState {
    /// Findings were not there before.
    New,
    /// Findings were resolved or suppressed, and are back.
    Reopened,
    /// Findings are more severe than before.
    Worse,
    /// Findings are gone: the digest of an audit.
    Resolved,
    /// The account is suspended: its role opens without the `ExternalId`.
    Suspended,
    /// The account is audited by no schedule any more: its role was refused night after night, and never opened.
    Paused,
    /// Audits of accounts' own schedules were not begun: as many as its tenant may have were begun on that day.
    Delayed,
}

impl AlertState {
    /// The name used in messages and in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Reopened => "reopened",
            Self::Worse => "worse",
            Self::Resolved => "resolved",
            Self::Suspended => "suspended",
            Self::Paused => "paused",
            Self::Delayed => "delayed",
        }
    }

    /// Whether it is about the account as such, and not about findings.
    #[must_use]
    pub const fn is_of_account(self) -> bool {
        matches!(self, Self::Suspended | Self::Paused | Self::Delayed)
    }
}

impl Alert {
    /// How many findings one alert lists at most; the count tells of the rest. An item of the table
    /// has at most 400 KB.
    pub const TOLD: usize = 100;

    /// Tells that an account's role does not keep others out, and that it is not audited any more. `account` is the
    /// account before that; `audit` found it, or a request did.
    #[must_use]
    pub fn suspended(
        account: &RegisteredAccount,
        proof: &Proof,
        audit: Option<AuditId>,
        lang: &str,
    ) -> Self {
        // Without an audit the name is one of the account as it was: a request that has to be made again tells the same
        // thing, and another suspension another one.
        let id = audit.map_or_else(
            || format!("suspended.{}.{}", account.account_id, account.updated_at.as_millisecond()),
            |_| "suspended".to_owned(),
        );
        let reference = "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html";
        Self {
            id,
            audit_id: audit.unwrap_or(AuditId::NONE),
            headline: proof.reason.clone().unwrap_or_default(),
            reference: reference.into(),
            ..Self::of_account(account, AlertState::Suspended, proof.tried_at, lang)
        }
    }

    /// Tells that an account whose role was refused on so many nights, and never opened, is audited by no schedule any
    /// more. `audit` is the last one that found it so.
    #[must_use]
    pub fn paused(
        account: &RegisteredAccount,
        nights: u32,
        proof: &Proof,
        audit: AuditId,
        lang: &str,
    ) -> Self {
        let why = proof.reason.as_deref().unwrap_or("AWS says no more");
        Self {
            id: "paused".into(),
            audit_id: audit,
            severity: Severity::High,
            headline: format!("AWS refused its role on {nights} nights: {why}"),
            ..Self::of_account(account, AlertState::Paused, proof.tried_at, lang)
        }
    }

    /// Tells that an audit by an account's own schedule was not begun, because as many audits of its tenant as may be
    /// were begun on that day: once a day, of the first account that it was so of.
    #[must_use]
    pub fn delayed(account: &RegisteredAccount, most: u32, now: Timestamp, lang: &str) -> Self {
        let day = now.strftime("%Y-%m-%d");
        Self {
            id: format!("delayed.{day}"),
            severity: Severity::High,
            headline: format!(
                "{most} audits were begun on {day} (UTC), and a tenant may begin no more in a day; this is the first \
                 account whose schedule had to wait"
            ),
            ..Self::of_account(account, AlertState::Delayed, now, lang)
        }
    }

    fn of_account(
        account: &RegisteredAccount,
        state: AlertState,
        created_at: Timestamp,
        lang: &str,
    ) -> Self {
        Self {
            tenant: account.tenant.clone(),
            id: String::new(),
            audit_id: AuditId::NONE,
            account: account.account_id.clone(),
            account_name: account.name.clone(),
            state,
            severity: Severity::Critical,
            check_id: None,
            category: None,
            headline: String::new(),
            risk: String::new(),
            remedy: String::new(),
            reference: String::new(),
            findings: Vec::new(),
            count: 0,
            covers: Vec::new(),
            created_at,
            lang: lang.to_owned(),
            delivery: Delivery::Unsent,
            resent: 0,
        }
    }
}
