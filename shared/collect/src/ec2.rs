use std::{collections::BTreeSet, str::FromStr};

use aws_sdk_ec2::{
    Client,
    operation::describe_instances::DescribeInstancesOutput,
    types::{self, HttpTokensState, InstanceMetadataEndpointState, InstanceStateName},
};
use domain::{Cause, Unread};
use inventory::{
    Known, Listing, Reads,
    ec2::{Ec2, INSTANCES, Instance, MetadataOptions},
};

use crate::{ApiCaller, Target, api_caller::unknown_value, pages::Page};

const ACTION: &str = "ec2:DescribeInstances";

pub(crate) async fn read(target: &Target, caller: &ApiCaller, reads: &Reads) -> Ec2 {
    if !reads.contains(&INSTANCES) {
        return Ec2::default();
    }
    let client = Client::new(&target.in_region(caller.region()));
    Ec2 { instances: instances(&client, caller).await }
}

async fn instances(client: &Client, caller: &ApiCaller) -> Listing<Instance> {
    let request =
        |token| client.describe_instances().max_results(1000).set_next_token(token).send();
    caller
        .pages(ACTION, request, |page: DescribeInstancesOutput| {
            let reservations = page.reservations.into_iter().flatten();
            let found = reservations.flat_map(|one| one.instances.unwrap_or_default());
            Page {
                items: found.filter(lives).map(|instance| fact(caller, instance)).collect(),
                next: Ok(page.next_token.filter(|token| !token.is_empty())),
            }
        })
        .await
}

/// Whether it is still there: a terminated instance is listed for about an hour more.
fn lives(instance: &types::Instance) -> bool {
    let state = instance.state.as_ref().and_then(|state| state.name.as_ref());
    !matches!(state, Some(InstanceStateName::Terminated | InstanceStateName::ShuttingDown))
}

/// An instance as it is described; one that has no id could not be told apart from others.
fn fact(caller: &ApiCaller, instance: types::Instance) -> Result<Instance, Unread> {
    let Some(id) = instance.instance_id else {
        return Err(caller.gap(ACTION, Cause::Failed("an instance has no id".into())));
    };
    let interfaces = instance.network_interfaces.unwrap_or_default();
    let public_ipv4 = interfaces
        .iter()
        .flat_map(|interface| {
            let secondary = interface.private_ip_addresses.iter().flatten();
            let associations = secondary.map(|address| address.association.as_ref());
            associations.chain([interface.association.as_ref()])
        })
        .flatten()
        .filter_map(|association| association.public_ip.as_deref())
        .chain(instance.public_ip_address.as_deref());
    let ipv6 = interfaces
        .iter()
        .flat_map(|interface| interface.ipv6_addresses.iter().flatten())
        .filter_map(|address| address.ipv6_address.as_deref())
        .chain(instance.ipv6_address.as_deref())
        .chain(interfaces.iter().flat_map(prefixes));
    let mut addresses_unread = None;
    let public_ipv4 = parsed(caller, &id, public_ipv4, &mut addresses_unread);
    let ipv6 = parsed(caller, &id, ipv6, &mut addresses_unread);
    let tags = instance.tags.unwrap_or_default().into_iter();
    Ok(Instance {
        metadata: metadata(caller, &id, instance.metadata_options.as_ref()),
        id,
        public_ipv4,
        ipv6,
        addresses_unread,
        tags: tags.filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default()))).collect(),
    })
}

/// The first address of every prefix that is delegated to an interface: the instance may use all.
fn prefixes(interface: &types::InstanceNetworkInterface) -> impl Iterator<Item = &str> {
    let prefixes = interface.ipv6_prefixes.iter().flatten();
    let prefixes = prefixes.filter_map(|prefix| prefix.ipv6_prefix.as_deref());
    prefixes.map(|prefix| prefix.split_once('/').map_or(prefix, |(address, _)| address))
}

/// Addresses in order, each once; one that cannot be read may be public.
fn parsed<'a, T: FromStr + Ord>(
    caller: &ApiCaller,
    id: &str,
    addresses: impl Iterator<Item = &'a str>,
    unread: &mut Option<Unread>,
) -> Vec<T> {
    let mut read = BTreeSet::new();
    for address in addresses {
        if let Ok(address) = address.parse() {
            read.insert(address);
        } else {
            let why = format!("`{address}` of `{id}` is no IP address");
            *unread = Some(caller.gap(ACTION, Cause::Failed(why)));
        }
    }
    read.into_iter().collect()
}

fn metadata(
    caller: &ApiCaller,
    id: &str,
    options: Option<&types::InstanceMetadataOptionsResponse>,
) -> Known<MetadataOptions> {
    let missing = |name| Cause::Failed(format!("instance `{id}` has no `{name}`"));
    let Some(options) = options else {
        return Known::Unread(caller.gap(ACTION, missing("MetadataOptions")));
    };
    let strange = |name, value| unknown_value(&format!("`{name}` of `{id}`"), value);
    let endpoint = match &options.http_endpoint {
        Some(InstanceMetadataEndpointState::Enabled) => Ok(true),
        Some(InstanceMetadataEndpointState::Disabled) => Ok(false),
        Some(other) => Err(strange("HttpEndpoint", other.as_str())),
        None => Err(missing("HttpEndpoint")),
    };
    let tokens_required = match &options.http_tokens {
        Some(HttpTokensState::Required) => Ok(true),
        Some(HttpTokensState::Optional) => Ok(false),
        Some(other) => Err(strange("HttpTokens", other.as_str())),
        None => Err(missing("HttpTokens")),
    };
    // A disabled endpoint asks nobody for a token, and one that asks for tokens may be enabled.
    let is_decided = endpoint == Ok(false) || tokens_required == Ok(true);
    let lost = |cause| {
        if is_decided { caller.unread(ACTION, cause) } else { caller.gap(ACTION, cause) }
    };
    MetadataOptions {
        endpoint: endpoint.map_err(lost).into(),
        tokens_required: tokens_required.map_err(lost).into(),
    }
    .into()
}

#[cfg(test)]
mod tests;
