use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Invalid;

/// Whose data it is: the first part of every stored key.
///
/// On one machine it is `local`; behind an API it comes from the caller's token and never from the
/// request's body or path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Tenant(String);

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

    /// Takes 1 to 128 letters, digits and `_ . @ : -`; `#` separates the parts of a key and is refused.
    fn try_from(text: String) -> Result<Self, Invalid> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_.@:-".contains(c);
        if (1..=128).contains(&text.len()) && text.chars().all(allowed) {
            Ok(Self(text))
        } else {
            Err(Invalid::new("tenant", &text, "1 to 128 letters, digits and `_.@:-`"))
        }
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
