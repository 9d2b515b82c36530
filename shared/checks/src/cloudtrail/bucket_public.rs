use domain::{GLOBAL, Unread};
use inventory::{
    cloudtrail::{TRAILS, Trail},
    s3::{EXPOSURE, S3},
};

use crate::{
    Check, Context, Each, Exploitability, Exposure, Judgement, Privilege, Risk, fail, pass_with,
    seen,
};

pub(super) static CHECK: Check = Check {
    id: "cloudtrail_bucket_public",
    aliases: &[],
    risk: Risk {
        exposure: Exposure::Internet,
        privilege: Privilege::Account,
        exploitability: Exploitability::Known,
    },
    worst: None,
    opt_in: false,
    thresholds: &[],
    reads: &[TRAILS, EXPOSURE],
    reference: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html",
    rule: &Each(is_closed),
};

fn is_closed(trail: &Trail, context: &Context<'_>) -> Judgement {
    let s3 = context.of::<S3>()?;
    let about = |message| seen(message).with("bucket", &*trail.bucket);
    let Some(bucket) = s3.buckets.find(|bucket| Ok(bucket.name == trail.bucket))? else {
        // A list that was read to its end: whose bucket it is, only its owner can say more.
        let why = format!("bucket `{}` is not in this account", trail.bucket);
        return Err(Unread::failed("s3:GetBucketPolicyStatus", GLOBAL, why));
    };
    if bucket.is_public(&s3.block_public)? {
        fail(about("public"))
    } else {
        pass_with(about("closed"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{context, context_of, unread};
    use inventory::{
        Listing, Resource as _,
        s3::{Bucket, PublicAccessBlock},
    };

    fn judged(buckets: Listing<Bucket>) -> Judgement {
        let s3 = S3 { block_public: PublicAccessBlock::NONE.into(), buckets };
        is_closed(&Trail::secure(), &context_of(vec![("global", s3.into())]))
    }

    fn open() -> Bucket {
        let block_public = PublicAccessBlock::NONE.into();
        Bucket { block_public, policy_is_public: true.into(), ..Bucket::secure() }
    }

    #[test]
    fn fails_where_the_trails_bucket_is_public() {
        let told = |message| seen(message).with("bucket", "example");
        assert_eq!(judged(vec![open()].into()), fail(told("public")));
        assert_eq!(judged(vec![Bucket::secure()].into()), pass_with(told("closed")));
        let other = Bucket { name: "other".into(), ..open() };
        assert_eq!(judged(vec![other, Bucket::secure()].into()), pass_with(told("closed")));
    }

    #[test]
    fn a_bucket_of_another_account_is_unknown() {
        let told = judged(vec![Bucket { name: "other".into(), ..open() }].into()).unwrap_err();
        assert!(told.to_string().contains("`example` is not in this account"), "{told}");
    }

    #[test]
    fn what_was_not_read_is_unknown() {
        let why = unread("s3:ListAllMyBuckets");
        assert_eq!(judged(Listing::unread(why.clone())), Err(why.clone()));
        let listed = Listing::partial(vec![open()], why);
        assert!(matches!(judged(listed), Ok(crate::Outcome::Fail(_))), "it was listed before that");
        let nothing = is_closed(&Trail::secure(), &context()).unwrap_err();
        assert!(nothing.action.starts_with("s3:"), "{nothing}");
    }
}
