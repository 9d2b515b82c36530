use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{AccountId, Fingerprint, Service, Severity, Suppressed, Verdict};

/// Tags of a resource, by key.
pub type Tags = BTreeMap<String, String>;

/// Whom a resource belongs to: the value of its tag `owner`, in whatever case the key is written.
#[must_use]
pub fn owner(tags: &Tags) -> Option<&str> {
    let named = tags.iter().find(|(key, _)| key.eq_ignore_ascii_case("owner"));
    named.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
}

/// What one check says of one resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Finding {
    /// Its lasting name.
    pub fingerprint: Fingerprint,
    /// The check.
    pub check_id: String,
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
    pub evidence: String,
    /// What is wrong when the check fails.
    pub headline: String,
    /// What the check asks for.
    pub requirement: String,
    /// What a failure lets happen.
    pub risk: String,
    /// What to change.
    pub remedy: String,
    /// The AWS documentation of the setting.
    pub reference: String,
    /// The requirements of frameworks it answers: `cis-aws-5.0:1.13`.
    pub frameworks: Vec<String>,
    /// The suppression that keeps a failure quiet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<Suppressed>,
}

/// A resource of the customer's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Resource {
    /// Its ARN; ends in `*` where the list it would be in could not be read.
    pub arn: String,
    /// Its CloudFormation type: `AWS::S3::Bucket`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its region, or `global`.
    pub region: String,
    /// Its account.
    #[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^[0-9]{12}$"))]
    pub account: AccountId,
    /// Its tags; nothing where they were not asked for.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<BTreeMap<String, String>>))]
    pub tags: Option<Tags>,
}
