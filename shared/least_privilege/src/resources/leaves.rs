//! The strings in a piece of JSON, each with the name it stands under.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::text::Text;

/// Every string, with the key of the nearest object around it.
#[derive(Debug, Default)]
pub(crate) struct Leaves<'a>(Vec<(Text<'a>, Text<'a>)>);

impl<'a> Leaves<'a> {
    /// Reads them from a piece of JSON.
    ///
    /// # Errors
    /// When a string in it is no text, or when it is nested deeper than serde goes: what was skipped
    /// before shows only now.
    pub(crate) fn read(json: Option<&'a RawValue>) -> serde_json::Result<Self> {
        let mut leaves = Vec::new();
        if let Some(json) = json {
            let seed = Seed { into: &mut leaves, key: &Text::default() };
            seed.deserialize(&mut serde_json::Deserializer::from_str(json.get()))?;
        }
        Ok(Self(leaves))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (&*key.0, &*value.0))
    }

    /// The values under a name, in any case.
    pub(crate) fn of<'l>(&'l self, name: &'l str) -> impl Iterator<Item = &'l str> {
        let named = move |(key, _): &(&str, &str)| key.eq_ignore_ascii_case(name);
        self.iter().filter(named).map(|(_, value)| value)
    }
}

struct Seed<'s, 'a> {
    into: &'s mut Vec<(Text<'a>, Text<'a>)>,
    key: &'s Text<'a>,
}

impl<'de> DeserializeSeed<'de> for Seed<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<(), E> {
        self.into.push((self.key.clone(), Text(value.into())));
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.into.push((self.key.clone(), Text(value.to_owned().into())));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Seed { into: self.into, key: self.key })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while let Some(key) = object.next_key::<Text<'de>>()? {
            object.next_value_seed(Seed { into: self.into, key: &key })?;
        }
        Ok(())
    }
}
