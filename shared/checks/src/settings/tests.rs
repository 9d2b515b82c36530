use serde_json::json;

use super::*;

fn problems<T: std::fmt::Debug>(read: SettingResult<T>) -> Vec<(String, String)> {
    read.unwrap_err().into_iter().map(|error| (error.field, error.problem)).collect()
}

#[test]
fn thresholds_are_read_and_bounded() {
    let read = read_thresholds(&json!({"access_key_days": 45})).unwrap();
    assert_eq!(
        read,
        ThresholdOverrides { access_key_days: Some(45), ..ThresholdOverrides::default() }
    );
    for (value, field, sign) in [
        (json!({"access_key_day": 45}), "access_key_day", "did you mean `access_key_days`"),
        (json!({"access_key_days": -1}), "access_key_days", "`-1` is not a whole number"),
        (json!({"access_key_days": 1.5}), "access_key_days", "`1.5` is not a whole number"),
        (json!({"access_key_days": "45"}), "access_key_days", "it is a text, not a whole number"),
        (json!({"access_key_days": 36_501}), "access_key_days", "out of bounds"),
        (json!({"kms_rotation_days": 89}), "kms_rotation_days", "out of bounds"),
        (json!([]), "", "it is a list, not a table"),
    ] {
        let told = problems(read_thresholds(&value));
        assert!(told.len() == 1 && told[0].0 == field && told[0].1.contains(sign), "{told:?}");
    }
}

#[test]
fn trust_is_read_and_typed() {
    let value = json!({
        "organizations": ["o-a1b2c3d4e5"], "accounts": {"444455556666": "shared services"},
        "vpc_endpoints": ["vpce-1a2b3c4d"], "vpcs": [],
    });
    let read = read_trust(&value).unwrap();
    assert_eq!(read.accounts.unwrap().into_values().collect::<Vec<_>>(), ["shared services"]);
    assert_eq!((read.vpcs.unwrap().len(), read.organizations.unwrap().len()), (0, 1));
    let wrong = json!({
        "organization": [], "accounts": {"4444": "x", "444455556666": ""}, "vpcs": ["vpce-1a2b3c4d", 1],
    });
    let mut told: Vec<_> =
        problems(read_trust(&wrong)).into_iter().map(|(field, _)| field).collect();
    told.sort_unstable();
    assert_eq!(
        told,
        ["accounts.4444", "accounts.444455556666", "organization", "vpcs[0]", "vpcs[1]"]
    );
}

#[test]
fn checks_are_known_and_switched_with_a_reason() {
    let value = json!({
        "enable": ["ec2_imdsv2"], "disable": {"ec2_public_ip": " bastions are public "},
        "severity": {"s3_encryption": {"severity": "low", "reason": "public data"}},
    });
    let read = read_checks(&value).unwrap();
    assert_eq!(read.disable["ec2_public_ip"], "bastions are public");
    assert_eq!(read.severity["s3_encryption"].severity, Severity::Low);
    for (value, field, sign) in [
        (json!({"disabled": {}}), "disabled", "did you mean `disable`"),
        (json!({"enable": ["s3_encrypton"]}), "enable[0]", "did you mean `s3_encryption`"),
        (json!({"disable": {"s3_encryption": ""}}), "disable.s3_encryption", "empty"),
        (json!({"disable": {"s3_encryption": "a\nb"}}), "disable.s3_encryption", "line breaks"),
        (json!({"disable": ["s3_encryption"]}), "disable", "a list, not a table"),
        (
            json!({"severity": {"s3_encryption": {"severity": "low"}}}),
            "severity.s3_encryption.reason",
            "missing",
        ),
        (
            json!({"severity": {"s3_encryption": {"severity": "lo", "reason": "x"}}}),
            "severity.s3_encryption.severity",
            "`lo` is not a valid severity",
        ),
        (json!({"severity": {"s3_encryption": "low"}}), "severity.s3_encryption", "not a table"),
        (
            json!({"enable": ["s3_encryption"], "disable": {"s3_encryption": "x"}}),
            "disable.s3_encryption",
            "in `enable` too",
        ),
    ] {
        let told = problems(read_checks(&value));
        assert!(told.len() == 1 && told[0].0 == field && told[0].1.contains(sign), "{told:?}");
    }
}

#[test]
fn too_much_is_refused() {
    let many: Vec<_> = (0..101).map(|number| format!("vpc-{number:08x}")).collect();
    assert!(problems(read_trust(&json!({ "vpcs": many })))[0].1.contains("101 entries"));
    let long = json!({"disable": {"s3_encryption": "x".repeat(201)}});
    assert!(problems(read_checks(&long))[0].1.contains("too long"));
}

#[test]
fn the_accounts_word_counts_over_the_operators() {
    let said = |value| AuditOverrides {
        checks: read_checks(&value).unwrap(),
        ..AuditOverrides::default()
    };
    let operator =
        said(json!({"disable": {"ec2_public_ip": "everywhere", "s3_encryption": "old"}}));
    let account = said(json!({"enable": ["ec2_public_ip"]}));
    let settings = overridden(&overridden(&AuditSettings::default(), &operator), &account);
    let disabled = |id| find(id).unwrap().disabled(&settings.checks);
    assert_eq!((disabled("ec2_public_ip"), disabled("s3_encryption")), (None, Some("old")));
}
