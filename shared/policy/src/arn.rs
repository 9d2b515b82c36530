//! Amazon Resource Names.

use std::fmt;

use crate::partition;

/// An ARN taken apart; it borrows from the text it was read from.
///
/// ```
/// use policy::Arn;
/// let arn = Arn::parse("arn:aws-cn:iam::123456789012:role/team/Reader")?;
/// assert_eq!((arn.partition, arn.service, arn.account), ("aws-cn", "iam", "123456789012"));
/// assert_eq!((arn.resource_type(), arn.resource_id()), (Some("role"), "team/Reader"));
/// assert_eq!(arn.resource_name(), "Reader");
/// assert_eq!(arn.to_string(), "arn:aws-cn:iam::123456789012:role/team/Reader");
/// # Ok::<(), policy::ArnError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`, …
    pub partition: &'a str,
    /// The service's namespace: `s3`, `iam`, …
    pub service: &'a str,
    /// The region; empty for global resources.
    pub region: &'a str,
    /// The account; empty where the service leaves it out (S3 buckets).
    pub account: &'a str,
    /// Everything after the fifth colon, further colons included.
    pub resource: &'a str,
}

/// Why a text is not an ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArnError {
    text: String,
}

impl fmt::Display for ArnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not an ARN, write it as arn:partition:service:region:account:resource",
            self.text
        )
    }
}

impl std::error::Error for ArnError {}

impl<'a> Arn<'a> {
    /// Takes an ARN apart at its first five colons. Whether partition, service or account exist is not asked.
    ///
    /// # Errors
    /// When it does not start with `arn:` or has fewer than six parts.
    pub fn parse(text: &'a str) -> Result<Self, ArnError> {
        Self::split(text).ok_or_else(|| ArnError { text: text.to_owned() })
    }

    /// Like [`Arn::parse`], for when the reason does not matter.
    #[must_use]
    pub fn split(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        if parts.next() != Some("arn") {
            return None;
        }
        Some(Self {
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        })
    }

    /// What stands before the first `/` or `:` of the resource, if it has one: `role` of `role/Reader`.
    #[must_use]
    pub fn resource_type(&self) -> Option<&'a str> {
        self.resource.split_once(['/', ':']).map(|(kind, _)| kind)
    }

    /// What stands after the first `/` or `:` of the resource; all of it if it has none.
    #[must_use]
    pub fn resource_id(&self) -> &'a str {
        self.resource.split_once(['/', ':']).map_or(self.resource, |(_, id)| id)
    }

    /// What stands after the last `/` or `:` of the resource: a user's or role's name without its path.
    #[must_use]
    pub fn resource_name(&self) -> &'a str {
        self.resource.rsplit_once(['/', ':']).map_or(self.resource, |(_, name)| name)
    }

    /// Whether the partition is one AWS has.
    #[must_use]
    pub fn known_partition(&self) -> bool {
        partition::find(self.partition).is_some()
    }
}

impl fmt::Display for Arn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, service, region, account, resource } = self;
        write!(f, "arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_resource_keeps_its_colons() {
        let arn = Arn::parse("arn:aws:logs:eu-west-1:1:log-group:/a/b:*").unwrap();
        assert_eq!(arn.resource, "log-group:/a/b:*");
        assert_eq!((arn.resource_type(), arn.resource_id()), (Some("log-group"), "/a/b:*"));
        let bucket = Arn::parse("arn:aws:s3:::logs").unwrap();
        assert_eq!((bucket.resource_type(), bucket.resource_name()), (None, "logs"));
    }

    #[test]
    fn too_few_parts_are_refused_with_the_form() {
        for text in ["", "*", "arn", "arn:aws:s3::bucket", "ARN:aws:s3:::bucket", "aws:s3:::bucket"]
        {
            assert!(Arn::parse(text).is_err(), "`{text}` was taken");
        }
        assert_eq!(
            Arn::parse("bucket").unwrap_err().to_string(),
            "`bucket` is not an ARN, write it as arn:partition:service:region:account:resource"
        );
    }

    #[test]
    fn partitions_are_known() {
        assert!(Arn::parse("arn:aws-us-gov:s3:::b").unwrap().known_partition());
        assert!(!Arn::parse("arn:aws-moon:s3:::b").unwrap().known_partition());
    }
}
