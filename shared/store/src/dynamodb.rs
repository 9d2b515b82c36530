//! The Lambda functions' table and objects: a DynamoDB table and an S3 bucket.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::{
        delete_item::DeleteItemError, put_item::PutItemError,
        transact_write_items::TransactWriteItemsError, update_item::UpdateItemError,
    },
    types::{
        AttributeValue, ConditionCheck, Delete, Put, ReturnValue,
        ReturnValuesOnConditionCheckFailure::AllOld, TransactWriteItem, Update,
    },
};
use jiff::Timestamp;

use crate::{
    Error, keys,
    table::{Change, Indexed, Item, Key, Range, Table, Write, Written},
};

mod expression;
mod objects;

use expression::{Expression, attributes, item_of, read};
pub(crate) use objects::Bucket;

/// How often a write is tried that another transaction is in the way of: at 200 tasks of one audit
/// that end together, each waits its turn at the audit's counter.
const TRIES: u32 = 24;

/// The table and the way to it.
#[derive(Clone, Debug)]
pub(crate) struct Dynamo {
    pub(crate) client: Client,
    pub(crate) name: String,
}

/// Waits before a try that follows `tries` others: longer each time, and never the same.
async fn wait(tries: u32) {
    let most = 10_u64 << tries.min(6);
    tokio::time::sleep(Duration::from_millis(fastrand::u64(most / 2..=most))).await;
}

/// Whether another transaction was in the way, or the table asks to slow down.
fn passes(code: Option<&str>) -> bool {
    matches!(
        code,
        Some(
            "TransactionConflict"
                | "TransactionConflictException"
                | "TransactionInProgressException"
                | "ThrottlingError"
                | "ProvisionedThroughputExceeded"
                | "ProvisionedThroughputExceededException"
        )
    )
}

/// What one write came to, where it did not simply take place.
enum Stopped {
    Refused(Option<Item>),
    Passing,
    Failed(Error),
}

impl Dynamo {
    async fn once(&self, doing: &'static str, write: &Write) -> Result<Option<Item>, Stopped> {
        let mut words = Expression::default();
        let condition = write.condition.as_ref().map(|condition| words.condition(condition));
        let read_back = |refused: Option<_>| match refused.map(read).transpose() {
            Ok(item) => Stopped::Refused(item),
            Err(error) => Stopped::Failed(error),
        };
        let failed = |code: Option<&str>, error: crate::error::Source| {
            if passes(code) {
                Stopped::Passing
            } else {
                Stopped::Failed(Error::Unavailable { doing, source: error })
            }
        };
        match &write.change {
            Change::Put(item) => {
                let item = item_of(&write.key, item).map_err(Stopped::Failed)?;
                let (names, values) = words.parts().map_err(Stopped::Failed)?;
                let answer = self
                    .client
                    .put_item()
                    .table_name(&self.name)
                    .set_item(Some(item))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(AllOld)
                    .send()
                    .await;
                answer.map(|_| None).map_err(|error| match error.into_service_error() {
                    PutItemError::ConditionalCheckFailedException(refused) => {
                        read_back(refused.item)
                    }
                    error => failed(error.code().map(str::to_owned).as_deref(), error.into()),
                })
            }
            Change::Update { set, add, remove } => {
                let update = words.update(set, add, remove);
                let (names, values) = words.parts().map_err(Stopped::Failed)?;
                let answer = self
                    .client
                    .update_item()
                    .table_name(&self.name)
                    .set_key(Some(attributes(&write.key)))
                    .update_expression(update)
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .return_values(ReturnValue::AllNew)
                    .return_values_on_condition_check_failure(AllOld)
                    .send()
                    .await;
                match answer {
                    Ok(answer) => answer.attributes.map(read).transpose().map_err(Stopped::Failed),
                    Err(error) => Err(match error.into_service_error() {
                        UpdateItemError::ConditionalCheckFailedException(refused) => {
                            read_back(refused.item)
                        }
                        error => failed(error.code().map(str::to_owned).as_deref(), error.into()),
                    }),
                }
            }
            Change::Delete => {
                let (names, values) = words.parts().map_err(Stopped::Failed)?;
                let answer = self
                    .client
                    .delete_item()
                    .table_name(&self.name)
                    .set_key(Some(attributes(&write.key)))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(AllOld)
                    .send()
                    .await;
                answer.map(|_| None).map_err(|error| match error.into_service_error() {
                    DeleteItemError::ConditionalCheckFailedException(refused) => {
                        read_back(refused.item)
                    }
                    error => failed(error.code().map(str::to_owned).as_deref(), error.into()),
                })
            }
            Change::Check => match self.get(doing, &write.key).await {
                Ok(item) => Ok(item),
                Err(error) => Err(Stopped::Failed(error)),
            },
        }
    }

    fn part(&self, write: &Write) -> Result<TransactWriteItem, Error> {
        let mut words = Expression::default();
        let condition = write.condition.as_ref().map(|condition| words.condition(condition));
        let built = TransactWriteItem::builder();
        let unbuilt = Error::unwritable;
        Ok(match &write.change {
            Change::Put(item) => {
                let item = item_of(&write.key, item)?;
                let (names, values) = words.parts()?;
                let put = Put::builder()
                    .table_name(&self.name)
                    .set_item(Some(item))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values);
                built.put(put.build().map_err(unbuilt)?)
            }
            Change::Update { set, add, remove } => {
                let expression = words.update(set, add, remove);
                let (names, values) = words.parts()?;
                let update = Update::builder()
                    .table_name(&self.name)
                    .set_key(Some(attributes(&write.key)))
                    .update_expression(expression)
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values);
                built.update(update.build().map_err(unbuilt)?)
            }
            Change::Delete => {
                let (names, values) = words.parts()?;
                let delete = Delete::builder()
                    .table_name(&self.name)
                    .set_key(Some(attributes(&write.key)))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values);
                built.delete(delete.build().map_err(unbuilt)?)
            }
            Change::Check => {
                let (names, values) = words.parts()?;
                let check = ConditionCheck::builder()
                    .table_name(&self.name)
                    .set_key(Some(attributes(&write.key)))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values);
                built.condition_check(check.build().map_err(unbuilt)?)
            }
        }
        .build())
    }
}

