use aws_sdk_s3::{
    Client,
    types::{Grant, ServerSideEncryption, Type},
};
use domain::{Cause, Tags};
use inventory::{
    Known,
    s3::{Algorithm, Encryption, PublicAccessBlock, PublicGrant, PublicGroup},
};

use crate::{
    ApiCaller,
    api_caller::{
        Answer::{Is, Not},
        unknown_value,
    },
    s3::{NOT_CONFIGURED, settings},
};

/// The error code of a bucket that was deleted since it was listed.
pub(super) const GONE: &str = "NoSuchBucket";

/// The bucket does not exist any more.
pub(super) struct Gone;

/// What keeps a bucket from being public.
pub(super) struct Exposure {
    pub(super) block_public: Known<PublicAccessBlock>,
    pub(super) policy_is_public: Known<bool>,
    pub(super) public_grants: Known<Vec<PublicGrant>>,
}

/// Asks only for what can change the answer: nothing of the bucket where the account blocks all,
/// no policy where public policies are restricted, no ACL where public ACLs are ignored.
pub(super) async fn exposure(
    client: &Client,
    caller: &ApiCaller,
    account: &Known<PublicAccessBlock>,
    bucket: &str,
) -> Result<Exposure, Gone> {
    let mut exposure = Exposure {
        block_public: Known::NotAsked,
        policy_is_public: Known::NotAsked,
        public_grants: Known::NotAsked,
    };
    if account.known() == Ok(&PublicAccessBlock::ALL) {
        return Ok(exposure);
    }
    exposure.block_public = block_public(client, caller, bucket).await?;
    let (Ok(account), Ok(own)) = (account.known(), exposure.block_public.known()) else {
        return Ok(exposure);
    };
    let blocked = account.or(*own);
    let policy = async {
        if blocked.restrict_buckets {
            return Ok(exposure.policy_is_public.clone());
        }
        policy_is_public(client, caller, bucket).await
    };
    let grants = async {
        if blocked.ignore_acls {
            return Ok(exposure.public_grants.clone());
        }
        public_grants(client, caller, bucket).await
    };
    let (policy_is_public, public_grants) = futures::try_join!(policy, grants)?;
    Ok(Exposure { policy_is_public, public_grants, ..exposure })
}

async fn block_public(
    client: &Client,
    caller: &ApiCaller,
    bucket: &str,
) -> Result<Known<PublicAccessBlock>, Gone> {
    let action = "s3:GetBucketPublicAccessBlock";
    let answer = caller
        .call(action, &[NOT_CONFIGURED, GONE], || {
            client.get_public_access_block().bucket(bucket).send()
        })
        .await;
    Ok(match answer {
        Ok(Not(GONE)) => return Err(Gone),
        Ok(Not(_)) => PublicAccessBlock::NONE.into(),
        Ok(Is(answer)) => answer
            .public_access_block_configuration
            .map(|block| {
                settings(
                    block.block_public_acls,
                    block.ignore_public_acls,
                    block.block_public_policy,
                    block.restrict_public_buckets,
                )
            })
            .ok_or_else(|| {
                caller.gap(action, Cause::Failed("the answer has no configuration".into()))
            })
            .into(),
        Err(unread) => Known::Unread(unread),
    })
}

async fn policy_is_public(
    client: &Client,
    caller: &ApiCaller,
    bucket: &str,
) -> Result<Known<bool>, Gone> {
    let action = "s3:GetBucketPolicyStatus";
    let answer = caller
        .call(action, &["NoSuchBucketPolicy", GONE], || {
            client.get_bucket_policy_status().bucket(bucket).send()
        })
        .await;
    Ok(match answer {
        Ok(Not(GONE)) => return Err(Gone),
        Ok(Not(_)) => false.into(),
        Ok(Is(answer)) => answer
            .policy_status
            .and_then(|status| status.is_public)
            .ok_or_else(|| caller.gap(action, Cause::Failed("the answer has no status".into())))
            .into(),
        Err(unread) => Known::Unread(unread),
    })
}

async fn public_grants(
    client: &Client,
    caller: &ApiCaller,
    bucket: &str,
) -> Result<Known<Vec<PublicGrant>>, Gone> {
    let action = "s3:GetBucketAcl";
    let answer =
        caller.call(action, &[GONE], || client.get_bucket_acl().bucket(bucket).send()).await;
    let grants = match answer {
        Ok(Not(_)) => return Err(Gone),
        Ok(Is(answer)) => answer.grants,
        Err(unread) => return Ok(Known::Unread(unread)),
    };
    let Some(grants) = grants else {
        let unread =
            caller.gap(action, Cause::Failed("the answer has no `AccessControlList`".into()));
        return Ok(Known::Unread(unread));
    };
    let (mut public, mut unread) = (Vec::new(), None);
    for grant in &grants {
        match public_grant(bucket, grant) {
            Ok(grant) => public.extend(grant),
            Err(cause) => unread = Some(caller.gap(action, cause)),
        }
    }
    // A bucket that is public by one grant is no more public by another.
    Ok(match unread.filter(|_| public.is_empty()) {
        Some(unread) => Known::Unread(unread),
        None => public.into(),
    })
}

