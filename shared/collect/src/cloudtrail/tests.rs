//! CloudTrail by recorded answers.

use domain::{Partition, Receipt, ReceiptOutcome, Service};
use inventory::{Facts, Read};
use serde_json::{Value, json};

use super::*;
use crate::recorded::{Asked, Aws, Said, denied, ok, read, refused, target};

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
    read_trails(&aws, reads).await
}

async fn read_trails(aws: &Aws, reads: &[Read]) -> (Listing<Trail>, Receipt) {
    let target = target(aws, Partition::Aws, "eu-west-1");
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

/// Two trails, and their tags on two pages.
fn account(asked: &Asked) -> Said {
    let request: Value = serde_json::from_str(&asked.body).unwrap();
    let arn = |name| format!("arn:aws:cloudtrail:eu-west-1:111122223333:trail/{name}");
    if asked.is("DescribeTrails") {
        let trail = |name| json!({"TrailARN": arn(name), "S3BucketName": "logs"});
        return ok(json!({"trailList": [trail("a"), trail("b")]}).to_string());
    }
    let (key, next) = match request["NextToken"].as_str() {
        None => ("owner", json!("t")),
        Some(_) => ("team", Value::Null),
    };
    let tagged = |arn| json!({"ResourceId": arn, "TagsList": [{"Key": key, "Value": "x"}]});
    let tags: Vec<_> = request["ResourceIdList"].as_array().unwrap().iter().map(tagged).collect();
    ok(json!({"ResourceTagList": tags, "NextToken": next}).to_string())
}

#[tokio::test]
async fn tags_are_read_over_all_pages_and_throttling_loses_none() {
    for (aws, calls) in [(Aws::new(account), 3), (Aws::throttling(account), 6)] {
        let (trails, receipt) = read_trails(&aws, &[TRAILS, TRAIL_TAGS]).await;
        assert_eq!((trails.items.len(), trails.gaps.len()), (2, 0));
        for trail in &trails.items {
            let tags = trail.tags.as_ref().unwrap();
            assert_eq!((tags.get("owner"), tags.get("team")), (Some("x"), Some("x")));
        }
        assert_eq!((receipt.outcome, receipt.calls), (ReceiptOutcome::Done, calls));
    }
}

/// One that is gone fails the call for all of them.
#[tokio::test]
async fn a_trail_that_vanishes_is_no_gap_and_the_others_keep_their_tags() {
    let aws = Aws::new(|asked| {
        let is_about_it = asked.is("ListTags") && asked.body.contains("trail/a");
        if is_about_it { refused(asked, 400, GONE) } else { account(asked) }
    });
    let (trails, receipt) = read_trails(&aws, &[TRAILS, TRAIL_TAGS]).await;
    let [left] = &trails.items[..] else { panic!("{trails:?}") };
    assert!(left.arn.ends_with("trail/b") && left.tags.is_some(), "{left:?}");
    assert_eq!((trails.gaps.len(), receipt.outcome), (0, ReceiptOutcome::Done), "{receipt:?}");
}

#[tokio::test]
async fn what_an_answer_leaves_out_is_a_gap() {
    let bucketless = json!({"trailList": [{"TrailARN": ARN}]}).to_string();
    for (said, why) in [(ok(bucketless), "a trail has no bucket"), (ok("{}"), "no `trailList`")] {
        let (found, receipt) = trails(said, None, &[TRAILS]).await;
        assert!(found.first_gap().unwrap().to_string().contains(why), "{found:?}");
        assert_eq!((found.items.len(), receipt.outcome), (0, ReceiptOutcome::Failed));
    }
    let (_, receipt) = read_trails(&Aws::new(denied), &[TRAILS, TRAIL_TAGS]).await;
    assert_eq!(
        (receipt.calls, receipt.denied),
        (1, vec![DESCRIBE.to_owned()]),
        "of no trails no tags"
    );
}
