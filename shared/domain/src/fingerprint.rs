use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Account;

/// The lasting name of a finding: the same problem of the same resource has it in every audit.
///
/// 32 hexadecimal digits: the first half of the SHA-256 of partition, account, region, check,
/// resource and sub-resource, each preceded by its length so that no two lists run together.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Fingerprint(String);

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
        let half = hash
            .finalize()
            .into_iter()
            .take(16)
            .fold(0_u128, |sum, byte| sum << 8 | u128::from(byte));
        Self(format!("{half:032x}"))
    }

    /// The 32 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
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
        assert_eq!(name.as_str(), "0324a9ffc387dd39582b7658650449f1");
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
