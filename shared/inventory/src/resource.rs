use crate::{Account, Listing, Read, ServiceFacts, Tags};

/// Whom a resource belongs to: the value of its tag `owner`, in whatever case the key is written.
#[must_use]
pub fn owner(tags: &Tags) -> Option<&str> {
    let named = tags.iter().find(|(key, _)| key.eq_ignore_ascii_case("owner"));
    named.map(|(_, value)| value).filter(|value| !value.is_empty())
}

/// Where something was read.
#[derive(Clone, Copy, Debug)]
pub struct Location<'a> {
    /// The account.
    pub account: &'a Account,
    /// The region, or `global`.
    pub region: &'a str,
}

impl Location<'_> {
    /// The ARN of a resource of this account and region.
    #[must_use]
    pub fn arn(&self, service: &str, resource: &str) -> String {
        self.account.arn(service, self.region, resource)
    }

    /// The ARN of a resource of this account that belongs to no region.
    #[must_use]
    pub fn global_arn(&self, service: &str, resource: &str) -> String {
        self.account.arn(service, "", resource)
    }
}

/// A kind of resource: everything that findings and reports need of it, in one place.
pub trait Resource: Sized + 'static {
    /// The service that it belongs to.
    type Service: ServiceFacts;
    /// Its CloudFormation type.
    const TYPE: &'static str;
    /// What has to be read besides to know its tags; nothing where they come with it, or it has none.
    const TAGS: Option<Read> = None;

    /// All that were read in one region.
    fn all(service: &Self::Service) -> &Listing<Self>;
    /// Its ARN.
    fn arn(&self, at: &Location<'_>) -> String;
    /// The ARN that stands for those that could not be listed; it ends in `*`.
    fn arn_of_any(at: &Location<'_>) -> String;
    /// The part of the resource that it is, where the ARN is its parent's: an access key of a user.
    fn part(&self) -> Option<&str> {
        None
    }
    /// The region it lies in.
    fn region<'a>(&'a self, at: &Location<'a>) -> &'a str {
        at.region
    }
    /// Its tags; nothing where they were not asked for, or not read.
    fn tags(&self) -> Option<&Tags> {
        None
    }
    /// One that passes every check; tests spoil one field of it.
    fn secure() -> Self;
}
