//! Which resources have policies of their own, that decide beside the caller's.
//!
//! Sources: IAM User Guide, *AWS services that work with IAM* (column "Resource-based policies"), and the actions of
//! the Service Authorization Reference that set such a policy (`PutResourcePolicy`, `AddPermission`, …).

use crate::Arn;
use crate::request::Request;

/// Whether a resource has a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// Its kind has none.
    Never,
    /// Its owner may have given it one.
    Perhaps,
    /// It has one, or nobody may use it: KMS keys, roles that are assumed, resources of other accounts.
    Always,
}

/// Services in ARNs, with the beginnings of the resource parts of those that have policies; an empty one is any.
///
/// Shares by AWS RAM are not policies; kinds that have policies for RAM's sake alone count where an action sets them.
const WITH_POLICIES: &[(&str, &[&str])] = &[
    ("acm-pca", &["certificate-authority/"]),
    ("agent-registry", &["registry/"]),
    ("aiops", &["investigation-group/"]),
    ("apigateway", &["/domainnames/", "/portalproducts/"]),
    ("appmesh", &["mesh/"]),
    ("appmesh-preview", &["mesh/"]),
    ("aps", &["workspace/"]),
    ("aws-marketplace", &[""]),
    ("backup", &["backup-vault:"]),
    ("bedrock", &[""]),
    ("bedrock-agentcore", &[""]),
    ("billing", &["billingview/"]),
    ("cleanrooms-ml", &["configured-audience-model/"]),
    ("cloudfront", &["vpcorigin/"]),
    ("cloudhsm", &["backup/"]),
    ("cloudtrail", &["channel/", "dashboard/", "eventdatastore/"]),
    ("codeartifact", &["domain/", "package/", "package-group/", "repository/"]),
    ("codebuild", &["project/", "report-group/"]),
    ("codeguru-profiler", &["profilingGroup/"]),
    ("comprehend", &[""]),
    ("dsql", &["cluster/"]),
    ("dynamodb", &["table/"]),
    ("ecr", &["repository/"]),
    ("ecr-public", &["repository/"]),
    ("elasticfilesystem", &["access-point/", "file-system/"]),
    ("elemental-inference", &["feed/"]),
    ("entityresolution", &[""]),
    ("es", &["domain/"]),
    ("events", &["event-bus"]),
    ("execute-api", &[""]),
    ("fsx", &["volume/"]),
    ("glacier", &["vaults/"]),
    ("glue", &[""]),
    ("imagebuilder", &["component/", "container-recipe/", "image-recipe/", "image/"]),
    ("kafka", &[""]),
    ("kinesis", &["stream/"]),
    ("kms", &[""]),
    ("lambda", &["function:", "layer:"]),
    ("lex", &["bot-alias/", "bot/"]),
    ("logs", &[""]),
    ("lookoutequipment", &[""]),
    ("mediaconvert", &[""]),
    ("mediapackagev2", &["channelGroup/"]),
    ("mediastore", &["container/"]),
    ("mediatailor", &["channel/"]),
    ("mpa", &[""]),
    ("network-firewall", &[""]),
    ("networkmanager", &["core-network/"]),
    ("oam", &["sink/"]),
    ("odb", &[""]),
    ("omics", &["sequenceStore/"]),
    ("osis", &["pipeline/"]),
    ("payment-cryptography", &["key/"]),
    ("qbusiness", &["application/"]),
    ("redshift", &["namespace:"]),
    ("redshift-serverless", &[""]),
    ("refactor-spaces", &[""]),
    ("rekognition", &["project/"]),
    ("resource-explorer-2", &["view/"]),
    ("resource-groups", &["group/"]),
    ("route53-recovery-control", &["cluster/"]),
    ("route53profiles", &["profile/"]),
    ("route53resolver", &[""]),
    ("rum", &["appmonitor/"]),
    ("s3", &[""]),
    ("s3-object-lambda", &[""]),
    ("s3-outposts", &[""]),
    ("s3express", &[""]),
    ("s3files", &[""]),
    ("s3tables", &[""]),
    ("s3vectors", &[""]),
    ("sagemaker", &[""]),
    ("schemas", &[""]),
    ("secretsmanager", &["secret:"]),
    ("serverlessrepo", &["applications/"]),
    ("servicecatalog", &["/applications/", "/attribute-groups/"]),
    ("servicediscovery", &["namespace/"]),
    ("ses", &["identity/"]),
    ("signer", &["/signing-profiles/"]),
    ("sms-voice", &[""]),
    ("sns", &[""]),
    ("sqs", &[""]),
    ("ssm", &["document/", "opsitemgroup/", "parameter/"]),
    ("ssm-contacts", &["contact/"]),
    ("ssm-incidents", &["response-plan/"]),
    ("vpc-lattice", &[""]),
    ("vpc-lattice-svcs", &[""]),
    ("waf", &["rulegroup/"]),
    ("waf-regional", &["rulegroup/"]),
    ("wafv2", &[""]),
    ("xray", &[""]),
];

