//! Items of the table from the domain's types, and back.

use std::{collections::HashMap, fmt::Display};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Alert, Audit, AuditId};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use crate::{Error, KnownAccount, keys};

/// Attributes by name, or values of an expression by placeholder.
pub(super) type Values = HashMap<String, AttributeValue>;

/// The key of an audit's result in the bucket.
pub(super) const RESULT: &str = "result";

pub(super) fn text(value: impl Display) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

pub(super) fn number(value: impl Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// The lease as text for readers and as a number to compare with: fractions of a second make the
/// text's order unlike the time's.
pub(super) fn lease(until: Timestamp) -> Values {
    Values::from([
        (":lease".into(), text(until)),
        (":lease_ns".into(), number(until.as_nanosecond())),
    ])
}

pub(super) fn value<T: Serialize>(value: &T) -> Result<AttributeValue, Error> {
    serde_dynamo::to_attribute_value(value).map_err(Error::unwritable)
}

pub(super) fn of_audit(audit: &Audit, keep_days: u32) -> Result<Values, Error> {
    let mut item: Values = serde_dynamo::to_item(audit).map_err(Error::unwritable)?;
    let expires = audit.created_at.as_second() + i64::from(keep_days) * 86_400;
    item.extend(keyed(
        keys::audit_partition(&audit.tenant, audit.id),
        keys::AUDIT_SORT,
        keys::AUDIT,
    ));
    item.insert(keys::EXPIRES_AT.into(), number(expires));
    if !audit.state.is_final() {
        item.insert(keys::KIND_SORT.into(), text(format!("{}#{}", audit.tenant, audit.id)));
    }
    Ok(item)
}

pub(super) fn of_alert(alert: &Alert) -> Result<Values, Error> {
    let mut item: Values = serde_dynamo::to_item(alert).map_err(Error::unwritable)?;
    let partition = keys::account_partition(&alert.tenant, &alert.account);
    item.extend(keyed(partition, &keys::alert_sort(&alert.fingerprint), keys::ALERT));
    Ok(item)
}

pub(super) fn of_account(by: AuditId, known: &KnownAccount) -> Result<Values, Error> {
    let mut item: Values = serde_dynamo::to_item(known).map_err(Error::unwritable)?;
    let partition = keys::account_partition(&known.tenant, known.account());
    item.extend(keyed(partition, keys::ACCOUNT_SORT, keys::ACCOUNT));
    item.insert("audit_id".into(), text(by));
    item.insert(keys::KIND_SORT.into(), text(format!("{}#{}", known.tenant, known.account())));
    Ok(item)
}

pub(super) fn to_audit(item: Values) -> Result<Audit, Error> {
    read(item)
}

/// What an item holds; attributes that are the table's own are passed over.
pub(super) fn read<T: DeserializeOwned>(item: Values) -> Result<T, Error> {
    let part = |name| match item.get(name) {
        Some(AttributeValue::S(text)) => text.clone(),
        _ => "?".to_owned(),
    };
    let key = format!("{} {}", part(keys::PARTITION), part(keys::SORT));
    serde_dynamo::from_item(item).map_err(|source| Error::unreadable(&key, source))
}

fn keyed(partition: String, sort: &str, kind: &str) -> [(String, AttributeValue); 3] {
    [
        (keys::PARTITION.into(), AttributeValue::S(partition)),
        (keys::SORT.into(), text(sort)),
        (keys::KIND.into(), text(kind)),
    ]
}
