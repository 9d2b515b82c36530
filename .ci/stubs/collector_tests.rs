//! $kind by recorded answers. FILL-IN: the answers.

use domain::{Partition, Receipt, ReceiptOutcome, Service};
use inventory::{Facts, $service::$resource};

use super::*;
use crate::recorded::{Asked, Aws, Said, ok, read};

async fn $plural(
    answers: impl Fn(&Asked) -> Said + Send + Sync + 'static,
) -> (Listing<$resource>, Receipt) {
    let target = Aws::new(answers).target(Partition::Aws, "eu-west-1");
    let (facts, receipt) = read(&target, $region, Service::$kind, [$read]).await;
    let Facts::$kind($service) = facts else { panic!("{facts:?}") };
    ($service.$plural, receipt)
}

fn denied(_: &Asked) -> Said {
    Some((403, r#"{"__type": "AccessDeniedException", "message": "no"}"#.into()))
}

#[tokio::test]
async fn every_page_is_read() {
    let (all, receipt) = $plural(|_| ok("FILL-IN: two pages of one each")).await;
    assert_eq!((all.items.len(), all.gaps.len(), receipt.calls), (2, 0, 2));
    assert_eq!(receipt.outcome, ReceiptOutcome::Done);
}

#[tokio::test]
async fn what_is_denied_is_a_gap_that_names_the_action() {
    let (none, receipt) = $plural(denied).await;
    assert_eq!((none.items.len(), none.gaps.len()), (0, 1));
    assert_eq!(receipt.denied, [LIST]);
}

#[tokio::test]
async fn what_gives_no_answer_is_a_gap() {
    let (none, receipt) = $plural(|_| None).await;
    assert_eq!((none.items.len(), none.gaps.len()), (0, 1));
    assert_eq!(receipt.outcome, ReceiptOutcome::Failed);
}

#[tokio::test]
async fn what_vanished_since_it_was_listed_is_no_gap() {
    let (all, receipt) = $plural(|_| ok("FILL-IN: or no such test, where one call tells all")).await;
    assert_eq!((all.items.len(), all.gaps.len(), receipt.outcome), (0, 0, ReceiptOutcome::Done));
}

#[tokio::test]
async fn a_field_that_is_missing_or_that_nobody_knows_is_unread() {
    for answer in ["FILL-IN: without the field", "FILL-IN: a value of tomorrow"] {
        let (all, _) = $plural(move |_| ok(answer)).await;
        assert!(all.items[0].fact.known().is_err(), "{answer}");
    }
}
