use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::Invalid;

/// Whose data it is: the first part of every stored key.
///
/// On one machine it is `local`; behind an API it comes from the caller's token and never from the
/// request's body or path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Tenant(Arc<str>);

impl Tenant {
    /// The tenant of the one-machine edition.
    #[must_use]
    pub fn local() -> Self {
        Self("local".into())
    }

    /// The name, as keys carry it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Tenant {
    type Error = Invalid;

    /// Takes 1 to 128 letters, digits and `_ . @ : -`, the first a letter or digit: `#` separates the
    /// parts of a key, and `..` would lead out of a folder.
    fn try_from(text: String) -> Result<Self, Invalid> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_.@:-".contains(c);
        let begins_well = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        if text.len() <= 128 && begins_well && text.chars().all(allowed) {
            Ok(Self(text.into()))
        } else {
            let accepted = "1 to 128 letters, digits and `_.@:-`, the first a letter or digit";
            Err(Invalid::new("tenant", &text, accepted))
        }
    }
}

impl FromStr for Tenant {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.to_owned().try_into()
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_can_be_part_of_a_key_and_of_a_path() {
        let long = "x".repeat(128);
        for right in ["local", "111122223333", "acme.example", "org:team-1@x", &long] {
            assert_eq!(Tenant::try_from(right.to_owned()).unwrap().as_str(), right);
        }
        let longer = "x".repeat(129);
        for wrong in ["", "a#b", "a/b", "..", ".hidden", "-x", "é", "a b", &longer] {
            assert!(Tenant::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
