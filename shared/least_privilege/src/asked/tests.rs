use std::collections::BTreeSet;

use super::*;

/// Every action of the tables exists, and every row says how it is known.
#[test]
fn every_row_names_what_exists_and_says_where_it_is_documented() {
    let facts = Facts::bundled().unwrap();
    let exists = |action: &str| assert!(facts.action(action).is_some(), "{action}");
    for row in BY_PARAMETER {
        for action in row.of.iter().chain(row.actions) {
            exists(action);
        }
        assert!(row.documented.starts_with("https://docs.aws.amazon.com/"), "{row:?}");
        let everything = matches!(row.on, On::Everything | On::Destination(_));
        for action in row.actions.iter().filter(|_| everything) {
            let on_all = facts.action(action).unwrap().is_wildcard_only();
            // Some work on the log groups that are made for the delivery, which have no names yet.
            assert!(on_all || action.starts_with("logs:"), "{action} works on something");
        }
    }
    for row in TAGGING {
        let actions = [row.action, row.takes].into_iter().flatten();
        for action in actions {
            exists(&format!("{}:{action}", row.service));
        }
        assert!(row.documented.starts_with("https://docs.aws.amazon.com/"), "{row:?}");
    }
    for (own, versioned) in VERSIONS {
        exists(own);
        exists(versioned);
    }
    for row in NOT_TOLD {
        exists(row.action);
    }
}

/// What the Service Authorization Reference knows of tags is what decides: no service that tags is left out unseen.
#[test]
fn services_that_take_tags_have_an_action_that_tags() {
    let facts = Facts::bundled().unwrap();
    let mut without = BTreeSet::new();
    for service in facts.services() {
        for action in service.actions() {
            let name = format!("{}:{}", service.prefix(), action.name());
            if taker(&facts, &name).is_some() && tagger(service, action).is_none() {
                without.insert(service.prefix());
            }
        }
    }
    // Their tags are decided by the actions that make things, or by methods of HTTP; three have no API that is public.
    let known = [
        "apigateway",
        "codebuild",
        "codestar",
        "ebs",
        "elemental-support-cases",
        "eventsbilltoaws",
        "freertos",
    ];
    assert_eq!(without.iter().copied().collect::<Vec<_>>(), known);
    for service in
        ["acm", "dynamodb", "ec2", "ecs", "iam", "kms", "lambda", "rds", "s3", "sns", "sqs", "ssm"]
    {
        assert!(!without.contains(service), "{service}");
    }
}

#[test]
fn an_alias_tells_no_key_and_an_id_does() {
    let place = Place { partition: "aws", region: "eu-west-1", account: "111122223333" };
    let id = "11111111-2222-3333-4444-555555555555";
    let arn = format!("arn:aws:kms:eu-west-1:111122223333:key/{id}");
    assert_eq!(key(place, id), Some(arn.clone()));
    assert_eq!(key(place, &arn), Some(arn));
    assert_eq!(key(place, "alias/mine"), None);
    assert_eq!(key(place, "arn:aws:kms:eu-west-1:111122223333:alias/mine"), None);
}
