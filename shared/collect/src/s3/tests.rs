//! S3 by recorded answers.

use domain::{GLOBAL, Partition, Receipt, ReceiptOutcome, Service};
use inventory::{
    Facts,
    s3::{Algorithm, Encryption, PublicGroup},
};

use super::*;
use crate::recorded::{Asked, Aws, Said, no, ok, read};

const ONE: &str = "<ListAllMyBucketsResult><Buckets><Bucket><Name>one</Name>\
                   <BucketRegion>us-east-1</BucketRegion></Bucket></Buckets></ListAllMyBucketsResult>";

/// An account with a bucket `one` of which nothing is set.
fn usual(asked: &Asked) -> Said {
    let is = |word: &str| asked.url.contains(word);
    if is("s3-control") {
        let error = "<ErrorResponse><Error><Code>NoSuchPublicAccessBlockConfiguration</Code></Error></ErrorResponse>";
        Some((404, error.into()))
    } else if is("publicAccessBlock") {
        no(404, "NoSuchPublicAccessBlockConfiguration")
    } else if is("policyStatus") {
        no(404, "NoSuchBucketPolicy")
    } else if is("?acl") {
        acl("")
    } else if is("encryption") {
        sse("<SSEAlgorithm>AES256</SSEAlgorithm>")
    } else {
        ok(ONE)
    }
}

fn acl(grants: &str) -> Said {
    ok(format!(
        "<AccessControlPolicy xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
         <AccessControlList>{grants}</AccessControlList></AccessControlPolicy>"
    ))
}

fn grant(kind: &str, inner: &str, permission: &str) -> String {
    format!("<Grant><Grantee xsi:type=\"{kind}\">{inner}</Grantee>{permission}</Grant>")
}

fn sse(default: &str) -> Said {
    ok(format!(
        "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>{default}\
         </ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"
    ))
}

/// The usual account, where what `word` stands for in the URL is answered otherwise.
fn but(word: &'static str, said: Said) -> Aws {
    Aws::new(move |asked| if asked.url.contains(word) { said.clone() } else { usual(asked) })
}

async fn read_s3(aws: &Aws) -> (S3, Receipt) {
    let target = aws.target(Partition::Aws, "us-east-1");
    let facts = [EXPOSURE, ENCRYPTION];
    let (facts, receipt) = read(&target, GLOBAL, Service::S3, facts).await;
    let Facts::S3(s3) = facts else { panic!("{facts:?}") };
    (s3, receipt)
}

async fn bucket(aws: &Aws) -> (Bucket, Receipt) {
    let (mut s3, receipt) = read_s3(aws).await;
    (s3.buckets.items.remove(0), receipt)
}

fn told<T: std::fmt::Debug>(known: &Known<T>) -> String {
    known.known().unwrap_err().to_string()
}

#[tokio::test]
async fn a_bucket_of_which_nothing_is_set_is_read_whole() {
    let (bucket, receipt) = bucket(&Aws::new(usual)).await;
    assert_eq!(receipt.outcome, ReceiptOutcome::Done);
    assert_eq!(bucket.public_grants, Vec::new().into());
    assert_eq!(bucket.policy_is_public, false.into());
    let encryption = Encryption { algorithm: Algorithm::Aes256, key: None };
    assert_eq!(bucket.encryption, Some(encryption).into());
}

const EVERYONE: &str = "<URI>http://acs.amazonaws.com/groups/global/AllUsers</URI>";
const READ: &str = "<Permission>READ</Permission>";

#[tokio::test]
async fn a_grant_to_nobody_known_is_neither_private_nor_left_out() {
    let strange = "<URI>http://acs.amazonaws.com/groups/global/Everybody</URI>";
    for (grant, why) in [
        (grant("Group", strange, READ), "groups/global/Everybody`"),
        (grant("Robot", "", READ), "is `Robot`"),
        (grant("Group", "", READ), "has no group"),
        (grant("Group", EVERYONE, ""), "has no permission"),
        ("<Grant/>".into(), "has no grantee"),
    ] {
        let (bucket, receipt) = bucket(&but("?acl", acl(&grant))).await;
        assert!(told(&bucket.public_grants).contains(why), "{}", told(&bucket.public_grants));
        assert!(receipt.error.unwrap().contains(why));
    }
    // Public all the same.
    let both = grant("Group", strange, READ) + &grant("Group", EVERYONE, READ);
    let (bucket, _) = bucket(&but("?acl", acl(&both))).await;
    let grants = bucket.public_grants.known().unwrap();
    assert_eq!((grants.len(), grants[0].grantee), (1, PublicGroup::AllUsers));
}

#[tokio::test]
async fn grants_to_somebody_are_not_public() {
    let owner = grant("CanonicalUser", "<ID>abc</ID>", "<Permission>FULL_CONTROL</Permission>");
    let logs = "<URI>http://acs.amazonaws.com/groups/s3/LogDelivery</URI>";
    let both = owner + &grant("Group", logs, "<Permission>WRITE</Permission>");
    let (bucket, receipt) = bucket(&but("?acl", acl(&both))).await;
    assert_eq!(bucket.public_grants, Vec::new().into());
    assert_eq!(receipt.outcome, ReceiptOutcome::Done);
}

#[tokio::test]
async fn an_encryption_that_is_not_told_or_not_known_is_no_encryption_and_no_lack_of_it() {
    let newer = sse("<SSEAlgorithm>aws:new</SSEAlgorithm>");
    for (said, why) in [
        (newer, "`SSEAlgorithm` of `one` is `aws:new`"),
        (ok(""), "the answer has no configuration"),
    ] {
        let (bucket, receipt) = bucket(&but("encryption", said)).await;
        assert!(told(&bucket.encryption).contains(why), "{}", told(&bucket.encryption));
        assert_eq!(receipt.outcome, ReceiptOutcome::Failed);
    }
    let none = no(404, "ServerSideEncryptionConfigurationNotFoundError");
    let (bucket, _) = bucket(&but("encryption", none)).await;
    assert_eq!(bucket.encryption, None.into());
}

#[tokio::test]
async fn a_bucket_without_a_name_leaves_a_gap_in_the_list() {
    let list = ONE.replace("<Buckets>", "<Buckets><Bucket/>");
    let aws = Aws::new(move |asked| match usual(asked) {
        Some((200, xml)) if xml == ONE => ok(list.clone()),
        said => said,
    });
    let (s3, receipt) = read_s3(&aws).await;
    assert_eq!(s3.buckets.items.len(), 1);
    assert!(s3.buckets.first_gap().unwrap().to_string().contains("a bucket has no name"));
    assert_eq!(receipt.outcome, ReceiptOutcome::Failed);
}

/// Nothing at all is neither "nothing is blocked" nor "nothing is configured".
#[tokio::test]
async fn an_answer_without_a_configuration_is_a_gap() {
    let (bucket, _) =
        bucket(&but("one.s3.us-east-1.amazonaws.com/?publicAccessBlock", ok(""))).await;
    assert!(told(&bucket.block_public).contains("no configuration"));
    let (s3, receipt) = read_s3(&but("s3-control", ok(""))).await;
    assert!(told(&s3.block_public).contains("no configuration"));
    assert_eq!(receipt.outcome, ReceiptOutcome::Failed);
}
