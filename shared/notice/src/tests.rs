use domain::{Account, AlertState, AuditId, Fingerprint, Partition, Service, Severity, Tenant};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn alert() -> Alert {
    let account = Account { partition: Partition::Aws, id: "111122223333".parse().unwrap() };
    let arn = "arn:aws:s3:::payroll";
    Alert {
        tenant: Tenant::local(),
        audit_id: AuditId(Uuid::nil()),
        fingerprint: Fingerprint::new(&account, "eu-west-1", "s3_public_access", arn, None),
        account: account.id,
        check_id: "s3_public_access".into(),
        category: Service::S3,
        severity: Severity::Critical,
        state: AlertState::New,
        resource: arn.into(),
        sub_resource: None,
        region: "eu-west-1".into(),
        headline: "Bucket is open to the public".into(),
        evidence: "the policy lets everyone read".into(),
        risk: "Anyone can copy it.".into(),
        remedy: "Block public access.".into(),
        reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/".into(),
        first_seen: "2026-11-22T02:00:11Z".parse().unwrap(),
        lang: "en".into(),
    }
}

#[test]
fn an_english_notice_tells_what_where_since_when_and_how_to_fix_it() {
    let notice = Notice::of(&alert());
    assert_eq!(notice.subject, "[InfraAudit] CRITICAL s3_public_access in 111122223333: payroll");
    let expected = "\
[Critical] Bucket is open to the public

Resource: arn:aws:s3:::payroll

Account: 111122223333, region eu-west-1

First seen: 2026-11-22T02:00:11Z

Evidence: the policy lets everyone read

Risk: Anyone can copy it.

How to fix it: Block public access.

AWS documentation: https://docs.aws.amazon.com/AmazonS3/latest/userguide/

-- 
InfraAudit, check s3_public_access, audit 00000000-0000-0000-0000-000000000000
";
    assert_eq!(notice.text, expected);
    let attributes = [
        ("severity", "critical"),
        ("category", "s3"),
        ("account", "111122223333"),
        ("state", "new"),
    ];
    assert_eq!(notice.attributes, attributes.map(|(name, value)| (name, value.to_owned())));
}

#[test]
fn a_korean_notice_has_a_korean_frame_and_a_plain_subject() {
    let korean =
        Alert { lang: "ko".into(), headline: "버킷이 공개되어 있음".into(), ..alert() };
    let notice = Notice::of(&korean);
    assert!(notice.text.starts_with("[심각] 버킷이 공개되어 있음\n"), "{}", notice.text);
    for label in ["리소스", "계정", "최초 발견", "근거", "위험", "조치 방법", "AWS 문서"]
    {
        assert!(notice.text.contains(&format!("\n{label}: ")), "{label} is missing");
    }
    assert_eq!(notice.subject, Notice::of(&alert()).subject);
}

#[test]
fn a_part_of_a_resource_is_named_and_what_is_empty_is_left_out() {
    let key = Alert {
        resource: "arn:aws:iam::111122223333:user/ops/kim".into(),
        sub_resource: Some("AKIAIOSFODNN7EXAMPLE".into()),
        evidence: String::new(),
        ..alert()
    };
    let notice = Notice::of(&key);
    let resource = "Resource: arn:aws:iam::111122223333:user/ops/kim (AKIAIOSFODNN7EXAMPLE)\n";
    assert!(notice.text.contains(resource), "{}", notice.text);
    assert!(!notice.text.contains("Evidence"), "{}", notice.text);
    assert!(notice.subject.ends_with(": kim"), "{}", notice.subject);
}

proptest! {
    #[test]
    fn a_subject_is_one_line_that_sns_takes(resource in ".{0,300}", check in "[a-z_0-9]{1,120}") {
        let notice = Notice::of(&Alert { resource, check_id: check, ..alert() });
        prop_assert!((1..100).contains(&notice.subject.len()));
        prop_assert!(notice.subject.bytes().all(|byte| (0x20..=0x7e).contains(&byte)));
        prop_assert!(notice.subject.starts_with("[InfraAudit] "));
    }
}
