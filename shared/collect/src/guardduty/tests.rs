//! GuardDuty by recorded answers.

use domain::{Partition, Receipt, ReceiptOutcome, Service};
use inventory::Facts;
use serde_json::{Value, json};

use super::*;
use crate::recorded::{Asked, Aws, Said, ok, read, refused, target};

async fn detectors(list: Said, detector: Said) -> (Listing<Detector>, Receipt) {
    let aws =
        Aws::new(
            move |asked: &Asked| {
                if asked.url.contains("/detector/") { detector.clone() } else { list.clone() }
            },
        );
    read_detectors(&aws).await
}

async fn read_detectors(aws: &Aws) -> (Listing<Detector>, Receipt) {
    let target = target(aws, Partition::Aws, "eu-west-1");
    let (facts, receipt) = read(&target, "eu-west-1", Service::GuardDuty, [DETECTORS]).await;
    let Facts::GuardDuty(guardduty) = facts else { panic!("{facts:?}") };
    (guardduty.detectors, receipt)
}

fn one() -> Said {
    ok(json!({"detectorIds": ["d"]}).to_string())
}

fn detector_of(more: &Value) -> Said {
    let mut answer = json!({"status": "ENABLED", "serviceRole": "r", "features": []});
    for (name, value) in more.as_object().into_iter().flatten() {
        answer[name] = value.clone();
    }
    ok(answer.to_string())
}

