use super::*;
use crate::{SESSION_POLICY_CHARACTERS, SessionName};
use proptest::prelude::*;
use recorded_aws::{Aws, error, sts::opened};

/// 57 services of AWS by IAM's prefix, with the number of actions that settings of each take to read, and the usual
/// length of their names.
const SERVICES: &[(&str, usize, usize)] = &[
    ("access-analyzer", 4, 15),
    ("account", 1, 19),
    ("acm", 2, 17),
    ("acm-pca", 1, 26),
    ("apigateway", 1, 3),
    ("athena", 2, 13),
    ("autoscaling", 2, 26),
    ("backup", 3, 23),
    ("bedrock", 3, 22),
    ("budgets", 1, 10),
    ("ce", 2, 20),
    ("cloudformation", 1, 14),
    ("cloudfront", 2, 19),
    ("cloudtrail", 4, 13),
    ("cloudwatch", 1, 14),
    ("codebuild", 2, 14),
    ("cognito-identity", 3, 19),
    ("cognito-idp", 2, 14),
    ("config", 3, 29),
    ("dynamodb", 4, 16),
    ("ec2", 28, 22),
    ("ecr", 3, 23),
    ("ecs", 5, 17),
    ("eks", 7, 19),
    ("elasticache", 2, 23),
    ("elasticfilesystem", 3, 21),
    ("elasticloadbalancing", 5, 20),
    ("elasticmapreduce", 3, 19),
    ("es", 2, 15),
    ("events", 3, 13),
    ("glue", 3, 21),
    ("guardduty", 10, 17),
    ("iam", 17, 21),
    ("inspector2", 3, 18),
    ("kafka", 1, 14),
    ("kinesis", 2, 16),
    ("kms", 6, 12),
    ("lambda", 3, 14),
    ("logs", 4, 21),
    ("macie2", 2, 24),
    ("mq", 2, 12),
    ("network-firewall", 4, 22),
    ("organizations", 9, 20),
    ("rds", 9, 24),
    ("redshift", 3, 20),
    ("route53", 2, 18),
    ("route53domains", 1, 11),
    ("s3", 16, 20),
    ("sagemaker", 2, 22),
    ("secretsmanager", 2, 14),
    ("securityhub", 6, 22),
    ("sns", 4, 16),
    ("sqs", 2, 14),
    ("ssm", 6, 22),
    ("states", 2, 18),
    ("transfer", 2, 12),
    ("wafv2", 4, 16),
];

fn service(prefix: &str) -> Service {
    Service::stored(&prefix.replace('-', "_")).unwrap()
}

fn action(prefix: &str, number: usize, length: usize) -> &'static str {
    format!("{prefix}:{:A<length$}", format!("Get{number}"), length = length.max(5)).leak()
}

fn all_services() -> Needs {
    let of = |&(prefix, actions, length): &(&str, usize, usize)| {
        (service(prefix), (0..actions).map(|number| action(prefix, number, length)).collect())
    };
    SERVICES.iter().map(of).collect()
}

fn role() -> AssumeRole {
    AssumeRole {
        role: "arn:aws:iam::444455556666:role/CloudDoctorAuditRole".parse().unwrap(),
        external_id: None,
        name: SessionName::new("test").unwrap(),
        policy: SessionPolicy::nothing(),
    }
}

/// Every service is in one pack with all of its actions, and no policy lets through what no service of it needs.
fn holds(needs: &Needs, packs: &[Pack]) {
    let mut packed = Needs::new();
    for pack in packs {
        let allowed: BTreeSet<_> = pack.0.values().flatten().copied().collect();
        match pack.policy(Partition::Aws) {
            SessionPolicy::Policy(policy) => {
                assert!(policy.len() <= SESSION_POLICY_CHARACTERS, "{policy}");
                assert!(!policy.contains(char::is_whitespace), "{policy}");
                let policy: serde_json::Value = serde_json::from_str(&policy).unwrap();
                assert_eq!(policy["Statement"][0]["Action"], serde_json::json!(allowed));
            }
            SessionPolicy::SecurityAudit(_) => assert_eq!(pack.0.len(), 1, "one alone, too long"),
        }
        for (service, actions) in &pack.0 {
            assert_eq!(packed.insert(*service, actions.clone()), None, "{service} twice");
        }
    }
    assert_eq!(&packed, needs);
}

#[test]
fn fifty_seven_services_take_a_few_sessions() {
    let needs = all_services();
    assert_eq!(needs.len(), 57);
    let packs = Pack::all(needs.clone());
    holds(&needs, &packs);
    let characters: usize = needs.values().map(SessionPolicy::characters).sum();
    // What no packing can be better than, and one more.
    assert!(packs.len() <= characters.div_ceil(SESSION_POLICY_CHARACTERS) + 1, "{}", packs.len());
    assert_eq!(packs.len(), 4);
}

