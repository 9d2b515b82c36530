//! The managed policies that grant what is read: a few, because one may have 6,144 characters, and all services of a
//! group in one, so that a customer sees what each is for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

/// A managed policy: its name, what its logical id ends in, what it is for, and the services whose settings it reads,
/// by the prefixes of their actions.
///
/// Neither name nor description may change: it would replace the policy, and the role's while it is in use.
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) id: &'static str,
    pub(crate) description: &'static str,
    prefixes: &'static str,
}

/// All of them; those of services that no check reads yet stand here so that nobody has to think where they belong.
pub(crate) const GROUPS: [Group; 3] = [
    Group {
        name: "compute",
        id: "ReadCompute",
        description: "InfraAudit reads settings of what runs and of networks.",
        prefixes: "apigateway apprunner appsync autoscaling batch cloudformation cloudfront codebuild \
            codepipeline ec2 ecr ecr-public ecs eks elasticbeanstalk elasticloadbalancing globalaccelerator \
            lambda lightsail network-firewall route53 route53domains route53resolver shield states waf \
            waf-regional wafv2 workspaces",
    },
    Group {
        name: "data",
        id: "ReadData",
        description: "InfraAudit reads settings of what keeps, moves and encrypts data, and none of the data.",
        prefixes: "acm acm-pca aoss athena backup bedrock dax dynamodb elasticache elasticfilesystem \
            elasticmapreduce es fsx glacier glue kafka kinesis kms lakeformation memorydb mq rds redshift \
            redshift-serverless s3 sagemaker secretsmanager sns sqs ssm timestream transfer",
    },
    Group {
        name: "identity",
        id: "ReadIdentity",
        description: "InfraAudit reads settings of who may do what, and of what watches over the account.",
        prefixes: "access-analyzer account billing budgets ce cloudtrail cloudwatch cognito-identity \
            cognito-idp config detective events guardduty iam identitystore inspector2 logs macie2 \
            organizations securityhub sso sts support",
    },
];

impl Group {
    fn has(&self, action: &str) -> bool {
        let prefix = action.split_once(':').expect("an action has a service").0;
        self.prefixes.split_whitespace().any(|one| one == prefix)
    }

    /// Its policy, for the actions that are its own. Its `Sid` is in no other, so that they can be put into one.
    pub(crate) fn policy(&self, actions: &BTreeSet<&str>) -> Value {
        json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Sid": self.id,
                "Effect": "Allow",
                "Action": actions,
                "Resource": "*",
            }],
        })
    }

    /// Its resource in CloudFormation.
    pub(crate) fn resource(&self, actions: &BTreeSet<&str>) -> Vec<String> {
        let mut lines: Vec<_> = [
            &format!("{}:", self.id),
            "  Type: AWS::IAM::ManagedPolicy",
            "  Properties:",
            &format!("    Description: {}", self.description),
            "    Path: !If [WithPath, !Ref RolePath, !Ref AWS::NoValue]",
            "    PolicyDocument:",
            "      Version: \"2012-10-17\"",
            "      Statement:",
            &format!("        - Sid: {}", self.id),
            "          Effect: Allow",
            "          Action:",
        ]
        .map(str::to_owned)
        .into();
        lines.extend(actions.iter().map(|action| format!("            - {action}")));
        lines.push("          Resource: \"*\"".into());
        lines
    }
}

/// The actions of each group that has some; each action is in exactly one.
pub(crate) fn grouped(
    actions: BTreeSet<&'static str>,
) -> Vec<(&'static Group, BTreeSet<&'static str>)> {
    let mut all: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for action in actions {
        let of: Vec<_> = (0..GROUPS.len()).filter(|at| GROUPS[*at].has(action)).collect();
        let [at] = of[..] else {
            panic!("`{action}` is of {} groups: give its service one in groups.rs", of.len())
        };
        all.entry(at).or_default().insert(action);
    }
    all.into_iter().map(|(at, actions)| (&GROUPS[at], actions)).collect()
}
