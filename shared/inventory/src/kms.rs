//! Facts of AWS Key Management Service.

use serde::{Deserialize, Serialize};

use crate::{Known, Listing, Location, Read, Resource, Service, Tags};

/// The customer managed keys of a region.
pub const KEYS: Read = Read {
    service: Service::Kms,
    name: "keys",
    actions: &["kms:ListAliases", "kms:ListKeys", "kms:DescribeKey"],
};
/// Whether KMS rotates them; a call per key that it can rotate.
pub const ROTATION: Read =
    Read { service: Service::Kms, name: "rotation", actions: &["kms:GetKeyRotationStatus"] };
/// The tags of every key; a call per key.
pub const KEY_TAGS: Read =
    Read { service: Service::Kms, name: "key_tags", actions: &["kms:ListResourceTags"] };
pub(crate) const READS: &[Read] = &[KEYS, ROTATION, KEY_TAGS];

/// What was read of KMS in one region.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kms {
    /// The customer managed keys.
    #[serde(default)]
    pub keys: Listing<Key>,
}

/// A customer managed key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Its id: a UUID, or `mrk-…`.
    pub id: String,
    /// Whether KMS can rotate it by itself.
    #[serde(default)]
    pub rotatable: Known<Rotatable>,
    /// Whether KMS does; asked only of a key that it can rotate.
    #[serde(default)]
    pub rotation: Known<Rotation>,
    /// Its tags, where they were asked for and read.
    #[serde(default)]
    pub tags: Option<Tags>,
}

/// Whether KMS can rotate a key by itself.
///
/// Source: *Rotate AWS KMS keys*, AWS KMS Developer Guide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rotatable {
    /// A symmetric encryption key that is enabled, and whose material KMS made.
    Yes,
    /// It is disabled or being deleted: by AWS's name of its state.
    NotEnabled(String),
    /// Asymmetric or for HMAC: by AWS's name of its kind.
    Kind(String),
    /// Its material is imported or kept elsewhere: by AWS's name of its origin.
    Origin(String),
    /// A replica, which rotates with its primary key.
    Replica,
}

/// How KMS rotates a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotation {
    /// Whether it does (`KeyRotationEnabled`).
    pub enabled: bool,
    /// How often, in days (`RotationPeriodInDays`); nothing where AWS does not tell.
    #[serde(default)]
    pub period_days: Option<u32>,
}

impl Resource for Key {
    type Service = Kms;
    const TYPE: &'static str = "AWS::KMS::Key";
    const TAGS: Option<Read> = Some(KEY_TAGS);

    fn all(kms: &Kms) -> &Listing<Self> {
        &kms.keys
    }

    fn arn(&self, at: &Location<'_>) -> String {
        at.arn("kms", &format!("key/{}", self.id))
    }

    fn arn_of_any(at: &Location<'_>) -> String {
        at.arn("kms", "key/*")
    }

    fn tags(&self) -> Option<&Tags> {
        self.tags.as_ref()
    }

    fn secure() -> Self {
        Self {
            id: "1234abcd-12ab-34cd-56ef-1234567890ab".into(),
            rotatable: Rotatable::Yes.into(),
            rotation: Rotation { enabled: true, period_days: Some(365) }.into(),
            tags: None,
        }
    }
}
