//! What the store needs of a table: conditional writes, transactions, queries by prefix.
//!
//! Everything the store promises rests on these few operations, which `DynamoDB` and `SQLite` both give;
//! what is built on them is written once.

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Map, Value};

use crate::Error;

/// Attributes by name. Numbers are integers.
pub(crate) type Item = Map<String, Value>;

/// The most writes of one transaction. Source: DynamoDB `TransactWriteItems`.
pub(crate) const TRANSACTION: usize = 100;

/// How many items are read at once.
const AT_ONCE: usize = 16;

/// Where an item is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl Key {
    pub(crate) fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.pk, self.sk)
    }
}

/// What has to hold of the item that is there, for a write to take place.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    /// There is no item.
    Absent,
    /// There is one.
    Present,
    /// It has this attribute, with this value.
    Is(&'static str, Value),
    /// It has this attribute, of the value's type and below it.
    Below(&'static str, Value),
    /// It has this attribute.
    Has(&'static str),
    /// It does not have this attribute, or is not there.
    Missing(&'static str),
    /// All of these hold.
    All(Vec<Condition>),
    /// One of these holds.
    Any(Vec<Condition>),
}

impl Condition {
    pub(crate) fn is(name: &'static str, value: impl Into<Value>) -> Self {
        Self::Is(name, value.into())
    }

    pub(crate) fn below(name: &'static str, value: impl Into<Value>) -> Self {
        Self::Below(name, value.into())
    }
}

/// What a write does.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// Puts a whole item in the place of what is there; its key is added.
    Put(Item),
    /// Changes attributes; makes the item where there is none.
    Update {
        /// Attributes to set.
        set: Item,
        /// Attributes to count up or down.
        add: Vec<(&'static str, i64)>,
        /// Attributes to take away.
        remove: Vec<&'static str>,
    },
    /// Takes the item away.
    Delete,
    /// Nothing: only asks whether the condition holds, within a transaction.
    Check,
}

/// One write.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(crate) key: Key,
    pub(crate) change: Change,
    pub(crate) condition: Option<Condition>,
}

impl Write {
    pub(crate) const fn put(key: Key, item: Item) -> Self {
        Self { key, change: Change::Put(item), condition: None }
    }

    pub(crate) const fn update(key: Key, set: Item) -> Self {
        let change = Change::Update { set, add: Vec::new(), remove: Vec::new() };
        Self { key, change, condition: None }
    }

    pub(crate) const fn delete(key: Key) -> Self {
        Self { key, change: Change::Delete, condition: None }
    }

    pub(crate) const fn check(key: Key, condition: Condition) -> Self {
        Self { key, change: Change::Check, condition: Some(condition) }
    }

    /// Only where this holds.
    pub(crate) fn only_if(mut self, condition: Condition) -> Self {
        self.condition = Some(condition);
        self
    }

    /// Counts an attribute of an update up or down.
    pub(crate) fn adding(mut self, name: &'static str, by: i64) -> Self {
        if let Change::Update { add, .. } = &mut self.change {
            add.push((name, by));
        }
        self
    }

    /// Takes attributes of an update away.
    pub(crate) fn removing(mut self, names: &[&'static str]) -> Self {
        if let Change::Update { remove, .. } = &mut self.change {
            remove.extend(names);
        }
        self
    }
}

/// What came of one write.
#[derive(Clone, Debug)]
pub(crate) enum Written {
    /// It took place; the item as it is now, after an update.
    Done(Option<Item>),
    /// Its condition did not hold; what is there.
    Refused(Option<Item>),
}

/// Items of one partition, by the beginning of their sort key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range<'a> {
    pub(crate) pk: &'a str,
    pub(crate) prefix: &'a str,
    /// The sort key to go on behind.
    pub(crate) after: Option<&'a str>,
    pub(crate) descending: bool,
    pub(crate) limit: usize,
}

/// Where an item of the index is, and its place in it.
#[derive(Clone, Debug)]
pub(crate) struct Indexed {
    pub(crate) key: Key,
    pub(crate) sort: String,
}

/// A table of items with a two-part key and one index.
#[async_trait]
pub(crate) trait Table: Send + Sync + fmt::Debug {
    /// An item as it is now, all earlier writes included.
    async fn get(&self, doing: &'static str, key: &Key) -> Result<Option<Item>, Error>;

    /// Items by their keys, in the keys' order.
    async fn get_all(
        &self,
        doing: &'static str,
        keys: Vec<Key>,
    ) -> Result<Vec<Option<Item>>, Error> {
        let items = stream::iter(keys).map(|key| async move { self.get(doing, &key).await });
        items.buffered(AT_ONCE).try_collect().await
    }

    /// One write.
    async fn write(&self, doing: &'static str, write: Write) -> Result<Written, Error>;

    /// At most [`TRANSACTION`] writes of different items, all or none; the places of those whose
    /// conditions did not hold. Another transaction in the way is waited out.
    async fn transact(
        &self,
        doing: &'static str,
        writes: &[Write],
    ) -> Result<Result<(), Vec<usize>>, Error>;

    /// Items in order, all earlier writes included, and whether there may be more.
    async fn query(
        &self,
        doing: &'static str,
        range: Range<'_>,
    ) -> Result<(Vec<Item>, bool), Error>;

    /// Items of a kind whose place in the index begins with `prefix`; may lag behind.
    async fn by_kind(
        &self,
        doing: &'static str,
        kind: &str,
        prefix: &str,
        after: &str,
        limit: usize,
    ) -> Result<(Vec<Indexed>, bool), Error>;

    /// Takes away what has expired, where the table does not do so by itself.
    async fn expire(&self, now: jiff::Timestamp) -> Result<(), Error>;
}

/// A place for compressed objects.
#[async_trait]
pub(crate) trait Objects: Send + Sync + fmt::Debug {
    /// Writes a whole object or none.
    async fn put(&self, doing: &'static str, key: &str, bytes: Bytes) -> Result<(), Error>;

    /// An object; nothing where there is none.
    async fn get(&self, doing: &'static str, key: &str) -> Result<Option<Vec<u8>>, Error>;

    /// The bytes of an object in a range, cut off at its end; nothing where there is no object.
    async fn get_range(
        &self,
        doing: &'static str,
        key: &str,
        range: std::ops::Range<u64>,
    ) -> Result<Option<Vec<u8>>, Error>;

    /// Takes away every object whose key begins with `prefix`.
    async fn delete(&self, doing: &'static str, prefix: &str) -> Result<(), Error>;

    /// Takes away what is older than `before`, where the place does not do so by itself.
    async fn expire(&self, before: jiff::Timestamp) -> Result<(), Error>;
}
