//! The values that fields of several requests take.

use std::sync::LazyLock;

use domain::Service;

use crate::problem::shown;

/// What `severity` takes.
pub(crate) const SEVERITY: &str = "critical, high, medium or low";

/// What `service` takes.
pub(crate) static SERVICE: LazyLock<String> = LazyLock::new(Service::names);

/// What a list of checks takes.
pub(crate) const CHECKS: &str = "a list of ids that `infraaudit checks list` tells";

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

/// The id of a known check.
pub(crate) fn check(id: &str) -> Result<String, String> {
    if checks::find(id).is_some() {
        return Ok(id.to_owned());
    }
    let hint = checks::nearest(id).map(|near| format!("; did you mean `{near}`?"));
    Err(format!("there is no check `{}`{}", shown(id), hint.unwrap_or_default()))
}
