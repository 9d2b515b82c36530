//! The partitions of AWS and their regions: the one place that lists them.

mod table;

/// A group of regions with accounts, ARNs and endpoints of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    /// The name in an ARN.
    pub name: &'static str,
    /// The region that requests to the partition's global services (IAM) are signed for.
    pub home_region: &'static str,
    /// What the host names of its endpoints end with.
    pub dns_suffix: &'static str,
    /// What the names of its regions begin with, those included that AWS adds later.
    pub region_starts: &'static [&'static str],
    /// Its regions.
    pub regions: &'static [&'static str],
}

/// Every partition, the isolated ones last.
///
/// Source: botocore's `partitions.json` and `endpoints.json`, of the date in `partition/table.rs`.
pub static ALL: &[Partition] = &table::TABLE;

impl Partition {
    /// Whether it is one of those that are cut off from the internet, whose regions are not all public.
    #[must_use]
    pub fn is_isolated(&self) -> bool {
        self.name.starts_with("aws-iso")
    }

    /// How much of a region's name says that it belongs here.
    fn fit(&self, region: &str) -> usize {
        let starts = self.region_starts.iter().filter(|start| region.starts_with(**start));
        starts.map(|start| start.len()).max().unwrap_or(0)
    }
}

/// The partition of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Partition> {
    ALL.iter().find(|partition| partition.name == name)
}

/// The partition that a region belongs to, by its name; nothing where no partition has such names.
///
/// ```
/// use policy::partition::of_region;
///
/// assert_eq!(of_region("eusc-de-east-1").unwrap().name, "aws-eusc");
/// assert_eq!(of_region("us-gov-north-7").unwrap().name, "aws-us-gov");
/// assert_eq!(of_region("moon-1"), None);
/// ```
#[must_use]
pub fn of_region(region: &str) -> Option<&'static Partition> {
    // `us-gov-west-1` begins as `us-east-1` does.
    let fits = ALL.iter().map(|partition| (partition.fit(region), partition));
    let best = fits.max_by_key(|(length, _)| *length);
    best.filter(|(length, _)| *length > 0).map(|(_, partition)| partition)
}

/// Every region that is listed, in no order.
pub fn regions() -> impl Iterator<Item = &'static str> {
    ALL.iter().flat_map(|partition| partition.regions).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_region_belongs_to_its_partition_alone() {
        let mut seen = BTreeSet::new();
        for partition in ALL {
            assert!(partition.regions.is_sorted(), "{}", partition.name);
            assert!(partition.regions.contains(&partition.home_region), "{}", partition.name);
            for region in partition.regions {
                assert_eq!(of_region(region), Some(partition), "{region}");
                assert!(seen.insert(region), "{region} is listed twice");
            }
            assert_eq!(find(partition.name), Some(partition));
        }
        assert_eq!(seen.len(), regions().count());
    }

    /// From AWS's pages, not from the table's source.
    #[test]
    fn the_partitions_are_those_that_aws_documents() {
        for (name, home, suffix) in [
            ("aws", "us-east-1", "amazonaws.com"),
            ("aws-cn", "cn-north-1", "amazonaws.com.cn"),
            ("aws-us-gov", "us-gov-west-1", "amazonaws.com"),
            ("aws-eusc", "eusc-de-east-1", "amazonaws.eu"),
            ("aws-iso", "us-iso-east-1", "c2s.ic.gov"),
            ("aws-iso-b", "us-isob-east-1", "sc2s.sgov.gov"),
            ("aws-iso-e", "eu-isoe-west-1", "cloud.adc-e.uk"),
            ("aws-iso-f", "us-isof-south-1", "csp.hci.ic.gov"),
        ] {
            let partition = find(name).unwrap();
            assert_eq!((partition.home_region, partition.dns_suffix), (home, suffix), "{name}");
        }
        assert_eq!(ALL.len(), 8);
        assert_eq!(ALL.iter().filter(|partition| partition.is_isolated()).count(), 4);
        assert_eq!(find("aws-moon"), None);
    }

    #[test]
    fn a_region_that_is_not_listed_yet_is_known_by_how_it_begins() {
        for (region, name) in [
            ("eu-north-9", "aws"),
            ("us-west-9", "aws"),
            ("cn-south-1", "aws-cn"),
            ("us-gov-central-1", "aws-us-gov"),
            ("us-iso-north-1", "aws-iso"),
            ("us-isob-north-1", "aws-iso-b"),
            ("eu-isoe-north-1", "aws-iso-e"),
            ("us-isof-north-1", "aws-iso-f"),
        ] {
            assert_eq!(of_region(region).map(|partition| partition.name), Some(name), "{region}");
        }
        for none in ["", "us", "moon-1", "aws-global", "*"] {
            assert_eq!(of_region(none), None, "{none}");
        }
    }
}
