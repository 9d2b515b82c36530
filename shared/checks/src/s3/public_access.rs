use domain::Evidence;
use inventory::s3::{Bucket, EXPOSURE, PublicAccessBlock, S3};

use crate::{
    Check, Context, Degree, Each, Exploitability, Exposure, Failure, Judgement, Outcome, Privilege,
    Risk, pass_with, seen,
};

pub(super) static CHECK: Check = Check {
    id: "s3_public_access",
    aliases: &[],
    risk: Risk {
        exposure: Exposure::Internet,
        privilege: Privilege::Resource,
        exploitability: Exploitability::Known,
    },
    worst: Some(Risk {
        exposure: Exposure::Internet,
        privilege: Privilege::Resource,
        exploitability: Exploitability::Direct,
    }),
    opt_in: false,
    thresholds: &[],
    reads: &[EXPOSURE],
    reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    rule: &Each(blocks_public_access),
};

fn blocks_public_access(bucket: &Bucket, context: &Context<'_>) -> Judgement {
    let account = context.of::<S3>().and_then(|s3| s3.block_public.known());
    let own = bucket.block_public.known();
    // One level that blocks everything is enough, whatever is known of the other.
    if account == Ok(&PublicAccessBlock::ALL) {
        return pass_with(seen("account_blocks_all"));
    }
    if own == Ok(&PublicAccessBlock::ALL) {
        return pass_with(seen("bucket_blocks_all"));
    }
    let blocked = account?.or(*own?);
    if blocked == PublicAccessBlock::ALL {
        return pass_with(seen("together_block_all"));
    }
    Ok(Outcome::Fail(exposure(bucket, blocked)))
}

/// What is missing, and whether the policy or the ACL makes the bucket public through the gap.
fn exposure(bucket: &Bucket, blocked: PublicAccessBlock) -> Failure {
    let (mut public, mut unread) = (Evidence::default(), None);
    if !blocked.restrict_buckets {
        match bucket.policy_is_public.known() {
            Ok(true) => public = public.and(seen("public_policy")),
            Ok(false) => {}
            Err(why) => unread = Some(why),
        }
    }
    if !blocked.ignore_acls {
        match bucket.public_grants.known() {
            Ok(grants) => {
                for grant in grants {
                    let grantee = grant.grantee.to_string();
                    let evidence = seen("public_acl").with("permission", &*grant.permission);
                    public = public.and(evidence.with("grantee", grantee));
                }
            }
            Err(why) => unread = unread.or(Some(why)),
        }
    }
    let is_public = !public.is_empty();
    let missing: Vec<_> = blocked.missing().map(ToOwned::to_owned).collect();
    let mut evidence = public.and(seen("off").with("settings", missing));
    let degree = match unread {
        // As bad as can be: nothing that was not read can make it worse.
        _ if is_public => Degree::Worst,
        Some(why) => {
            evidence = evidence.and(seen("may_be_public").with("why", why));
            Degree::MayBeWorst
        }
        None => Degree::Usual,
    };
    Failure { evidence, degree }
}

#[cfg(test)]
mod tests;
