//! Facts of Amazon EC2.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use crate::{Known, Listing, Tags, Unread, known::plain_or_known};

/// What was read of EC2 in one region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ec2 {
    /// The instances that are not terminated.
    pub instances: Listing<Instance>,
}

impl Ec2 {
    /// EC2 of which nothing was read.
    #[must_use]
    pub fn unread(unread: &Unread) -> Self {
        Self { instances: Listing::unread(unread.clone()) }
    }
}

/// An EC2 instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Its id: `i-…`.
    pub id: String,
    /// How its metadata can be asked for.
    pub metadata: Known<MetadataOptions>,
    /// The public IPv4 addresses of all its interfaces.
    pub public_ipv4: Vec<Ipv4Addr>,
    /// The IPv6 addresses of all its interfaces, global or not.
    pub ipv6: Vec<Ipv6Addr>,
    /// Why it may have more addresses than these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addresses_unread: Option<Unread>,
    /// Its tags; they come with the instance and cost no call.
    pub tags: Tags,
}

impl Instance {
    /// An instance that passes every check; tests spoil one field of it.
    #[must_use]
    pub fn secure() -> Self {
        Self {
            id: "i-0123456789abcdef0".into(),
            metadata: MetadataOptions { endpoint: true.into(), tokens_required: true.into() }
                .into(),
            public_ipv4: Vec::new(),
            ipv6: Vec::new(),
            addresses_unread: None,
            tags: Tags::new(),
        }
    }
}

/// The settings of an instance's metadata service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetadataOptions {
    /// Whether the service answers at all (`HttpEndpoint`).
    #[serde(deserialize_with = "plain_or_known")]
    pub endpoint: Known<bool>,
    /// Whether it asks for a session token, as `IMDSv2` does (`HttpTokens` is `required`).
    #[serde(deserialize_with = "plain_or_known")]
    pub tokens_required: Known<bool>,
}
