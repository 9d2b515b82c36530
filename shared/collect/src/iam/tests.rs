//! IAM by recorded answers.

use domain::{Facts, GLOBAL, Partition, Receipt, ReceiptOutcome, Service};

use super::*;
use crate::recorded::{Aws, iam, read};

/// The summary of an account whose map has these entries.
async fn summary(entries: &[(&str, &str)]) -> (AccountSummary, Receipt) {
    let entry = |(key, value)| format!("<entry><key>{key}</key><value>{value}</value></entry>");
    let map: String = entries.iter().copied().map(entry).collect();
    let aws =
        Aws::new(move |_| iam("GetAccountSummary", &format!("<SummaryMap>{map}</SummaryMap>")));
    let target = aws.target(Partition::Aws, "us-east-1");
    let (facts, receipt) = read(&target, GLOBAL, Service::Iam, [Fact::AccountSummary]).await;
    let Facts::Iam(iam) = facts else { panic!("{facts:?}") };
    (iam.summary.known().unwrap().clone(), receipt)
}

const KEYS: &str = "AccountAccessKeysPresent";
const MFA: &str = "AccountMFAEnabled";
const PASSWORD: &str = "AccountPasswordPresent";

#[tokio::test]
async fn the_summary_tells_of_root_what_aws_does() {
    let (root, receipt) = summary(&[(KEYS, "2"), (MFA, "0"), (PASSWORD, "1")]).await;
    assert_eq!(root.root_access_keys, 2.into());
    assert_eq!((root.root_mfa, root.root_password), (false.into(), true.into()));
    assert_eq!((receipt.outcome, receipt.calls), (ReceiptOutcome::Done, 1));
}

#[tokio::test]
async fn an_entry_that_is_missing_is_a_gap_where_something_depends_on_it() {
    let (root, receipt) = summary(&[(KEYS, "0"), (MFA, "0")]).await;
    let unread = root.root_password.known().unwrap_err();
    assert!(unread.to_string().contains("no `AccountPasswordPresent`"), "{unread}");
    assert_eq!(receipt.outcome, ReceiptOutcome::Failed);
    let (root, receipt) = summary(&[(KEYS, "0"), (MFA, "1")]).await;
    assert!(root.root_password.known().is_err());
    assert_eq!(receipt.outcome, ReceiptOutcome::Done, "a second factor decides alone");
}

#[tokio::test]
async fn a_number_that_aws_does_not_document_is_named_and_not_known() {
    let (root, receipt) = summary(&[(KEYS, "-1"), (MFA, "2"), (PASSWORD, "7")]).await;
    for (said, named) in [
        (root.root_access_keys.known().unwrap_err(), "`AccountAccessKeysPresent` is `-1`"),
        (root.root_mfa.known().unwrap_err(), "`AccountMFAEnabled` is `2`"),
        (root.root_password.known().unwrap_err(), "`AccountPasswordPresent` is `7`"),
    ] {
        assert!(said.to_string().contains(named), "{said}");
    }
    assert_eq!(receipt.outcome, ReceiptOutcome::Failed);
}
