//! How the values of an ARN's placeholders are named in the parameters of calls.

use super::{Found, Leaves, Place};

/// Where the value of one placeholder comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    /// The parameter's names, compared in any case; the first that has a value counts.
    names: Vec<Box<str>>,
    kind: Kind,
    slashes: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// As it stands.
    Plain,
    /// A name to which IAM puts a path that only `Create…` calls tell.
    WithPath,
    /// A path whose first slash the ARN leaves out.
    WithoutSlash,
    /// A secret's name: its ARN ends with six characters of its own.
    Secret,
    /// A name, or an ARN or a path that ends with it.
    Tail,
    /// The same of a cluster of ECS; `default` where none is named.
    Cluster,
    /// The family of a task definition, `family:revision`.
    Family,
    /// Its revision, any where only the family is named.
    Revision,
    /// What AWS makes up, and no parameter tells.
    Any,
}

/// Placeholders whose parameters bear other names: the service, the placeholder, the parameter.
/// Source of each: the service's API reference and the examples in its page on CloudTrail.
const OTHERWISE: &[(&str, &str, &str)] = &[
    ("s3", "ObjectName", "key"),
    ("ec2", "SecurityGroupId", "groupId"),
    ("ec2", "KeyPairName", "keyName"),
    ("ec2", "ImageId", "imageId"),
    ("apigateway", "HttpMethodType", "httpMethod"),
    ("bedrock", "GuardrailId", "guardrailIdentifier"),
    ("cloudfront", "DistributionId", "id"),
    ("ecs", "ClusterName", "cluster"),
    ("ecs", "ClusterName", "clusterName"),
    ("ecs", "ClusterName", "clusters"),
    ("ecs", "ServiceName", "service"),
    ("ecs", "ServiceName", "serviceName"),
    ("ecs", "ServiceName", "services"),
    ("ecs", "TaskId", "task"),
    ("ecs", "TaskId", "tasks"),
    ("ecs", "TaskDefinitionFamilyName", "taskDefinition"),
    ("ecs", "TaskDefinitionFamilyName", "family"),
    ("ecs", "TaskDefinitionRevisionNumber", "taskDefinition"),
    ("eks", "ClusterName", "clusterName"),
    ("eks", "ClusterName", "name"),
    ("glue", "DatabaseName", "databaseName"),
    ("glue", "DatabaseName", "name"),
    ("glue", "TableName", "tableName"),
    ("glue", "TableName", "name"),
    ("glue", "JobName", "jobName"),
    ("glue", "JobName", "name"),
    ("glue", "CrawlerName", "name"),
    ("elasticloadbalancing", "TargetGroupName", "name"),
    ("events", "RuleName", "rule"),
    ("rds", "DbInstanceName", "dBInstanceIdentifier"),
    ("rds", "DbClusterInstanceName", "dBClusterIdentifier"),
    ("rds", "SnapshotName", "dBSnapshotIdentifier"),
    ("rds", "ClusterSnapshotName", "dBClusterSnapshotIdentifier"),
    ("rds", "ParameterGroupName", "dBParameterGroupName"),
    ("rds", "SubnetGroupName", "dBSubnetGroupName"),
    ("sns", "TopicName", "name"),
    ("ssm", "ParameterNameWithoutLeadingSlash", "name"),
    ("ssm", "ParameterNameWithoutLeadingSlash", "names"),
    ("ssm", "ParameterNameWithoutLeadingSlash", "path"),
    ("ssm", "DocumentName", "documentName"),
    ("ssm", "DocumentName", "name"),
    ("cloudwatch", "AlarmName", "alarmName"),
    ("states", "StateMachineName", "name"),
    ("route53", "Id", "hostedZoneId"),
    ("route53", "Id", "healthCheckId"),
    ("route53", "Id", "id"),
    ("iam", "OidcProviderName", "url"),
    ("iam", "SamlProviderName", "name"),
    ("iam", "CertificateNameWithPath", "serverCertificateName"),
    ("iam", "MfaTokenIdWithPath", "virtualMFADeviceName"),
    ("kms", "Alias", "aliasName"),
];