#[test]
fn the_services_of_this_version_share_sessions() {
    let of = |service: &Service| {
        (*service, service.reads().iter().flat_map(|read| read.actions).copied().collect())
    };
    let needs: Needs = Service::ALL.iter().map(of).collect();
    let packs = Pack::all(needs.clone());
    holds(&needs, &packs);
    assert!(packs.len() < needs.len(), "{} sessions", packs.len());
}

#[test]
fn a_service_that_fits_no_policy_is_alone_under_the_managed_one() {
    let mut needs = all_services();
    let long = service("ec2");
    needs.insert(long, (0..100).map(|number| action("ec2", number, 25)).collect());
    let packs = Pack::all(needs.clone());
    holds(&needs, &packs);
    let pack = packs.iter().find(|pack| pack.has(long)).unwrap();
    let managed = SessionPolicy::SecurityAudit("arn:aws:iam::aws:policy/SecurityAudit".into());
    assert_eq!(pack.policy(Partition::Aws), managed);
}

#[test]
fn what_needs_nothing_may_do_nothing() {
    let pack = Pack::of(Service::Kms, BTreeSet::new());
    assert_eq!(pack.policy(Partition::Aws), SessionPolicy::nothing());
}

/// STS that takes no policy with more than so many actions, in AWS's words.
fn takes(most: usize) -> Aws {
    Aws::new(move |asked| {
        // The form's encoding of `:`.
        match asked.field("Policy").unwrap().matches("%3AGet").count() {
            few if few <= most => opened("444455556666"),
            _ => error(
                400,
                "PackedPolicyTooLarge",
                "Packed policy consumes 114% of allotted space, please use smaller policy.",
            ),
        }
    })
}

#[tokio::test]
async fn a_pack_that_aws_cannot_pack_is_split_until_it_can() {
    let needs = all_services();
    let [pack, ..] = &Pack::all(needs.clone())[..] else { panic!("there are some") };
    let sts = takes(28);
    let opened = open_pack(&sts.config("us-east-1"), &role(), pack.clone()).await;
    assert!(opened.len() > 1 && opened.iter().all(|(_, session)| session.is_ok()), "{opened:?}");
    let parts: Vec<_> = opened.into_iter().map(|(pack, _)| pack).collect();
    holds(&pack.0, &parts);
    assert_eq!(sts.asked().len(), 2 * parts.len() - 1, "each split is one refusal");
}

#[tokio::test]
async fn one_service_alone_that_aws_cannot_pack_is_told_as_that() {
    let needs: Needs = all_services()
        .into_iter()
        .filter(|(_, actions)| actions.len() == 17 || actions.len() == 1)
        .collect();
    let [pack] = &Pack::all(needs)[..] else { panic!("they fit one session") };
    let opened = open_pack(&takes(16).config("us-east-1"), &role(), pack.clone()).await;
    let refused: Vec<_> = opened.iter().filter(|(_, session)| session.is_err()).collect();
    let [(alone, Err(refused))] = &refused[..] else { panic!("one: {refused:?}") };
    assert_eq!(alone.services().collect::<Vec<_>>(), [Service::Iam]);
    assert!(refused.is_too_large() && !refused.is_denial());
    let told = refused.to_string();
    assert!(told.contains("`PackedPolicyTooLarge`") && told.contains("114%"), "{told}");
    assert!(told.contains("--check") && !told.contains("trust policy"), "{told}");
}

#[tokio::test]
async fn a_refusal_of_another_kind_splits_nothing() {
    for said in [error(403, "AccessDenied", "no"), error(400, "ValidationError", "no"), None] {
        let sts = Aws::new(move |_| said.clone());
        let pack = Pack(all_services().into_iter().take(9).collect());
        let opened = open_pack(&sts.config("us-east-1"), &role(), pack.clone()).await;
        let [(whole, Err(_))] = &opened[..] else { panic!("{opened:?}") };
        assert_eq!(*whole, pack);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever services need, each is packed once and whole, no policy is too long, and the order does not matter.
    #[test]
    fn every_service_is_in_one_pack(
        sizes in prop::collection::btree_map("[a-z]{2,14}", (1_usize..40, 5_usize..45), 1..60),
    ) {
        let of = |(prefix, (actions, length)): (&String, &(usize, usize))| {
            (service(prefix), (0..*actions).map(|number| action(prefix, number, *length)).collect())
        };
        let needs: Needs = sizes.iter().map(of).collect();
        let packs = Pack::all(needs.clone());
        holds(&needs, &packs);
        prop_assert_eq!(&packs, &Pack::all(needs.clone()));
        // No two packs would have fitted one.
        for (at, pack) in packs.iter().enumerate() {
            for other in &packs[at + 1..] {
                prop_assert!(!pack.takes(&other.actions()), "{:?} and {:?}", pack, other);
            }
            if let Some(halves) = pack.halves() {
                holds(&pack.0, &halves);
            }
        }
    }
}
