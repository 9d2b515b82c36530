//! Regions, as requests name them.

use crate::fields::shown;

/// What a list of regions takes.
pub(crate) const REGIONS: &str = "names of AWS regions like `eu-west-1`";

/// The name of a region.
pub(crate) fn region(text: &str) -> Result<String, String> {
    if domain::is_region(text) && text != "*" && text != domain::GLOBAL {
        Ok(text.to_owned())
    } else {
        Err(format!("`{}` is not the name of a region", shown(text)))
    }
}
