use domain::{Account, Evidence, Fingerprint, Partition, Resource, Severity, Verdict};

use super::*;

fn finding(check: &'static str, kind: &'static str, arn: &str, evidence: Evidence) -> Finding {
    let account = Account { partition: Partition::Aws, id: "111122223333".parse().unwrap() };
    Finding {
        fingerprint: Fingerprint::new(&account, "eu-west-1", check, arn, None),
        check_id: check.into(),
        service: crate::find(check).unwrap().service(),
        severity: Severity::High,
        verdict: Verdict::Fail,
        resource: Resource {
            arn: arn.into(),
            kind: kind.into(),
            region: "eu-west-1".into(),
            account: account.id,
            tags: None,
        },
        sub_resource: None,
        evidence,
        suppressed: None,
    }
}

fn remedies(finding: &Finding) -> PresentedRemedies {
    PresentedRemedies::new(crate::find(&finding.check_id).unwrap(), finding, Lang::En)
}

#[test]
fn a_resource_is_called_by_what_its_commands_take() {
    for (arn, kind, name) in [
        ("arn:aws:s3:::logs", "AWS::S3::Bucket", "logs"),
        ("arn:aws:ec2:eu-west-1:111122223333:instance/i-1", "AWS::EC2::Instance", "i-1"),
        ("arn:aws:iam::111122223333:user/team/a/kim", "AWS::IAM::User", "kim"),
        ("arn:aws:iam::111122223333:root", "AWS::::Account", "root"),
        ("arn:aws:logs:eu-west-1:111122223333:log-group:/a/b", "AWS::Logs::LogGroup", "/a/b"),
        ("arn:aws:ssm:eu-west-1:111122223333:parameter/a/b", "AWS::SSM::Parameter", "a/b"),
    ] {
        assert_eq!(name_of(arn, kind), name, "{arn}");
    }
}

#[test]
fn the_resources_values_are_filled_in() {
    let arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd";
    let told = remedies(&finding(
        "kms_rotation",
        "AWS::KMS::Key",
        arn,
        Evidence::of("off").with("limit", 180_i64),
    ));
    let cli = told.cli.unwrap();
    for part in ["--region=eu-west-1", "--key-id=1234abcd", "--rotation-period-in-days=180"] {
        assert!(cli.contains(part), "{part} in {cli}");
    }
    assert!(told.terraform.unwrap().contains("rotation_period_in_days = 180"));
    assert!(told.without.is_empty(), "{:?}", told.without);
}

#[test]
fn a_command_that_lacks_a_value_is_not_shown() {
    let user = "arn:aws:iam::111122223333:user/kim";
    let told =
        remedies(&finding("iam_access_key_age", "AWS::IAM::AccessKey", user, Evidence::default()));
    assert_eq!(told.cli, None, "whose key, but not which");
    assert!(told.without["cli"].contains("`part`"), "{:?}", told.without);
    let hostile = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/x";
    let evidence = Evidence::of("public").with("bucket", "file:///etc/passwd");
    let told =
        remedies(&finding("cloudtrail_bucket_public", "AWS::CloudTrail::Trail", hostile, evidence));
    assert_eq!(told.cli, None);
    assert!(told.terraform.is_some());
}

#[test]
fn braces_that_are_no_placeholder_stay() {
    let text = |template: &str| {
        let pieces = pieces(template).map(|piece| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Placeholder(name) => format!("<{name}>"),
        });
        pieces.collect::<String>()
    };
    assert_eq!(
        text("a {name}={\"Rules\":[{}]} {a b} {arn"),
        "a <name>={\"Rules\":[{}]} {a b} {arn"
    );
    assert_eq!(text("{name}{part}"), "<name><part>");
    assert_eq!(text(""), "");
}
