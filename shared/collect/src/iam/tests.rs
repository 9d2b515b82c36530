//! IAM by recorded answers.

use domain::{GLOBAL, Partition, Receipt, ReceiptOutcome, Service};
use inventory::Facts;

use super::*;
use crate::recorded::{Asked, Aws, Said, denied, iam, read, refused, target};

/// The summary of an account whose map has these entries.
async fn summary(entries: &[(&str, &str)]) -> (AccountSummary, Receipt) {
    let entry = |(key, value)| format!("<entry><key>{key}</key><value>{value}</value></entry>");
    let map: String = entries.iter().copied().map(entry).collect();
    let aws =
        Aws::new(move |_| iam("GetAccountSummary", &format!("<SummaryMap>{map}</SummaryMap>")));
    let target = target(&aws, Partition::Aws, "us-east-1");
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
    let target = target(&aws, Partition::Aws, "us-east-1");
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

/// Two users on two pages: `kim` with two keys on two pages, and `lee` with one.
fn account(asked: &Asked) -> Said {
    let end = |next: &str| match next {
        "" => "<IsTruncated>false</IsTruncated>".to_owned(),
        next => format!("<IsTruncated>true</IsTruncated><Marker>{next}</Marker>"),
    };
    let (user, marker) = (asked.field("UserName").unwrap_or_default(), asked.field("Marker"));
    match asked.operation() {
        "GetAccountSummary" => {
            let entry = |key| format!("<entry><key>{key}</key><value>0</value></entry>");
            let map: String = [KEYS, MFA, PASSWORD].map(entry).concat();
            iam("GetAccountSummary", &format!("<SummaryMap>{map}</SummaryMap>"))
        }
        "ListUsers" => {
            let (name, next) = if marker.is_none() { ("kim", "lee") } else { ("lee", "") };
            let user = format!(
                "<member><UserName>{name}</UserName><Path>/</Path><UserId>U</UserId>\
                 <Arn>arn:aws:iam::111122223333:user/{name}</Arn><CreateDate>2020-01-01T00:00:00Z</CreateDate></member>"
            );
            iam("ListUsers", &format!("<Users>{user}</Users>{}", end(next)))
        }
        "ListAccessKeys" => {
            let (key, next) = match (user, marker) {
                ("kim", None) => ("AKIAKIM1", "1"),
                ("kim", Some(_)) => ("AKIAKIM2", ""),
                _ => ("AKIALEE1", ""),
            };
            let key = format!(
                "<member><UserName>{user}</UserName><AccessKeyId>{key}</AccessKeyId><Status>Active</Status>\
                 <CreateDate>2020-01-01T00:00:00Z</CreateDate></member>"
            );
            iam(
                "ListAccessKeys",
                &format!("<AccessKeyMetadata>{key}</AccessKeyMetadata>{}", end(next)),
            )
        }
        "ListUserTags" => {
            let tags =
                format!("<Tags><member><Key>owner</Key><Value>{user}</Value></member></Tags>");
            iam("ListUserTags", &(tags + &end("")))
        }
        operation => panic!("nobody asks for {operation}"),
    }
}

async fn read_iam(aws: &Aws) -> (Iam, Receipt) {
    let target = target(aws, Partition::Aws, "us-east-1");
    let (facts, receipt) =
        read(&target, GLOBAL, Service::Iam, [SUMMARY, ACCESS_KEYS, USER_TAGS]).await;
    let Facts::Iam(iam) = facts else { panic!("{facts:?}") };
    (iam, receipt)
}

/// The account, where the operation is answered otherwise for a user.
fn but(operation: &'static str, user: &'static str, said: fn(&Asked) -> Said) -> Aws {
    Aws::new(move |asked| {
        let is_it = asked.is(operation) && asked.field("UserName").is_none_or(|one| one == user);
        if is_it { said(asked) } else { account(asked) }
    })
}

fn ids(iam: &Iam) -> Vec<&str> {
    iam.access_keys.items.iter().map(|key| key.id.as_str()).collect()
}

const ALL: [&str; 3] = ["AKIAKIM1", "AKIAKIM2", "AKIALEE1"];

#[tokio::test]
async fn keys_are_read_over_all_pages_and_throttling_loses_none() {
    for (aws, calls) in [(Aws::new(account), 8), (Aws::throttling(account), 16)] {
        let (iam, receipt) = read_iam(&aws).await;
        assert_eq!((ids(&iam), iam.access_keys.gaps.len()), (ALL.to_vec(), 0));
        let owners =
            iam.access_keys.items.iter().map(|key| key.tags.as_ref().unwrap().get("owner"));
        assert_eq!(owners.collect::<Vec<_>>(), [Some("kim"), Some("kim"), Some("lee")]);
        assert_eq!((receipt.outcome, receipt.calls), (ReceiptOutcome::Done, calls));
    }
}

#[tokio::test]
async fn what_is_denied_is_told_by_its_action_and_hides_nothing_else() {
    let (iam, receipt) = read_iam(&but("GetAccountSummary", "", denied)).await;
    assert!(
        iam.summary.known().unwrap_err().to_string().contains("`iam:GetAccountSummary` was denied")
    );
    assert_eq!((ids(&iam), receipt.denied), (ALL.to_vec(), vec!["iam:GetAccountSummary".into()]));

    let (iam, receipt) = read_iam(&but("ListUsers", "", denied)).await;
    assert!(
        iam.access_keys.first_gap().unwrap().to_string().contains("`iam:ListUsers` was denied")
    );
    assert_eq!((ids(&iam).len(), receipt.denied), (0, vec!["iam:ListUsers".into()]));

    let (iam, receipt) = read_iam(&but("ListAccessKeys", "lee", denied)).await;
    let [gap] = &iam.access_keys.gaps[..] else { panic!("{:?}", iam.access_keys.gaps) };
    assert_eq!(gap.parent.as_deref(), Some("arn:aws:iam::111122223333:user/lee"));
    assert_eq!((ids(&iam), receipt.denied), (ALL[..2].to_vec(), vec!["iam:ListAccessKeys".into()]));

    let (iam, receipt) = read_iam(&but("ListUserTags", "lee", denied)).await;
    let tagged: Vec<_> = iam.access_keys.items.iter().map(|key| key.tags.is_some()).collect();
    assert_eq!((ids(&iam), tagged), (ALL.to_vec(), vec![true, true, false]));
    assert_eq!(receipt.denied, ["iam:ListUserTags"]);
}

#[tokio::test]
async fn a_user_that_vanishes_takes_its_keys_along_and_is_no_gap() {
    for operation in ["ListAccessKeys", "ListUserTags"] {
        let gone = |asked: &Asked| refused(asked, 404, GONE);
        let (iam, receipt) = read_iam(&but(operation, "lee", gone)).await;
        assert_eq!((ids(&iam), iam.access_keys.gaps.len()), (ALL[..2].to_vec(), 0), "{operation}");
        assert_eq!(receipt.outcome, ReceiptOutcome::Done, "{operation}: {receipt:?}");
    }
}
