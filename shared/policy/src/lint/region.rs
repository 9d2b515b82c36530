//! AWS's regions. The facts file does not list them.

/// Every region of the public and government partitions, from the endpoints page of the AWS
/// General Reference; `aws-global` and its like are endpoints, not regions.
const REGIONS: [&str; 45] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-isoe-west-1",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eusc-de-east-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "me-west-1",
    "mx-central-1",
    "sa-east-1",
    "sa-west-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-iso-west-1",
    "us-isob-east-1",
    "us-west-1",
    "us-west-2",
];

/// Isolated regions whose list is not public beyond their form.
const ISOLATED: [&str; 4] = ["us-isob-", "us-isof-", "eu-isoe-", "us-iso-"];

/// Whether a region of that name was public when this release was made, or may be an isolated one.
#[must_use]
pub fn is_region(region: &str) -> bool {
    exists(region)
}

pub(super) fn exists(region: &str) -> bool {
    REGIONS.binary_search(&region).is_ok() || ISOLATED.iter().any(|start| region.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_sorted_and_found() {
        assert!(REGIONS.is_sorted());
        assert!(exists("eu-central-1") && exists("us-gov-west-1") && exists("us-isof-south-1"));
        assert!(!exists("eu-central-9") && !exists("us-east-1a") && !exists(""));
    }
}
