use domain::{
    Context, Failure, Judgement, Outcome, Severity, pass_with,
    s3::{Bucket, PublicAccessBlock},
};

use crate::{Check, Rule};

pub(super) static CHECK: Check = Check {
    id: "s3_public_access",
    severity: Severity::High,
    worst: Severity::Critical,
    reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    rule: Rule::BucketExposure(blocks_public_access),
};

fn blocks_public_access(bucket: &Bucket, context: &Context) -> Judgement {
    let (account, own) = (context.block_public.known(), bucket.block_public.known());
    // One level that blocks everything is enough, whatever is known of the other.
    if account == Ok(&PublicAccessBlock::ALL) {
        return pass_with("the account blocks all public access");
    }
    if own == Ok(&PublicAccessBlock::ALL) {
        return pass_with("the bucket blocks all public access");
    }
    let blocked = account?.or(*own?);
    if blocked == PublicAccessBlock::ALL {
        return pass_with("account and bucket together block all public access");
    }
    Ok(Outcome::Fail(exposure(bucket, blocked)))
}

/// What is missing, and whether the policy or the ACL makes the bucket public through the gap.
fn exposure(bucket: &Bucket, blocked: PublicAccessBlock) -> Failure {
    let (mut seen, mut unread) = (Vec::new(), None);
    if !blocked.restrict_buckets {
        match bucket.policy_is_public.known() {
            Ok(true) => seen.push("the bucket policy is public".into()),
            Ok(false) => {}
            Err(why) => unread = Some(why),
        }
    }
    if !blocked.ignore_acls {
        match bucket.public_grants.known() {
            Ok(grants) => seen.extend(grants.iter().map(|grant| {
                format!("the ACL grants `{}` to `{}`", grant.permission, grant.grantee)
            })),
            Err(why) => unread = unread.or(Some(why)),
        }
    }
    let severity = (!seen.is_empty()).then_some(Severity::Critical);
    // Critical already: nothing that was not read can make it worse.
    let unread = unread.filter(|_| severity.is_none());
    let missing: Vec<_> = blocked.missing().map(|name| format!("`{name}`")).collect();
    seen.push(format!("off for bucket and account: {}", missing.join(", ")));
    seen.extend(unread.iter().map(|why| format!("it may be public, for {why}")));
    Failure { evidence: seen.join("; "), severity, unread }
}

#[cfg(test)]
mod tests;
