//! How the values of an ARN's placeholders are named in the parameters of calls.

use super::{Found, Leaves, Place};

/// Where the value of one placeholder comes from.
#[derive(Debug)]
pub(super) struct Value {
    /// The parameter's name, compared in any case.
    name: Box<str>,
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
}

/// Placeholders whose parameters bear other names: the service, the placeholder, the parameter.
/// Source of each: the service's API reference and the examples in its page on CloudTrail.
const OTHERWISE: &[(&str, &str, &str)] = &[
    ("s3", "ObjectName", "key"),
    ("ec2", "SecurityGroupId", "groupId"),
    ("ec2", "KeyPairName", "keyName"),
    ("ecs", "ClusterName", "cluster"),
    ("ecs", "ServiceName", "service"),
    ("ecs", "TaskId", "task"),
    ("events", "RuleName", "rule"),
    ("rds", "DbInstanceName", "dBInstanceIdentifier"),
    ("rds", "DbClusterInstanceName", "dBClusterIdentifier"),
    ("rds", "SnapshotName", "dBSnapshotIdentifier"),
    ("rds", "ClusterSnapshotName", "dBClusterSnapshotIdentifier"),
    ("rds", "ParameterGroupName", "dBParameterGroupName"),
    ("rds", "SubnetGroupName", "dBSubnetGroupName"),
    ("sns", "TopicName", "name"),
    ("ssm", "ParameterNameWithoutLeadingSlash", "name"),
    ("ssm", "DocumentName", "documentName"),
    ("cloudwatch", "AlarmName", "alarmName"),
    ("states", "StateMachineName", "name"),
    ("route53", "Id", "hostedZoneId"),
    ("iam", "OidcProviderName", "url"),
    ("iam", "SamlProviderName", "name"),
    ("iam", "CertificateNameWithPath", "serverCertificateName"),
    ("iam", "MfaTokenIdWithPath", "virtualMFADeviceName"),
    ("kms", "Alias", "aliasName"),
];

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
        let other = OTHERWISE.iter().find(is).map(|row| row.2);
        let kind = match (service, placeholder) {
            ("secretsmanager", "SecretId") => Kind::Secret,
            ("ssm", "ParameterNameWithoutLeadingSlash") => Kind::WithoutSlash,
            (_, name) if name.ends_with("WithPath") => Kind::WithPath,
            _ => Kind::Plain,
        };
        let name = other.unwrap_or_else(|| placeholder.trim_end_matches("WithPath"));
        let slashes = kind == Kind::WithPath || WITH_SLASHES.contains(&placeholder);
        Self { name: name.into(), kind, slashes }
    }

    pub(super) fn may_hold_slashes(&self) -> bool {
        self.slashes
    }

    /// The values in a record's parameters, as a policy writes them.
    pub(super) fn of(&self, parameters: &Leaves<'_>) -> Vec<String> {
        // An ARN is taken whole, an alias stands for a key that it does not name, and a URL is none.
        let plain = |value: &&str| {
            let kept = self.kind != Kind::Plain || !value.starts_with("alias/");
            !value.is_empty() && !value.starts_with("arn:") && !value.contains("://") && kept
        };
        let given = parameters.of(&self.name).filter(plain);
        let mut values: Vec<String> = match self.kind {
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
}

/// The actions of CloudWatch Logs whose log groups are named without `:*`.
///
/// Source: CloudWatch Logs User Guide, *Overview of managing access permissions*, "log group".
const BARE_LOG_GROUPS: [&str; 3] =
    ["logs:TagResource", "logs:UntagResource", "logs:ListTagsForResource"];

pub(super) fn special(action: &str) -> Option<Special> {
    match action.split_once(':')?.0 {
        "s3" => Some(Special::Object),
        "sqs" => Some(Special::Queue),
        "lambda" => Some(Special::Function),
        "logs" if !BARE_LOG_GROUPS.contains(&action) => Some(Special::LogGroup),
        _ => None,
    }
}

impl Special {
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
            Self::Object | Self::LogGroup => Vec::new(),
        }
    }

    /// What ARNs lack that policies need.
    pub(super) fn finish(self, parameters: &Leaves<'_>, found: &mut [Found]) {
        match self {
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
            Self::Object | Self::Queue => {}
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
