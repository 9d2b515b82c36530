use aws_sdk_s3::operation::list_buckets::ListBucketsOutput;
use domain::{Cause, Unread};
use futures::{StreamExt as _, stream};
use inventory::{
    Known, Listing, Reads,
    s3::{BUCKET_TAGS, Bucket, ENCRYPTION, EXPOSURE, PublicAccessBlock, S3},
};

use crate::{ApiCaller, Target, api_caller::Answer::Is, pages::Page};

mod account;
mod bucket;
pub(crate) mod clients;

use bucket::{Exposure, Gone};
use clients::Clients;

/// The error code of "nothing is configured", for the public access block at both levels.
const NOT_CONFIGURED: &str = "NoSuchPublicAccessBlockConfiguration";

/// How many buckets are looked at side by side; the pace bounds the requests themselves.
const SIDE_BY_SIDE: usize = 64;

/// The four switches of either level, whose types the two SDKs do not share; one that the answer
/// leaves out is off.
fn settings(
    block_acls: Option<bool>,
    ignore_acls: Option<bool>,
    block_policy: Option<bool>,
    restrict_buckets: Option<bool>,
) -> PublicAccessBlock {
    PublicAccessBlock {
        block_acls: block_acls == Some(true),
        ignore_acls: ignore_acls == Some(true),
        block_policy: block_policy == Some(true),
        restrict_buckets: restrict_buckets == Some(true),
    }
}

/// Reads the buckets of all regions, or of those that `target` narrows to; a bucket whose region
/// is not told is never left out.
pub(crate) async fn read(target: &Target, caller: &ApiCaller, reads: &Reads) -> S3 {
    let clients = &Clients::new(target);
    let account = async {
        if reads.contains(&EXPOSURE) {
            account::block_public(target, caller).await.into()
        } else {
            Known::NotAsked
        }
    };
    let (block_public, listed) = futures::join!(account, list(clients, target, caller));
    let account = &block_public;
    let chosen = listed.items.into_iter().filter(|(_, region)| {
        let narrows = !target.regions.is_empty();
        region.as_ref().is_none_or(|region| !narrows || target.regions.contains(region))
    });
    let buckets = stream::iter(chosen)
        .map(|(name, region)| async move {
            match locate(clients, target, caller, &name, region).await {
                Ok(None) => Err(Gone),
                Ok(Some(region)) => {
                    let bucket = read_bucket(clients, caller, reads, account, name, region);
                    Box::pin(bucket).await
                }
                Err(unread) => Ok(lost(name, &unread)),
            }
        })
        .buffered(SIDE_BY_SIDE)
        .filter_map(async |bucket| bucket.ok())
        .collect()
        .await;
    S3 { block_public, buckets: Listing { items: buckets, gaps: listed.gaps } }
}

/// Names of all buckets, and the regions that the list tells, in as many pages as there are.
async fn list(
    clients: &Clients<'_>,
    target: &Target,
    caller: &ApiCaller,
) -> Listing<(String, Option<String>)> {
    let client = clients.of(target.home());
    // S3 tells the buckets' regions only where a parameter is given.
    let request =
        |token| client.list_buckets().max_buckets(1000).set_continuation_token(token).send();
    let action = "s3:ListAllMyBuckets";
    caller
        .pages(action, request, |page: ListBucketsOutput| {
            let named = |bucket: aws_sdk_s3::types::Bucket| match bucket.name {
                Some(name) => Ok((name, bucket.bucket_region)),
                None => Err(caller.gap(action, Cause::Failed("a bucket has no name".into()))),
            };
            Page {
                items: page.buckets.into_iter().flatten().map(named).collect(),
                next: Ok(page.continuation_token.filter(|token| !token.is_empty())),
            }
        })
        .await
}

/// The region of a bucket, nothing where it is gone; a call only where the list did not tell and it matters.
async fn locate(
    clients: &Clients<'_>,
    target: &Target,
    caller: &ApiCaller,
    name: &str,
    told: Option<String>,
) -> Result<Option<String>, Unread> {
    if let Some(region) = told.or_else(|| clients.any_region()) {
        return Ok(Some(region));
    }
    let action = "s3:GetBucketLocation";
    let client = clients.of(target.home());
    let answer = caller
        .call(action, &[bucket::GONE], || client.get_bucket_location().bucket(name).send())
        .await?;
    let Is(answer) = answer else { return Ok(None) };
    // S3's oldest region has no name here, and its second oldest an old one.
    let named = answer
        .location_constraint
        .as_ref()
        .map(aws_sdk_s3::types::BucketLocationConstraint::as_str);
    match named.unwrap_or_default() {
        "" => Ok(Some(target.home().into())),
        "EU" => Ok(Some("eu-west-1".into())),
        region if region.starts_with(|c: char| c.is_ascii_lowercase()) => Ok(Some(region.into())),
        other => Err(caller.gap(action, Cause::Failed(format!("`{other}` is no region's name")))),
    }
}

async fn read_bucket(
    clients: &Clients<'_>,
    caller: &ApiCaller,
    reads: &Reads,
    account: &Known<PublicAccessBlock>,
    name: String,
    region: String,
) -> Result<Bucket, Gone> {
    let client = &clients.of(&region);
    let mut bucket = Bucket::named(name, region);
    let name = &bucket.name;
    let exposure = async {
        if reads.contains(&EXPOSURE) {
            bucket::exposure(client, caller, account, name).await.map(Some)
        } else {
            Ok(None)
        }
    };
    let encryption = async {
        if reads.contains(&ENCRYPTION) {
            bucket::encryption(client, caller, name).await.map(Some)
        } else {
            Ok(None)
        }
    };
    let tags = async {
        if reads.contains(&BUCKET_TAGS) {
            bucket::tags(client, caller, name).await
        } else {
            Ok(None)
        }
    };
    let (exposure, encryption, tags) = futures::try_join!(exposure, encryption, tags)?;
    if let Some(Exposure { block_public, policy_is_public, public_grants }) = exposure {
        bucket = Bucket { block_public, policy_is_public, public_grants, ..bucket };
    }
    if let Some(encryption) = encryption {
        bucket.encryption = encryption;
    }
    bucket.tags = tags;
    Ok(bucket)
}

/// A bucket that could not be found, so that nothing of it could be asked.
fn lost(name: String, unread: &Unread) -> Bucket {
    Bucket {
        name,
        region: domain::GLOBAL.into(),
        block_public: Known::Unread(unread.clone()),
        policy_is_public: Known::Unread(unread.clone()),
        public_grants: Known::Unread(unread.clone()),
        encryption: Known::Unread(unread.clone()),
        tags: None,
    }
}

#[cfg(test)]
mod tests;
