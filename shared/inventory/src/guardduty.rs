//! Facts of Amazon GuardDuty.

use serde::{Deserialize, Serialize};

use crate::{Known, Listing, Read, Service};

/// The detector of a region: there is one at most.
pub const DETECTORS: Read = Read {
    service: Service::GuardDuty,
    name: "detectors",
    actions: &["guardduty:ListDetectors", "guardduty:GetDetector"],
};
pub(crate) const READS: &[Read] = &[DETECTORS];

/// What was read of GuardDuty in one region.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardDuty {
    /// Its detectors.
    #[serde(default)]
    pub detectors: Listing<Detector>,
}

/// A detector: GuardDuty in one region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detector {
    /// Its id.
    pub id: String,
    /// Whether it looks at anything (`Status` is `ENABLED`).
    #[serde(default)]
    pub enabled: Known<bool>,
    /// Which of the sources that every detector has are off: `CLOUD_TRAIL`, `DNS_LOGS`, `FLOW_LOGS`.
    #[serde(default)]
    pub sources_off: Known<Vec<String>>,
}

impl Detector {
    /// One that passes every check; tests spoil one field of it.
    #[must_use]
    pub fn secure() -> Self {
        Self {
            id: "12abc34d567e8fa901bc2d34e56789f0".into(),
            enabled: true.into(),
            sources_off: Vec::new().into(),
        }
    }
}
