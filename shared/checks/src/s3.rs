//! Amazon S3.

mod encryption;
mod public_access;

use crate::Check;

pub(crate) static CHECKS: &[&Check] = &[&public_access::CHECK, &encryption::CHECK];
