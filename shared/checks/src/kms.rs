//! AWS Key Management Service.

mod rotation;

use crate::Check;

pub(crate) static CHECKS: &[&Check] = &[&rotation::CHECK];
