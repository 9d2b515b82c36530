//! EC2 by recorded answers.

use domain::{Partition, Receipt, ReceiptOutcome, Service};
use inventory::Facts;

use super::*;
use crate::recorded::{Asked, Aws, Said, denied, ok, read, target};

async fn instances(items: &str) -> (Listing<Instance>, Receipt) {
    let xml = format!(
        "<DescribeInstancesResponse><reservationSet><item><instancesSet>{items}</instancesSet>\
         </item></reservationSet></DescribeInstancesResponse>"
    );
    let aws = Aws::new(move |_| ok(xml.clone()));
    let target = target(&aws, Partition::Aws, "eu-west-1");
    let (facts, receipt) = read(&target, "eu-west-1", Service::Ec2, [INSTANCES]).await;
    let Facts::Ec2(ec2) = facts else { panic!("{facts:?}") };
    (ec2.instances, receipt)
}

async fn instance(inner: &str) -> (Instance, Receipt) {
    let item = format!("<item><instanceId>i-1</instanceId>{inner}</item>");
    let (mut instances, receipt) = instances(&item).await;
    assert_eq!((instances.items.len(), instances.first_gap().cloned()), (1, None));
    (instances.items.remove(0), receipt)
}

/// The options as `Some(…)` where they are known, and else what is told of them.
async fn options(xml: &str) -> ([Result<bool, String>; 2], ReceiptOutcome) {
    let (instance, receipt) = instance(&format!("<metadataOptions>{xml}</metadataOptions>")).await;
    let MetadataOptions { endpoint, tokens_required } = instance.metadata.known().unwrap();
    let told = |known: &Known<bool>| known.known().copied().map_err(|unread| unread.to_string());
    ([told(endpoint), told(tokens_required)], receipt.outcome)
}

fn xml(endpoint: Option<&str>, tokens: Option<&str>) -> String {
    let element = |name: &str, value: Option<&str>| {
        value.map(|value| format!("<{name}>{value}</{name}>")).unwrap_or_default()
    };
    element("httpEndpoint", endpoint) + &element("httpTokens", tokens)
}

#[tokio::test]
async fn only_the_documented_words_are_yes_and_no() {
    let words = [Some("enabled"), Some("disabled"), Some("paused"), None];
    let tokens = [Some("required"), Some("optional"), Some("sometimes"), None];
    for (endpoint, token) in words.into_iter().flat_map(|word| tokens.map(|token| (word, token))) {
        let ([answers, asks], outcome) = options(&xml(endpoint, token)).await;
        match endpoint {
            Some("enabled") => assert_eq!(answers, Ok(true)),
            Some("disabled") => assert_eq!(answers, Ok(false)),
            Some(_) => assert!(
                answers.as_ref().unwrap_err().contains("`HttpEndpoint` of `i-1` is `paused`")
            ),
            None => assert!(answers.as_ref().unwrap_err().contains("has no `HttpEndpoint`")),
        }
        match token {
            Some("required") => assert_eq!(asks, Ok(true)),
            Some("optional") => assert_eq!(asks, Ok(false)),
            Some(_) => {
                assert!(
                    asks.as_ref().unwrap_err().contains("`HttpTokens` of `i-1` is `sometimes`")
                );
            }
            None => assert!(asks.as_ref().unwrap_err().contains("has no `HttpTokens`")),
        }
        let is_decided = answers == Ok(false) || asks == Ok(true);
        let is_known = answers.is_ok() && asks.is_ok();
        let expected =
            if is_decided || is_known { ReceiptOutcome::Done } else { ReceiptOutcome::Failed };
        assert_eq!(outcome, expected, "{endpoint:?} {token:?}");
    }
}

#[tokio::test]
async fn an_address_that_cannot_be_read_is_told_of_its_instance() {
    let (whole, _) = instance("<ipAddress>203.0.113.7</ipAddress>").await;
    assert_eq!((whole.public_ipv4.len(), whole.addresses_unread), (1, None));
    let (lost, receipt) = instance("<ipAddress>203.0.113.x</ipAddress>").await;
    let told = lost.addresses_unread.unwrap().to_string();
    assert!(told.contains("`203.0.113.x` of `i-1` is no IP address"), "{told}");
    assert_eq!((lost.public_ipv4.len(), receipt.outcome), (0, ReceiptOutcome::Failed));
}

#[tokio::test]
async fn an_instance_without_an_id_leaves_a_gap_in_the_list() {
    let (listing, receipt) = instances("<item/><item><instanceId>i-2</instanceId></item>").await;
    assert_eq!(listing.items.len(), 1);
    assert!(listing.first_gap().unwrap().to_string().contains("an instance has no id"));
    assert_eq!(receipt.outcome, ReceiptOutcome::Failed);
}

#[tokio::test]
async fn what_is_terminated_is_left_out_and_a_strange_state_is_not() {
    for (state, lives) in
        [("running", true), ("stopped", true), ("hibernating", true), ("terminated", false)]
    {
        let item = format!(
            "<item><instanceId>i-1</instanceId><instanceState><name>{state}</name></instanceState></item>"
        );
        assert_eq!(instances(&item).await.0.items.len(), usize::from(lives), "{state}");
    }
}

/// Two pages of one instance each.
fn two(asked: &Asked) -> Said {
    let (id, next) = match asked.field("NextToken") {
        None => ("i-1", "<nextToken>t</nextToken>"),
        Some(_) => ("i-2", ""),
    };
    ok(format!(
        "<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>{id}</instanceId>\
         </item></instancesSet></item></reservationSet>{next}</DescribeInstancesResponse>"
    ))
}

/// The ids of the instances, why there may be more, and the receipt.
async fn listed(aws: &Aws) -> (Vec<String>, Option<String>, Receipt) {
    let (facts, receipt) =
        read(&target(aws, Partition::Aws, "eu-west-1"), "eu-west-1", Service::Ec2, [INSTANCES])
            .await;
    let Facts::Ec2(ec2) = facts else { panic!("{facts:?}") };
    let gap = ec2.instances.first_gap().map(ToString::to_string);
    (ec2.instances.items.into_iter().map(|one| one.id).collect(), gap, receipt)
}

#[tokio::test]
async fn instances_are_read_over_all_pages_and_throttling_loses_none() {
    for (aws, calls) in [(Aws::new(two), 2), (Aws::throttling(two), 4)] {
        let (ids, gap, receipt) = listed(&aws).await;
        assert_eq!((ids, gap), (vec!["i-1".to_owned(), "i-2".to_owned()], None));
        assert_eq!(receipt.calls, calls);
    }
}

#[tokio::test]
async fn a_page_that_is_denied_is_a_gap_and_what_came_before_is_kept() {
    let (none, gap, receipt) = listed(&Aws::new(denied)).await;
    assert_eq!((none.len(), receipt.outcome), (0, ReceiptOutcome::Denied));
    assert_eq!(gap.unwrap(), "`ec2:DescribeInstances` was denied in `eu-west-1`");
    let second =
        |asked: &Asked| asked.field("NextToken").map_or_else(|| two(asked), |_| denied(asked));
    let (first, gap, receipt) = listed(&Aws::new(second)).await;
    assert_eq!((first, receipt.denied), (vec!["i-1".to_owned()], vec![ACTION.to_owned()]));
    assert!(gap.is_some());
}
