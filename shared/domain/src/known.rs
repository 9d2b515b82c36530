use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, Serialize};

/// A fact the collector read, or why it could not.
///
/// A rule takes it with `fact.known()?`, so an unread fact leaves the rule as [`Unread`] and can
/// never turn into a pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Known<T> {
    /// The fact.
    Read(T),
    /// Why there is none.
    Unread(Unread),
}

impl<T> Known<T> {
    /// The fact, if it was read.
    ///
    /// # Errors
    ///
    /// The reason it was not.
    pub fn known(&self) -> Result<&T, Unread> {
        match self {
            Self::Read(fact) => Ok(fact),
            Self::Unread(unread) => Err(unread.clone()),
        }
    }
}

impl<T> From<T> for Known<T> {
    fn from(fact: T) -> Self {
        Self::Read(fact)
    }
}

impl<T> From<Result<T, Unread>> for Known<T> {
    fn from(answer: Result<T, Unread>) -> Self {
        answer.map_or_else(Self::Unread, Self::Read)
    }
}

/// Reads a fact of a snapshot from the time when it could not be unread, and stood there without `read`.
pub(crate) fn plain_or_known<'de, D, T>(deserializer: D) -> Result<Known<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either<T> {
        Plain(T),
        Known(Known<T>),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Plain(fact) => Known::Read(fact),
        Either::Known(known) => known,
    })
}

/// A list that was read page by page: what came, and why the rest did not.
///
/// A list that broke off keeps what it has, so that a failing resource on an early page is still
/// told, while the missing rest leaves a gap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing<T> {
    /// What was read.
    pub items: Vec<T>,
    /// Why the list may be longer than `items`; nothing when it was read to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<Unread>,
}

impl<T> Listing<T> {
    /// A list of which nothing was read.
    #[must_use]
    pub const fn unread(unread: Unread) -> Self {
        Self { items: Vec::new(), unread: Some(unread) }
    }
}

impl<T> From<Vec<T>> for Listing<T> {
    fn from(items: Vec<T>) -> Self {
        Self { items, unread: None }
    }
}

/// Why a fact is missing: the permission whose call gave no answer, the cause, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// The IAM action of the call, as a policy names it: `s3:GetEncryptionConfiguration`.
    pub action: Cow<'static, str>,
    /// What happened to the call.
    pub cause: Cause,
    /// The region that was asked, or `global`.
    pub region: Cow<'static, str>,
}

/// What kept a fact from being read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// AWS refused the call for want of permission.
    Denied,
    /// AWS kept asking to slow down, until the retries were used up.
    Throttled,
    /// The call failed in another way, told in one sentence.
    Failed(String),
    /// The audit was stopped before the call.
    Stopped,
    /// This audit's checks did not need the fact, so it was not asked for.
    NotAsked,
}

impl Unread {
    /// A fact that no chosen check needed.
    #[must_use]
    pub const fn not_asked(action: &'static str) -> Self {
        Self {
            action: Cow::Borrowed(action),
            cause: Cause::NotAsked,
            region: Cow::Borrowed(crate::GLOBAL),
        }
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { action, cause, region } = self;
        match cause {
            Cause::Denied => write!(f, "`{action}` was denied in `{region}`"),
            Cause::Throttled => {
                write!(f, "`{action}` was throttled in `{region}` until retries ran out")
            }
            Cause::Failed(why) => write!(f, "`{action}` failed in `{region}`: {why}"),
            Cause::Stopped => write!(f, "the audit was stopped before `{action}` in `{region}`"),
            Cause::NotAsked => write!(f, "`{action}` was not asked for in this audit"),
        }
    }
}
