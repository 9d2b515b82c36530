use super::*;
use domain::RoleName;
use recorded_aws::{
    Aws, error, ok,
    sts::{opened, opened_until},
};

fn worker() -> AssumeRole {
    AssumeRole {
        role: "arn:aws:iam::111122223333:role/InfraAuditWorker".parse().unwrap(),
        external_id: None,
        name: SessionName::new("api").unwrap(),
        policy: SessionPolicy::assume_role(domain::Partition::Aws, &RoleName::default()),
    }
}

#[tokio::test]
async fn another_role_is_acted_as_under_its_cap() {
    let sts = Aws::new(|_| opened("111122223333"));
    let config = as_role(&sts.config("us-east-1"), worker()).await.unwrap();
    let customers = AssumeRole {
        role: "arn:aws:iam::444455556666:role/CloudDoctorAuditRole".parse().unwrap(),
        external_id: Some("only-for-them".parse().unwrap()),
        ..worker()
    };
    assert!(matches!(open(&config, customers).await, Err(AssumeRoleError::Elsewhere { .. })));
    let asked = sts.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].caller, "CALLER");
    let policy = asked[0].field("Policy").unwrap();
    assert!(policy.contains("CloudDoctorAuditRole"), "{policy}");
    assert!(asked[0].field("ExternalId").is_none());
    assert_eq!(asked[1].caller, "SESSION");
}

#[tokio::test]
async fn a_session_is_renewed_before_it_expires() {
    let sts = Aws::new(|_| opened_until("111122223333", "2000-01-01T00:00:00Z"));
    let session = open(&sts.config("us-east-1"), worker()).await.unwrap();
    session.provide_credentials().await.unwrap();
    assert_eq!(sts.asked().len(), 2);
    let sts = Aws::new(|_| opened("111122223333"));
    let session = open(&sts.config("us-east-1"), worker()).await.unwrap();
    session.provide_credentials().await.unwrap();
    assert_eq!(sts.asked().len(), 1);
}

#[tokio::test]
async fn an_external_id_that_sts_repeats_is_not_told() {
    let sts = Aws::new(|asked| {
        let sent = asked.field("ExternalId").unwrap();
        error(400, "ValidationError", &format!("Value '{sent}' is malformed"))
    });
    let request = AssumeRole { external_id: Some("never-told".parse().unwrap()), ..worker() };
    let refused = open(&sts.config("us-east-1"), request).await.unwrap_err();
    let said = format!("{refused} {refused:?}");
    assert!(said.contains("is malformed") && !said.contains("never-told"), "{said}");
}

#[test]
fn a_session_name_tells_who_it_is_and_fits() {
    let long = SessionName::new(&"x".repeat(100)).unwrap();
    assert!(long.0.starts_with("InfraAudit-") && long.0.len() == 64);
    assert!(SessionName::new("no spaces").is_err());
}

/// Where the SDK's own resolver finds STS of a partition, and what it is signed for.
#[tokio::test]
async fn a_role_is_assumed_in_its_own_partition() {
    for partition in domain::Partition::ALL {
        let known = policy::partition::find(partition.name()).unwrap();
        for region in known.regions {
            let sts = Aws::new(|_| opened("111122223333"));
            let near = aws_config::Region::from_static(region);
            let config = sts.config("us-east-1").to_builder().region(near).build();
            // Its own region where it is one of the partition, and else the partition's home.
            for (config, region) in
                [(config, *region), (elsewhere(&sts, partition), known.home_region)]
            {
                let role = format!("arn:{partition}:iam::111122223333:role/R").parse().unwrap();
                open(&config, AssumeRole { role, ..worker() }).await.unwrap();
                let asked = sts.asked().pop().unwrap();
                assert_eq!(asked.url, format!("https://sts.{region}.{}/", known.dns_suffix));
                assert_eq!((asked.region.as_str(), asked.service.as_str()), (region, "sts"));
            }
        }
    }
}

fn elsewhere(sts: &Aws, partition: domain::Partition) -> aws_config::SdkConfig {
    let other = if partition == domain::Partition::Aws { "cn-north-1" } else { "us-east-1" };
    sts.config("us-east-1").to_builder().region(aws_config::Region::from_static(other)).build()
}

#[tokio::test]
async fn the_caller_is_of_the_partition_that_sts_tells() {
    for (arn, expected) in [
        ("arn:aws-eusc:iam::111122223333:user/kim", Ok(domain::Partition::EuropeanSovereign)),
        ("arn:aws-iso-f:iam::111122223333:user/kim", Ok(domain::Partition::IsoF)),
        ("arn:aws-moon:iam::111122223333:user/kim", Err("`aws-moon`")),
    ] {
        let said = format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{arn}</Arn>\
             <Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
        );
        let sts = Aws::new(move |_| ok(&*said));
        let caller = crate::caller(&sts.config("us-east-1")).await;
        match expected {
            Ok(partition) => assert_eq!(caller.unwrap().account.partition, partition),
            Err(named) => assert!(caller.unwrap_err().to_string().contains(named)),
        }
    }
}
