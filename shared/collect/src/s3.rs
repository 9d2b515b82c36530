use domain::{Cause, Unread};
use futures::{StreamExt as _, stream};
use inventory::{
    Gap, Known, Listing, Reads,
    s3::{ACCOUNT_BLOCK, BUCKET_TAGS, Bucket, ENCRYPTION, EXPOSURE, PublicAccessBlock, S3},
};

use crate::{
    ApiCaller, Target, anywhere,
    api_caller::Answer::{Is, Not},
};

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
        if reads.contains(&EXPOSURE) || reads.contains(&ACCOUNT_BLOCK) {
            account::block_public(target, caller).await.into()
        } else {
            Known::NotAsked
        }
    };
    if reads.iter().all(|read| *read == ACCOUNT_BLOCK) {
        return S3 { block_public: account.await, ..S3::default() };
    }
    let (block_public, (listed, places)) = futures::join!(account, list(clients, target, caller));
    let (account, places) = (&block_public, &places);
    let chosen = listed.items.into_iter().filter(|(_, region)| {
        let narrows = !target.regions.is_empty();
        region.as_ref().is_none_or(|region| !narrows || target.regions.contains(region))
    });
    let buckets = stream::iter(chosen)
        .map(|(name, region)| async move {
            match locate(clients, places, caller, &name, region).await {
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

/// Names of all buckets, and the regions that the list tells, in as many pages as there are; and where to ask what it
/// does not tell, the region that answered first.
async fn list(
    clients: &Clients<'_>,
    target: &Target,
    caller: &ApiCaller,
) -> (Listing<(String, Option<String>)>, Vec<String>) {
    let (action, mut listed) = ("s3:ListAllMyBuckets", Listing::from(Vec::new()));
    let gap = |unread| Gap { parent: None, unread };
    let page = |region: String, token: Option<String>| async move {
        let client = clients.of(&region);
        let request = || {
            // S3 tells the buckets' regions only where a parameter is given.
            let request = client.list_buckets().max_buckets(1000);
            request.set_continuation_token(token.clone()).send()
        };
        caller.attempt(action, &[], request).await
    };
    let mut places = anywhere::regions(target);
    let first = anywhere::ask(caller, action, &places, |region| page(region, None)).await;
    let (mut answer, region) = match first {
        Ok(first) => first,
        Err(unread) => return (Listing::unread(unread), places),
    };
    if let Some(at) = places.iter().position(|place| *place == region) {
        places.swap(0, at);
    }
    while let Is(page_now) = answer {
        for bucket in page_now.buckets.into_iter().flatten() {
            if let Some(name) = bucket.name {
                listed.items.push((name, bucket.bucket_region));
            } else {
                let why = Cause::Failed("a bucket has no name".into());
                listed.gaps.push(gap(caller.gap_in(action, why, region.clone())));
            }
        }
        let token = page_now.continuation_token.filter(|token| !token.is_empty());
        if token.is_none() {
            break;
        }
        // A list goes on where it began.
        match page(region.clone(), token).await {
            Ok(next) => answer = next,
            Err(cause) => {
                listed.gaps.push(gap(caller.gap_in(action, cause, region)));
                return (listed, places);
            }
        }
    }
    (listed, places)
}

/// The region of a bucket, nothing where it is gone; a call only where the list did not tell and it matters.
pub(crate) async fn locate(
    clients: &Clients<'_>,
    places: &[String],
    caller: &ApiCaller,
    name: &str,
    told: Option<String>,
) -> Result<Option<String>, Unread> {
    if let Some(region) = told.or_else(|| clients.any_region()) {
        return Ok(Some(region));
    }
    let action = "s3:GetBucketLocation";
    let asked = anywhere::ask(caller, action, places, |region| async move {
        let client = clients.of(&region);
        let request = || async {
            let answer = client.get_bucket_location().bucket(name).send().await;
            match answer {
                Ok(answer) => Ok(Ok(answer.location_constraint)),
                Err(error) => anywhere::redirected(&error).map(Err).ok_or(error),
            }
        };
        caller.attempt(action, &[bucket::GONE], request).await
    });
    let (answer, region) = match asked.await? {
        (Is(Ok(answer)), region) => (answer, region),
        (Is(Err(redirected)), _) => return Ok(Some(redirected)),
        (Not(_), _) => return Ok(None),
    };
    // S3's oldest region has no name here, and its second oldest an old one.
    let named = answer.as_ref().map(aws_sdk_s3::types::BucketLocationConstraint::as_str);
    match named.unwrap_or_default() {
        "" => Ok(Some(clients.home().into())),
        "EU" => Ok(Some("eu-west-1".into())),
        region if region.starts_with(|c: char| c.is_ascii_lowercase()) => Ok(Some(region.into())),
        other => {
            let why = Cause::Failed(format!("`{other}` is no region's name"));
            Err(caller.gap_in(action, why, region))
        }
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
