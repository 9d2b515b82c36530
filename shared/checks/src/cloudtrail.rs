//! AWS CloudTrail.

mod bucket_public;

use crate::Check;

pub(crate) static CHECKS: &[&Check] = &[&bucket_public::CHECK];
