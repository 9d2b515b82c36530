//! The zone of trust: who may reach in from outside without being a finding.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use serde::{Deserialize, Serialize};

use crate::{AccountId, Invalid};

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident, $what:literal, $accepted:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// What is accepted.
            pub const ACCEPTED: &str = $accepted;

            /// It as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                let valid: fn(&str) -> bool = $valid;
                let invalid = || Invalid::new($what, text, Self::ACCEPTED);
                valid(text).then(|| Self(text.to_owned())).ok_or_else(invalid)
            }
        }

        impl TryFrom<String> for $name {
            type Error = Invalid;

            fn try_from(text: String) -> Result<Self, Invalid> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

id_type!(
    /// The id of an organization of AWS Organizations.
    ///
    /// Source: AWS Organizations API Reference, data type `Organization`.
    OrganizationId,
    "organization id",
    "`o-` and 10 to 32 lower-case letters and digits",
    |text| {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let rest = text.strip_prefix("o-");
        rest.is_some_and(|rest| (10..=32).contains(&rest.len()) && rest.bytes().all(allowed))
    }
);
id_type!(
    /// The id of a VPC endpoint.
    VpcEndpointId,
    "VPC endpoint id",
    "`vpce-` and 8 or 17 hexadecimal digits",
    |text| is_ec2_id(text, "vpce-")
);
id_type!(
    /// The id of a VPC.
    VpcId,
    "VPC id",
    "`vpc-` and 8 or 17 hexadecimal digits",
    |text| is_ec2_id(text, "vpc-")
);

/// Source: *Resource IDs*, Amazon EC2 User Guide: 8 characters of old, 17 since.
fn is_ec2_id(text: &str, prefix: &str) -> bool {
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    let rest = text.strip_prefix(prefix);
    rest.is_some_and(|rest| matches!(rest.len(), 8 | 17) && rest.bytes().all(hex))
}

/// Who is trusted beside the audited account, which always is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Trust {
    /// Organizations, all accounts of which are trusted.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub organizations: BTreeSet<OrganizationId>,
    /// Other accounts, by their 12 digits, and what they are called.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, String>))]
    pub accounts: BTreeMap<AccountId, String>,
    /// VPC endpoints.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub vpc_endpoints: BTreeSet<VpcEndpointId>,
    /// VPCs.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub vpcs: BTreeSet<VpcId>,
}

/// Who somebody trusts; a list that is there takes the place of the one before, an empty one too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct TrustOverrides {
    /// Organizations, all accounts of which are trusted.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>, example = json!(["o-a1b2c3d4e5"])))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organizations: Option<BTreeSet<OrganizationId>>,
    /// Other accounts, by their 12 digits, and what they are called.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<BTreeMap<String, String>>))]
    #[cfg_attr(feature = "openapi", schema(example = json!({"444455556666": "shared services"})))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accounts: Option<BTreeMap<AccountId, String>>,
    /// VPC endpoints.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_endpoints: Option<BTreeSet<VpcEndpointId>>,
    /// VPCs.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpcs: Option<BTreeSet<VpcId>>,
}

impl Trust {
    /// It, but for the lists that are set.
    #[must_use]
    pub fn with(&self, overrides: &TrustOverrides) -> Self {
        let TrustOverrides { organizations, accounts, vpc_endpoints, vpcs } = overrides.clone();
        Self {
            organizations: organizations.unwrap_or_else(|| self.organizations.clone()),
            accounts: accounts.unwrap_or_else(|| self.accounts.clone()),
            vpc_endpoints: vpc_endpoints.unwrap_or_else(|| self.vpc_endpoints.clone()),
            vpcs: vpcs.unwrap_or_else(|| self.vpcs.clone()),
        }
    }

    /// Whether it names anybody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_of_the_shapes_that_aws_gives_them() {
        let long = format!("o-{}", "a".repeat(33));
        for (right, wrong) in [("o-a1b2c3d4e5", "o-a1b2c3d4e"), ("o-0123456789ab", &long)] {
            assert!(
                right.parse::<OrganizationId>().is_ok() && wrong.parse::<OrganizationId>().is_err()
            );
        }
        for right in ["vpce-1a2b3c4d", "vpce-0123456789abcdef0"] {
            assert!(right.parse::<VpcEndpointId>().is_ok(), "{right}");
            assert!(right.parse::<VpcId>().is_err(), "{right}");
        }
        for wrong in ["vpc-", "vpc-1a2b3c4", "vpc-1A2B3C4D", "vpc-1a2b3c4g", "VPC-1a2b3c4d", ""] {
            assert!(wrong.parse::<VpcId>().is_err(), "{wrong}");
        }
        let told = "vpc-1".parse::<VpcId>().unwrap_err().to_string();
        assert!(told.contains("`vpc-1`") && told.contains("17"), "{told}");
    }

    #[test]
    fn a_list_that_is_set_takes_the_place_of_the_one_before() {
        let vpc: VpcId = "vpc-1a2b3c4d".parse().unwrap();
        let organization: OrganizationId = "o-a1b2c3d4e5".parse().unwrap();
        let before = Trust {
            organizations: [organization.clone()].into(),
            vpcs: [vpc].into(),
            ..Trust::default()
        };
        let overrides = TrustOverrides { vpcs: Some(BTreeSet::new()), ..TrustOverrides::default() };
        let expected = Trust { organizations: [organization].into(), ..Trust::default() };
        assert_eq!(before.with(&overrides), expected);
        assert!(!expected.is_empty() && Trust::default().is_empty());
    }
}
