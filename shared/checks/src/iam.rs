//! AWS Identity and Access Management.

mod access_key_age;
mod root_access_key;
mod root_mfa;

use crate::Check;

pub(crate) static CHECKS: &[&Check] =
    &[&access_key_age::CHECK, &root_access_key::CHECK, &root_mfa::CHECK];
