//! IAM by recorded answers.

use domain::{GLOBAL, Partition, Receipt, ReceiptOutcome, Service};
use inventory::Facts;

use super::*;
use crate::recorded::{Aws, iam, read};

/// The summary of an account whose map has these entries.
async fn summary(entries: &[(&str, &str)]) -> (AccountSummary, Receipt) {
    let entry = |(key, value)| format!("<entry><key>{key}</key><value>{value}</value></entry>");
    let map: String = entries.iter().copied().map(entry).collect();
    let aws =
        Aws::new(move |_| iam("GetAccountSummary", &format!("<SummaryMap>{map}</SummaryMap>")));
    let target = aws.target(Partition::Aws, "us-east-1");
    let (facts, receipt) = read(&target, GLOBAL, Service::Iam, [SUMMARY]).await;
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

/// The keys of one user, from the XML of their list's members.
async fn keys(members: &str, rest: &str) -> (Listing<AccessKey>, Receipt) {
    let user = "<Users><member><UserName>kim</UserName><Path>/</Path><UserId>U</UserId>\
                <Arn>arn:aws:iam::111122223333:user/kim</Arn><CreateDate>2020-01-01T00:00:00Z</CreateDate>\
                </member></Users><IsTruncated>false</IsTruncated>";
    let listed = format!("<AccessKeyMetadata>{members}</AccessKeyMetadata>{rest}");
    let aws = Aws::new(move |asked| {
        if asked.is("ListUsers") { iam("ListUsers", user) } else { iam("ListAccessKeys", &listed) }
    });
    let target = aws.target(Partition::Aws, "us-east-1");
    let (facts, receipt) = read(&target, GLOBAL, Service::Iam, [ACCESS_KEYS]).await;
    let Facts::Iam(mut iam) = facts else { panic!("{facts:?}") };
    (std::mem::take(&mut iam.access_keys), receipt)
}

fn member(status: &str) -> String {
    format!(
        "<member><AccessKeyId>AKIAIOSFODNN7EXAMPLE</AccessKeyId>\
         <CreateDate>2020-01-01T00:00:00Z</CreateDate>{status}</member>"
    )
}

#[tokio::test]
async fn only_active_and_inactive_are_statuses_of_a_key() {
    for (status, active) in [("Active", true), ("Inactive", false)] {
        let (keys, receipt) = keys(&member(&format!("<Status>{status}</Status>")), "").await;
        assert_eq!(keys.items[0].active, active.into());
        assert_eq!(receipt.outcome, ReceiptOutcome::Done);
    }
    for (status, told) in [
        ("<Status>Expired</Status>", "the status of key `…MPLE` of `kim` is `Expired`"),
        ("<Status>Asleep</Status>", "the status of key `…MPLE` of `kim` is `Asleep`"),
        ("", "the status of key `…MPLE` of `kim` is not told"),
    ] {
        let (keys, receipt) = keys(&member(status), "").await;
        let unread = keys.items[0].active.known().unwrap_err().to_string();
        assert!(unread.contains(told), "{unread}");
        assert!(receipt.error.unwrap().contains(told));
    }
}

#[tokio::test]
async fn a_list_that_is_longer_than_what_was_read_says_so() {
    let active = member("<Status>Active</Status>");
    let (keys, _) = keys(&active, "<IsTruncated>true</IsTruncated>").await;
    assert_eq!(keys.items.len(), 1);
    assert!(keys.first_gap().unwrap().to_string().contains("the list goes on"));
}

#[tokio::test]
async fn a_key_without_an_id_leaves_a_gap_in_the_list() {
    let (keys, _) = keys(&format!("<member/>{}", member("<Status>Active</Status>")), "").await;
    assert_eq!(keys.items.len(), 1);
    assert!(keys.first_gap().unwrap().to_string().contains("a key of `kim` has no id"));
}
