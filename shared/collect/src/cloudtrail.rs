use std::collections::BTreeMap;

use aws_sdk_cloudtrail::{Client, operation::list_tags::ListTagsOutput, types};
use domain::{Cause, Tags, Unread};
use inventory::{
    Gap, Listing, Reads,
    cloudtrail::{CloudTrail, TRAIL_TAGS, TRAILS, Trail},
};

use crate::{ApiCaller, Target, pages::Page};

const DESCRIBE: &str = "cloudtrail:DescribeTrails";

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
        for chunk in trails.items.chunks_mut(TAGGED_AT_ONCE) {
            tag(client, caller, chunk).await;
        }
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
    for described in answer.trail_list.into_iter().flatten() {
        match trail(caller, described) {
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

async fn tag(client: &Client, caller: &ApiCaller, trails: &mut [Trail]) {
    let arns: Vec<_> = trails.iter().map(|trail| trail.arn.clone()).collect();
    let request = |token| {
        client.list_tags().set_resource_id_list(Some(arns.clone())).set_next_token(token).send()
    };
    let told = caller
        .pages("cloudtrail:ListTags", request, |page: ListTagsOutput| Page {
            items: page.resource_tag_list.into_iter().flatten().map(Ok).collect(),
            next: Ok(page.next_token.filter(|token| !token.is_empty())),
        })
        .await;
    if !told.gaps.is_empty() {
        return;
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
}

#[cfg(test)]
mod tests;