/// Actions on a role that its trust policy must grant, each.
///
/// Sources: IAM User Guide, *Pass session tags in AWS STS* ("you must have the `sts:TagSession` action in the role's
/// trust policy") and *Monitor and control actions taken with assumed roles* (the same of `sts:SetSourceIdentity`).
const ON_TRUST: [&str; 5] = [
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:setsourceidentity",
    "sts:tagsession",
];

/// Whether a role's trust policy decides.
pub(super) fn is_trust(request: &Request) -> bool {
    ON_TRUST.contains(&request.action_key())
}

/// Whether what is asked for has a policy of its own.
pub(super) fn presence(request: &Request) -> Presence {
    if is_trust(request) {
        return Presence::Always;
    }
    let service = request.service_key();
    // Nobody reaches another account's users, roles and sessions but by a role.
    if request.is_wildcard_only() || matches!(service, "iam" | "sts") {
        return Presence::Never;
    }
    let Some(arn) = Arn::split(request.resource()) else {
        return if listed(service).is_some() { Presence::Perhaps } else { Presence::Never };
    };
    if !request.is_same_account() {
        return Presence::Always;
    }
    if arn.service == "kms" && arn.resource.starts_with("key/") {
        return Presence::Always;
    }
    let beginnings = listed(arn.service).unwrap_or_default();
    let fits = beginnings.iter().any(|beginning| may_begin(arn.resource, beginning));
    if fits { Presence::Perhaps } else { Presence::Never }
}

fn listed(service: &str) -> Option<&'static [&'static str]> {
    let at = WITH_POLICIES.binary_search_by(|(known, _)| (*known).cmp(service)).ok()?;
    WITH_POLICIES.get(at).map(|(_, beginnings)| *beginnings)
}

/// Whether a resource, perhaps with wildcards, may begin so.
fn may_begin(resource: &str, beginning: &str) -> bool {
    match resource.split_once(['*', '?']) {
        Some((fixed, _)) => fixed.starts_with(beginning) || beginning.starts_with(fixed),
        None => resource.starts_with(beginning),
    }
}

