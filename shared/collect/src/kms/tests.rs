//! KMS by recorded answers.

use domain::{Partition, Receipt, ReceiptOutcome, Service};
use inventory::{Facts, Read};
use serde_json::{Value, json};

use super::*;
use crate::recorded::{Asked, Aws, Said, denied, ok, read, target};

const REGION: &str = "eu-west-1";

/// What an operation of a JSON protocol answers.
type Answers = fn(operation: &str, request: &Value) -> Said;

async fn keys(answers: Answers, reads: &[Read]) -> (Listing<Key>, Receipt) {
    keys_of(&Aws::new(said(answers)), reads).await
}

fn said(answers: Answers) -> impl Fn(&Asked) -> Said {
    move |asked| answers(asked.operation(), &serde_json::from_str(&asked.body).unwrap_or_default())
}

async fn keys_of(aws: &Aws, reads: &[Read]) -> (Listing<Key>, Receipt) {
    let target = target(aws, Partition::Aws, REGION);
    let (facts, receipt) = read(&target, REGION, Service::Kms, reads.iter().copied()).await;
    let Facts::Kms(kms) = facts else { panic!("{facts:?}") };
    (kms.keys, receipt)
}

#[expect(clippy::unnecessary_wraps, reason = "an answer may be none at all")]
fn no(code: &str) -> Said {
    Some((400, json!({"__type": code, "message": "no"}).to_string()))
}