/// Placeholders that AWS makes up: the service, the placeholder. Names alone are enough to tell what they belong to.
const MADE_UP: &[(&str, &str)] =
    &[("cloudformation", "Id"), ("eks", "UUID"), ("elasticloadbalancing", "TargetGroupId")];

/// Placeholders whose values hold slashes, beside those with a path. A bucket's name holds none, or
/// every object's ARN would be a bucket's.
const WITH_SLASHES: &[&str] = &[
    "Alias",
    "DocumentName",
    "LogGroupName",
    "LogStreamName",
    "ObjectName",
    "OidcProviderName",
    "ParameterNameWithoutLeadingSlash",
    "RepositoryName",
    "SecretId",
];

impl Value {
    pub(super) fn new(service: &str, placeholder: &str) -> Self {
        let is = |row: &&(&str, &str, &str)| row.0 == service && row.1 == placeholder;
        let mut names: Vec<Box<str>> =
            OTHERWISE.iter().filter(is).map(|row| row.2.into()).collect();
        let kind = match (service, placeholder) {
            _ if MADE_UP.contains(&(service, placeholder)) => Kind::Any,
            ("ecs", "ClusterName") => Kind::Cluster,
            ("ecs", "TaskDefinitionFamilyName") => Kind::Family,
            ("ecs", "TaskDefinitionRevisionNumber") => Kind::Revision,
            ("route53", "Id") => Kind::Tail,
            ("secretsmanager", "SecretId") => Kind::Secret,
            ("ssm", "ParameterNameWithoutLeadingSlash") => Kind::WithoutSlash,
            (_, name) if name.ends_with("WithPath") => Kind::WithPath,
            _ => Kind::Plain,
        };
        if names.is_empty() {
            names.push(placeholder.trim_end_matches("WithPath").into());
        }
        let slashes = kind == Kind::WithPath || WITH_SLASHES.contains(&placeholder);
        Self { names, kind, slashes }
    }

    /// Whether it stands for whatever AWS made up.
    pub(super) fn is_any(&self) -> bool {
        self.kind == Kind::Any
    }

    pub(super) fn may_hold_slashes(&self) -> bool {
        self.slashes
    }

    /// The values in a record's parameters, as a policy writes them.
    pub(super) fn of(&self, parameters: &Leaves<'_>) -> Vec<String> {
        // An ARN is taken whole, an alias stands for a key that it does not name, and a URL is none.
        let by_arn = matches!(self.kind, Kind::Tail | Kind::Cluster);
        let plain = |value: &&str| {
            let kept = self.kind != Kind::Plain || !value.starts_with("alias/");
            let kept = kept && (by_arn || !value.starts_with("arn:"));
            !value.is_empty() && !value.contains("://") && kept
        };
        let by_name =
            self.names.iter().map(|name| parameters.of(name).filter(plain).collect::<Vec<_>>());
        let given = by_name.into_iter().find(|given| !given.is_empty()).unwrap_or_default();
        let given = given.into_iter();
        let tail = |value: &str| escaped(value.rsplit('/').next().unwrap_or_default());
        let mut values: Vec<String> = match self.kind {
            Kind::Any => vec!["*".to_owned()],
            // Source: *CreateService*, Amazon ECS API Reference, `cluster`.
            Kind::Cluster if given.len() == 0 => vec!["default".to_owned()],
            Kind::Tail | Kind::Cluster => given.map(tail).collect(),
            Kind::Family => given
                .map(|value| escaped(value.split_once(':').map_or(value, |(family, _)| family)))
                .collect(),
            Kind::Revision => {
                let revision = |value: &str| Some(escaped(value.split_once(':')?.1));
                let any = parameters.of("family").next().is_some();
                let told = given.map(|value| revision(value).unwrap_or_else(|| "*".to_owned()));
                told.chain(any.then(|| "*".to_owned())).collect()
            }
            Kind::Plain => given.map(escaped).collect(),
            Kind::WithoutSlash => given.map(|v| escaped(v.trim_start_matches('/'))).collect(),
            Kind::Secret => given.map(|value| format!("{}-??????", escaped(value))).collect(),
            Kind::WithPath => match parameters.of("path").find(|path| path.starts_with('/')) {
                Some(path) => {
                    let path = escaped(path.trim_start_matches('/'));
                    given.map(|value| format!("{path}{}", escaped(value))).collect()
                }
                // Names are unique in an account whatever their path: both patterns together can
                // match one resource only.
                None => {
                    given.map(escaped).flat_map(|value| [format!("*/{value}"), value]).collect()
                }
            },
        };
        values.sort_unstable();
        values.dedup();
        values
    }
}

