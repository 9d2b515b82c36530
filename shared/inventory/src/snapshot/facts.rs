use std::fmt;

use serde::{
    Deserializer, Serialize, Serializer,
    de::{Error as _, IgnoredAny, MapAccess, Visitor},
    ser::SerializeMap as _,
};

use crate::{Known, Service, ServiceFacts, ServiceName, Unread, for_each_service};

macro_rules! define_facts {
    ($($module:ident: $Service:ident, $name:literal, $scope:ident, $requests:literal;)+) => {
        /// The facts of one service in one region.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Facts {
            $(#[doc = concat!("Of `", $name, "`.")] $Service(crate::$module::$Service),)+
            /// Of a service that this version does not know, as a newer one wrote them.
            Other(ServiceName, serde_json::Value),
        }

        impl Facts {
            /// Nothing asked of a service; nothing for one that this version does not know.
            #[must_use]
            pub fn not_asked(service: Service) -> Option<Self> {
                match service {
                    $(Service::$Service => Some(Self::$Service(Default::default())),)+
                    Service::Other(_) => None,
                }
            }

            /// The service they are of.
            #[must_use]
            pub const fn service(&self) -> Service {
                match self {
                    $(Self::$Service(_) => Service::$Service,)+
                    Self::Other(name, _) => Service::Other(*name),
                }
            }

            fn entry<M: serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                match self {
                    $(Self::$Service(facts) => map.serialize_entry($name, facts),)+
                    Self::Other(name, facts) => map.serialize_entry(name.as_str(), facts),
                }
            }

            fn value<'de, M: MapAccess<'de>>(service: Service, map: &mut M) -> Result<Self, M::Error> {
                Ok(match service {
                    $(Service::$Service => Self::$Service(map.next_value()?),)+
                    Service::Other(name) => Self::Other(name, map.next_value()?),
                })
            }
        }

        $(
            impl From<crate::$module::$Service> for Facts {
                fn from(facts: crate::$module::$Service) -> Self {
                    Self::$Service(facts)
                }
            }

            impl ServiceFacts for crate::$module::$Service {
                const SERVICE: Service = Service::$Service;
                const READS: &'static [crate::Read] = crate::$module::READS;

                fn of(facts: &Facts) -> Option<&Self> {
                    if let Facts::$Service(facts) = facts { Some(facts) } else { None }
                }
            }
        )+
    };
}
for_each_service!(define_facts);

/// `{"iam": …}`, `{"unread": …}` or `"not_asked"`: the first is what was written before facts could be unread
/// as a whole.
pub(super) mod stored {
    use super::*;

    /// The key of a reason; no service has this name.
    const UNREAD: &str = "unread";

    pub(crate) fn serialize<S: Serializer>(facts: &Known<Facts>, s: S) -> Result<S::Ok, S::Error> {
        match facts {
            Known::NotAsked => "not_asked".serialize(s),
            Known::Unread(unread) => {
                let mut map = s.serialize_map(Some(1))?;
                map.serialize_entry(UNREAD, unread)?;
                map.end()
            }
            Known::Read(facts) => {
                let mut map = s.serialize_map(Some(1))?;
                facts.entry(&mut map)?;
                map.end()
            }
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Known<Facts>, D::Error> {
        d.deserialize_any(Stored)
    }

    struct Stored;

    impl<'de> Visitor<'de> for Stored {
        type Value = Known<Facts>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the facts of one service")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
            if text == "not_asked" {
                Ok(Known::NotAsked)
            } else {
                Err(E::custom(format!("`{text}` are no facts of a service")))
            }
        }

        fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
            let Some(key) = map.next_key::<String>()? else {
                return Err(M::Error::custom("there are no facts"));
            };
            let facts = if key == UNREAD {
                Known::Unread(map.next_value::<Unread>()?)
            } else {
                let service = Service::stored(&key).map_err(M::Error::custom)?;
                Known::Read(Facts::value(service, &mut map)?)
            };
            // Whatever a newer version writes beside them.
            while map.next_entry::<String, IgnoredAny>()?.is_some() {}
            Ok(facts)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Cause, GLOBAL, Known, ServiceSnapshot, Unread, snapshot::Facts};

    fn part(facts: &str) -> ServiceSnapshot {
        let json = format!(
            r#"{{"receipt":{{"region":"global","service":"iam","outcome":"done","calls":1,
                "denied":[],"error":null}},"facts":{facts}}}"#
        );
        serde_json::from_str(&json).unwrap()
    }

    #[test]
    fn facts_are_read_as_they_are_written() {
        let unread = Unread { action: "x:Y".into(), cause: Cause::Denied, region: GLOBAL.into() };
        let iam = Known::Read(Facts::Iam(crate::iam::Iam::default()));
        for facts in [Known::NotAsked, Known::Unread(unread), iam] {
            let one = ServiceSnapshot { facts, ..part("\"not_asked\"") };
            let again = serde_json::from_str(&serde_json::to_string(&one).unwrap()).unwrap();
            assert_eq!(one, again);
        }
    }

    #[test]
    fn facts_of_a_newer_versions_service_come_back_unchanged() {
        let written = r#"{"quantum_ledger":{"ledgers":[{"id":"a","depth":3}]}}"#;
        let read = part(written);
        assert!(
            matches!(&read.facts, Known::Read(Facts::Other(name, _)) if name.as_str() == "quantum_ledger")
        );
        let again: serde_json::Value = serde_json::to_value(&read).unwrap();
        assert_eq!(again["facts"], serde_json::from_str::<serde_json::Value>(written).unwrap());
    }

    #[test]
    fn what_are_no_facts_is_an_error() {
        for wrong in ["{}", "\"else\"", "3", r#"{"Not A Service":{}}"#] {
            let json = serde_json::to_string(&part("\"not_asked\"")).unwrap();
            let json = json.replace("\"facts\":\"not_asked\"", &format!("\"facts\":{wrong}"));
            assert!(serde_json::from_str::<ServiceSnapshot>(&json).is_err(), "{wrong}");
        }
    }
}