fn described(request: &Value, more: &Value) -> Said {
    let mut key = json!({
        "KeyId": request["KeyId"], "KeyManager": "CUSTOMER", "KeyState": "Enabled",
        "KeySpec": "SYMMETRIC_DEFAULT", "Origin": "AWS_KMS", "MultiRegion": false,
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        key[name] = value.clone();
    }
    ok(json!({"KeyMetadata": key}).to_string())
}

/// Two pages of keys: one of AWS's that an alias tells, one that only its description tells, and two customer's.
fn account(operation: &str, request: &Value) -> Said {
    match operation {
        "ListAliases" => ok(json!({"Truncated": false, "Aliases": [
            {"AliasName": "alias/aws/s3", "TargetKeyId": "of-aws"},
            {"AliasName": "alias/mine", "TargetKeyId": "rotated"},
        ]})
        .to_string()),
        "ListKeys" if request["Marker"].is_null() => ok(json!({
            "Keys": [{"KeyId": "of-aws"}, {"KeyId": "rotated"}], "Truncated": true, "NextMarker": "2",
        })
        .to_string()),
        "ListKeys" => ok(json!({
            "Keys": [{"KeyId": "still"}, {"KeyId": "nameless-of-aws"}], "Truncated": false,
        })
        .to_string()),
        "DescribeKey" if request["KeyId"] == "nameless-of-aws" => {
            described(request, &json!({"KeyManager": "AWS"}))
        }
        "DescribeKey" => described(request, &json!({})),
        "GetKeyRotationStatus" if request["KeyId"] == "rotated" => {
            ok(json!({"KeyRotationEnabled": true, "RotationPeriodInDays": 90}).to_string())
        }
        "GetKeyRotationStatus" => ok(json!({"KeyRotationEnabled": false}).to_string()),
        "ListResourceTags" if request["Marker"].is_null() => ok(json!({
            "Tags": [{"TagKey": "owner", "TagValue": "kim"}], "Truncated": true, "NextMarker": "2",
        })
        .to_string()),
        "ListResourceTags" => ok(json!({
            "Tags": [{"TagKey": "team", "TagValue": "data"}], "Truncated": false,
        })
        .to_string()),
        _ => panic!("nobody asks for {operation}"),
    }
}

#[tokio::test]
async fn customers_keys_are_read_over_all_pages_and_aws_keys_are_not() {
    let (keys, receipt) = keys(account, &[KEYS, ROTATION, KEY_TAGS]).await;
    assert_eq!(keys.gaps, []);
    let told: Vec<_> =
        keys.items.iter().map(|key| (key.id.as_str(), key.rotation.clone())).collect();
    let rotated = Rotation { enabled: true, period_days: Some(90) }.into();
    let still = Rotation { enabled: false, period_days: None }.into();
    assert_eq!(told, [("rotated", rotated), ("still", still)]);
    let tags = keys.items[0].tags.as_ref().unwrap();
    assert_eq!((tags.get("owner"), tags.get("team")), (Some("kim"), Some("data")));
    // Aliases 1, keys 2, descriptions 3, and three calls for each of the two keys.
    assert_eq!((receipt.outcome, receipt.calls), (ReceiptOutcome::Done, 12));
    let throttling = Aws::throttling(said(account));
    let (again, receipt) = keys_of(&throttling, &[KEYS, ROTATION, KEY_TAGS]).await;
    assert_eq!((again, receipt.outcome, receipt.calls), (keys, ReceiptOutcome::Done, 24));
}

#[tokio::test]
async fn what_was_not_asked_for_costs_no_call() {
    let (keys, receipt) = keys(account, &[KEYS]).await;
    assert!(keys.items.iter().all(|key| key.rotation == Known::NotAsked && key.tags.is_none()));
    assert_eq!(receipt.calls, 6);
}

#[tokio::test]
async fn a_key_that_kms_cannot_rotate_is_not_asked_about_and_says_why() {
    for (more, why) in [
        (r#"{"KeyState": "PendingDeletion"}"#, Rotatable::NotEnabled("PendingDeletion".into())),
        (r#"{"KeySpec": "RSA_2048"}"#, Rotatable::Kind("RSA_2048".into())),
        (r#"{"Origin": "EXTERNAL"}"#, Rotatable::Origin("EXTERNAL".into())),
        (
            r#"{"MultiRegion": true, "MultiRegionConfiguration": {"MultiRegionKeyType": "REPLICA"}}"#,
            Rotatable::Replica,
        ),
    ] {
        let aws = Aws::new(move |asked: &Asked| match asked.operation() {
            "ListAliases" => ok(r#"{"Aliases": [], "Truncated": false}"#),
            "ListKeys" => ok(r#"{"Keys": [{"KeyId": "k"}], "Truncated": false}"#),
            "DescribeKey" => {
                described(&json!({"KeyId": "k"}), &serde_json::from_str(more).unwrap())
            }
            operation => panic!("nobody asks for {operation}"),
        });
        let target = target(&aws, Partition::Aws, REGION);
        let (facts, _) = read(&target, REGION, Service::Kms, [KEYS, ROTATION]).await;
        let Facts::Kms(kms) = facts else { panic!("{facts:?}") };
        assert_eq!(kms.keys.items[0].rotatable, why.into());
    }
}

#[tokio::test]
async fn a_key_whose_policy_keeps_the_auditor_out_is_told_and_unread() {
    let (keys, receipt) = keys(
        |operation, request| match operation {
            "DescribeKey" if request["KeyId"] == "still" => no("AccessDeniedException"),
            _ => account(operation, request),
        },
        &[KEYS, ROTATION],
    )
    .await;
    let locked = keys.items.iter().find(|key| key.id == "still").unwrap();
    assert!(
        locked.rotatable.known().unwrap_err().to_string().contains("`kms:DescribeKey` was denied")
    );
    assert_eq!(
        (receipt.outcome, receipt.denied),
        (ReceiptOutcome::Denied, vec!["kms:DescribeKey".into()])
    );
}

#[tokio::test]
async fn aliases_that_cannot_be_listed_change_nothing_but_the_number_of_calls() {
    let (keys, _) = keys(
        |operation, request| match operation {
            "ListAliases" => no("AccessDeniedException"),
            "DescribeKey" if request["KeyId"] == "of-aws" => {
                described(request, &json!({"KeyManager": "AWS"}))
            }
            _ => account(operation, request),
        },
        &[KEYS, ROTATION],
    )
    .await;
    let ids: Vec<_> = keys.items.iter().map(|key| key.id.as_str()).collect();
    assert_eq!((ids, keys.gaps.len()), (vec!["rotated", "still"], 0));
}

#[tokio::test]
async fn a_key_that_vanishes_is_no_gap_and_one_without_a_state_is_one() {
    let (gone, receipt) = keys(
        |operation, request| match operation {
            "DescribeKey" if request["KeyId"] == "still" => no("NotFoundException"),
            "GetKeyRotationStatus" => no("NotFoundException"),
            _ => account(operation, request),
        },
        &[KEYS, ROTATION],
    )
    .await;
    assert_eq!((gone.items.len(), receipt.outcome), (0, ReceiptOutcome::Done));
    let (stateless, receipt) = keys(
        |operation, request| match operation {
            "DescribeKey" => described(request, &json!({"KeyState": null})),
            _ => account(operation, request),
        },
        &[KEYS, ROTATION],
    )
    .await;
    let why = stateless.items[0].rotatable.known().unwrap_err().to_string();
    assert!(why.contains("has no `KeyState`"), "{why}");
    assert_eq!(receipt.outcome, ReceiptOutcome::Failed);
}

#[tokio::test]
async fn a_key_that_vanishes_before_its_tags_are_read_is_no_gap() {
    let (keys, receipt) = keys(
        |operation, request| match operation {
            "ListResourceTags" if request["KeyId"] == "still" => no("NotFoundException"),
            _ => account(operation, request),
        },
        &[KEYS, KEY_TAGS],
    )
    .await;
    let ids: Vec<_> = keys.items.iter().map(|key| key.id.as_str()).collect();
    assert_eq!((ids, receipt.outcome), (vec!["rotated"], ReceiptOutcome::Done), "{receipt:?}");
}

#[tokio::test]
async fn what_is_denied_is_told_by_its_action_and_hides_nothing_else() {
    for (operation, action) in [
        ("ListKeys", "kms:ListKeys"),
        ("GetKeyRotationStatus", "kms:GetKeyRotationStatus"),
        ("ListResourceTags", "kms:ListResourceTags"),
    ] {
        let aws = Aws::new(
            move |asked: &Asked| {
                if asked.is(operation) { denied(asked) } else { said(account)(asked) }
            },
        );
        let (keys, receipt) = keys_of(&aws, &[KEYS, ROTATION, KEY_TAGS]).await;
        assert_eq!(
            (receipt.outcome, receipt.denied),
            (ReceiptOutcome::Denied, vec![action.to_owned()])
        );
        let told = format!("`{action}` was denied in `{REGION}`");
        match operation {
            "ListKeys" => assert_eq!(keys.first_gap().unwrap().to_string(), told),
            "GetKeyRotationStatus" => {
                assert_eq!(keys.items.len(), 2);
                for key in &keys.items {
                    assert_eq!(key.rotation.known().unwrap_err().to_string(), told);
                }
            }
            _ => assert!(keys.items.len() == 2 && keys.items.iter().all(|key| key.tags.is_none())),
        }
    }
}

/// Whether KMS rotates it, nobody has said: it is neither spared nor blamed.
#[tokio::test]
async fn a_key_of_a_kind_that_nobody_knows_is_unread() {
    for (field, told) in [
        ("KeyState", "`KeyState` of key `k` is `OF_TOMORROW`"),
        ("KeySpec", "`KeySpec` of key `k` is `OF_TOMORROW`"),
        ("Origin", "`Origin` of key `k` is `OF_TOMORROW`"),
    ] {
        let aws = Aws::new(move |asked: &Asked| match asked.operation() {
            "ListAliases" => ok(r#"{"Aliases": [], "Truncated": false}"#),
            "ListKeys" => ok(r#"{"Keys": [{"KeyId": "k"}], "Truncated": false}"#),
            "DescribeKey" => described(&json!({"KeyId": "k"}), &json!({field: "OF_TOMORROW"})),
            operation => panic!("nobody asks for {operation}"),
        });
        let (keys, receipt) = keys_of(&aws, &[KEYS, ROTATION]).await;
        let why = keys.items[0].rotatable.known().unwrap_err().to_string();
        assert!(why.contains(told) && why.contains("kms:DescribeKey"), "{why}");
        assert!(receipt.error.unwrap().contains(told));
    }
}

#[tokio::test]
async fn an_answer_without_a_list_is_a_gap() {
    let (keys, receipt) = keys(
        |operation, _| if operation == "ListKeys" { ok("{}") } else { ok(r#"{"Aliases": []}"#) },
        &[KEYS],
    )
    .await;
    assert!(keys.first_gap().unwrap().to_string().contains("the answer has no `Keys`"));
    assert_eq!(receipt.outcome, ReceiptOutcome::Failed);
}
