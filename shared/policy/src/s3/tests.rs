use super::*;

fn is_public(principal: &str, condition: &str) -> bool {
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow",{principal},"Action":"s3:GetObject","Resource":"*","Condition":{condition}}}]}}"#
    );
    public_statements(&Document::parse(&text).unwrap()).count() == 1
}

#[test]
fn everyone_is_public_and_someone_is_not() {
    assert!(is_public(r#""Principal":"*""#, "{}"));
    assert!(is_public(r#""Principal":{"AWS":["111122223333","*"]}"#, "{}"));
    assert!(is_public(r#""NotPrincipal":{"AWS":"111122223333"}"#, "{}"));
    assert!(!is_public(r#""Principal":{"AWS":"111122223333"}"#, "{}"));
    assert!(!is_public(r#""Principal":{"Service":"ec2.amazonaws.com"}"#, "{}"));
    assert!(is_public(r#""Principal":{"AWS":"arn:aws:iam::111122223333:user/*"}"#, "{}"));
    assert!(is_public(r#""Principal":{"Federated":"graph.facebook.com"}"#, "{}"));
    assert!(!is_public(r#""Principal":{"CanonicalUser":"79a59df900b949e5"}"#, "{}"));
}

fn to_everyone(condition: &str) -> bool {
    is_public(r#""Principal":"*""#, condition)
}

#[test]
fn conditions_count_when_they_demand_the_key() {
    for (condition, public) in [
        (r#"{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3"}}"#, false),
        (r#"{"ForAnyValue:StringEquals":{"aws:PrincipalOrgPaths":"o-a1/r-b2/ou-c3/"}}"#, false),
        (r#"{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-a1b2c3"}}"#, true),
        (r#"{"ForAllValues:StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3"}}"#, true),
        (r#"{"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3"}}"#, true),
        (r#"{"StringEquals":{"aws:PrincipalOrgID":[]}}"#, true),
        (r#"{"Null":{"aws:SourceVpc":"false"}}"#, true),
        (r#"{"Bool":{"aws:SecureTransport":"true"}}"#, true),
        (r#"{"StringEquals":{"aws:Referer":"https://example.com"}}"#, true),
        (r#"{"StringEquals":{"s3:prefix":"home/"}}"#, true),
        (r#"{"Bool":{"aws:PrincipalIsAWSService":"true"}}"#, false),
        (r#"{"Bool":{"aws:PrincipalIsAWSService":"false"}}"#, true),
    ] {
        assert_eq!(to_everyone(condition), public, "{condition}");
    }
}

#[test]
fn every_key_counts_with_fixed_values_under_every_positive_operator() {
    for key in FIXED_KEYS {
        for operator in
            ["StringEquals", "StringLike", "StringEqualsIgnoreCase", "ArnEquals", "ArnLike"]
        {
            let with = |value: &str| {
                to_everyone(&format!(r#"{{"{operator}":{{"{key}":["fixed","{value}"]}}}}"#))
            };
            assert!(!with("arn:aws:sns:eu-west-1:111122223333:topic"), "{operator} {key}");
            for open in ["*", "a*", "a?", "${aws:PrincipalTag/x}", ""] {
                assert!(with(open), "{operator} {key} {open}");
            }
        }
        let upper = key.to_uppercase();
        assert!(!to_everyone(&format!(r#"{{"StringEquals":{{"{upper}":"fixed"}}}}"#)), "{upper}");
    }
}

#[test]
fn an_access_points_name_may_be_open_and_its_account_may_not() {
    for (value, public) in [
        ("arn:aws:s3:us-west-2:111122223333:accesspoint/a", false),
        ("arn:aws:s3:us-west-2:111122223333:accesspoint/*", false),
        ("arn:aws:s3:us-west-2:*:accesspoint/a", true),
        ("arn:aws:s3:us-west-2:${aws:PrincipalAccount}:accesspoint/a", true),
        ("arn:aws:s3:us-west-2:111122223333:accesspoint/${aws:username}", true),
        ("*", true),
    ] {
        let condition = format!(r#"{{"StringLike":{{"s3:DataAccessPointArn":"{value}"}}}}"#);
        assert_eq!(to_everyone(&condition), public, "{value}");
    }
}

#[test]
fn users_of_a_role_and_roles_of_an_account_are_patterns() {
    for condition in [
        r#"{"StringLike":{"aws:userid":"AROAEXAMPLE:*"}}"#,
        r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/*"}}"#,
        r#"{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:111122223333:*"}}"#,
    ] {
        assert!(to_everyone(condition), "{condition}");
    }
}

#[test]
fn ranges_count_up_to_a_width() {
    for (range, public) in [
        ("54.240.143.1", false),
        ("54.0.0.0/8", false),
        ("54.0.0.0/7", true),
        ("0.0.0.0/0", true),
        ("10.0.0.0/8", false),
        ("10.0.0.0/4", true),
        ("192.168.0.0/1", true),
        ("172.16.0.0/12", false),
        ("54.0.0.0/33", true),
        ("54.0.0.0/+9", true),
        ("2001:db8::1", false),
        ("2001:db8::/32", false),
        ("2001:db8::/31", true),
        ("::/0", true),
        ("${aws:SourceIp}", true),
    ] {
        let condition = format!(r#"{{"IpAddress":{{"aws:SourceIp":"{range}"}}}}"#);
        assert_eq!(to_everyone(&condition), public, "{range}");
    }
    assert!(to_everyone(r#"{"IpAddress":{"aws:SourceIp":["54.0.0.0/8","10.0.0.0/4"]}}"#));
    assert!(to_everyone(r#"{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#));
}
