//! Conditions and updates in DynamoDB's words, and items in its values.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;

use crate::{
    Error, keys,
    table::{Condition, Item, Key},
};

/// Values by name: a key, an item, or what placeholders mean.
pub(super) type Attributes = HashMap<String, AttributeValue>;

type Names = Option<HashMap<String, String>>;
type Values = Option<Attributes>;

/// Placeholders as they are given out.
#[derive(Debug, Default)]
pub(super) struct Expression {
    names: HashMap<String, String>,
    values: Vec<Value>,
}

impl Expression {
    fn name(&mut self, name: &str) -> String {
        let placeholder = format!("#{name}");
        self.names.insert(placeholder.clone(), name.to_owned());
        placeholder
    }

    fn value(&mut self, value: &Value) -> String {
        self.values.push(value.clone());
        format!(":v{}", self.values.len() - 1)
    }

    /// A condition, in brackets where it has parts.
    pub(super) fn condition(&mut self, condition: &Condition) -> String {
        match condition {
            Condition::Absent => "attribute_not_exists(pk)".into(),
            Condition::Present => "attribute_exists(pk)".into(),
            Condition::Is(name, value) => format!("{} = {}", self.name(name), self.value(value)),
            Condition::Below(name, value) => format!("{} < {}", self.name(name), self.value(value)),
            Condition::Has(name) => format!("attribute_exists({})", self.name(name)),
            Condition::Missing(name) => format!("attribute_not_exists({})", self.name(name)),
            Condition::All(parts) => self.joined(parts, " AND "),
            Condition::Any(parts) => self.joined(parts, " OR "),
        }
    }

    fn joined(&mut self, parts: &[Condition], by: &str) -> String {
        let parts: Vec<_> = parts.iter().map(|part| self.condition(part)).collect();
        format!("({})", parts.join(by))
    }

    pub(super) fn update(
        &mut self,
        set: &Item,
        add: &[(&'static str, i64)],
        remove: &[&'static str],
    ) -> String {
        let mut clauses = Vec::new();
        let set: Vec<_> = set
            .iter()
            .map(|(name, value)| format!("{} = {}", self.name(name), self.value(value)))
            .collect();
        if !set.is_empty() {
            clauses.push(format!("SET {}", set.join(", ")));
        }
        let remove: Vec<_> = remove.iter().map(|name| self.name(name)).collect();
        if !remove.is_empty() {
            clauses.push(format!("REMOVE {}", remove.join(", ")));
        }
        let add: Vec<_> = add
            .iter()
            .map(|(name, by)| format!("{} {}", self.name(name), self.value(&(*by).into())))
            .collect();
        if !add.is_empty() {
            clauses.push(format!("ADD {}", add.join(", ")));
        }
        clauses.join(" ")
    }

    /// The placeholders' meanings, where there are any: DynamoDB refuses empty ones.
    pub(super) fn parts(self) -> Result<(Names, Values), Error> {
        let values = self.values.iter().enumerate().map(|(number, value)| {
            let value = serde_dynamo::to_attribute_value(value).map_err(Error::unwritable)?;
            Ok((format!(":v{number}"), value))
        });
        let values = values.collect::<Result<Attributes, Error>>()?;
        Ok((
            Some(self.names).filter(|names| !names.is_empty()),
            Some(values).filter(|values| !values.is_empty()),
        ))
    }
}

/// A key as attributes.
pub(super) fn attributes(key: &Key) -> Attributes {
    [
        (keys::PARTITION.to_owned(), AttributeValue::S(key.pk.clone())),
        (keys::SORT.to_owned(), AttributeValue::S(key.sk.clone())),
    ]
    .into()
}

/// An item with its key.
pub(super) fn item_of(key: &Key, item: &Item) -> Result<Attributes, Error> {
    let mut values: HashMap<_, _> = serde_dynamo::to_item(item).map_err(Error::unwritable)?;
    values.extend(attributes(key));
    Ok(values)
}

pub(super) fn read(values: Attributes) -> Result<Item, Error> {
    serde_dynamo::from_item(values).map_err(|source| Error::unreadable("an item", source))
}
