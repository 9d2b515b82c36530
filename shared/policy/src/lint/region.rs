//! AWS's regions.

use crate::partition;

/// Whether a region of that name was public when this release was made, or may be an isolated one.
#[must_use]
pub fn is_region(region: &str) -> bool {
    exists(region)
}

pub(super) fn exists(region: &str) -> bool {
    partition::regions().any(|known| known == region)
        || partition::of_region(region).is_some_and(partition::Partition::is_isolated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_found() {
        assert!(exists("eu-central-1") && exists("us-gov-west-1") && exists("us-isof-south-1"));
        assert!(!exists("eu-central-9") && !exists("us-east-1a") && !exists(""));
    }
}