/// Calls whose resources are told in a way of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Special {
    /// An object of S3: the parameters tell which of all that was touched.
    Object,
    /// A queue is named by its URL.
    Queue,
    /// A function may be named `account:function:name`, and a qualifier belongs to its ARN.
    Function,
    /// A log group's ARN ends with `:*` in policies.
    LogGroup,
    /// What has an id of EC2 under `resourceId`.
    OfEc2,
    /// What Systems Manager tags has its type beside its id.
    Tagged,
    /// A model of Bedrock, or an inference profile, by its id.
    Model,
}

/// What ids of EC2 begin with, and the ARNs of what they name.
///
/// Source: *Actions, resources, and condition keys for Amazon EC2*, resource types, and the EC2 API Reference.
const EC2_IDS: &[(&str, &str)] = &[
    ("acl-", "network-acl"),
    ("ami-", "image"),
    ("cgw-", "customer-gateway"),
    ("dopt-", "dhcp-options"),
    ("eigw-", "egress-only-internet-gateway"),
    ("eipalloc-", "elastic-ip"),
    ("eni-", "network-interface"),
    ("fl-", "vpc-flow-log"),
    ("fleet-", "fleet"),
    ("i-", "instance"),
    ("igw-", "internet-gateway"),
    ("key-", "key-pair"),
    ("lt-", "launch-template"),
    ("nat-", "natgateway"),
    ("pcx-", "vpc-peering-connection"),
    ("pl-", "prefix-list"),
    ("rtb-", "route-table"),
    ("sg-", "security-group"),
    ("sgr-", "security-group-rule"),
    ("sir-", "spot-instances-request"),
    ("snap-", "snapshot"),
    ("subnet-", "subnet"),
    ("tgw-", "transit-gateway"),
    ("tgw-attach-", "transit-gateway-attachment"),
    ("tgw-rtb-", "transit-gateway-route-table"),
    ("vgw-", "vpn-gateway"),
    ("vol-", "volume"),
    ("vpc-", "vpc"),
    ("vpce-", "vpc-endpoint"),
    ("vpn-", "vpn-connection"),
];

/// What an id of EC2 is of, by the longest beginning that is known.
fn ec2_kind(id: &str) -> Option<&'static str> {
    let fits = EC2_IDS.iter().filter(|(start, _)| id.starts_with(start));
    fits.max_by_key(|(start, _)| start.len()).map(|(_, kind)| *kind)
}

/// The values of `resourceType` of Systems Manager, and how the ARNs go on.
///
/// Source: `AddTagsToResource`, AWS Systems Manager API Reference.
const SSM_TYPES: &[(&str, &str)] = &[
    ("Association", "association"),
    ("Automation", "automation-execution"),
    ("Document", "document"),
    ("MaintenanceWindow", "maintenancewindow"),
    ("ManagedInstance", "managed-instance"),
    ("OpsItem", "opsitem"),
    ("OpsMetadata", "opsmetadata"),
    ("Parameter", "parameter"),
    ("PatchBaseline", "patchbaseline"),
];

