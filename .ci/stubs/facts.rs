//! Facts of FILL-IN: the service, as AWS writes its name.

use serde::{Deserialize, Serialize};

use crate::{Known, Listing, Location, Read, Resource, Service, Tags};

/// FILL-IN: what it reads, and what its calls cost.
pub const $read: Read =
    Read { service: Service::$kind, name: "$plural", actions: &[$actions] };
pub(crate) const READS: &[Read] = &[$read];

/// What was read of the service in one region.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct $kind {
    /// FILL-IN
    #[serde(default)]
    pub $plural: Listing<$resource>,
}

/// FILL-IN
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct $resource {
    /// Its ARN.
    pub arn: String,
    /// FILL-IN: a field for each fact; `Known`, because its call may fail.
    #[serde(default)]
    pub fact: Known<bool>,
    /// Its tags, where they were asked for and read.
    #[serde(default)]
    pub tags: Option<Tags>,
}

impl Resource for $resource {
    type Service = $kind;
    const TYPE: &'static str = "$cloudformation";
    // FILL-IN: the read of its tags; nothing where they come with the list, or it has none.
    const TAGS: Option<Read> = None;

    fn all($service: &$kind) -> &Listing<Self> {
        &$service.$plural
    }

    fn arn(&self, _: &Location<'_>) -> String {
        self.arn.clone()
    }

    fn arn_of_any(at: &Location<'_>) -> String {
        at.arn("$service", "FILL-IN/*")
    }

    fn tags(&self) -> Option<&Tags> {
        self.tags.as_ref()
    }

    fn secure() -> Self {
        Self { arn: "FILL-IN".into(), fact: true.into(), tags: None }
    }
}