#[tokio::test]
async fn a_region_without_a_detector_has_none_and_that_is_known() {
    let (none, receipt) = detectors(ok(r#"{"detectorIds": []}"#), None).await;
    assert_eq!(
        (none, receipt.outcome, receipt.calls),
        (Vec::new().into(), ReceiptOutcome::Done, 1)
    );
}

#[tokio::test]
async fn a_detector_tells_whether_it_looks_and_at_what() {
    let features = json!({"features": [
        {"name": "DNS_LOGS", "status": "DISABLED"},
        {"name": "CLOUD_TRAIL", "status": "ENABLED"},
        {"name": "S3_DATA_EVENTS", "status": "DISABLED"},
        {"name": "OF_TOMORROW", "status": "DISABLED"},
    ]});
    let (found, receipt) = detectors(one(), detector_of(&features)).await;
    assert_eq!(found.items[0].enabled, true.into());
    assert_eq!(found.items[0].sources_off, vec!["DNS_LOGS".to_owned()].into());
    assert_eq!((receipt.outcome, receipt.calls), (ReceiptOutcome::Done, 2));
    let (off, _) = detectors(one(), detector_of(&json!({"status": "DISABLED"}))).await;
    assert_eq!(off.items[0].enabled, false.into());
}

#[tokio::test]
async fn a_status_that_nobody_knows_or_that_is_missing_is_unread() {
    for (status, told) in [(json!("ASLEEP"), "is `ASLEEP`"), (Value::Null, "`Status` of `d` is")] {
        let (found, receipt) = detectors(one(), detector_of(&json!({"status": status}))).await;
        let why = found.items[0].enabled.known().unwrap_err().to_string();
        assert!(why.contains(told), "{why}");
        assert_eq!(receipt.outcome, ReceiptOutcome::Failed);
    }
}

#[tokio::test]
async fn what_is_denied_is_a_gap() {
    let denied =
        || Some((403, json!({"__type": "AccessDeniedException", "message": "no"}).to_string()));
    let (list, receipt) = detectors(denied(), None).await;
    assert_eq!((list.items.len(), list.gaps.len()), (0, 1));
    assert_eq!(receipt.denied, ["guardduty:ListDetectors"]);
    let (found, receipt) = detectors(one(), denied()).await;
    assert!(found.items[0].enabled.known().is_err() && found.items[0].sources_off.known().is_err());
    assert_eq!(receipt.denied, ["guardduty:GetDetector"]);
}

/// One that never answers costs its patience once, however much is to be read of it.
#[tokio::test]
async fn a_silent_region_is_given_up_once_and_told() {
    let aws = Aws::new(|_: &Asked| None);
    let mut target = target(&aws, Partition::Aws, "eu-west-1");
    target.patience = std::time::Duration::ZERO;
    let (facts, receipt) = read(&target, "eu-west-1", Service::GuardDuty, [DETECTORS]).await;
    let Facts::GuardDuty(guardduty) = facts else { panic!("{facts:?}") };
    assert_eq!((receipt.outcome, receipt.calls), (ReceiptOutcome::Failed, 1));
    let error = receipt.error.unwrap();
    assert!(error.contains("`eu-west-1` was silent for 0 seconds"), "{error}");
    assert!(guardduty.detectors.any(|_| Ok(true)).is_err(), "{guardduty:?}");
}

/// A list in which every second answer fails is not silent.
#[tokio::test]
async fn a_region_that_answers_now_and_then_is_waited_for() {
    let asked = std::sync::atomic::AtomicU32::new(0);
    let aws = Aws::new(move |_: &Asked| {
        let failed = asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed).is_multiple_of(2);
        if failed { None } else { ok(r#"{"detectorIds": []}"#) }
    });
    let mut target = target(&aws, Partition::Aws, "eu-west-1");
    target.patience = std::time::Duration::from_secs(10);
    let (_, receipt) = read(&target, "eu-west-1", Service::GuardDuty, [DETECTORS]).await;
    assert_eq!((receipt.outcome, receipt.calls), (ReceiptOutcome::Done, 2));
}

/// A page without a detector, and then one with it.
fn account(asked: &Asked) -> Said {
    if asked.url.contains("/detector/") {
        detector_of(&json!({}))
    } else if asked.url.contains("nextToken") {
        one()
    } else {
        ok(r#"{"detectorIds": [], "nextToken": "t"}"#)
    }
}

#[tokio::test]
async fn detectors_are_read_over_all_pages_and_throttling_loses_none() {
    for (aws, calls) in [(Aws::new(account), 3), (Aws::throttling(account), 6)] {
        let (found, receipt) = read_detectors(&aws).await;
        assert_eq!((found.items.len(), found.gaps.len()), (1, 0));
        assert_eq!(found.items[0].enabled, true.into());
        assert_eq!((receipt.outcome, receipt.calls), (ReceiptOutcome::Done, calls));
    }
}

/// AWS answers with the code of any request that it takes for wrong: it is no proof that there is none.
#[tokio::test]
async fn a_detector_that_vanishes_is_unread() {
    let aws = Aws::new(|asked| {
        let is_about_it = asked.url.contains("/detector/");
        if is_about_it { refused(asked, 400, "BadRequestException") } else { one() }
    });
    let (found, receipt) = read_detectors(&aws).await;
    let why = found.items[0].enabled.known().unwrap_err().to_string();
    assert!(why.contains("`guardduty:GetDetector` failed") && why.contains("BadRequest"), "{why}");
    assert_eq!(receipt.outcome, ReceiptOutcome::Failed);
}

#[tokio::test]
async fn a_source_whose_status_nobody_knows_is_neither_on_nor_off() {
    for (status, told) in [
        (json!("PAUSED"), "the status of `DNS_LOGS` of `d` is `PAUSED`"),
        (Value::Null, "the status of `DNS_LOGS` of `d` is not told"),
    ] {
        let strange = json!({"name": "DNS_LOGS", "status": status});
        let (found, receipt) =
            detectors(one(), detector_of(&json!({"features": [strange.clone()]}))).await;
        let why = found.items[0].sources_off.known().unwrap_err().to_string();
        assert!(why.contains(told), "{why}");
        assert!(receipt.error.unwrap().contains(told));
        // One that is off is told all the same.
        let off = json!({"name": "FLOW_LOGS", "status": "DISABLED"});
        let (found, receipt) =
            detectors(one(), detector_of(&json!({"features": [strange, off]}))).await;
        assert_eq!(found.items[0].sources_off, vec!["FLOW_LOGS".to_owned()].into());
        assert_eq!(receipt.outcome, ReceiptOutcome::Done);
    }
}
