use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, Serialize};

/// A fact that a collector read, or why it could not.
///
/// A rule takes it with `fact.known()?`, so an unread fact leaves the rule as [`Unread`] and can
/// never turn into a pass. A field that a stored snapshot does not have was not asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Known<T> {
    /// The fact.
    Read(T),
    /// Why there is none.
    Unread(Unread),
    /// The audit's checks did not need it, or the version that took the snapshot did not read it.
    #[default]
    NotAsked,
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
            Self::NotAsked => Err(Unread::NOT_ASKED),
        }
    }

    /// Something about the fact, if it was read.
    ///
    /// # Errors
    ///
    /// The reason it was not.
    pub fn is(&self, is: impl FnOnce(&T) -> bool) -> Result<bool, Unread> {
        self.known().map(is)
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

/// Why a fact is missing: the permission whose call gave no answer, the cause, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// The IAM action of the call, as a policy names it: `s3:GetEncryptionConfiguration`. Empty where nothing
    /// was asked; whoever needed the fact knows what would have been.
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
    /// The audit's checks did not need the fact, or the version that read the account did not know it.
    NotAsked,
}

impl Unread {
    /// A fact that nobody asked for.
    pub const NOT_ASKED: Self = Self {
        action: Cow::Borrowed(""),
        cause: Cause::NotAsked,
        region: Cow::Borrowed(crate::GLOBAL),
    };

    /// A fact that cannot be read, for a reason in one sentence.
    #[must_use]
    pub fn failed(action: &'static str, region: &str, why: impl Into<String>) -> Self {
        let region = Cow::Owned(region.to_owned());
        Self { action: action.into(), cause: Cause::Failed(why.into()), region }
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
            Cause::NotAsked if action.is_empty() => {
                f.write_str("it was not asked for in this audit")
            }
            Cause::NotAsked => write!(f, "`{action}` was not asked for in this audit"),
        }
    }
}
