use super::*;

fn call(source: &str, name: &str) -> Call {
    let text = format!(r#"{{"eventSource": "{source}.amazonaws.com", "eventName": "{name}"}}"#);
    let record: Record<'_> = serde_json::from_str(&text).unwrap();
    of(&Facts::bundled().unwrap(), &record)
}

#[track_caller]
fn takes(source: &str, name: &str, actions: &[&str]) {
    let Call::Takes(taken) = call(source, name) else {
        panic!("{source} {name}: {:?}", call(source, name));
    };
    assert_eq!(taken.iter().map(|taken| &*taken.action).collect::<Vec<_>>(), actions);
}

#[test]
fn a_call_takes_the_action_of_its_name_or_of_the_table() {
    takes("dynamodb", "PutItem", &["dynamodb:PutItem"]);
    takes("s3", "ListObjectsV2", &["s3:ListBucket"]);
    takes("s3", "GetBucketCors", &["s3:GetBucketCORS"]);
    takes("s3", "CopyObject", &["s3:PutObject", "s3:GetObject"]);
    takes("lambda", "Invoke", &["lambda:InvokeFunction"]);
    takes("lambda", "CreateFunction20150331", &["lambda:CreateFunction"]);
    takes("lambda", "UpdateFunctionCode20150331v2", &["lambda:UpdateFunctionCode"]);
    takes("cloudfront", "CreateDistribution2020_05_31", &["cloudfront:CreateDistribution"]);
    takes("monitoring", "PutMetricAlarm", &["cloudwatch:PutMetricAlarm"]);
    takes("email", "SendEmail", &["ses:SendEmail"]);
    takes(
        "autoscaling",
        "RegisterScalableTarget",
        &["application-autoscaling:RegisterScalableTarget"],
    );
    takes("autoscaling", "SetDesiredCapacity", &["autoscaling:SetDesiredCapacity"]);
    takes("apigateway", "CreateApi", &["apigateway:POST"]);
    takes("apigateway", "ImportApi", &["apigateway:PUT"]);
    takes("apigateway", "ReimportApi", &["apigateway:PUT"]);
    takes("apigateway", "GetVpcLinks", &["apigateway:GET"]);
    takes("apigateway", "UpdateRoute", &["apigateway:PATCH"]);
    takes("kms", "ReEncrypt", &["kms:ReEncryptFrom", "kms:ReEncryptTo"]);
}

#[test]
fn what_maps_to_nothing_known_is_not_guessed() {
    for (source, name) in [
        ("s3", "GetObjekt"),
        ("nowhere", "GetObject"),
        ("dynamodb", "ExecuteStatement"),
        ("dynamodb", "PutItem20150331"),
        ("lambda", "20150331"),
        ("", ""),
    ] {
        assert!(matches!(call(source, name), Call::Unmapped(_)), "{source} {name}");
    }
}

#[test]
fn a_sign_in_takes_no_permission() {
    let text = r#"{"eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin", "eventType": "AwsConsoleSignIn"}"#;
    let record: Record<'_> = serde_json::from_str(text).unwrap();
    assert_eq!(of(&Facts::bundled().unwrap(), &record), Call::Free);
    assert_eq!(call("sts", "GetCallerIdentity"), Call::Free);
}

/// A row is there because the names differ, its actions exist, and it says how that is known.
#[test]
fn every_row_is_needed_and_true() {
    let facts = Facts::bundled().unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for row in TABLE {
        let Row { service, call, actions, copied, documented } = row;
        assert!(seen.insert((service, call.to_lowercase())), "{service} {call} stands twice");
        let own = format!("{service}:{call}");
        let alone = facts.action(&own).is_some() && *actions == [own.as_str()];
        assert!(!alone, "{own} is the action of its own name");
        if service == &"apigateway" {
            let usual = VERBS.iter().find(|(verb, _)| call.starts_with(verb));
            let usual = usual.map(|(_, method)| format!("apigateway:{method}"));
            assert!(
                usual.is_none_or(|usual| *actions != [usual.as_str()]),
                "{own} keeps to its verb"
            );
        }
        assert!(!actions.is_empty(), "{service} {call}");
        for action in actions.iter().chain(*copied) {
            assert!(facts.action(action).is_some(), "{action}");
        }
        assert!(documented.starts_with("https://docs.aws.amazon.com/"), "{service} {call}");
    }
    for row in SERVICES {
        assert!(row.prefixes.iter().all(|prefix| facts.service(prefix).is_some()), "{row:?}");
        assert!(row.documented.starts_with("https://docs.aws.amazon.com/"), "{row:?}");
        assert!(facts.service(row.source).is_none() || row.prefixes.contains(&row.source));
    }
    for (_, method) in VERBS {
        assert!(facts.action(&format!("apigateway:{method}")).is_some(), "{method}");
    }
    for (service, call, _) in OPEN {
        assert!(facts.action(&format!("{service}:{call}")).is_none(), "{service}:{call}");
    }
    for (service, call, documented) in FREE {
        assert!(facts.action(&format!("{service}:{call}")).is_some(), "{service}:{call}");
        assert!(documented.starts_with("https://docs.aws.amazon.com/"), "{service}:{call}");
    }
    for (service, documented) in DATED {
        assert!(
            facts.service(service).is_some() && documented.starts_with("https://"),
            "{service}"
        );
    }
}
