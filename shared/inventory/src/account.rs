use std::{borrow::Cow, fmt, str::FromStr, sync::Arc};

use policy::Arn;
use serde::{Deserialize, Serialize};

use crate::Partition;

/// A value that does not have the shape it needs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} `{value}` is not valid: it takes {accepted}")]
pub struct Invalid {
    /// The kind of value, in words.
    pub what: &'static str,
    /// What was given, cut short; empty for a secret.
    pub value: String,
    /// What would be accepted.
    pub accepted: Cow<'static, str>,
}

impl Invalid {
    /// Tells that `value` is no `what`, and what would be.
    #[must_use]
    pub fn new(what: &'static str, value: &str, accepted: impl Into<Cow<'static, str>>) -> Self {
        Self { what, value: value.chars().take(80).collect(), accepted: accepted.into() }
    }
}

/// The account that is audited.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Account {
    /// Where its ARNs live.
    pub partition: Partition,
    /// Its 12 digits.
    pub id: AccountId,
}

impl Account {
    /// An ARN in this account; `region` is empty for a global service.
    #[must_use]
    pub fn arn(&self, service: &str, region: &str, resource: &str) -> String {
        // In one piece of just that size: every finding has one.
        let partition = self.partition.name();
        ["arn:", partition, ":", service, ":", region, ":", self.id.as_str(), ":", resource]
            .concat()
    }
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $what:literal, $accepted:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// What a value must look like, for messages and documentation.
            pub const ACCEPTED: &'static str = $accepted;

            /// The value.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) {
                    Ok(Self(text.into()))
                } else {
                    Err(Invalid::new($what, Self::shown(text), $accepted))
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = Invalid;

            fn try_from(text: String) -> Result<Self, Invalid> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.as_str().to_owned()
            }
        }
    };
}

macro_rules! shown_type {
    ($name:ident) => {
        impl $name {
            const fn shown(text: &str) -> &str {
                text
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
    };
}

text_type!(
    /// The 12 digits of an AWS account.
    AccountId,
    "account id",
    "exactly 12 digits",
    |text| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
);
shown_type!(AccountId);

text_type!(
    /// The name of an IAM role, behind its path if it has one: `CloudDoctorAuditRole` or `audit/CloudDoctorAuditRole`.
    ///
    /// Source: IAM `CreateRole`, parameters `RoleName` and `Path`, which may have more characters.
    RoleName,
    "role name",
    "1 to 64 letters, digits and `_+=,.@-`, behind a path such as `audit/` if the role has one",
    |text| {
        let is_part = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte))
        };
        let (path, name) = text.rsplit_once('/').unwrap_or(("", text));
        name.len() <= 64 && path.len() <= 510 && text.split('/').all(is_part)
    }
);
shown_type!(RoleName);

impl RoleName {
    /// The role's path as IAM writes it: `/`, or `/audit/`.
    #[must_use]
    pub fn path(&self) -> String {
        match self.0.rsplit_once('/') {
            Some((path, _)) => format!("/{path}/"),
            None => "/".into(),
        }
    }

    /// The role's name without its path.
    #[must_use]
    pub fn last(&self) -> &str {
        self.0.rsplit_once('/').map_or(&*self.0, |(_, name)| name)
    }
}

impl Default for RoleName {
    /// The role that the onboarding templates create.
    fn default() -> Self {
        Self("CloudDoctorAuditRole".into())
    }
}

text_type!(
    /// The value that the customer's role asks for, against the confused deputy.
    ///
    /// It is treated as a secret: it has no `Display`, and `Debug` and errors leave it out.
    /// Source: STS `AssumeRole`, parameter `ExternalId`.
    ExternalId,
    "external id",
    "2 to 1,224 letters, digits and `_+=,.@:/-`",
    |text| (2..=1224).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@:/-".contains(&byte))
);

impl ExternalId {
    const fn shown(_: &str) -> &'static str {
        "…"
    }
}

impl fmt::Debug for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExternalId(…)")
    }
}

/// The ARN of an IAM role: `arn:PARTITION:iam::ACCOUNT:role/PATH/NAME`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoleArn {
    account: Account,
    path_and_name: String,
}

impl RoleArn {
    /// What a value must look like, for messages and documentation.
    pub const ACCEPTED: &'static str =
        "an ARN like `arn:aws:iam::111122223333:role/CloudDoctorAuditRole`";

