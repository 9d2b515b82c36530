use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use super::apply;
use crate::{
    Error,
    error::Source,
    keys,
    table::{Indexed, Item, Key, Range, Write},
};

/// The table, inside a transaction or not.
pub(super) struct Rows<'a>(pub(super) &'a Connection);

impl Rows<'_> {
    pub(super) fn get(&self, key: &Key) -> Result<Option<Item>, Source> {
        let body: Option<String> = self
            .0
            .prepare_cached("SELECT body FROM items WHERE pk = ?1 AND sk = ?2")?
            .query_row(params![key.pk, key.sk], |row| row.get(0))
            .optional()?;
        body.map(|body| parse(key, &body)).transpose()
    }

    /// Writes if the condition holds; the new item, or what is there instead.
    pub(super) fn apply(
        &self,
        write: &Write,
    ) -> Result<Result<Option<Item>, Option<Item>>, Source> {
        let there = self.get(&write.key)?;
        if write.condition.as_ref().is_some_and(|one| !apply::holds(one, there.as_ref())) {
            return Ok(Err(there));
        }
        let Some(mut item) = apply::after(&write.change, there.as_ref()) else {
            self.0
                .prepare_cached("DELETE FROM items WHERE pk = ?1 AND sk = ?2")?
                .execute(params![write.key.pk, write.key.sk])?;
            return Ok(Ok(None));
        };
        item.insert(keys::PARTITION.into(), write.key.pk.as_str().into());
        item.insert(keys::SORT.into(), write.key.sk.as_str().into());
        let text = |name: &str| item.get(name).and_then(Value::as_str);
        self.0
            .prepare_cached(
                "INSERT OR REPLACE INTO items (pk, sk, kind, kind_sort, expires_at, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                write.key.pk,
                write.key.sk,
                text(keys::KIND),
                text(keys::KIND_SORT),
                item.get(keys::EXPIRES_AT).and_then(Value::as_i64),
                serde_json::to_string(&item)?,
            ])?;
        Ok(Ok(Some(item)))
    }

    pub(super) fn query(&self, range: Range<'_>) -> Result<(Vec<Item>, bool), Source> {
        let end = above(range.prefix);
        let (first, last, order) = match (range.after, range.descending) {
            (None, false) => (range.prefix.to_owned(), end, "ASC"),
            // Behind a key comes that key with anything added.
            (Some(after), false) => (format!("{after}\0"), end, "ASC"),
            (None, true) => (range.prefix.to_owned(), end, "DESC"),
            (Some(after), true) => (range.prefix.to_owned(), after.to_owned(), "DESC"),
        };
        let mut statement = self.0.prepare_cached(&format!(
            "SELECT sk, body FROM items WHERE pk = ?1 AND sk >= ?2 AND sk < ?3
             ORDER BY sk {order} LIMIT ?4"
        ))?;
        let limit = i64::try_from(range.limit).unwrap_or(i64::MAX).saturating_add(1);
        let rows = statement.query_map(params![range.pk, first, last, limit], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        let mut items = Vec::new();
        for row in rows {
            let (sk, body) = row?;
            items.push(parse(&Key::new(range.pk, sk), &body)?);
        }
        let more = items.len() > range.limit;
        items.truncate(range.limit);
        Ok((items, more))
    }

    pub(super) fn by_kind(
        &self,
        kind: &str,
        prefix: &str,
        after: &str,
        limit: usize,
    ) -> Result<(Vec<Indexed>, bool), Source> {
        let mut statement = self.0.prepare_cached(
            "SELECT pk, sk, kind_sort FROM items
             WHERE kind = ?1 AND kind_sort >= ?2 AND kind_sort < ?3 AND kind_sort > ?4
             ORDER BY kind_sort LIMIT ?5",
        )?;
        let more_than = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let rows =
            statement.query_map(params![kind, prefix, above(prefix), after, more_than], |row| {
                let key = Key::new(row.get::<_, String>(0)?, row.get::<_, String>(1)?);
                Ok(Indexed { key, sort: row.get(2)? })
            })?;
        let mut found = rows.collect::<Result<Vec<_>, _>>()?;
        let more = found.len() > limit;
        found.truncate(limit);
        Ok((found, more))
    }

    pub(super) fn expire(&self, now: jiff::Timestamp) -> Result<(), Source> {
        self.0
            .prepare_cached("DELETE FROM items WHERE expires_at IS NOT NULL AND expires_at < ?1")?
            .execute(params![now.as_second()])?;
        Ok(())
    }
}

/// What comes behind everything that begins with `prefix`: no key has this character.
fn above(prefix: &str) -> String {
    format!("{prefix}\u{10FFFF}")
}

fn parse(key: &Key, body: &str) -> Result<Item, Source> {
    serde_json::from_str(body).map_err(|source| Error::unreadable(&key.to_string(), source).into())
}
