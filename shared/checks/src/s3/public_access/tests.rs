use super::*;
use crate::{
    fail,
    testing::{context_of, unread},
};
use inventory::{
    Facts, Known, Resource as _,
    s3::{PublicGrant, PublicGroup},
};
use proptest::prelude::*;

const OFF: PublicAccessBlock = PublicAccessBlock::NONE;

fn judge(account: Known<PublicAccessBlock>, bucket: &Bucket) -> Judgement {
    let s3 = S3 { block_public: account, ..S3::default() };
    blocks_public_access(bucket, &context_of(vec![("global", Facts::S3(s3))]))
}

fn with(own: Known<PublicAccessBlock>) -> Bucket {
    Bucket { block_public: own, ..Bucket::secure() }
}

fn failure(judgement: Judgement) -> Failure {
    match judgement {
        Ok(Outcome::Fail(failure)) => failure,
        other => panic!("expected a failure, got {other:?}"),
    }
}

#[test]
fn one_level_that_blocks_all_is_enough_whatever_the_other() {
    let gap = || Known::Unread(unread("s3:GetBucketPublicAccessBlock"));
    for other in [OFF.into(), gap()] {
        let account = judge(PublicAccessBlock::ALL.into(), &with(other.clone()));
        assert_eq!(account, pass_with(seen("account_blocks_all")));
        let own = judge(other, &with(PublicAccessBlock::ALL.into()));
        assert_eq!(own, pass_with(seen("bucket_blocks_all")));
    }
}

#[test]
fn the_levels_add_up() {
    let acls = PublicAccessBlock { block_acls: true, ignore_acls: true, ..OFF };
    let policies = PublicAccessBlock { block_policy: true, restrict_buckets: true, ..OFF };
    let together = judge(acls.into(), &with(policies.into()));
    assert_eq!(together, pass_with(seen("together_block_all")));
    let missing = vec!["BlockPublicPolicy".to_owned(), "RestrictPublicBuckets".to_owned()];
    let off = fail(seen("off").with("settings", missing));
    assert_eq!(judge(acls.into(), &with(acls.into())), off);
}

#[test]
fn a_gap_is_unknown_where_it_could_change_the_verdict() {
    let why = unread("s3:GetAccountPublicAccessBlock");
    assert_eq!(judge(Known::Unread(why.clone()), &with(OFF.into())), Err(why.clone()));
    assert_eq!(judge(OFF.into(), &with(Known::Unread(why.clone()))), Err(why));
}

#[test]
fn critical_where_it_is_public_and_nothing_restricts_it() {
    let bucket = Bucket {
        policy_is_public: true.into(),
        public_grants: vec![PublicGrant {
            grantee: PublicGroup::AllUsers,
            permission: "READ".into(),
        }]
        .into(),
        ..with(OFF.into())
    };
    let found = failure(judge(OFF.into(), &bucket));
    assert_eq!(found.degree, Degree::Worst);
    let acl = seen("public_acl").with("permission", "READ").with("grantee", "AllUsers");
    let public = seen("public_policy").and(acl);
    let first = found.evidence.statements().iter().take(2);
    assert!(first.eq(public.statements()), "{:?}", found.evidence);

    let harmless = PublicAccessBlock { block_policy: false, ..PublicAccessBlock::ALL };
    let found = failure(judge(harmless.into(), &bucket));
    assert_eq!(found.degree, Degree::Usual, "not actually public");
}

#[test]
fn says_that_it_may_be_worse_where_the_policy_or_acl_was_not_read() {
    let why = unread("s3:GetBucketPolicyStatus");
    let bucket = Bucket { policy_is_public: Known::Unread(why.clone()), ..with(OFF.into()) };
    let found = failure(judge(OFF.into(), &bucket));
    assert_eq!(found.degree, Degree::MayBeWorst);
    let may_be = seen("may_be_public").with("why", why);
    assert_eq!(found.evidence.statements().last(), may_be.statements().first());
}

fn switches() -> impl Strategy<Value = PublicAccessBlock> {
    any::<[bool; 4]>().prop_map(|[a, b, c, d]| PublicAccessBlock {
        block_acls: a,
        ignore_acls: b,
        block_policy: c,
        restrict_buckets: d,
    })
}

proptest! {
    /// Whatever an unread level turns out to hold, the verdict given without it stays true.
    #[test]
    fn what_is_decided_without_a_fact_holds_with_it(account in switches(), own in switches()) {
        let passes = |judgement: &Judgement| matches!(judgement, Ok(Outcome::Pass(_)));
        let truth = passes(&judge(account.into(), &with(own.into())));
        prop_assert_eq!(truth, account.or(own).missing().next().is_none());
        let gap = || Known::Unread(unread("s3:GetBucketPublicAccessBlock"));
        for partial in [judge(gap(), &with(own.into())), judge(account.into(), &with(gap()))] {
            prop_assert!(partial.is_err() || passes(&partial) == truth);
        }
        prop_assert!(judge(gap(), &with(gap())).is_err());
    }
}
