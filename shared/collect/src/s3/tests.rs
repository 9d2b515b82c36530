//! S3 by recorded answers.

use domain::{GLOBAL, Partition, Receipt, ReceiptOutcome, Service};
use inventory::{
    Facts,
    s3::{Algorithm, Encryption, PublicGroup},
};

use super::*;
use crate::recorded::{Asked, Aws, Said, denied, no, ok, read, target};

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
    let target = target(aws, Partition::Aws, "us-east-1");
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

#[tokio::test]
async fn the_accounts_own_block_takes_one_call_and_lists_no_bucket() {
    let aws = Aws::new(usual);
    let target = target(&aws, Partition::Aws, "us-east-1");
    let (facts, receipt) = read(&target, GLOBAL, Service::S3, [ACCOUNT_BLOCK]).await;
    let Facts::S3(s3) = facts else { panic!("{facts:?}") };
    assert_eq!((s3.block_public, receipt.calls), (PublicAccessBlock::NONE.into(), 1));
    assert!(s3.buckets.whole().is_err(), "nobody asked for the buckets");
    assert!(aws.asked().iter().all(|asked| asked.url.contains("s3-control")));
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

/// An organization that allows one region and no other, for all but the buckets' own.
fn allowing(region: &'static str) -> Aws {
    Aws::new(move |asked| {
        let is_of_a_bucket = asked.url.contains("one.s3");
        if is_of_a_bucket || asked.region == region { usual(asked) } else { denied(asked) }
    })
}

/// What is read by somebody in `near`, who narrows to `regions`.
async fn read_from(aws: &Aws, near: &str, regions: &[&str]) -> (S3, Receipt) {
    let mut target = target(aws, Partition::Aws, near);
    target.regions = regions.iter().map(|region| (*region).to_owned()).collect();
    let (facts, receipt) = read(&target, GLOBAL, Service::S3, [EXPOSURE]).await;
    let Facts::S3(s3) = facts else { panic!("{facts:?}") };
    (s3, receipt)
}

const LIST: &str = "`s3:ListAllMyBuckets`";
const BLOCK: &str = "`s3:GetAccountPublicAccessBlock`";

#[tokio::test]
async fn s3_is_asked_where_the_caller_is() {
    let aws = allowing("ap-northeast-2");
    let (s3, receipt) = read_from(&aws, "ap-northeast-2", &[]).await;
    assert_eq!((s3.buckets.items.len(), s3.buckets.first_gap()), (1, None));
    assert_eq!(receipt.outcome, ReceiptOutcome::Done);
    let said = [BLOCK, LIST].map(|action| format!("{action} was asked in `ap-northeast-2`"));
    assert_eq!(receipt.notes, said);
    let asked = aws.asked();
    assert!(asked.iter().all(|it| it.region == "ap-northeast-2" || it.url.contains("one.s3")));
}

#[tokio::test]
async fn where_it_is_denied_another_region_is_asked_and_told() {
    for (allowed, near, regions) in [
        ("us-east-1", "eu-west-1", &[][..]),
        ("us-east-1", "eu-west-1", &["us-east-1"]),
        ("eu-central-1", "us-east-1", &["us-east-1", "eu-central-1"][1..]),
    ] {
        let (s3, receipt) = read_from(&allowing(allowed), near, regions).await;
        assert_eq!(s3.buckets.first_gap(), None);
        assert_eq!(s3.block_public, PublicAccessBlock::NONE.into());
        assert_eq!((receipt.outcome, receipt.denied.len()), (ReceiptOutcome::Done, 0));
        let said = [BLOCK, LIST].map(|action| {
            format!("{action} was asked in `{allowed}`, for it was not answered in `{near}`")
        });
        assert_eq!(receipt.notes, said);
    }
}

#[tokio::test]
async fn what_is_denied_everywhere_is_a_gap_that_names_every_region() {
    let (s3, receipt) = read_from(&allowing("sa-east-1"), "eu-west-1", &["eu-west-2"]).await;
    let unread = s3.buckets.first_gap().unwrap().to_string();
    assert_eq!(unread, format!("{LIST} was denied in `eu-west-1, eu-west-2, us-east-1`"));
    assert!(s3.block_public.known().is_err());
    assert_eq!((receipt.outcome, receipt.calls), (ReceiptOutcome::Denied, 6));
    assert_eq!(receipt.denied.len(), 2);
    // At home there is nowhere else to ask.
    let (_, receipt) = read_from(&allowing("sa-east-1"), "us-east-1", &[]).await;
    assert_eq!((receipt.outcome, receipt.calls), (ReceiptOutcome::Denied, 2));
}

#[tokio::test]
async fn an_error_may_be_of_the_region_and_a_stop_is_not() {
    let aws =
        Aws::new(
            |asked| {
                if asked.url.contains("s3-control") { usual(asked) } else { no(400, "Nonsense") }
            },
        );
    let (_, receipt) = read_from(&aws, "eu-west-1", &[]).await;
    assert_eq!(receipt.calls, 3, "an error that may be the region's is asked about elsewhere");
    let target = target(&aws, Partition::Aws, "eu-west-1");
    target.stop.cancel();
    let (_, receipt) = read(&target, GLOBAL, Service::S3, [EXPOSURE]).await;
    assert_eq!(receipt.calls, 0, "neither is a stop");
}

#[tokio::test]
async fn a_list_goes_on_in_the_region_where_it_began() {
    let aws = Aws::new(|asked| match asked.url.contains("continuation-token") {
        _ if asked.region != "us-east-1" => denied(asked),
        false => {
            ok(ONE.replace("</Buckets>", "</Buckets><ContinuationToken>t</ContinuationToken>"))
        }
        true => ok(ONE.replace("<Name>one", "<Name>two")),
    });
    let target = target(&aws, Partition::Aws, "eu-west-1");
    let (facts, receipt) = read(&target, GLOBAL, Service::S3, [ENCRYPTION]).await;
    let Facts::S3(s3) = facts else { panic!("{facts:?}") };
    assert_eq!(s3.buckets.items.len(), 2);
    assert_eq!(receipt.notes.len(), 1, "{:?}", receipt.notes);
    let lists = aws.asked().into_iter().filter(|it| it.url.contains("max-buckets"));
    let regions: Vec<_> = lists.map(|it| it.region).collect();
    assert_eq!(regions, ["eu-west-1", "us-east-1", "us-east-1"]);
}

#[tokio::test]
async fn a_bucket_is_found_by_its_location_or_by_a_redirect() {
    let list = ONE.replace("<BucketRegion>us-east-1</BucketRegion>", "");
    for (said, region) in [
        (ok("<LocationConstraint>eu-west-3</LocationConstraint>"), "eu-west-3"),
        (ok("<LocationConstraint>EU</LocationConstraint>"), "eu-west-1"),
        (ok("<LocationConstraint/>"), "us-east-1"),
        (Some((301, "<Error><Code>PermanentRedirect</Code><Region>sa-east-1</Region></Error>".into())), "sa-east-1"),
        (Some((400, "<Error><Code>AuthorizationHeaderMalformed</Code><Region>sa-east-1</Region></Error>".into())), "sa-east-1"),
    ] {
        let list = list.clone();
        let aws = Aws::new(move |asked| {
            if asked.url.contains("?location") {
                said.clone()
            } else if asked.url.contains("max-buckets") {
                ok(list.clone())
            } else {
                usual(asked)
            }
        });
        let (s3, receipt) = read_from(&aws, "ap-northeast-2", &[]).await;
        assert_eq!(s3.buckets.items[0].region, region);
        assert_eq!(receipt.outcome, ReceiptOutcome::Done, "{receipt:?}");
        let locations = aws.asked().iter().filter(|it| it.url.contains("?location")).count();
        assert_eq!(locations, 1);
    }
}

/// What is asked of a bucket: the word in the URL, and the action.
const OF_A_BUCKET: [(&str, &str); 5] = [
    ("one.s3.us-east-1.amazonaws.com/?publicAccessBlock", "s3:GetBucketPublicAccessBlock"),
    ("?policyStatus", "s3:GetBucketPolicyStatus"),
    ("?acl", "s3:GetBucketAcl"),
    ("?encryption", "s3:GetEncryptionConfiguration"),
    ("?tagging", "s3:GetBucketTagging"),
];

/// A bucket of which nothing but a tag is set.
fn tagged(asked: &Asked) -> Said {
    if asked.url.contains("?tagging") {
        ok("<Tagging><TagSet><Tag><Key>owner</Key><Value>kim</Value></Tag></TagSet></Tagging>")
    } else {
        usual(asked)
    }
}

async fn read_all(aws: &Aws) -> (S3, Receipt) {
    let target = target(aws, Partition::Aws, "us-east-1");
    let reads = [EXPOSURE, ENCRYPTION, BUCKET_TAGS];
    let (facts, receipt) = read(&target, GLOBAL, Service::S3, reads).await;
    let Facts::S3(s3) = facts else { panic!("{facts:?}") };
    (s3, receipt)
}

#[tokio::test]
async fn throttling_loses_nothing() {
    let (usual, receipt) = read_all(&Aws::new(tagged)).await;
    assert_eq!((receipt.outcome, receipt.calls), (ReceiptOutcome::Done, 7));
    assert_eq!(usual.buckets.items[0].tags.as_ref().unwrap().get("owner"), Some("kim"));
    let (again, receipt) = read_all(&Aws::throttling(tagged)).await;
    assert_eq!((again, receipt.outcome, receipt.calls), (usual, ReceiptOutcome::Done, 14));
}

#[tokio::test]
async fn what_is_denied_of_a_bucket_is_told_by_its_action_and_hides_nothing_else() {
    for (word, action) in OF_A_BUCKET {
        let aws = Aws::new(
            move |asked| {
                if asked.url.contains(word) { denied(asked) } else { tagged(asked) }
            },
        );
        let (s3, receipt) = read_all(&aws).await;
        assert_eq!(
            (receipt.outcome, receipt.denied),
            (ReceiptOutcome::Denied, vec![action.to_owned()])
        );
        let [bucket] = &s3.buckets.items[..] else { panic!("{s3:?}") };
        let unread = [
            bucket.block_public.known().err(),
            bucket.policy_is_public.known().err(),
            bucket.public_grants.known().err(),
            bucket.encryption.known().err(),
        ];
        let denied: Vec<_> = unread.into_iter().flatten().map(|why| why.action).collect();
        match action {
            "s3:GetBucketTagging" => assert_eq!((denied.len(), &bucket.tags), (0, &None)),
            // Where nothing is known of the block, nobody has to ask what it would let through.
            "s3:GetBucketPublicAccessBlock" => assert_eq!(denied, [action, "", ""]),
            _ => assert_eq!(denied, [action]),
        }
    }
}

#[tokio::test]
async fn a_bucket_that_vanishes_is_no_gap_whichever_call_tells() {
    for (word, action) in OF_A_BUCKET {
        let aws =
            Aws::new(
                move |asked| {
                    if asked.url.contains(word) { no(404, bucket::GONE) } else { tagged(asked) }
                },
            );
        let (s3, receipt) = read_all(&aws).await;
        assert_eq!(
            (s3.buckets, receipt.outcome),
            (Vec::new().into(), ReceiptOutcome::Done),
            "{action}"
        );
    }
}

#[tokio::test]
async fn tags_that_there_are_none_of_are_known() {
    let untagged = but("?tagging", no(404, "NoSuchTagSet"));
    let (s3, receipt) = read_all(&untagged).await;
    assert_eq!(
        (&s3.buckets.items[0].tags, receipt.outcome),
        (&Some(domain::Tags::new()), ReceiptOutcome::Done)
    );
}
