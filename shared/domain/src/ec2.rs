//! Facts of Amazon EC2.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use crate::{Known, Listing, Tags, Unread};

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
    /// Its tags; they come with the instance and cost no call.
    pub tags: Tags,
}

impl Instance {
    /// An instance that passes every check; tests spoil one field of it.
    #[must_use]
    pub fn secure() -> Self {
        Self {
            id: "i-0123456789abcdef0".into(),
            metadata: MetadataOptions { endpoint: true, tokens_required: true }.into(),
            public_ipv4: Vec::new(),
            ipv6: Vec::new(),
            tags: Tags::new(),
        }
    }
}

/// The settings of an instance's metadata service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetadataOptions {
    /// Whether the service answers at all (`HttpEndpoint`).
    pub endpoint: bool,
    /// Whether it asks for a session token, as `IMDSv2` does (`HttpTokens` is `required`).
    pub tokens_required: bool,
}
