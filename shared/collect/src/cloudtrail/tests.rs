//! CloudTrail by recorded answers.

use domain::{Partition, Receipt, ReceiptOutcome, Service};
use inventory::{Facts, Read};
use serde_json::{Value, json};

use super::*;
use crate::recorded::{Asked, Aws, Said, ok, read};

async fn trails(trails: Said, tags: Said, reads: &[Read]) -> (Listing<Trail>, Receipt) {
    let aws = Aws::new(move |asked: &Asked| match asked.operation() {
        "DescribeTrails" => {
            let request: Value = serde_json::from_str(&asked.body).unwrap();
            assert_eq!(request["includeShadowTrails"], false);
            trails.clone()
        }
        "ListTags" => tags.clone(),
        operation => panic!("nobody asks for {operation}"),
    });
    let target = aws.target(Partition::Aws, "eu-west-1");
    let (facts, receipt) =
        read(&target, "eu-west-1", Service::CloudTrail, reads.iter().copied()).await;
    let Facts::CloudTrail(cloudtrail) = facts else { panic!("{facts:?}") };
    (cloudtrail.trails, receipt)
}

const ARN: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/t";

fn two() -> Said {
    ok(json!({"trailList": [
        {"Name": "t", "TrailARN": ARN, "S3BucketName": "logs", "HomeRegion": "eu-west-1"},
        {"Name": "u", "S3BucketName": "logs", "HomeRegion": "eu-west-1"},
    ]})
    .to_string())
}

#[tokio::test]
async fn a_trail_tells_its_bucket_and_one_without_an_arn_is_a_gap() {
    let (found, receipt) = trails(two(), None, &[TRAILS]).await;
    assert_eq!(found.items, [Trail { arn: ARN.into(), bucket: "logs".into(), tags: None }]);
    assert!(found.first_gap().unwrap().to_string().contains("a trail has no ARN"));
    assert_eq!((receipt.outcome, receipt.calls), (ReceiptOutcome::Failed, 1));
}

#[tokio::test]
async fn tags_are_read_where_they_are_asked_for() {
    let tags = json!({"ResourceTagList": [{"ResourceId": ARN, "TagsList": [{"Key": "owner", "Value": "kim"}]}]});
    let (found, receipt) = trails(two(), ok(tags.to_string()), &[TRAILS, TRAIL_TAGS]).await;
    assert_eq!(found.items[0].tags.as_ref().unwrap().get("owner"), Some("kim"));
    assert_eq!(receipt.calls, 2);
    let denied = Some((400, json!({"__type": "AccessDeniedException"}).to_string()));
    let (found, receipt) = trails(two(), denied, &[TRAILS, TRAIL_TAGS]).await;
    assert_eq!(
        (found.items[0].tags.clone(), receipt.denied),
        (None, vec!["cloudtrail:ListTags".into()])
    );
}

#[tokio::test]
async fn what_is_denied_is_a_gap() {
    let denied = Some((400, json!({"__type": "AccessDeniedException"}).to_string()));
    let (found, receipt) = trails(denied, None, &[TRAILS]).await;
    assert_eq!((found.items.len(), found.gaps.len()), (0, 1));
    assert_eq!(receipt.denied, ["cloudtrail:DescribeTrails"]);
}
