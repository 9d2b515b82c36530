//! Facts of Amazon EC2.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use crate::{
    Known, Listing, Location, Read, Resource, Service, Tags, Unread, known::plain_or_known,
};

/// The EC2 instances of every region, their network interfaces and tags.
pub const INSTANCES: Read =
    Read { service: Service::Ec2, name: "instances", actions: &["ec2:DescribeInstances"] };
pub(crate) const READS: &[Read] = &[INSTANCES];

/// What was read of EC2 in one region.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ec2 {
    /// The instances that are not terminated.
    #[serde(default)]
    pub instances: Listing<Instance>,
}

/// An EC2 instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Its id: `i-…`.
    pub id: String,
    /// How its metadata can be asked for.
    #[serde(default)]
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

impl Resource for Instance {
    type Service = Ec2;
    const TYPE: &'static str = "AWS::EC2::Instance";

    fn all(ec2: &Ec2) -> &Listing<Self> {
        &ec2.instances
    }

    fn arn(&self, at: &Location<'_>) -> String {
        at.arn("ec2", &format!("instance/{}", self.id))
    }

    fn arn_of_any(at: &Location<'_>) -> String {
        at.arn("ec2", "instance/*")
    }

    fn tags(&self) -> Option<&Tags> {
        Some(&self.tags)
    }

    fn secure() -> Self {
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
    #[serde(default, deserialize_with = "plain_or_known")]
    pub endpoint: Known<bool>,
    /// Whether it asks for a session token, as `IMDSv2` does (`HttpTokens` is `required`).
    #[serde(default, deserialize_with = "plain_or_known")]
    pub tokens_required: Known<bool>,
}
