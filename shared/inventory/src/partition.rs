use std::{fmt, str::FromStr};

use policy::partition;
use serde::{Deserialize, Serialize};

use crate::Invalid;

/// A group of regions with its own accounts, endpoints and ARNs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Partition {
    /// The commercial regions.
    #[default]
    #[serde(rename = "aws")]
    Aws,
    /// Beijing and Ningxia.
    #[serde(rename = "aws-cn")]
    China,
    /// AWS GovCloud (US).
    #[serde(rename = "aws-us-gov")]
    GovCloud,
    /// AWS European Sovereign Cloud.
    #[serde(rename = "aws-eusc")]
    EuropeanSovereign,
    /// AWS Top Secret.
    #[serde(rename = "aws-iso")]
    Iso,
    /// AWS Secret.
    #[serde(rename = "aws-iso-b")]
    IsoB,
    /// An isolated partition in Europe.
    #[serde(rename = "aws-iso-e")]
    IsoE,
    /// Another isolated partition in the United States.
    #[serde(rename = "aws-iso-f")]
    IsoF,
}

impl Partition {
    /// Every partition.
    pub const ALL: [Self; 8] = [
        Self::Aws,
        Self::China,
        Self::GovCloud,
        Self::EuropeanSovereign,
        Self::Iso,
        Self::IsoB,
        Self::IsoE,
        Self::IsoF,
    ];

    /// The name in an ARN.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::China => "aws-cn",
            Self::GovCloud => "aws-us-gov",
            Self::EuropeanSovereign => "aws-eusc",
            Self::Iso => "aws-iso",
            Self::IsoB => "aws-iso-b",
            Self::IsoE => "aws-iso-e",
            Self::IsoF => "aws-iso-f",
        }
    }

    /// The partition that a region belongs to; `aws` where its name tells no other, as AWS's SDKs take it.
    #[must_use]
    pub fn of_region(region: &str) -> Self {
        let known = partition::of_region(region);
        known.and_then(|known| known.name.parse().ok()).unwrap_or_default()
    }

    /// The region where the partition's global services (IAM, STS) are signed for.
    #[must_use]
    pub fn home_region(self) -> &'static str {
        partition::find(self.name()).map_or("us-east-1", |known| known.home_region)
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Partition {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let accepted = "a partition of AWS, such as aws, aws-cn, aws-us-gov or aws-eusc";
        Self::ALL
            .into_iter()
            .find(|partition| partition.name() == text)
            .ok_or_else(|| Invalid::new("partition", text, accepted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_partition_of_the_table_is_known_here() {
        let table: BTreeSet<_> = partition::ALL.iter().map(|known| known.name).collect();
        let here: BTreeSet<_> = Partition::ALL.iter().map(|partition| partition.name()).collect();
        assert_eq!(table, here);
        for partition in Partition::ALL {
            assert_eq!(partition.name().parse(), Ok(partition));
            assert_eq!(Partition::of_region(partition.home_region()), partition);
            let json = serde_json::to_string(&partition).unwrap();
            assert_eq!(json, format!("\"{partition}\""));
            assert_eq!(serde_json::from_str::<Partition>(&json).unwrap(), partition);
        }
        assert_eq!(Partition::of_region("moon-1"), Partition::Aws);
        assert!("aws-moon".parse::<Partition>().is_err());
    }
}
