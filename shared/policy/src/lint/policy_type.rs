//! The kinds of policies, and of the resources that resource policies are attached to.

/// A kind of policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PolicyType {
    /// Attached to a user, group or role; also permission boundaries and session policies.
    Identity,
    /// Attached to a resource such as a bucket.
    Resource,
    /// A service control policy of an organization.
    ServiceControl,
    /// A resource control policy of an organization.
    ResourceControl,
    /// A role's trust policy.
    Trust,
}

impl PolicyType {
    const NAMES: [(Self, &'static str, &'static str); 5] = [
        (Self::Identity, "identity", "IDENTITY_POLICY"),
        (Self::Resource, "resource", "RESOURCE_POLICY"),
        (Self::ServiceControl, "scp", "SERVICE_CONTROL_POLICY"),
        (Self::ResourceControl, "rcp", "RESOURCE_CONTROL_POLICY"),
        (Self::Trust, "trust", "TRUST_POLICY"),
    ];

    /// Reads `identity`, `resource`, `scp`, `rcp`, `trust`, or a name of Access Analyzer's API such
    /// as `IDENTITY_POLICY`, in any case.
    ///
    /// ```
    /// use policy::lint::PolicyType;
    /// assert_eq!(PolicyType::parse("SERVICE_CONTROL_POLICY"), Some(PolicyType::ServiceControl));
    /// assert_eq!(PolicyType::parse("scp"), Some(PolicyType::ServiceControl));
    /// assert_eq!(PolicyType::parse("boundary"), None);
    /// ```
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let short = name.strip_suffix("-policy").or_else(|| name.strip_suffix("_policy"));
        let same = |known: &str| {
            known.eq_ignore_ascii_case(name)
                || short.is_some_and(|short| known.eq_ignore_ascii_case(short))
        };
        Self::NAMES.iter().find(|(_, word, api)| same(word) || same(api)).map(|(kind, ..)| *kind)
    }

    /// The word this project uses: `identity`, `resource`, `scp`, `rcp`, `trust`.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::NAMES.iter().find(|(kind, ..)| *kind == self).map_or("", |(_, word, _)| word)
    }

    /// The name in a sentence.
    pub(super) fn phrase(self) -> &'static str {
        match self {
            Self::Identity => "an identity policy",
            Self::Resource => "a resource policy",
            Self::ServiceControl => "a service control policy",
            Self::ResourceControl => "a resource control policy",
            Self::Trust => "a role's trust policy",
        }
    }
}

/// Kinds of resources whose policies have rules of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttachedTo {
    /// `AWS::S3::Bucket`.
    S3Bucket,
    /// `AWS::S3::AccessPoint`.
    S3AccessPoint,
    /// `AWS::S3::MultiRegionAccessPoint`.
    S3MultiRegionAccessPoint,
    /// `AWS::S3ObjectLambda::AccessPoint`.
    S3ObjectLambdaAccessPoint,
    /// `AWS::DynamoDB::Table`.
    DynamoDbTable,
    /// `AWS::KMS::Key`.
    KmsKey,
    /// `AWS::SNS::Topic`.
    SnsTopic,
    /// `AWS::SQS::Queue`.
    SqsQueue,
    /// `AWS::SecretsManager::Secret`.
    Secret,
}

impl AttachedTo {
    const NAMES: [(Self, &'static str); 9] = [
        (Self::S3Bucket, "AWS::S3::Bucket"),
        (Self::S3AccessPoint, "AWS::S3::AccessPoint"),
        (Self::S3MultiRegionAccessPoint, "AWS::S3::MultiRegionAccessPoint"),
        (Self::S3ObjectLambdaAccessPoint, "AWS::S3ObjectLambda::AccessPoint"),
        (Self::DynamoDbTable, "AWS::DynamoDB::Table"),
        (Self::KmsKey, "AWS::KMS::Key"),
        (Self::SnsTopic, "AWS::SNS::Topic"),
        (Self::SqsQueue, "AWS::SQS::Queue"),
        (Self::Secret, "AWS::SecretsManager::Secret"),
    ];

    /// Every kind there is.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::NAMES.iter().map(|(kind, _)| *kind)
    }

    /// Reads a CloudFormation type name such as `AWS::S3::Bucket`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::NAMES
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(name))
            .map(|(kind, _)| *kind)
    }

    /// The CloudFormation type name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }
}
