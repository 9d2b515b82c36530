//! Whether an action and a resource that somebody asks about exist, and what was perhaps meant.

use super::{Action, Facts, Service, has_wildcard};
use crate::lint::{nearest, permission_of};
use crate::{Arn, arns_overlap};
use std::fmt;

/// How many names a suggestion holds.
const NAMED: usize = 3;

/// Why a text is no action that the facts know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionError {
    /// It is not `service:Action`. With the actions of that name, in alphabetical order, some of them.
    NoService(String, Vec<String>),
    /// It is a pattern, which covers actions and is none.
    Pattern(String),
    /// No service has that prefix.
    Service(String, Option<String>),
    /// The service has no such action.
    Action(String, Option<String>),
}

impl ActionError {
    /// Whether it may exist all the same, because AWS added it after the facts were made.
    #[must_use]
    pub fn may_be_newer(&self) -> bool {
        matches!(self, Self::Service(..) | Self::Action(..))
    }
}

impl fmt::Display for ActionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoService(text, meant) => {
                write!(f, "the action `{text}` names no service, write it as `service:Action`")?;
                let meant: Vec<String> = meant.iter().map(|name| format!("`{name}`")).collect();
                did_you_mean(f, (!meant.is_empty()).then(|| meant.join(" or ")).as_deref())
            }
            Self::Pattern(text) => {
                write!(f, "`{text}` is a pattern, name one action")
            }
            Self::Service(text, meant) => {
                write!(f, "the action `{text}` names a service that does not exist")?;
                did_you_mean(f, meant.as_ref().map(|name| format!("`{name}`")).as_deref())
            }
            Self::Action(text, meant) => {
                write!(f, "the action `{text}` does not exist")?;
                did_you_mean(f, meant.as_ref().map(|name| format!("`{name}`")).as_deref())
            }
        }
    }
}

impl std::error::Error for ActionError {}

fn did_you_mean(f: &mut fmt::Formatter<'_>, meant: Option<&str>) -> fmt::Result {
    meant.map_or(Ok(()), |meant| write!(f, ", did you mean {meant}"))
}

/// Why an action does not work on a resource, as far as the facts know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceError {
    /// It is neither an ARN nor `*`. With the forms of the ARNs that the action works on.
    NoArn(String, Vec<String>),
    /// It is an ARN of a kind that the action does not work on. With the forms of those it does, none where it works on
    /// no resource of its own.
    Kind(String, String, Vec<String>),
}

impl ResourceError {
    /// Whether it may be right all the same, because AWS changed the action after the facts were made.
    #[must_use]
    pub fn may_be_newer(&self) -> bool {
        matches!(self, Self::Kind(..))
    }
}

impl fmt::Display for ResourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let forms = match self {
            Self::NoArn(text, forms) => {
                write!(f, "the resource `{text}` is neither an ARN nor `*`")?;
                forms
            }
            Self::Kind(action, text, forms) if forms.is_empty() => {
                return write!(
                    f,
                    "`{action}` works on no resource of its own, so policies grant it on `*` and not on `{text}`"
                );
            }
            Self::Kind(action, text, forms) => {
                write!(f, "`{action}` does not work on `{text}`")?;
                forms
            }
        };
        let shown: Vec<String> = forms.iter().take(NAMED).map(|form| format!("`{form}`")).collect();
        match forms.len() {
            0 => Ok(()),
            count if count > NAMED => {
                write!(f, ", give {} or another of {count} forms", shown.join(", "))
            }
            _ => write!(f, ", give {}", shown.join(" or ")),
        }
    }
}

impl std::error::Error for ResourceError {}

