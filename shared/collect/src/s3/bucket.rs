use aws_sdk_s3::{
    Client,
    types::{Grant, ServerSideEncryption},
};
use domain::{
    Cause, Known, Tags, Unread,
    s3::{Algorithm, Encryption, PublicAccessBlock, PublicGrant, PublicGroup},
};

use crate::{
    ApiCaller,
    api_caller::Answer::{Is, Not},
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
    reader: &ApiCaller,
    account: &Known<PublicAccessBlock>,
    bucket: &str,
) -> Result<Exposure, Gone> {
    let mut exposure = Exposure {
        block_public: Known::Unread(Unread::not_asked("s3:GetBucketPublicAccessBlock")),
        policy_is_public: Known::Unread(Unread::not_asked("s3:GetBucketPolicyStatus")),
        public_grants: Known::Unread(Unread::not_asked("s3:GetBucketAcl")),
    };
    if account.known() == Ok(&PublicAccessBlock::ALL) {
        return Ok(exposure);
    }
    exposure.block_public = block_public(client, reader, bucket).await?;
    let (Ok(account), Ok(own)) = (account.known(), exposure.block_public.known()) else {
        return Ok(exposure);
    };
    let blocked = account.or(*own);
    let policy = async {
        if blocked.restrict_buckets {
            return Ok(exposure.policy_is_public.clone());
        }
        policy_is_public(client, reader, bucket).await
    };
    let grants = async {
        if blocked.ignore_acls {
            return Ok(exposure.public_grants.clone());
        }
        public_grants(client, reader, bucket).await
    };
    let (policy_is_public, public_grants) = futures::try_join!(policy, grants)?;
    Ok(Exposure { policy_is_public, public_grants, ..exposure })
}

async fn block_public(
    client: &Client,
    reader: &ApiCaller,
    bucket: &str,
) -> Result<Known<PublicAccessBlock>, Gone> {
    let answer = reader
        .call("s3:GetBucketPublicAccessBlock", &[NOT_CONFIGURED, GONE], || {
            client.get_public_access_block().bucket(bucket).send()
        })
        .await;
    Ok(match answer {
        Ok(Not(GONE)) => return Err(Gone),
        Ok(Not(_)) => PublicAccessBlock::NONE.into(),
        Ok(Is(answer)) => answer
            .public_access_block_configuration
            .map_or(PublicAccessBlock::NONE, |block| {
                settings(
                    block.block_public_acls,
                    block.ignore_public_acls,
                    block.block_public_policy,
                    block.restrict_public_buckets,
                )
            })
            .into(),
        Err(unread) => Known::Unread(unread),
    })
}

async fn policy_is_public(
    client: &Client,
    reader: &ApiCaller,
    bucket: &str,
) -> Result<Known<bool>, Gone> {
    let action = "s3:GetBucketPolicyStatus";
    let answer = reader
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
            .ok_or_else(|| reader.gap(action, Cause::Failed("the answer has no status".into())))
            .into(),
        Err(unread) => Known::Unread(unread),
    })
}

async fn public_grants(
    client: &Client,
    reader: &ApiCaller,
    bucket: &str,
) -> Result<Known<Vec<PublicGrant>>, Gone> {
    let answer = reader
        .call("s3:GetBucketAcl", &[GONE], || client.get_bucket_acl().bucket(bucket).send())
        .await;
    Ok(match answer {
        Ok(Not(_)) => return Err(Gone),
        Ok(Is(answer)) => {
            let grants = answer.grants.unwrap_or_default();
            grants.iter().filter_map(public_grant).collect::<Vec<_>>().into()
        }
        Err(unread) => Known::Unread(unread),
    })
}

/// A grant to a group that anyone belongs to.
///
/// Source: *Access control list (ACL) overview*, "Amazon S3 predefined groups".
fn public_grant(grant: &Grant) -> Option<PublicGrant> {
    let group = grant.grantee.as_ref()?.uri.as_deref()?.rsplit_once("/groups/global/")?.1;
    let grantee = match group {
        "AllUsers" => PublicGroup::AllUsers,
        "AuthenticatedUsers" => PublicGroup::AuthenticatedUsers,
        _ => return None,
    };
    Some(PublicGrant { grantee, permission: grant.permission.as_ref()?.as_str().into() })
}

/// How new objects are encrypted.
pub(super) async fn encryption(
    client: &Client,
    reader: &ApiCaller,
    bucket: &str,
) -> Result<Known<Option<Encryption>>, Gone> {
    // Every bucket has had a default since 2023; endpoints that only speak S3's protocol may not.
    let none = "ServerSideEncryptionConfigurationNotFoundError";
    let answer = reader
        .call("s3:GetEncryptionConfiguration", &[none, GONE], || {
            client.get_bucket_encryption().bucket(bucket).send()
        })
        .await;
    Ok(match answer {
        Ok(Not(GONE)) => return Err(Gone),
        Ok(Not(_)) => Known::Read(None),
        Ok(Is(answer)) => {
            let rules = answer.server_side_encryption_configuration.map(|config| config.rules);
            let defaults = rules
                .into_iter()
                .flatten()
                .find_map(|rule| rule.apply_server_side_encryption_by_default);
            Known::Read(defaults.map(|default| Encryption {
                algorithm: algorithm(&default.sse_algorithm),
                key: default.kms_master_key_id.filter(|key| !key.is_empty()),
            }))
        }
        Err(unread) => Known::Unread(unread),
    })
}

fn algorithm(name: &ServerSideEncryption) -> Algorithm {
    match name {
        ServerSideEncryption::Aes256 => Algorithm::Aes256,
        ServerSideEncryption::AwsKms => Algorithm::Kms,
        ServerSideEncryption::AwsKmsDsse => Algorithm::KmsTwice,
        other => Algorithm::Other(other.as_str().into()),
    }
}

/// Tags decorate a finding and decide nothing yet, so a gap shows in the receipt alone.
pub(super) async fn tags(
    client: &Client,
    reader: &ApiCaller,
    bucket: &str,
) -> Result<Option<Tags>, Gone> {
    let answer = reader
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
