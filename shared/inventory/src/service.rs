use std::{cmp::Ordering, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Invalid, Read, ServiceFacts, for_each_service};

/// The region of what belongs to no region.
pub const GLOBAL: &str = "global";

/// Whether a text can be the name of a region: it becomes part of keys and of host names.
///
/// `*` stands for all of them, where they could not be listed.
#[must_use]
pub fn is_region(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let named = (2..=32).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(allowed);
    named || text == "*"
}

/// Where a service is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Once for the account. S3 counts as global: its list names the buckets of every region.
    Global,
    /// In every enabled region.
    Regional,
}

macro_rules! define_service {
    ($($module:ident: $Service:ident, $name:literal, $scope:ident, $requests:literal;)+) => {
        /// An audited AWS service.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub enum Service {
            $(#[doc = concat!("`", $name, "`")] $Service,)+
            /// One that this version does not know: a newer one wrote it, and it is kept as it is.
            Other(ServiceName),
        }

        impl Service {
            /// Every service that this version audits, in alphabetical order.
            pub const ALL: &[Self] = &[$(Self::$Service),+];

            /// The name in check ids, receipts and on the command line.
            #[must_use]
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$Service => $name,)+
                    Self::Other(name) => name.as_str(),
                }
            }

            /// Where it is read.
            #[must_use]
            pub const fn scope(self) -> Scope {
                match self {
                    $(Self::$Service => Scope::$scope,)+
                    Self::Other(_) => Scope::Regional,
                }
            }

            /// How many requests to it may be under way at once, in all regions together.
            #[must_use]
            pub const fn requests_at_once(self) -> usize {
                match self {
                    $(Self::$Service => $requests,)+
                    Self::Other(_) => 1,
                }
            }

            /// Everything that can be read of it.
            #[must_use]
            pub const fn reads(self) -> &'static [Read] {
                match self {
                    $(Self::$Service => <crate::$module::$Service as ServiceFacts>::READS,)+
                    Self::Other(_) => &[],
                }
            }
        }
    };
}
for_each_service!(define_service);

impl Service {
    /// Whether it is read once for the account rather than region by region.
    #[must_use]
    pub fn is_global(self) -> bool {
        self.scope() == Scope::Global
    }

    /// Whether this version can read and judge it.
    #[must_use]
    pub const fn is_known(self) -> bool {
        !matches!(self, Self::Other(_))
    }

    /// The service of a stored name, whether this version knows it or not.
    ///
    /// # Errors
    ///
    /// When it cannot be a service's name.
    pub fn stored(text: &str) -> Result<Self, Invalid> {
        let known = Self::ALL.iter().copied().find(|service| service.name() == text);
        known.map_or_else(|| ServiceName::new(text).map(Self::Other), Ok)
    }

    /// The names of all services, for messages: `ec2, iam or s3`.
    #[must_use]
    pub fn names() -> String {
        let names: Vec<_> = Self::ALL.iter().map(Self::name).collect();
        match names.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
            _ => names.concat(),
        }
    }
}

impl Ord for Service {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name().cmp(other.name())
    }
}

impl PartialOrd for Service {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A service that somebody asks for: one that this version audits.
impl FromStr for Service {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match Self::stored(text) {
            Ok(service) if service.is_known() => Ok(service),
            _ => {
                let near = crate::nearest(text, Self::ALL.iter().map(Self::name));
                let hint =
                    near.map_or_else(String::new, |near| format!("; the nearest is `{near}`"));
                Err(Invalid::new("service", text, format!("{}{hint}", Self::names())))
            }
        }
    }
}

impl TryFrom<String> for Service {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::stored(&text)
    }
}

impl From<Service> for String {
    fn from(service: Service) -> Self {
        service.name().to_owned()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Service {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, Type};
        let names = Self::ALL.iter().map(|service| serde_json::json!(service.name()));
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "An audited AWS service. The list is open: a newer version knows more.",
            ))
            .pattern(Some("^[a-z0-9_]{1,31}$"))
            .examples(names)
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Service {}

/// The name of a service that this version does not know: lower-case letters, digits and `_`, 31 at most.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ServiceName {
    length: u8,
    bytes: [u8; Self::LONGEST],
}

impl ServiceName {
    const LONGEST: usize = 31;

    fn new(text: &str) -> Result<Self, Invalid> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        let valid = !text.is_empty() && text.len() <= Self::LONGEST && text.bytes().all(allowed);
        let length = u8::try_from(text.len()).ok().filter(|_| valid);
        let length = length.ok_or_else(|| {
            Invalid::new("service", text, "1 to 31 lower-case letters, digits and `_`")
        })?;
        let mut bytes = [0; Self::LONGEST];
        for (slot, byte) in bytes.iter_mut().zip(text.bytes()) {
            *slot = byte;
        }
        Ok(Self { length, bytes })
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let name = self.bytes.get(..usize::from(self.length)).unwrap_or_default();
        std::str::from_utf8(name).unwrap_or_default()
    }
}

impl fmt::Debug for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_listed_in_alphabetical_order() {
        assert!(Service::ALL.is_sorted());
        let [first, .., before, last] = Service::ALL else { panic!("a few") };
        let names = Service::names();
        assert!(names.starts_with(first.name()), "{names}");
        assert!(names.ends_with(&format!(", {before} or {last}")), "{names}");
    }

    #[test]
    fn a_newer_versions_service_is_carried_where_it_is_stored() {
        let stored: Service = serde_json::from_str("\"quantum_ledger\"").unwrap();
        assert!(!stored.is_known());
        assert_eq!(serde_json::to_string(&stored).unwrap(), "\"quantum_ledger\"");
        for wrong in ["", "EC2", "a-b", "ünder", &"x".repeat(32)] {
            assert!(
                serde_json::from_value::<Service>(serde_json::json!(wrong)).is_err(),
                "{wrong}"
            );
        }
    }

    #[test]
    fn one_that_nobody_knows_cannot_be_asked_for() {
        let told = "iamm".parse::<Service>().unwrap_err().to_string();
        assert!(told.contains("the nearest is `iam`"), "{told}");
        assert!("quantum_ledger".parse::<Service>().is_err());
    }
}
