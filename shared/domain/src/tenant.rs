use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Invalid;

/// Whose data it is: the first part of every stored key.
///
/// On one machine it is `local`; behind an API it comes from the caller's token and never from the
/// request's body or path.
///
/// It is kept as keys carry it. Letters, digits and `_ . @ : -`, the first a letter or digit, stand for themselves; any
/// other byte of the name's UTF-8 is `=` and two hexadecimal digits, as in quoted-printable (RFC 2045, 6.7): `#`
/// separates the parts of a key, `/` those of an object's name, and `..` would lead out of a folder. What takes more
/// than 128 bytes that way is kept as `=sha256-` and the SHA-256 of the name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Tenant(Arc<str>);

/// What a name must look like.
const NAME: &str =
    "1 to 1,024 bytes of text without control characters, and no space at either end";
/// What a stored name must look like.
const STORED: &str = "a name as keys carry it";

const DIGEST: &str = "=sha256-";

impl Tenant {
    /// The longest name, as keys carry it, in bytes.
    pub const MAX_BYTES: usize = 128;
    /// The longest name that is taken, in bytes.
    const LONGEST: usize = 1024;

    /// The tenant of the one-machine edition.
    #[must_use]
    pub fn local() -> Self {
        Self("local".into())
    }

    /// The tenant that somebody else's system names so, like the subject of a token: any text without control
    /// characters. Two names never are one tenant.
    ///
    /// # Errors
    ///
    /// It is empty, too long, or has a control character in it or a space at an end.
    pub fn named(name: &str) -> Result<Self, Invalid> {
        let fits = (1..=Self::LONGEST).contains(&name.len());
        if fits && name.trim() == name && !name.chars().any(char::is_control) {
            Ok(Self(encoded(name.as_bytes()).into()))
        } else {
            Err(Invalid::new("tenant", name, NAME))
        }
    }

    /// The name, as keys carry it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Tenant {
    type Error = Invalid;

    /// Takes a name as keys carry it.
    fn try_from(text: String) -> Result<Self, Invalid> {
        let is_digest = text.strip_prefix(DIGEST).is_some_and(|hex| {
            hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        });
        let is_canonical =
            || decoded(&text).is_some_and(|name| !name.is_empty() && encoded(&name) == text);
        if is_digest || is_canonical() {
            Ok(Self(text.into()))
        } else {
            Err(Invalid::new("tenant", &text, STORED))
        }
    }
}

fn encoded(name: &[u8]) -> String {
    let parts = name.iter().enumerate().map(|(place, byte)| {
        let plain = byte.is_ascii_alphanumeric() || (place > 0 && b"_.@:-".contains(byte));
        if plain { char::from(*byte).to_string() } else { format!("={byte:02X}") }
    });
    let text: String = parts.collect();
    if text.len() <= Tenant::MAX_BYTES {
        return text;
    }
    let digits = Sha256::digest(name).into_iter().map(|byte| format!("{byte:02x}"));
    digits.fold(DIGEST.to_owned(), |text, digit| text + &digit)
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut name = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'=' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            let (high, low) = (digit()?, digit()?);
            name.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            name.push(byte);
        }
    }
    Some(name)
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_could_stand_in_keys_before_stands_there_as_before() {
        let long = "x".repeat(128);
        for name in ["local", "111122223333", "acme.example", "org:team-1@x", &long] {
            assert_eq!(Tenant::named(name).unwrap().as_str(), name);
            assert_eq!(Tenant::try_from(name.to_owned()).unwrap().as_str(), name);
        }
    }

    #[test]
    fn subjects_of_identity_providers_are_names() {
        for (subject, kept) in [
            ("auth0|5f7c8ec7c33c6c004bbafe82", "auth0=7C5f7c8ec7c33c6c004bbafe82"),
            ("-9n_AAb3Q-x", "=2D9n_AAb3Q-x"),
            ("_0", "=5F0"),
            ("a b", "a=20b"),
            ("a#b/../c", "a=23b=2F..=2Fc"),
            ("..", "=2E."),
            ("a=7Cb", "a=3D7Cb"),
            ("é", "=C3=A9"),
            ("CN=x,O=y", "CN=3Dx=2CO=3Dy"),
        ] {
            assert_eq!(Tenant::named(subject).unwrap().as_str(), kept);
        }
        let long = Tenant::named(&"|".repeat(200)).unwrap();
        assert!(long.as_str().starts_with("=sha256-") && long.as_str().len() == 72, "{long}");
        assert_ne!(long, Tenant::named(&"|".repeat(201)).unwrap());
        assert_eq!(Tenant::try_from(long.to_string()), Ok(long));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for wrong in ["", " ", "a ", " a", "a\nb", "\0", "\u{85}", &"x".repeat(1025)] {
            assert!(Tenant::named(wrong).is_err(), "{wrong:?}");
        }
        // Of one name there is one form.
        let digest = format!("=sha256-{}", "A".repeat(64));
        for wrong in ["", "a#b", "a/b", "..", "-x", "a=7", "a=7c", "a=41", "=", "=ZZ", &digest] {
            assert!(Tenant::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_name_has_one_form_that_keys_and_folders_can_carry(name in "\\PC{1,60}", other in "\\PC{1,3}") {
            prop_assume!(name.trim() == name && other.trim() == other);
            let tenant = Tenant::named(&name).unwrap();
            let kept = tenant.as_str();
            prop_assert!(kept.len() <= Tenant::MAX_BYTES && !kept.starts_with(['.', '-']));
            prop_assert!(kept.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.@:-=".contains(&b)));
            prop_assert_eq!(Tenant::try_from(kept.to_owned()).unwrap(), tenant.clone());
            prop_assert_eq!(Tenant::named(&other).unwrap() == tenant, name == other);
            if !kept.starts_with(DIGEST) {
                prop_assert_eq!(decoded(kept).unwrap(), name.into_bytes());
            }
        }

        #[test]
        fn any_text_is_a_kept_name_or_refused(text in ".*") {
            if let Ok(tenant) = Tenant::try_from(text.clone()) {
                prop_assert_eq!(tenant.as_str(), text);
            }
        }
    }
}
