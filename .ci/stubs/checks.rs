//! FILL-IN: the service, as AWS writes its name.

mod $stem;

use crate::Check;

pub(crate) static CHECKS: &[&Check] = &[&$stem::CHECK];
