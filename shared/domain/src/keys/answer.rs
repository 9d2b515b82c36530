use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The old access keys of an account, the oldest first; the body of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OldAccessKeys {
    /// Every key that is old, by its age, then by user and key.
    pub old_access_keys: Vec<OldAccessKey>,
    /// When IAM made the credential report that this comes from; not there in a live answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub generated_time: Option<Timestamp>,
    /// How many seconds old the report was when it was asked for; not there in a live answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale_seconds: Option<u64>,
}

/// An access key that is older than was asked. Its secret is never read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OldAccessKey {
    /// The user it belongs to; `<root_account>` in a report is the root user, which a live answer cannot list.
    pub user_name: String,
    /// The key's public id; null in a report, unless it was asked for and found.
    pub access_key_id: Option<String>,
    /// When it was made.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_date: Timestamp,
    /// How many whole hours old it was when it was asked for.
    pub age_hours: i64,
    /// Whether it can sign requests.
    pub status: KeyStatus,
    /// Which of the user's two keys it is in the report; not there in a live answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<u8>,
    /// Why there is no id although it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_id_because: Option<String>,
    /// Its last use, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used: Option<LastUsed>,
}

impl OldAccessKey {
    /// What the keys of an answer are sorted by: the oldest first, and the same in every answer.
    pub(super) fn rank(&self) -> (Timestamp, &str, Option<u8>, Option<&str>) {
        (self.created_date, &self.user_name, self.slot, self.access_key_id.as_deref())
    }
}

/// Whether a key can sign requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum KeyStatus {
    /// It can.
    Active,
    /// It was switched off.
    Inactive,
}

impl KeyStatus {
    /// The name used in JSON and tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
        }
    }

    /// The status of a key that is active or not.
    #[must_use]
    pub const fn of(active: bool) -> Self {
        if active { Self::Active } else { Self::Inactive }
    }
}

/// When, where and for what a key was last used; all null where it was not used since April 2015, when IAM began to
/// keep it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LastUsed {
    /// The time, rounded by IAM to 15 minutes.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub date: Option<Timestamp>,
    /// The region; null for a service without regions.
    pub region: Option<String>,
    /// The service's namespace, such as `s3`.
    pub service: Option<String>,
}

impl OldAccessKeys {
    /// A live answer.
    #[must_use]
    pub fn live(keys: Vec<OldAccessKey>) -> Self {
        Self { old_access_keys: sorted(keys), generated_time: None, stale_seconds: None }
    }

    /// The answer from a report that was made at `generated` and asked for at `now`.
    #[must_use]
    pub fn report(keys: Vec<OldAccessKey>, generated: Timestamp, now: Timestamp) -> Self {
        let stale = now.as_second().saturating_sub(generated.as_second());
        Self {
            old_access_keys: sorted(keys),
            generated_time: Some(generated),
            // A report that was made after it was asked for is not stale.
            stale_seconds: Some(stale.try_into().unwrap_or(0)),
        }
    }
}

fn sorted(mut keys: Vec<OldAccessKey>) -> Vec<OldAccessKey> {
    keys.sort_by(|a, b| a.rank().cmp(&b.rank()));
    keys
}
