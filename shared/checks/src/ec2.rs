//! Amazon EC2.

mod imdsv2;
mod public_ip;

use crate::Check;

pub(crate) static CHECKS: &[&Check] = &[&imdsv2::CHECK, &public_ip::CHECK];
