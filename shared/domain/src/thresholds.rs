use serde::{Deserialize, Serialize};

/// The numbers an operator may set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thresholds {
    /// The greatest age of an active access key, in days. CIS AWS Foundations 5.0, 1.13: 90.
    pub access_key_days: u32,
    /// The longest time between two rotations of a KMS key, in days. CIS AWS Foundations 7.0, 4.6: a year.
    #[serde(default = "year")]
    pub kms_rotation_days: u32,
}

const fn year() -> u32 {
    365
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { access_key_days: 90, kms_rotation_days: year() }
    }
}