/// What to call the policy in an explanation.
pub(super) fn name(request: &Request) -> String {
    let resource = request.resource();
    let arn = Arn::split(resource);
    let name = match arn {
        _ if is_trust(request) => format!("the trust policy of `{resource}`"),
        Some(arn) if arn.service == "kms" => format!("the key policy of `{resource}`"),
        Some(arn) if arn.service == "s3" && arn.account.is_empty() => {
            let bucket = arn.resource.split('/').next().unwrap_or_default();
            format!("the bucket policy of `{bucket}`")
        }
        Some(_) => format!("the resource policy of `{resource}`"),
        None => "the policies of the resources".to_owned(),
    };
    match request.account_of_resource() {
        Some(owner) if !request.is_same_account() => format!("{name}, of account `{owner}`"),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Action, Facts};
    use crate::request::Caller;

    /// Actions that set who else may use a resource, by the end of their names.
    const SET: [&str; 13] = [
        "PutResourcePolicy",
        "PutBucketPolicy",
        "PutKeyPolicy",
        "PutPolicy",
        "PutPermission",
        "PutAuthPolicy",
        "PutClusterPolicy",
        "PutPermissionPolicy",
        "PutBackupVaultAccessPolicy",
        "PutFileSystemPolicy",
        "SetRepositoryPolicy",
        "SetVaultAccessPolicy",
        "AddPermission",
    ];

    /// Policies of these are for sharing by AWS RAM or for administrators, and grant no action on the resource itself.
    const NOT_COUNTED: [&str; 3] = ["ec2", "fms", "organizations"];

    fn ask(action: &str, resource: &str) -> Presence {
        let ana = Caller::parse("arn:aws:iam::111122223333:user/ana");
        presence(&Request::new(ana, action, resource))
    }

    #[test]
    fn the_table_is_sorted_for_the_search() {
        assert!(WITH_POLICIES.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn every_resource_that_an_action_gives_a_policy_is_listed() {
        let facts = Facts::bundled().unwrap();
        let sets = |action: &&Action| SET.contains(&action.name());
        let (mut count, mut missing) = (0, Vec::new());
        for service in facts.services().filter(|service| !NOT_COUNTED.contains(&service.prefix())) {
            for action in service.actions().iter().filter(sets) {
                for (kind, _) in service.resource_types_of(action) {
                    count += 1;
                    let arn = kind.pattern().replacen(":*:*:", ":eu-west-1:111122223333:", 1);
                    let arn = arn.replace("arn:*", "arn:aws").replace(":*:", ":111122223333:");
                    let name = format!("{}:{}", service.prefix(), action.name());
                    if ask(&name, &arn) == Presence::Never {
                        missing.push(format!("{name} {arn}"));
                    }
                }
            }
        }
        assert!(count > 60, "only {count}");
        assert!(missing.is_empty(), "{missing:#?}");
    }

    #[test]
    fn only_what_can_have_a_policy_is_asked_about() {
        for (action, resource, presence) in [
            ("s3:GetObject", "arn:aws:s3:::b/k", Presence::Perhaps),
            ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:q", Presence::Perhaps),
            ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:444455556666:q", Presence::Always),
            ("sqs:SendMessage", "*", Presence::Perhaps),
            ("kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/1", Presence::Always),
            ("kms:CreateAlias", "arn:aws:kms:eu-west-1:111122223333:alias/a", Presence::Perhaps),
            ("lambda:*", "arn:aws:lambda:eu-west-1:111122223333:fun*", Presence::Perhaps),
            (
                "lambda:X",
                "arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:1",
                Presence::Never,
            ),
            (
                "ec2:StopInstances",
                "arn:aws:ec2:eu-west-1:111122223333:instance/i-1",
                Presence::Never,
            ),
            (
                "ec2:StopInstances",
                "arn:aws:ec2:eu-west-1:444455556666:instance/i-1",
                Presence::Always,
            ),
            ("iam:GetUser", "arn:aws:iam::444455556666:user/bo", Presence::Never),
            ("iam:PassRole", "arn:aws:iam::111122223333:role/r", Presence::Never),
            ("sts:AssumeRole", "arn:aws:iam::111122223333:role/r", Presence::Always),
            ("STS:tagsession", "*", Presence::Always),
            (
                "sts:GetFederationToken",
                "arn:aws:sts::111122223333:federated-user/a",
                Presence::Never,
            ),
        ] {
            assert_eq!(ask(action, resource), presence, "{action} {resource}");
        }
        let ana = Caller::parse("arn:aws:iam::111122223333:user/ana");
        let list = Request::new(ana, "s3:ListAllMyBuckets", "*").wildcard_only_action(true);
        assert_eq!(presence(&list), Presence::Never);
    }
}
