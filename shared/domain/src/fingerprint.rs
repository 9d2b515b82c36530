use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::{Account, Invalid};

/// The permanent name of a finding: the same finding about the same resource has it in every audit.
///
/// 32 hexadecimal digits: the first half of the SHA-256 of partition, account, region, check,
/// resource and sub-resource, each preceded by its length so that no two lists run together.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
#[serde(try_from = "String")]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// The name of what `check` says of a resource.
    #[must_use]
    pub fn new(
        account: &Account,
        region: &str,
        check: &str,
        resource: &str,
        sub_resource: Option<&str>,
    ) -> Self {
        let mut hash = Sha256::new();
        for part in [
            account.partition.name(),
            account.id.as_str(),
            region,
            check,
            resource,
            sub_resource.unwrap_or_default(),
        ] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let mut half = [0; 16];
        half.iter_mut().zip(hash.finalize()).for_each(|(to, byte)| *to = byte);
        Self(half)
    }

    /// The half of the hash that it is.
    #[must_use]
    pub const fn bytes(self) -> [u8; 16] {
        self.0
    }

    /// One from its bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl FromStr for Fingerprint {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let digit = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
        let number = u128::from_str_radix(text, 16).ok();
        number
            .filter(|_| text.len() == 32 && text.as_bytes().iter().all(digit))
            .map(|number| Self(number.to_be_bytes()))
            .ok_or_else(|| Invalid::new("fingerprint", text, "32 of the digits 0-9 and a-f"))
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Partition;
    use proptest::prelude::*;

    fn of(id: &str, parts: &[String; 3], sub: Option<&str>) -> Fingerprint {
        let account = Account { partition: Partition::Aws, id: id.parse().unwrap() };
        Fingerprint::new(&account, &parts[0], &parts[1], &parts[2], sub)
    }

    #[test]
    fn does_not_change_between_releases() {
        let parts = ["global", "iam_access_key_age", "arn:aws:iam::111122223333:user/a"];
        let name = of("111122223333", &parts.map(Into::into), Some("AKIAIOSFODNN7EXAMPLE"));
        let digits = "0324a9ffc387dd39582b7658650449f1";
        assert_eq!((name.to_string().as_str(), digits.parse()), (digits, Ok(name)));
        for wrong in
            ["", "0324", "0324A9ffc387dd39582b7658650449f1", "+324a9ffc387dd39582b7658650449f1"]
        {
            assert!(wrong.parse::<Fingerprint>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn differs_where_any_part_differs(
            a in prop::array::uniform3("[a-c]{0,3}"), b in prop::array::uniform3("[a-c]{0,3}"),
            x in "[a-c]{1,3}", y in "[a-c]{1,3}",
        ) {
            let (one, other) = (of("111122223333", &a, Some(&x)), of("111122223333", &b, Some(&y)));
            prop_assert_eq!(one == other, (&a, &x) == (&b, &y));
            prop_assert_ne!(of("111122223333", &a, None), of("444455556666", &a, None));
        }
    }
}