impl Facts {
    /// The action that somebody asks about.
    ///
    /// ```
    /// use policy::facts::Facts;
    /// let facts = Facts::bundled()?;
    /// let (service, action) = facts.asked_action("S3:getobject").unwrap();
    /// assert_eq!((service.prefix(), action.name()), ("s3", "GetObject"));
    /// let refused = facts.asked_action("s3:GetObjet").unwrap_err();
    /// assert_eq!(refused.to_string(), "the action `s3:GetObjet` does not exist, did you mean `s3:GetObject`");
    /// # Ok::<(), policy::facts::FactsError>(())
    /// ```
    ///
    /// # Errors
    /// When it is not the name of one action, or the facts do not have it; with what was perhaps meant.
    pub fn asked_action(&self, text: &str) -> Result<(&Service, &Action), ActionError> {
        let parts =
            text.split_once(':').filter(|(prefix, name)| !prefix.is_empty() && !name.is_empty());
        if has_wildcard(text) {
            return Err(ActionError::Pattern(text.to_owned()));
        }
        let Some((prefix, name)) = parts else {
            return Err(ActionError::NoService(
                text.to_owned(),
                self.named(text.trim_matches(':')),
            ));
        };
        let Some(service) = self.service(prefix) else {
            let near = nearest(prefix, self.services().map(Service::prefix));
            let meant = near.map(|near| {
                let action = self.service(near).and_then(|service| service.action(name));
                action.map_or_else(|| near.to_owned(), |action| format!("{near}:{}", action.name()))
            });
            return Err(ActionError::Service(text.to_owned(), meant));
        };
        if let Some(action) = service.action(name) {
            return Ok((service, action));
        }
        let near = || {
            let near = nearest(name, service.actions().iter().map(Action::name))?;
            Some(format!("{}:{near}", service.prefix()))
        };
        let meant = permission_of(text).map(ToOwned::to_owned).or_else(near);
        Err(ActionError::Action(text.to_owned(), meant))
    }

    /// Actions of that name in any service, the best known first.
    fn named(&self, name: &str) -> Vec<String> {
        let found = self.services().filter_map(|service| {
            Some(format!("{}:{}", service.prefix(), service.action(name)?.name()))
        });
        let mut found: Vec<String> = found.collect();
        // A service of a short name is the one people leave out.
        found.sort_by_key(String::len);
        found.truncate(NAMED);
        found
    }

    /// Asks whether an action works on a resource, given as an ARN (perhaps with wildcards) or `*`.
    ///
    /// # Errors
    /// When it is no ARN, or of a kind that the facts do not have for the action.
    pub fn asked_resource(
        &self,
        service: &Service,
        action: &Action,
        resource: &str,
    ) -> Result<(), ResourceError> {
        if resource == "*" {
            return Ok(());
        }
        let mut forms: Vec<String> =
            service.resource_types_of(action).map(|(kind, _)| kind.arn().to_owned()).collect();
        // The plain form before those of access points and the like.
        forms.sort_by_key(String::len);
        if !is_arn(resource) {
            return Err(ResourceError::NoArn(resource.to_owned(), forms));
        }
        let fits = service
            .resource_types_of(action)
            .any(|(kind, _)| arns_overlap(&filled(kind.pattern(), resource), resource));
        if fits {
            return Ok(());
        }
        let name = format!("{}:{}", service.prefix(), action.name());
        Err(ResourceError::Kind(name, resource.to_owned(), forms))
    }
}

/// Whether a text is an ARN of something; only its parts before the resource may be left empty, and not all of them.
fn is_arn(text: &str) -> bool {
    Arn::split(text).is_some_and(|arn| {
        !arn.partition.is_empty() && !arn.service.is_empty() && !arn.resource.is_empty()
    })
}

