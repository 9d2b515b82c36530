//! Conditions and changes as DynamoDB means them, on an item in memory.

use std::cmp::Ordering;

use serde_json::Value;

use crate::table::{Change, Condition, Item};

/// Whether a condition holds of the item that is there.
pub(super) fn holds(condition: &Condition, there: Option<&Item>) -> bool {
    let attribute = |name: &str| there.and_then(|item| item.get(name));
    match condition {
        Condition::Absent => there.is_none(),
        Condition::Present => there.is_some(),
        Condition::Is(name, value) => attribute(name) == Some(value),
        Condition::Below(name, value) => {
            attribute(name).and_then(|found| order(found, value)) == Some(Ordering::Less)
        }
        Condition::Has(name) => attribute(name).is_some(),
        Condition::Missing(name) => attribute(name).is_none(),
        Condition::All(conditions) => conditions.iter().all(|one| holds(one, there)),
        Condition::Any(conditions) => conditions.iter().any(|one| holds(one, there)),
    }
}

/// Values of different types have no order.
fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => Some(a.as_i64()?.cmp(&b.as_i64()?)),
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// The item after a change; nothing where it is gone.
pub(super) fn after(change: &Change, there: Option<&Item>) -> Option<Item> {
    match change {
        Change::Put(item) => Some(item.clone()),
        Change::Delete => None,
        Change::Check => there.cloned(),
        Change::Update { set, add, remove } => {
            let mut item = there.cloned().unwrap_or_default();
            item.extend(set.clone());
            for (name, by) in add {
                let before = item.get(*name).and_then(Value::as_i64).unwrap_or_default();
                item.insert((*name).to_owned(), before.saturating_add(*by).into());
            }
            for name in remove {
                item.remove(*name);
            }
            Some(item)
        }
    }
}
