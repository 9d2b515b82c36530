use std::{collections::BTreeSet, str::FromStr};

use aws_sdk_ec2::{
    Client,
    types::{self, HttpTokensState, InstanceMetadataEndpointState, InstanceStateName},
};
use domain::{
    Cause, Fact, Known, Listing, Unread,
    ec2::{Ec2, Instance, MetadataOptions},
};

use crate::{ApiCaller, Target};

const ACTION: &str = "ec2:DescribeInstances";

pub(crate) async fn read(target: &Target, reader: &ApiCaller, facts: &BTreeSet<Fact>) -> Ec2 {
    if !facts.contains(&Fact::Instances) {
        return Ec2 { instances: Listing::unread(Unread::not_asked(ACTION)) };
    }
    let client = Client::new(&target.in_region(reader.region()));
    Ec2 { instances: instances(&client, reader).await }
}

async fn instances(client: &Client, reader: &ApiCaller) -> Listing<Instance> {
    let (mut items, mut token) = (Vec::new(), None);
    loop {
        let page = reader
            .ask(ACTION, || {
                client.describe_instances().max_results(1000).set_next_token(token.clone()).send()
            })
            .await;
        match page {
            Err(unread) => return Listing { items, unread: Some(unread) },
            Ok(page) => {
                let found = page
                    .reservations
                    .into_iter()
                    .flatten()
                    .flat_map(|r| r.instances.unwrap_or_default());
                items.extend(found.filter(lives).map(|instance| fact(reader, instance)));
                token = page.next_token.filter(|token| !token.is_empty());
            }
        }
        if token.is_none() {
            return items.into();
        }
    }
}

/// Whether it is still there: a terminated instance is listed for about an hour more.
fn lives(instance: &types::Instance) -> bool {
    let state = instance.state.as_ref().and_then(|state| state.name.as_ref());
    !matches!(state, Some(InstanceStateName::Terminated | InstanceStateName::ShuttingDown))
}

fn fact(reader: &ApiCaller, instance: types::Instance) -> Instance {
    let interfaces = instance.network_interfaces.unwrap_or_default();
    let mut public_ipv4: Vec<_> = interfaces
        .iter()
        .flat_map(|interface| {
            let secondary = interface.private_ip_addresses.iter().flatten();
            let associations = secondary.map(|address| address.association.as_ref());
            associations.chain([interface.association.as_ref()])
        })
        .flatten()
        .filter_map(|association| association.public_ip.as_deref())
        .chain(instance.public_ip_address.as_deref())
        .filter_map(|address| parse(reader, address))
        .collect();
    let mut ipv6: Vec<_> = interfaces
        .iter()
        .flat_map(|interface| interface.ipv6_addresses.iter().flatten())
        .filter_map(|address| address.ipv6_address.as_deref())
        .chain(instance.ipv6_address.as_deref())
        .chain(interfaces.iter().flat_map(prefixes))
        .filter_map(|address| parse(reader, address))
        .collect();
    public_ipv4.sort_unstable();
    public_ipv4.dedup();
    ipv6.sort_unstable();
    ipv6.dedup();
    let tags = instance.tags.unwrap_or_default().into_iter();
    Instance {
        id: instance.instance_id.unwrap_or_default(),
        metadata: metadata(reader, instance.metadata_options.as_ref()),
        public_ipv4,
        ipv6,
        tags: tags.filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default()))).collect(),
    }
}

/// The first address of every prefix that is delegated to an interface: the instance may use all.
fn prefixes(interface: &types::InstanceNetworkInterface) -> impl Iterator<Item = &str> {
    let prefixes = interface.ipv6_prefixes.iter().flatten();
    let prefixes = prefixes.filter_map(|prefix| prefix.ipv6_prefix.as_deref());
    prefixes.map(|prefix| prefix.split_once('/').map_or(prefix, |(address, _)| address))
}

/// An address; one that cannot be read is a gap, for it may be public.
fn parse<T: FromStr>(reader: &ApiCaller, address: &str) -> Option<T> {
    let unreadable = || reader.gap(ACTION, Cause::Failed(format!("`{address}` is no IP address")));
    address.parse().map_err(|_| unreadable()).ok()
}

fn metadata(
    reader: &ApiCaller,
    options: Option<&types::InstanceMetadataOptionsResponse>,
) -> Known<MetadataOptions> {
    let read = options.and_then(|options| {
        let endpoint = options.http_endpoint.as_ref()? != &InstanceMetadataEndpointState::Disabled;
        let tokens_required = options.http_tokens.as_ref()? == &HttpTokensState::Required;
        Some(MetadataOptions { endpoint, tokens_required })
    });
    read.ok_or_else(|| {
        reader.gap(ACTION, Cause::Failed("an instance has no metadata options".into()))
    })
    .into()
}
