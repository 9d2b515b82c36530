use std::{borrow::Cow, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{AccountId, Evidence, Fingerprint, Service, Severity, Suppressed, Tags, Verdict};

/// What one check says of one resource.
///
/// It has the ids of texts and no texts: whoever shows it joins them, in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Its lasting name.
    pub fingerprint: Fingerprint,
    /// The check.
    pub check_id: Cow<'static, str>,
    /// The service the check belongs to.
    pub service: Service,
    /// How bad a failure is.
    pub severity: Severity,
    /// What was decided.
    pub verdict: Verdict,
    /// What it was decided about.
    pub resource: Resource,
    /// The part of the resource it is about: one access key of a user.
    pub sub_resource: Option<String>,
    /// What was seen, or why nothing was; empty where a pass needs no words.
    #[serde(default)]
    pub evidence: Evidence,
    /// The suppression that keeps a failure quiet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<Arc<Suppressed>>,
}

/// A resource of the customer's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Resource {
    /// Its ARN; ends in `*` where the list it would be in could not be read.
    pub arn: String,
    /// Its CloudFormation type: `AWS::S3::Bucket`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    #[serde(rename = "type")]
    pub kind: Cow<'static, str>,
    /// Its region, or `global`.
    pub region: String,
    /// Its account.
    #[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^[0-9]{12}$"))]
    pub account: AccountId,
    /// Its tags; nothing where they were not asked for.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<BTreeMap<String, String>>))]
    pub tags: Option<Tags>,
}

impl Finding {
    /// The region and service whose reading it comes from.
    #[must_use]
    pub fn place(&self) -> crate::ServiceRegion {
        let region = inventory::region_of(self.service, &self.resource.region);
        crate::ServiceRegion::new(region, self.service)
    }

    /// Whether it stands for all that a list would have named, which was not read.
    #[must_use]
    pub fn is_unlisted(&self) -> bool {
        self.verdict == Verdict::Unknown && self.resource.arn.ends_with('*')
    }
}