#[async_trait]
impl Table for Dynamo {
    async fn get(&self, doing: &'static str, key: &Key) -> Result<Option<Item>, Error> {
        let request = self.client.get_item().table_name(&self.name).consistent_read(true);
        let answer = request.set_key(Some(attributes(key))).send().await;
        answer.map_err(Error::unavailable(doing))?.item.map(read).transpose()
    }

    async fn write(&self, doing: &'static str, write: Write) -> Result<Written, Error> {
        for tries in 0..TRIES {
            match self.once(doing, &write).await {
                Ok(item) => return Ok(Written::Done(item)),
                Err(Stopped::Refused(item)) => return Ok(Written::Refused(item)),
                Err(Stopped::Failed(error)) => return Err(error),
                Err(Stopped::Passing) => wait(tries).await,
            }
        }
        Err(Error::unavailable(doing)("other transactions were in the way"))
    }

    async fn transact(
        &self,
        doing: &'static str,
        writes: &[Write],
    ) -> Result<Result<(), Vec<usize>>, Error> {
        let parts = writes.iter().map(|write| self.part(write)).collect::<Result<Vec<_>, _>>()?;
        for tries in 0..TRIES {
            let request =
                self.client.transact_write_items().set_transact_items(Some(parts.clone()));
            let sent = request.send().await.map_err(SdkError::into_service_error);
            let Err(error) = sent else { return Ok(Ok(())) };
            let code = error.code().map(str::to_owned);
            let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
                if passes(code.as_deref()) {
                    wait(tries).await;
                    continue;
                }
                return Err(Error::unavailable(doing)(error));
            };
            let reasons = cancelled.cancellation_reasons();
            let refused: Vec<_> = reasons
                .iter()
                .enumerate()
                .filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"))
                .map(|(place, _)| place)
                .collect();
            if !refused.is_empty() {
                return Ok(Err(refused));
            }
            if !reasons.iter().any(|reason| passes(reason.code())) {
                return Err(Error::unavailable(doing)(cancelled));
            }
            wait(tries).await;
        }
        Err(Error::unavailable(doing)("other transactions were in the way"))
    }

    async fn query(
        &self,
        doing: &'static str,
        range: Range<'_>,
    ) -> Result<(Vec<Item>, bool), Error> {
        let start = range.after.map(|after| attributes(&Key::new(range.pk, after)));
        let (mut items, mut start) = (Vec::new(), start);
        loop {
            let left = range.limit.saturating_sub(items.len());
            let request = self
                .client
                .query()
                .table_name(&self.name)
                .consistent_read(true)
                .scan_index_forward(!range.descending)
                .limit(i32::try_from(left).unwrap_or(i32::MAX))
                .expression_attribute_values(":pk", AttributeValue::S(range.pk.into()))
                .set_exclusive_start_key(start.take());
            // No key is compared with an empty text.
            let request = if range.prefix.is_empty() {
                request.key_condition_expression("pk = :pk")
            } else {
                let prefix = AttributeValue::S(range.prefix.into());
                request
                    .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                    .expression_attribute_values(":prefix", prefix)
            };
            let answer = request.send().await.map_err(Error::unavailable(doing))?;
            for item in answer.items.unwrap_or_default() {
                items.push(read(item)?);
            }
            start = answer.last_evaluated_key;
            // A page of the answer has at most 1 MB, whatever the limit.
            if start.is_none() || items.len() >= range.limit {
                return Ok((items, start.is_some()));
            }
        }
    }

    async fn by_kind(
        &self,
        doing: &'static str,
        kind: &str,
        prefix: &str,
        after: &str,
        limit: usize,
    ) -> Result<(Vec<Indexed>, bool), Error> {
        // Of the two beginnings the later one: everything below `prefix` comes behind it.
        let from = if after > prefix { format!("{after}\0") } else { prefix.to_owned() };
        let request = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(keys::BY_KIND)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .expression_attribute_names("#kind", keys::KIND)
            .expression_attribute_values(":kind", AttributeValue::S(kind.into()))
            .expression_attribute_values(":to", AttributeValue::S(format!("{prefix}\u{10FFFF}")));
        let request = if from.is_empty() {
            request.key_condition_expression("#kind = :kind AND kind_sort < :to")
        } else {
            request
                .key_condition_expression("#kind = :kind AND kind_sort BETWEEN :from AND :to")
                .expression_attribute_values(":from", AttributeValue::S(from))
        };
        let answer = request.send().await.map_err(Error::unavailable(doing))?;
        let more = answer.last_evaluated_key.is_some();
        let found = answer.items.unwrap_or_default().into_iter().filter_map(|mut item| {
            let mut text = |name| match item.remove(name) {
                Some(AttributeValue::S(text)) => Some(text),
                _ => None,
            };
            let key = Key::new(text(keys::PARTITION)?, text(keys::SORT)?);
            Some(Indexed { key, sort: text(keys::KIND_SORT)? })
        });
        Ok((found.collect(), more))
    }

    /// The table's time to live does it.
    async fn expire(&self, _: Timestamp) -> Result<(), Error> {
        Ok(())
    }
}
