//! Items from the domain's types, and back.

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{Error, keys, table::Item};

const DAY: i64 = 86_400;

/// A value's fields as attributes, with its kind.
pub(crate) fn of<T: Serialize>(kind: &str, value: &T) -> Result<Item, Error> {
    match serde_json::to_value(value).map_err(Error::unwritable)? {
        Value::Object(mut item) => {
            item.insert(keys::KIND.into(), kind.into());
            Ok(item)
        }
        _ => Err(Error::unwritable("a value without fields")),
    }
}

/// What an item holds; attributes that are the table's own are passed over.
pub(crate) fn read<T: DeserializeOwned>(item: Item) -> Result<T, Error> {
    let part = |name| item.get(name).and_then(Value::as_str).unwrap_or("?").to_owned();
    let key = format!("{} {}", part(keys::PARTITION), part(keys::SORT));
    serde_json::from_value(Value::Object(item)).map_err(|source| Error::unreadable(&key, source))
}

/// Attributes by name.
pub(crate) fn with<const N: usize>(attributes: [(&str, Value); N]) -> Item {
    attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A time as a number to compare with: fractions of a second make the text's order unlike the time's.
pub(crate) fn nanoseconds(time: Timestamp) -> Value {
    i64::try_from(time.as_nanosecond()).unwrap_or(i64::MAX).into()
}

/// So many days after a time, in seconds since 1970.
pub(crate) fn days_after(time: Timestamp, days: u32) -> Value {
    (time.as_second() + i64::from(days) * DAY).into()
}
