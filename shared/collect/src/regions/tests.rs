//! Where each service is asked, in every partition.

use domain::Partition;
use policy::partition;

use super::*;
use crate::{
    Limits,
    recorded::{Asked, Aws, Said, denied, iam, ok, read, target},
};

fn answer(asked: &Asked) -> Said {
    if asked.is("DescribeRegions") {
        ok("<DescribeRegionsResponse><regionInfo><item><regionName>x-1</regionName>\
            </item></regionInfo></DescribeRegionsResponse>")
    } else if asked.is("GetAccountSummary") {
        iam("GetAccountSummary", "<SummaryMap/>")
    } else if asked.is("DescribeInstances") {
        ok("<DescribeInstancesResponse/>")
    } else if asked.url.contains("s3-control") {
        let code = "NoSuchPublicAccessBlockConfiguration";
        Some((404, format!("<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>")))
    } else {
        ok("<ListAllMyBucketsResult/>")
    }
}

/// What is asked in a partition by somebody whose region is `region`, as service, host and region of the signature.
async fn asked(partition: Partition, region: &str, read_in: &str) -> Vec<(String, String, String)> {
    let aws = Aws::new(answer);
    let target = target(&aws, partition, region);
    let limits = ConcurrencyLimits::new(&Limits::default());
    regions(&target, &limits).await.0.unwrap();
    let _ = read(&target, GLOBAL, Service::Iam, [inventory::iam::SUMMARY]).await;
    let _ = read(&target, read_in, Service::Ec2, [inventory::ec2::INSTANCES]).await;
    let _ = read(&target, GLOBAL, Service::S3, [inventory::s3::EXPOSURE]).await;
    let host = |url: &str| url.split('/').nth(2).unwrap().to_owned();
    aws.asked().iter().map(|it| (it.service.clone(), host(&it.url), it.region.clone())).collect()
}

/// The hosts are those of the SDK's resolvers; the table and they are made from different sources.
#[tokio::test]
async fn every_partition_is_asked_within_itself_and_signed_for_its_regions() {
    for partition in Partition::ALL {
        let known = partition::find(partition.name()).unwrap();
        let other = if partition == Partition::Aws { "cn-north-1" } else { "us-east-1" };
        for (configured, near) in
            known.regions.iter().map(|it| (*it, *it)).chain([(other, known.home_region)])
        {
            let asked = asked(partition, configured, known.home_region).await;
            assert_eq!(asked.len(), 5, "{asked:?}");
            for (service, host, signed) in &asked {
                assert!(host.ends_with(known.dns_suffix), "{partition} {service}: {host}");
                assert!(
                    known.dns_suffix != "amazonaws.com" || !host.ends_with(".com.cn"),
                    "{partition} {service}: {host}"
                );
                assert_eq!(Partition::of_region(signed), partition, "{service} {host}: {signed}");
            }
            assert_eq!(
                (asked[0].0.as_str(), asked[0].2.as_str()),
                ("ec2", near),
                "DescribeRegions"
            );
            let iam = asked.iter().find(|it| it.0 == "iam").unwrap();
            assert_eq!(iam.2, known.home_region, "IAM is signed for the partition's home");
        }
    }
}

#[tokio::test]
async fn a_region_without_a_name_is_a_gap_and_not_left_out() {
    let aws = Aws::new(|_| {
        ok("<DescribeRegionsResponse><regionInfo><item/></regionInfo></DescribeRegionsResponse>")
    });
    let target = target(&aws, Partition::Aws, "us-east-1");
    let (told, receipt) = regions(&target, &ConcurrencyLimits::new(&Limits::default())).await;
    assert!(told.unwrap_err().to_string().contains("a region has no name"));
    assert!(receipt.error.is_some());
}

async fn told(aws: &Aws) -> (Result<Enabled, Unread>, Receipt) {
    let target = target(aws, Partition::Aws, "eu-west-1");
    regions(&target, &ConcurrencyLimits::new(&Limits::default())).await
}

/// Three regions, one with a status that nobody knows.
fn three(_: &Asked) -> Said {
    let region = |(name, status)| {
        format!("<item><regionName>{name}</regionName><optInStatus>{status}</optInStatus></item>")
    };
    let all = [("a-1", "opted-in"), ("b-1", "not-opted-in"), ("c-1", "of-tomorrow")].map(region);
    let all = all.concat();
    ok(format!("<DescribeRegionsResponse><regionInfo>{all}</regionInfo></DescribeRegionsResponse>"))
}

#[tokio::test]
async fn only_a_region_that_is_known_to_be_off_is_left_out() {
    for (aws, calls) in [(Aws::new(three), 1), (Aws::throttling(three), 2)] {
        let (enabled, receipt) = told(&aws).await;
        let enabled = enabled.unwrap();
        assert_eq!(enabled.names().collect::<Vec<_>>(), ["a-1", "c-1"]);
        assert_eq!((enabled.is_enabled("b-1"), enabled.is_enabled("d-1")), (Some(false), None));
        assert_eq!((receipt.outcome, receipt.calls), (domain::ReceiptOutcome::Done, calls));
    }
}

#[tokio::test]
async fn where_the_regions_are_denied_home_is_asked_and_then_it_is_a_gap() {
    let home =
        |asked: &Asked| if asked.region == "us-east-1" { three(asked) } else { denied(asked) };
    let (enabled, receipt) = told(&Aws::new(home)).await;
    assert!(enabled.is_ok());
    assert_eq!((receipt.outcome, receipt.calls), (domain::ReceiptOutcome::Done, 2));
    let (enabled, receipt) = told(&Aws::new(denied)).await;
    let why = enabled.unwrap_err().to_string();
    assert_eq!(why, "`ec2:DescribeRegions` was denied in `eu-west-1, us-east-1`");
    assert_eq!(receipt.denied, [ACTION]);
}
