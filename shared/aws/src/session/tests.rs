use super::*;
use crate::recorded::{Sts, error, opened, opened_until};
use domain::RoleName;

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
    let sts = Sts::new(|_| opened("111122223333"));
    let config = as_role(&sts.config(), worker()).await.unwrap();
    let customers = AssumeRole {
        role: "arn:aws:iam::444455556666:role/CloudDoctorAuditRole".parse().unwrap(),
        external_id: Some("only-for-them".parse().unwrap()),
        ..worker()
    };
    assert!(matches!(open(&config, customers).await, Err(AssumeRoleError::Elsewhere { .. })));
    let asked = sts.asked();
    assert_eq!(asked.len(), 2);
    assert!(asked[0]["by"].contains("Credential=WORKER/"), "{}", asked[0]["by"]);
    assert!(asked[0]["Policy"].contains("CloudDoctorAuditRole"), "{}", asked[0]["Policy"]);
    assert!(!asked[0].contains_key("ExternalId"));
    assert!(asked[1]["by"].contains("Credential=SESSION/"), "{}", asked[1]["by"]);
}

#[tokio::test]
async fn a_session_is_renewed_before_it_expires() {
    let sts = Sts::new(|_| opened_until("111122223333", "2000-01-01T00:00:00Z"));
    let session = open(&sts.config(), worker()).await.unwrap();
    session.provide_credentials().await.unwrap();
    assert_eq!(sts.asked().len(), 2);
    let sts = Sts::new(|_| opened("111122223333"));
    let session = open(&sts.config(), worker()).await.unwrap();
    session.provide_credentials().await.unwrap();
    assert_eq!(sts.asked().len(), 1);
}

#[tokio::test]
async fn an_external_id_that_sts_repeats_is_not_told() {
    let sts = Sts::new(|asked| {
        error(400, "ValidationError", &format!("Value '{}' is malformed", asked["ExternalId"]))
    });
    let request = AssumeRole { external_id: Some("never-told".parse().unwrap()), ..worker() };
    let refused = open(&sts.config(), request).await.unwrap_err();
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
            let sts = Sts::new(|_| opened("111122223333"));
            let near = aws_config::Region::from_static(region);
            let config = sts.config().to_builder().region(near).build();
            // Its own region where it is one of the partition, and else the partition's home.
            for (config, region) in
                [(config, *region), (elsewhere(&sts, partition), known.home_region)]
            {
                let role = format!("arn:{partition}:iam::111122223333:role/R").parse().unwrap();
                open(&config, AssumeRole { role, ..worker() }).await.unwrap();
                let asked = sts.asked().pop().unwrap();
                assert_eq!(asked["at"], format!("https://sts.{region}.{}/", known.dns_suffix));
                assert!(asked["by"].contains(&format!("/{region}/sts/")), "{}", asked["by"]);
            }
        }
    }
}

fn elsewhere(sts: &Sts, partition: domain::Partition) -> aws_config::SdkConfig {
    let other = if partition == domain::Partition::Aws { "cn-north-1" } else { "us-east-1" };
    sts.config().to_builder().region(aws_config::Region::from_static(other)).build()
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
        let sts = Sts::new(move |_| crate::recorded::Said::Xml(200, said.clone()));
        let caller = crate::caller(&sts.config()).await;
        match expected {
            Ok(partition) => assert_eq!(caller.unwrap().account.partition, partition),
            Err(named) => assert!(caller.unwrap_err().to_string().contains(named)),
        }
    }
}