/// A grant to a group that anyone belongs to; nothing where it is to somebody else.
///
/// Source: *Access control list (ACL) overview*, "Amazon S3 predefined groups".
fn public_grant(bucket: &str, grant: &Grant) -> Result<Option<PublicGrant>, Cause> {
    let missing = |what| Cause::Failed(format!("a grant on `{bucket}` has no {what}"));
    let grantee = grant.grantee.as_ref().ok_or_else(|| missing("grantee"))?;
    let strange =
        |what, value| unknown_value(&format!("the {what} of a grant on `{bucket}`"), value);
    match &grantee.r#type {
        Type::CanonicalUser | Type::AmazonCustomerByEmail => return Ok(None),
        Type::Group => {}
        other => return Err(strange("grantee's type", other.as_str())),
    }
    let uri = grantee.uri.as_deref().ok_or_else(|| missing("group"))?;
    let group = uri.rsplit_once("/groups/").map_or(uri, |(_, group)| group);
    let grantee = match group {
        "global/AllUsers" => PublicGroup::AllUsers,
        "global/AuthenticatedUsers" => PublicGroup::AuthenticatedUsers,
        "s3/LogDelivery" => return Ok(None),
        _ => return Err(strange("group", uri)),
    };
    let permission = grant.permission.as_ref().ok_or_else(|| missing("permission"))?;
    Ok(Some(PublicGrant { grantee, permission: permission.as_str().into() }))
}

/// How new objects are encrypted.
pub(super) async fn encryption(
    client: &Client,
    caller: &ApiCaller,
    bucket: &str,
) -> Result<Known<Option<Encryption>>, Gone> {
    // Every bucket has had a default since 2023; endpoints that only speak S3's protocol may not.
    let none = "ServerSideEncryptionConfigurationNotFoundError";
    let action = "s3:GetEncryptionConfiguration";
    let answer = caller
        .call(action, &[none, GONE], || client.get_bucket_encryption().bucket(bucket).send())
        .await;
    Ok(match answer {
        Ok(Not(GONE)) => return Err(Gone),
        Ok(Not(_)) => Known::Read(None),
        Ok(Is(answer)) => {
            let missing = || Cause::Failed("the answer has no configuration".into());
            let config = answer.server_side_encryption_configuration.ok_or_else(missing);
            let read = config.and_then(|config| {
                let mut rules = config.rules.into_iter();
                let default = rules.find_map(|rule| rule.apply_server_side_encryption_by_default);
                let Some(default) = default else { return Ok(None) };
                let algorithm = algorithm(bucket, &default.sse_algorithm)?;
                let key = default.kms_master_key_id.filter(|key| !key.is_empty());
                Ok(Some(Encryption { algorithm, key }))
            });
            read.map_err(|cause| caller.gap(action, cause)).into()
        }
        Err(unread) => Known::Unread(unread),
    })
}

fn algorithm(bucket: &str, name: &ServerSideEncryption) -> Result<Algorithm, Cause> {
    match name {
        ServerSideEncryption::Aes256 => Ok(Algorithm::Aes256),
        ServerSideEncryption::AwsKms => Ok(Algorithm::Kms),
        ServerSideEncryption::AwsKmsDsse => Ok(Algorithm::KmsTwice),
        other => Err(unknown_value(&format!("`SSEAlgorithm` of `{bucket}`"), other.as_str())),
    }
}

/// Tags decorate a finding and decide nothing yet, so a gap shows in the receipt alone.
pub(super) async fn tags(
    client: &Client,
    caller: &ApiCaller,
    bucket: &str,
) -> Result<Option<Tags>, Gone> {
    let answer = caller
        .call("s3:GetBucketTagging", &["NoSuchTagSet", GONE], || {
            client.get_bucket_tagging().bucket(bucket).send()
        })
        .await;
    match answer {
        Ok(Not(GONE)) => Err(Gone),
        Ok(Not(_)) => Ok(Some(Tags::new())),
        Ok(Is(answer)) => {
            Ok(Some(answer.tag_set.into_iter().map(|tag| (tag.key, tag.value)).collect()))
        }
        Err(_) => Ok(None),
    }
}