/// The pattern with the partition, region and account of the ARN that is asked about, where it leaves them open: an
/// ARN may lack what the reference shows, as those of global tables and of resources that AWS owns do.
fn filled(pattern: &str, resource: &str) -> String {
    let (Some(open), Some(arn)) = (Arn::split(pattern), Arn::split(resource)) else {
        return pattern.to_owned();
    };
    let or = |open: &str, given: &str| if open == "*" { given.to_owned() } else { open.to_owned() };
    format!(
        "arn:{}:{}:{}:{}:{}",
        or(open.partition, arn.partition),
        open.service,
        or(open.region, arn.region),
        or(open.account, arn.account),
        open.resource
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(text: &str) -> String {
        let facts = Facts::bundled().unwrap();
        facts
            .asked_action(text)
            .map_or_else(|error| error.to_string(), |(_, a)| a.name().to_owned())
    }

    #[test]
    fn what_does_not_exist_is_refused_with_what_was_meant() {
        for (text, told) in [
            ("s3:GetObject", "GetObject"),
            (
                "GetObject",
                "the action `GetObject` names no service, write it as `service:Action`, did you mean `s3:GetObject`",
            ),
            ("s3:GetObjet", "the action `s3:GetObjet` does not exist, did you mean `s3:GetObject`"),
            (
                "s3:HeadObject",
                "the action `s3:HeadObject` does not exist, did you mean `s3:GetObject`",
            ),
            ("s33:GetObject", "names a service that does not exist, did you mean `s3:GetObject`"),
            (
                "nosuchservice:Do",
                "the action `nosuchservice:Do` names a service that does not exist",
            ),
            ("s3:Get*", "`s3:Get*` is a pattern, name one action"),
            ("*", "`*` is a pattern"),
            ("", "the action `` names no service"),
            ("s3:", "the action `s3:` names no service"),
        ] {
            assert!(action(text).contains(told), "{}", action(text));
        }
    }

    #[test]
    fn only_names_can_be_newer_than_the_facts() {
        let facts = Facts::bundled().unwrap();
        let newer = |text| facts.asked_action(text).unwrap_err().may_be_newer();
        assert!(newer("s3:Teleport") && newer("teleport:Go"));
        assert!(!newer("Teleport") && !newer("s3:*") && !newer(":"));
    }

    #[test]
    fn a_resource_is_of_a_kind_that_the_action_works_on() {
        let facts = Facts::bundled().unwrap();
        let told = |name: &str, resource: &str| {
            let (service, action) = facts.asked_action(name).unwrap();
            facts.asked_resource(service, action, resource).err().map(|error| error.to_string())
        };
        for (name, resource) in [
            ("s3:GetObject", "arn:aws:s3:::b/k"),
            ("s3:GetObject", "arn:aws-cn:s3:::b/*"),
            ("s3:GetObject", "*"),
            ("s3:ListAllMyBuckets", "*"),
            ("iam:GetPolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
            ("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:111122223333:function:f"),
            ("sts:AssumeRole", "arn:aws:iam::111122223333:role/a/b"),
        ] {
            assert_eq!(told(name, resource), None, "{name} {resource}");
        }
        let no_arn = told("s3:GetObject", "b/k").unwrap();
        assert!(no_arn.starts_with(
            "the resource `b/k` is neither an ARN nor `*`, give `arn:${Partition}:s3:::"
        ));
        for text in ["arn:aws:s3:::", "arn:aws:s3", "arn::s3:::b", ""] {
            assert!(told("s3:GetObject", text).unwrap().contains("neither an ARN"), "{text}");
        }
        let bucket = told("s3:GetObject", "arn:aws:s3:::b").unwrap();
        assert!(
            bucket.starts_with("`s3:GetObject` does not work on `arn:aws:s3:::b`, give `"),
            "{bucket}"
        );
        let other = told("s3:GetObject", "arn:aws:sqs:eu-west-1:111122223333:q").unwrap();
        assert!(other.starts_with("`s3:GetObject` does not work on"), "{other}");
        let none = told("s3:ListAllMyBuckets", "arn:aws:s3:::b").unwrap();
        assert!(
            none.starts_with("`s3:ListAllMyBuckets` works on no resource of its own"),
            "{none}"
        );
    }
}
