use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::Hours;
use crate::Invalid;

/// What is asked: which keys are old, which of them count, and what is told of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// Keys that are older are told of.
    pub hours: Hours,
    /// Whether inactive keys count.
    #[serde(default)]
    pub status: Status,
    /// What is told beyond age and status.
    #[serde(default)]
    pub include: Include,
}

impl Ask {
    /// The active keys older than `hours`, with nothing more than the way itself tells.
    #[must_use]
    pub const fn new(hours: Hours) -> Self {
        Self { hours, status: Status::Active, include: Include { last_used: false, key_id: false } }
    }
}

/// Which keys count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = KeysAsked))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The keys that can sign requests now.
    #[default]
    Active,
    /// Those that are switched off too.
    All,
}

impl Status {
    /// What a value must look like, for messages and documentation.
    pub const ACCEPTED: &'static str = "active or all";

    /// The name on the command line and in a query.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::All => "all",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Status {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        [Self::Active, Self::All]
            .into_iter()
            .find(|status| status.name() == text)
            .ok_or_else(|| Invalid::new("status of keys", text, Self::ACCEPTED))
    }
}

/// What is told of a key beyond its age and status; as text a list with commas, as in `last_used,key_id`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Include {
    /// When the key was last used: a call for each old key, where the report does not tell it.
    pub last_used: bool,
    /// The key's id in the report's way: a call for each user with an old key. The live way has it anyway.
    pub key_id: bool,
}

impl Include {
    /// What a value must look like, for messages and documentation.
    pub const ACCEPTED: &'static str = "last_used, key_id or both, with a comma between";
}

impl FromStr for Include {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let mut include = Self::default();
        for word in text.split(',').map(str::trim) {
            match word {
                "last_used" => include.last_used = true,
                "key_id" => include.key_id = true,
                // An empty value includes nothing.
                "" if text.trim().is_empty() => {}
                _ => return Err(Invalid::new("include", text, Self::ACCEPTED)),
            }
        }
        Ok(include)
    }
}

impl TryFrom<String> for Include {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<Include> for String {
    fn from(include: Include) -> Self {
        include.to_string()
    }
}

impl fmt::Display for Include {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.last_used, self.key_id) {
            (true, true) => "last_used,key_id",
            (true, false) => "last_used",
            (false, true) => "key_id",
            (false, false) => "",
        })
    }
}

/// The two ways to learn of an account's keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// `ListUsers` and a `ListAccessKeys` for each user.
    Live,
    /// The credential report.
    Report,
}

impl Method {
    /// Both ways.
    pub const ALL: [Self; 2] = [Self::Live, Self::Report];

    /// Every IAM action that it may use.
    ///
    /// Source: *Actions, resources, and condition keys for AWS Identity and Access Management (IAM)*, Service
    /// Authorization Reference.
    #[must_use]
    pub fn actions(self, include: Include) -> BTreeSet<&'static str> {
        let mut actions = BTreeSet::from(match self {
            Self::Live => ["iam:ListUsers", "iam:ListAccessKeys"],
            Self::Report => ["iam:GenerateCredentialReport", "iam:GetCredentialReport"],
        });
        match self {
            Self::Live if include.last_used => _ = actions.insert("iam:GetAccessKeyLastUsed"),
            Self::Report if include.key_id => _ = actions.insert("iam:ListAccessKeys"),
            _ => {}
        }
        actions
    }

    /// Every action that either way may use, whatever is included.
    #[must_use]
    pub fn all_actions() -> BTreeSet<&'static str> {
        let all = Include { last_used: true, key_id: true };
        Self::ALL.into_iter().flat_map(|way| way.actions(all)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_included_reads_back_as_written() {
        for (last_used, key_id) in [(false, false), (true, false), (false, true), (true, true)] {
            let include = Include { last_used, key_id };
            assert_eq!(include.to_string().parse(), Ok(include));
        }
        assert_eq!(" key_id , last_used".parse(), Ok(Include { last_used: true, key_id: true }));
        for wrong in ["secret", "last_used,", ",", "last_used;key_id", "LAST_USED"] {
            assert!(wrong.parse::<Include>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_way_asks_for_no_action_that_it_does_not_use() {
        let plain = Include::default();
        let live = Method::Live.actions(plain);
        assert_eq!(live, ["iam:ListAccessKeys", "iam:ListUsers"].into());
        let report = Method::Report.actions(Include { last_used: true, key_id: false });
        assert_eq!(report, ["iam:GenerateCredentialReport", "iam:GetCredentialReport"].into());
        assert_eq!(Method::all_actions().len(), 5);
    }
}
