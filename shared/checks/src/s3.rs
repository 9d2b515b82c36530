//! Amazon S3.

mod account_public_access;
mod encryption;
mod public_access;

use crate::Check;

pub(crate) static CHECKS: &[&Check] =
    &[&public_access::CHECK, &encryption::CHECK, &account_public_access::CHECK];
