use std::collections::BTreeMap;

use aws_sdk_cloudtrail::{Client, operation::list_tags::ListTagsOutput, types};
use domain::{Cause, Tags, Unread};
use inventory::{
    Gap, Listing, Reads,
    cloudtrail::{CloudTrail, TRAIL_TAGS, TRAILS, Trail},
};

use crate::{ApiCaller, Target, pages::Page};

const DESCRIBE: &str = "cloudtrail:DescribeTrails";

/// The error code of a trail that was deleted since it was described.
///
/// Source: CloudTrail API Reference, `ListTags`, "Errors".
const GONE: &str = "ResourceNotFoundException";

/// How many trails one call tells the tags of.
///
/// Source: CloudTrail API Reference, `ListTags`, "resourceIdList".
const TAGGED_AT_ONCE: usize = 20;

pub(crate) async fn read(target: &Target, caller: &ApiCaller, reads: &Reads) -> CloudTrail {
    if !reads.contains(&TRAILS) {
        return CloudTrail::default();
    }
    let client = &Client::new(&target.in_region(caller.region()));
    let mut trails = trails(client, caller).await;
    if reads.contains(&TRAIL_TAGS) {
        trails.items = tagged(client, caller, trails.items).await;
    }
    CloudTrail { trails }
}

/// The trails whose home is here; one call tells all, and leaves out the shadows of other regions' and of the
/// organization's.
async fn trails(client: &Client, caller: &ApiCaller) -> Listing<Trail> {
    let request = || client.describe_trails().include_shadow_trails(false).send();
    let answer = match caller.ask(DESCRIBE, request).await {
        Ok(answer) => answer,
        Err(unread) => return Listing::unread(unread),
    };
    let mut trails = Listing::from(Vec::new());
    for described in caller.listed(DESCRIBE, "trailList", answer.trail_list) {
        match described.and_then(|described| trail(caller, described)) {
            Ok(trail) => trails.items.push(trail),
            Err(unread) => trails.gaps.push(Gap { parent: None, unread }),
        }
    }
    trails
}

fn trail(caller: &ApiCaller, trail: types::Trail) -> Result<Trail, Unread> {
    let missing =
        |what: &str| caller.gap(DESCRIBE, Cause::Failed(format!("a trail has no {what}")));
    let arn = trail.trail_arn.ok_or_else(|| missing("ARN"))?;
    let bucket = trail.s3_bucket_name.ok_or_else(|| missing("bucket"))?;
    Ok(Trail { arn, bucket, tags: None })
}

/// The trails with their tags, but for those that are gone. One of them fails a call for twenty, and so each of the
/// twenty is asked about alone then.
async fn tagged(client: &Client, caller: &ApiCaller, mut trails: Vec<Trail>) -> Vec<Trail> {
    let mut all = Vec::with_capacity(trails.len());
    for chunk in trails.chunks_mut(TAGGED_AT_ONCE) {
        if tag(client, caller, chunk).await.is_some() {
            all.extend_from_slice(chunk);
            continue;
        }
        for trail in chunk {
            let alone = std::slice::from_mut(trail);
            if tag(client, caller, alone).await.is_some() {
                all.extend_from_slice(alone);
            }
        }
    }
    all
}

/// Reads the tags of these trails; nothing where one of them is gone.
async fn tag(client: &Client, caller: &ApiCaller, trails: &mut [Trail]) -> Option<()> {
    let arns: Vec<_> = trails.iter().map(|trail| trail.arn.clone()).collect();
    let request = |token| {
        client.list_tags().set_resource_id_list(Some(arns.clone())).set_next_token(token).send()
    };
    let told = caller
        .pages_unless("cloudtrail:ListTags", &[GONE], request, |page: ListTagsOutput| Page {
            items: page.resource_tag_list.into_iter().flatten().map(Ok).collect(),
            next: Ok(page.next_token.filter(|token| !token.is_empty())),
        })
        .await?;
    if !told.gaps.is_empty() {
        return Some(());
    }
    let mut tags: BTreeMap<String, Tags> = BTreeMap::new();
    for one in told.items {
        let of = tags.entry(one.resource_id.unwrap_or_default()).or_default();
        let pairs = one.tags_list.into_iter().flatten();
        of.extend(pairs.map(|tag| (tag.key, tag.value.unwrap_or_default())));
    }
    for trail in trails {
        trail.tags = Some(tags.remove(&trail.arn).unwrap_or_default());
    }
    Some(())
}

#[cfg(test)]
mod tests;