/// What the ids of inference profiles across regions begin with.
///
/// Source: *Supported Regions and models for inference profiles*, Amazon Bedrock User Guide.
const BEDROCK_AREAS: &[&str] =
    &["apac.", "au.", "ca.", "eu.", "global.", "jp.", "sa.", "us-gov.", "us."];

/// The actions of CloudWatch Logs whose log groups are named without `:*`.
///
/// Source: CloudWatch Logs User Guide, *Overview of managing access permissions*, "log group".
const BARE_LOG_GROUPS: [&str; 3] =
    ["logs:TagResource", "logs:UntagResource", "logs:ListTagsForResource"];

/// The actions on what Systems Manager tags.
const SSM_TAGS: [&str; 3] =
    ["ssm:AddTagsToResource", "ssm:ListTagsForResource", "ssm:RemoveTagsFromResource"];

pub(super) fn special(action: &str) -> Option<Special> {
    match action.split_once(':')?.0 {
        "s3" => Some(Special::Object),
        "sqs" => Some(Special::Queue),
        "lambda" => Some(Special::Function),
        "bedrock" => Some(Special::Model),
        "ec2" => Some(Special::OfEc2),
        "ssm" if SSM_TAGS.contains(&action) => Some(Special::Tagged),
        "logs" if !BARE_LOG_GROUPS.contains(&action) => Some(Special::LogGroup),
        _ => None,
    }
}

impl Special {
    /// Whether the ARNs that it makes are all that the call is about, whatever types the action has.
    pub(super) fn tells_all(self) -> bool {
        matches!(self, Self::OfEc2 | Self::Tagged | Self::Model)
    }

    /// ARNs that the parameters tell in another form.
    pub(super) fn arns(self, place: Place<'_>, parameters: &Leaves<'_>) -> Vec<String> {
        let Place { partition, region, account } = place;
        match self {
            // https://sqs.REGION.amazonaws.com/ACCOUNT/NAME
            Self::Queue => {
                let queue = |url: &str| {
                    let mut path = url.split_once("://")?.1.rsplit('/');
                    let (name, account) = (path.next()?, path.next()?);
                    Some(format!("arn:{partition}:sqs:{region}:{account}:{name}"))
                };
                parameters.of("queueUrl").filter_map(queue).collect()
            }
            Self::Function => {
                let function = |text: &str| {
                    let (account, name) = text.split_once(":function:")?;
                    let whole = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
                    whole.then(|| {
                        format!("arn:{partition}:lambda:{region}:{account}:function:{name}")
                    })
                };
                let bare = |text: &str| {
                    let name = text.split_once(':').map_or(text, |(name, _)| name);
                    let plain = !text.starts_with("arn:") && !text.contains(":function:");
                    plain.then(|| {
                        let rest = text.get(name.len()..).unwrap_or_default();
                        format!("arn:{partition}:lambda:{region}:{account}:function:{name}{rest}")
                    })
                };
                let given = |text| function(text).or_else(|| bare(text));
                parameters.of("functionName").filter(|t| !t.is_empty()).filter_map(given).collect()
            }
            Self::OfEc2 => {
                let of_id = |id: &str| {
                    let kind = ec2_kind(id)?;
                    // Images and snapshots are told apart by their regions alone.
                    let account = if matches!(kind, "image" | "snapshot") { "" } else { account };
                    Some(format!("arn:{partition}:ec2:{region}:{account}:{kind}/{id}"))
                };
                parameters.of("resourceId").filter_map(of_id).collect()
            }
            Self::Tagged => {
                let kind = parameters.of("resourceType").next().unwrap_or_default();
                let Some((_, kind)) = SSM_TYPES.iter().find(|(name, _)| *name == kind) else {
                    return Vec::new();
                };
                let arn = |id: &str| {
                    let id = id.trim_start_matches('/');
                    format!("arn:{partition}:ssm:{region}:{account}:{kind}/{id}")
                };
                parameters.of("resourceId").filter(|id| !id.is_empty()).map(arn).collect()
            }
            Self::Model => {
                let arns = |id: &str| {
                    let area = BEDROCK_AREAS.iter().find_map(|area| id.strip_prefix(area));
                    match area {
                        // A profile routes to the model in any of its regions.
                        Some(_) => format!(
                            "arn:{partition}:bedrock:{region}:{account}:inference-profile/{id}"
                        ),
                        None => format!("arn:{partition}:bedrock:{region}::foundation-model/{id}"),
                    }
                };
                let given = parameters.of("modelId").filter(|id| !id.is_empty());
                let arn = |id: &str| {
                    if id.starts_with("arn:") { id.to_owned() } else { arns(id) }
                };
                given.map(arn).collect()
            }
            Self::Object | Self::LogGroup => Vec::new(),
        }
    }

