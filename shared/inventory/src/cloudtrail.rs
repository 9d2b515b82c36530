//! Facts of AWS CloudTrail.

use serde::{Deserialize, Serialize};

use crate::{Listing, Location, Read, Resource, Service, Tags};

/// The trails whose home is the region.
pub const TRAILS: Read =
    Read { service: Service::CloudTrail, name: "trails", actions: &["cloudtrail:DescribeTrails"] };
/// The tags of the trails; a call for twenty.
pub const TRAIL_TAGS: Read =
    Read { service: Service::CloudTrail, name: "trail_tags", actions: &["cloudtrail:ListTags"] };
pub(crate) const READS: &[Read] = &[TRAILS, TRAIL_TAGS];

/// What was read of CloudTrail in one region.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudTrail {
    /// The trails whose home is the region. An organization's trail is among them in its own account alone.
    #[serde(default)]
    pub trails: Listing<Trail>,
}

/// A trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trail {
    /// Its ARN.
    pub arn: String,
    /// The bucket that it writes to, which may be another account's.
    pub bucket: String,
    /// Its tags, where they were asked for and read.
    #[serde(default)]
    pub tags: Option<Tags>,
}

impl Resource for Trail {
    type Service = CloudTrail;
    const TYPE: &'static str = "AWS::CloudTrail::Trail";
    const TAGS: Option<Read> = Some(TRAIL_TAGS);

    fn all(cloudtrail: &CloudTrail) -> &Listing<Self> {
        &cloudtrail.trails
    }

    fn arn(&self, _: &Location<'_>) -> String {
        self.arn.clone()
    }

    fn arn_of_any(at: &Location<'_>) -> String {
        at.arn("cloudtrail", "trail/*")
    }

    fn tags(&self) -> Option<&Tags> {
        self.tags.as_ref()
    }

    fn secure() -> Self {
        Self {
            arn: "arn:aws:cloudtrail:us-east-1:111122223333:trail/example".into(),
            bucket: "example".into(),
            tags: None,
        }
    }
}
