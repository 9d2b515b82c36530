//! Lists: the index of kinds, and the alerts of an account.

use aws_sdk_dynamodb::types::{AttributeValue, Select};
use domain::{AccountId, Alert, Tenant};
use serde::de::DeserializeOwned;

use super::{
    item::{self, text},
    write::Table,
};
use crate::{Error, Page, PageError, PageRequest, cursor::List, keys};

impl Table {
    /// A page of the index [`keys::BY_KIND`].
    pub(super) async fn by_kind<T: DeserializeOwned>(
        &self,
        list: List,
        kind: &str,
        page: PageRequest<'_>,
    ) -> Result<Page<T>, PageError> {
        let after = list.position(page.cursor)?;
        let mut query = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(keys::BY_KIND)
            .limit(page.bounded().into())
            .expression_attribute_names("#kind", keys::KIND)
            .expression_attribute_values(":kind", text(kind))
            .key_condition_expression("#kind = :kind");
        if !after.is_empty() {
            query = query
                .key_condition_expression("#kind = :kind AND kind_sort > :after")
                .expression_attribute_values(":after", text(after));
        }
        let answer = query.send().await.map_err(Error::unavailable("list what is there"))?;
        let more = answer.last_evaluated_key.is_some();
        Ok(read_page(list, keys::KIND_SORT, answer.items.unwrap_or_default(), more)?)
    }

    /// How many items of a kind there are below a prefix, counted up to `at_most`.
    pub(super) async fn count(&self, kind: &str, prefix: &str, at_most: u32) -> Result<u32, Error> {
        let mut counted = 0;
        let mut start = None;
        while counted < at_most {
            let answer = self
                .client
                .query()
                .table_name(&self.name)
                .index_name(keys::BY_KIND)
                .select(Select::Count)
                .limit(i32::try_from(at_most - counted).unwrap_or(i32::MAX))
                .expression_attribute_names("#kind", keys::KIND)
                .expression_attribute_values(":kind", text(kind))
                .expression_attribute_values(":prefix", text(prefix))
                .key_condition_expression("#kind = :kind AND begins_with(kind_sort, :prefix)")
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(Error::unavailable("count audits"))?;
            counted += u32::try_from(answer.count).unwrap_or_default();
            start = answer.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
        Ok(counted.min(at_most))
    }

    /// A page of an account's alerts.
    pub(super) async fn alerts(
        &self,
        tenant: &Tenant,
        account: &AccountId,
        page: PageRequest<'_>,
    ) -> Result<Page<Alert>, PageError> {
        // `!` comes before every digit of a fingerprint, `$` after the prefix's `#`.
        let from = match List::Alerts.position(page.cursor)? {
            none if none.is_empty() => keys::ALERT_SORT.to_owned(),
            last => format!("{last}!"),
        };
        let answer = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .limit(page.bounded().into())
            .expression_attribute_values(":pk", text(keys::account_partition(tenant, account)))
            .expression_attribute_values(":from", text(from))
            .expression_attribute_values(":to", text("ALERT$"))
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .send()
            .await
            .map_err(Error::unavailable("list alerts"))?;
        let more = answer.last_evaluated_key.is_some();
        Ok(read_page(List::Alerts, keys::SORT, answer.items.unwrap_or_default(), more)?)
    }
}

/// A page of items, whose cursor is made of the last one's `position`.
fn read_page<T: DeserializeOwned>(
    list: List,
    position: &str,
    items: Vec<item::Values>,
    more: bool,
) -> Result<Page<T>, Error> {
    let ends_at = items.last().filter(|_| more).and_then(|item| item.get(position));
    let next_cursor = match ends_at {
        Some(AttributeValue::S(position)) => Some(list.cursor(position)),
        _ => None,
    };
    let items = items.into_iter().map(item::read).collect::<Result<_, _>>()?;
    Ok(Page { items, next_cursor })
}