    /// What ARNs lack that policies need.
    pub(super) fn finish(self, place: Place<'_>, parameters: &Leaves<'_>, found: &mut Vec<Found>) {
        match self {
            // Source: *Prerequisites for inference profiles*, Amazon Bedrock User Guide: the profile, and its model in
            // every region that it routes to.
            Self::Model => {
                let routed = parameters.of("modelId").filter_map(|id| {
                    let id = id.rsplit_once(":inference-profile/").map_or(id, |(_, id)| id);
                    BEDROCK_AREAS.iter().find_map(|area| id.strip_prefix(area))
                });
                let partition = place.partition;
                found.extend(routed.map(|model| Found {
                    kind: None,
                    pattern: format!(
                        "arn:{partition}:bedrock:*::foundation-model/{}",
                        escaped(model)
                    ),
                    named: true,
                }));
            }
            Self::Function => {
                let Some(qualifier) = parameters.of("qualifier").find(|q| !q.is_empty()) else {
                    return;
                };
                for found in found.iter_mut().filter(|found| found.named) {
                    let resource = found.pattern.splitn(6, ':').nth(5).unwrap_or_default();
                    if resource.starts_with("function:") && resource.matches(':').count() == 1 {
                        found.pattern = format!("{}:{}", found.pattern, escaped(qualifier));
                    }
                }
            }
            Self::LogGroup => {
                for found in found {
                    let group = found.pattern.contains(":log-group:");
                    if group
                        && !found.pattern.contains(":log-stream:")
                        && !found.pattern.ends_with(":*")
                    {
                        found.pattern.push_str(":*");
                    }
                }
            }
            // Of a type that its id does not tell.
            Self::OfEc2 => {
                let Place { partition, region, .. } = place;
                let unknown = parameters.of("resourceId").filter(|id| ec2_kind(id).is_none());
                found.extend(unknown.filter(|id| !id.is_empty()).map(|id| Found {
                    kind: None,
                    pattern: format!("arn:{partition}:ec2:{region}:*:*/{}", escaped(id)),
                    named: true,
                }));
            }
            Self::Object | Self::Queue | Self::Tagged => {}
        }
    }
}

/// `*`, `?` and `${` as a policy of version 2012-10-17 writes them when it means the characters.
pub(super) fn escaped(text: &str) -> String {
    if !text.contains(['*', '?', '$']) {
        return text.to_owned();
    }
    let mut written = String::with_capacity(text.len() + 6);
    for c in text.chars() {
        match c {
            '*' | '?' | '$' => written.extend(["${", c.encode_utf8(&mut [0; 4]), "}"]),
            c => written.push(c),
        }
    }
    written
}

/// A text with its `%41` decoded; as it is where that makes no text.
pub(super) fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| *byte == b'%');
        let hex = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        if let Some(decoded) = hex {
            bytes.push(decoded);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(*byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}
