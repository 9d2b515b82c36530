use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Account, Known, s3::PublicAccessBlock};

/// What a rule may know beyond the resource it looks at.
#[derive(Clone, Debug)]
pub struct Context {
    /// The audited account.
    pub account: Account,
    /// When the facts were read; ages are counted to here, never to the clock.
    pub time: Timestamp,
    /// Where "too old" begins.
    pub thresholds: Thresholds,
    /// The account's own public access block, which holds for all its buckets.
    pub block_public: Known<PublicAccessBlock>,
}

/// The numbers an operator may set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thresholds {
    /// The greatest age of an active access key, in days. CIS AWS Foundations 5.0, 1.13: 90.
    pub access_key_days: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { access_key_days: 90 }
    }
}
