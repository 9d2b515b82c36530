//! Amazon GuardDuty.

mod enabled;

use crate::Check;

pub(crate) static CHECKS: &[&Check] = &[&enabled::CHECK];
