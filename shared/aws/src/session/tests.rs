use super::*;
use crate::recorded::{Sts, error, opened, opened_until};
use domain::RoleName;

fn worker() -> AssumeRole {
    AssumeRole {
        role: "arn:aws:iam::111122223333:role/InfraAuditWorker".parse().unwrap(),
        external_id: None,
        name: SessionName::new("api").unwrap(),
        cap: SessionPolicy::assume_role(domain::Partition::Aws, &RoleName::default()),
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
    let door = AssumeRole { external_id: Some("never-told".parse().unwrap()), ..worker() };
    let refused = open(&sts.config(), door).await.unwrap_err();
    let said = format!("{refused} {refused:?}");
    assert!(said.contains("is malformed") && !said.contains("never-told"), "{said}");
}

#[test]
fn a_session_name_tells_who_it_is_and_fits() {
    let long = SessionName::new(&"x".repeat(100)).unwrap();
    assert!(long.0.starts_with("InfraAudit-") && long.0.len() == 64);
    assert!(SessionName::new("no spaces").is_err());
}
