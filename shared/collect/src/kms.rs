use std::collections::BTreeSet;

use aws_sdk_kms::{
    Client,
    operation::{
        list_aliases::ListAliasesOutput, list_keys::ListKeysOutput,
        list_resource_tags::ListResourceTagsOutput,
    },
    types::{KeyManagerType, KeyMetadata, KeySpec, KeyState, MultiRegionKeyType, OriginType},
};
use domain::{Cause, Tags, Unread};
use futures::{StreamExt as _, stream};
use inventory::{
    Known, Listing, Reads,
    kms::{KEY_TAGS, KEYS, Key, Kms, ROTATION, Rotatable, Rotation},
};

use crate::{
    ApiCaller, Target,
    api_caller::{
        Answer::{Is, Not},
        unknown_value,
    },
    pages::Page,
};

/// The error code of a key that was deleted since it was listed.
const GONE: &str = "NotFoundException";

/// How many keys are looked at side by side; the limit on requests bounds the requests themselves.
const SIDE_BY_SIDE: usize = 32;

pub(crate) async fn read(target: &Target, caller: &ApiCaller, reads: &Reads) -> Kms {
    if !reads.contains(&KEYS) {
        return Kms::default();
    }
    let client = &Client::new(&target.in_region(caller.region()));
    let (listed, managed) = futures::join!(list(client, caller), managed_by_aws(client, caller));
    let asked = listed.items.into_iter().filter(|id| !managed.contains(id));
    let keys = stream::iter(asked)
        .map(|id| key(client, caller, reads, id))
        .buffered(SIDE_BY_SIDE)
        .filter_map(async |key| key)
        .collect()
        .await;
    Kms { keys: Listing { items: keys, gaps: listed.gaps } }
}

/// The ids of all keys.
async fn list(client: &Client, caller: &ApiCaller) -> Listing<String> {
    let action = "kms:ListKeys";
    let request = |marker| client.list_keys().limit(1000).set_marker(marker).send();
    caller
        .pages(action, request, |page: ListKeysOutput| {
            let nameless = || caller.gap(action, Cause::Failed("a key has no id".into()));
            let keys = caller.listed(action, "Keys", page.keys);
            let ids = keys.map(|key| key.and_then(|key| key.key_id.ok_or_else(nameless)));
            Page {
                items: ids.collect(),
                next: caller.next(action, page.truncated, page.next_marker),
            }
        })
        .await
}

/// The ids of the keys that AWS manages, by their aliases: nobody has to ask about those one by one. Where the
/// aliases cannot be listed every key is asked about, which tells the same.
async fn managed_by_aws(client: &Client, caller: &ApiCaller) -> BTreeSet<String> {
    let action = "kms:ListAliases";
    let request = |marker| client.list_aliases().limit(100).set_marker(marker).send();
    let aliases = caller
        .pages(action, request, |page: ListAliasesOutput| {
            let of_aws = page.aliases.into_iter().flatten().filter(|alias| {
                alias.alias_name.as_ref().is_some_and(|name| name.starts_with("alias/aws/"))
            });
            Page {
                items: of_aws.filter_map(|alias| alias.target_key_id.map(Ok)).collect(),
                next: caller.next(action, page.truncated, page.next_marker),
            }
        })
        .await;
    aliases.items.into_iter().collect()
}

/// A key with what was asked of it; nothing where it is gone, or is AWS's.
async fn key(client: &Client, caller: &ApiCaller, reads: &Reads, id: String) -> Option<Key> {
    let action = "kms:DescribeKey";
    let request = || client.describe_key().key_id(&id).send();
    let rotatable = match caller.call(action, &[GONE], request).await {
        Ok(Not(_)) => return None,
        Err(unread) => Known::Unread(unread),
        Ok(Is(answer)) => match answer.key_metadata {
            Some(key) if key.key_manager == Some(KeyManagerType::Aws) => return None,
            Some(key) => rotatable(caller, &key).into(),
            None => Known::Unread(caller.gap(action, missing(&id, "KeyMetadata"))),
        },
    };
    let rotation = async {
        if reads.contains(&ROTATION) && rotatable == Known::Read(Rotatable::Yes) {
            rotation(client, caller, &id).await
        } else {
            Some(Known::NotAsked)
        }
    };
    let tags = async {
        if reads.contains(&KEY_TAGS) { tags(client, caller, &id).await } else { Some(None) }
    };
    let (rotation, tags) = futures::join!(rotation, tags);
    Some(Key { rotation: rotation?, rotatable, tags: tags?, id })
}