    /// The role `name`, without a path, of `account`.
    #[must_use]
    pub fn new(account: Account, name: &RoleName) -> Self {
        Self { account, path_and_name: name.as_str().into() }
    }

    /// The role's name with its path, if it has one.
    #[must_use]
    pub fn path_and_name(&self) -> &str {
        &self.path_and_name
    }

    /// The account that owns the role.
    #[must_use]
    pub const fn account(&self) -> &Account {
        &self.account
    }
}

impl FromStr for RoleArn {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let parse = || {
            let arn =
                Arn::split(text).filter(|arn| arn.service == "iam" && arn.region.is_empty())?;
            let path_and_name = arn.resource.strip_prefix("role/")?;
            let (path, name) = path_and_name.rsplit_once('/').unwrap_or(("", path_and_name));
            let path_is_valid =
                path.len() <= 510 && path.bytes().all(|b| (0x21..=0x7e).contains(&b));
            name.parse::<RoleName>().ok().filter(|_| path_is_valid)?;
            let account =
                Account { partition: arn.partition.parse().ok()?, id: arn.account.parse().ok()? };
            Some(Self { account, path_and_name: path_and_name.into() })
        };
        parse().ok_or_else(|| Invalid::new("role ARN", text, Self::ACCEPTED))
    }
}

impl TryFrom<String> for RoleArn {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<RoleArn> for String {
    fn from(arn: RoleArn) -> Self {
        arn.to_string()
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.account.arn("iam", "", &format!("role/{}", self.path_and_name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_may_have_a_path() {
        let name = |text: &str| text.parse::<RoleName>();
        for (text, path, last) in [
            ("CloudDoctorAuditRole", "/", "CloudDoctorAuditRole"),
            ("audit/Role", "/audit/", "Role"),
            ("a/b.c/Role", "/a/b.c/", "Role"),
        ] {
            let name = name(text).unwrap();
            assert_eq!((name.path().as_str(), name.last()), (path, last));
            let account =
                Account { partition: Partition::Aws, id: "111122223333".parse().unwrap() };
            let arn = RoleArn::new(account, &name).to_string();
            assert_eq!(arn, format!("arn:aws:iam::111122223333:role/{text}"));
            assert_eq!(arn.parse::<RoleArn>().unwrap().path_and_name(), text);
        }
        let long = format!("audit/{}", "R".repeat(65));
        for wrong in ["", "/", "/Role", "Role/", "a//Role", "a/*/Role", "*/Role", "a b/Role", &long]
        {
            assert!(name(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_account_id_has_twelve_digits() {
        assert!("123456789012".parse::<AccountId>().is_ok());
        for wrong in ["", "12345678901", "1234567890123", "12345678901x", "１２３４"] {
            assert!(wrong.parse::<AccountId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_role_arn_knows_partition_account_and_path() {
        for text in [
            "arn:aws:iam::111122223333:role/CloudDoctorAuditRole",
            "arn:aws-cn:iam::111122223333:role/team/audit/Reader",
            "arn:aws-us-gov:iam::111122223333:role/a",
            "arn:aws-eusc:iam::111122223333:role/a",
            "arn:aws-iso-b:iam::111122223333:role/a",
        ] {
            assert_eq!(text.parse::<RoleArn>().unwrap().to_string(), text);
        }
        let with_path: RoleArn = "arn:aws:iam::111122223333:role/ops/Auditor".parse().unwrap();
        assert_eq!(with_path.path_and_name(), "ops/Auditor");
        for wrong in [
            "",
            "arn:aws:iam::111122223333:user/x",
            "arn:aws:iam::1:role/x",
            "arn:aws:sts::111122223333:role/x",
            "arn:aws:iam:us-east-1:111122223333:role/x",
            "arn:aws-xx:iam::111122223333:role/x",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam::111122223333:role/a b",
        ] {
            assert!(wrong.parse::<RoleArn>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_external_id_is_never_shown() {
        let id: ExternalId = "s3cr3t-value".parse().unwrap();
        assert_eq!(format!("{id:?}"), "ExternalId(…)");
        let refused = "no spaces allowed".parse::<ExternalId>().unwrap_err().to_string();
        assert!(!refused.contains("spaces allowed"), "{refused}");
        assert!("x".parse::<ExternalId>().is_err());
        assert!("x".repeat(1224).parse::<ExternalId>().is_ok());
        assert!("x".repeat(1225).parse::<ExternalId>().is_err());
    }
}