fn missing(id: &str, name: &str) -> Cause {
    Cause::Failed(format!("key `{id}` has no `{name}`"))
}

fn rotatable(caller: &ApiCaller, key: &KeyMetadata) -> Result<Rotatable, Unread> {
    let gap = |name| caller.gap("kms:DescribeKey", missing(&key.key_id, name));
    // Whether KMS rotates a key of a kind that is newer than this version, nobody has said.
    let known = |name: &str, value: &str, values: &[&str]| {
        if values.contains(&value) {
            return Ok(());
        }
        let name = format!("`{name}` of key `{}`", key.key_id);
        Err(caller.gap("kms:DescribeKey", unknown_value(&name, value)))
    };
    let state = key.key_state.as_ref().ok_or_else(|| gap("KeyState"))?;
    known("KeyState", state.as_str(), KeyState::values())?;
    if *state != KeyState::Enabled {
        return Ok(Rotatable::NotEnabled(state.as_str().to_owned()));
    }
    let spec = key.key_spec.as_ref().ok_or_else(|| gap("KeySpec"))?;
    known("KeySpec", spec.as_str(), KeySpec::values())?;
    if *spec != KeySpec::SymmetricDefault {
        return Ok(Rotatable::Kind(spec.as_str().to_owned()));
    }
    let origin = key.origin.as_ref().ok_or_else(|| gap("Origin"))?;
    known("Origin", origin.as_str(), OriginType::values())?;
    if *origin != OriginType::AwsKms {
        return Ok(Rotatable::Origin(origin.as_str().to_owned()));
    }
    let regions = key.multi_region_configuration.as_ref();
    let kind = regions.and_then(|regions| regions.multi_region_key_type.as_ref());
    if kind == Some(&MultiRegionKeyType::Replica) {
        return Ok(Rotatable::Replica);
    }
    Ok(Rotatable::Yes)
}

/// How a key is rotated; nothing where it is gone.
async fn rotation(client: &Client, caller: &ApiCaller, id: &str) -> Option<Known<Rotation>> {
    let request = || client.get_key_rotation_status().key_id(id).send();
    match caller.call("kms:GetKeyRotationStatus", &[GONE], request).await {
        Ok(Not(_)) => None,
        Err(unread) => Some(Known::Unread(unread)),
        Ok(Is(answer)) => {
            let period_days = answer.rotation_period_in_days.and_then(|days| days.try_into().ok());
            Some(Rotation { enabled: answer.key_rotation_enabled, period_days }.into())
        }
    }
}

/// The tags of a key, where they could be read; nothing where it is gone.
async fn tags(client: &Client, caller: &ApiCaller, id: &str) -> Option<Option<Tags>> {
    let action = "kms:ListResourceTags";
    let request = |marker| client.list_resource_tags().key_id(id).set_marker(marker).send();
    let tags = caller
        .pages_unless(action, &[GONE], request, |page: ListResourceTagsOutput| {
            let tags = page.tags.into_iter().flatten();
            Page {
                items: tags.map(|tag| Ok((tag.tag_key, tag.tag_value))).collect(),
                next: caller.next(action, page.truncated, page.next_marker),
            }
        })
        .await?;
    Some(tags.gaps.is_empty().then(|| tags.items.into_iter().collect()))
}

#[cfg(test)]
mod tests;
