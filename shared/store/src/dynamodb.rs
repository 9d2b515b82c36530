//! The Lambda functions' table and objects: a DynamoDB table and an S3 bucket.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::transact_write_items::TransactWriteItemsError,
    types::AttributeValue,
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    Error, keys,
    table::{Indexed, Item, Key, Range, Table, Write, Written},
};

mod expression;
mod objects;
mod write;

use expression::{Attributes, attributes, read};
pub(crate) use objects::Bucket;
use write::{Operation, Stopped, is_transient};

/// How often a write is tried that another transaction is in the way of: at 200 tasks of one audit
/// that end together, each waits its turn at the audit's counter. What is throttled, or failed within the table, is tried
/// as often; beside what the client itself tries again at once.
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

impl Dynamo {
    /// An item as it is now.
    async fn item(&self, doing: &'static str, key: Attributes) -> Result<Option<Item>, Error> {
        let request = self.client.get_item().table_name(&self.name).consistent_read(true);
        let request = request.set_key(Some(key));
        let answer = patiently(|| request.clone().send()).await;
        answer.map_err(Error::unavailable(doing))?.item.map(read).transpose()
    }
}

/// What is asked, as often as the table asks to slow down or fails by itself.
async fn patiently<T, E, F>(ask: impl Fn() -> F + Send + Sync) -> Result<T, SdkError<E>>
where
    E: ProvideErrorMetadata,
    F: Future<Output = Result<T, SdkError<E>>> + Send,
{
    let mut tries = 0;
    loop {
        match ask().await {
            Err(error) if tries + 1 < TRIES && is_transient(error.code()) => wait(tries).await,
            answer => return answer,
        }
        tries += 1;
    }
}

#[async_trait]
impl Table for Dynamo {
    async fn get(&self, doing: &'static str, key: &Key) -> Result<Option<Item>, Error> {
        self.item(doing, attributes(key)).await
    }

    async fn write(&self, doing: &'static str, write: Write) -> Result<Written, Error> {
        let operation = Operation::of(&self.name, &write)?;
        for tries in 0..TRIES {
            match self.once(doing, operation.clone()).await {
                Ok(item) => return Ok(Written::Done(item)),
                Err(Stopped::Refused(item)) => return Ok(Written::Refused(item)),
                Err(Stopped::Failed(error)) => return Err(error),
                Err(Stopped::Transient) => wait(tries).await,
            }
        }
        Err(Error::unavailable(doing)("other transactions or throttling were in the way"))
    }

    async fn transact(
        &self,
        doing: &'static str,
        writes: &[Write],
    ) -> Result<Result<(), Vec<usize>>, Error> {
        let parts = writes.iter().map(|write| Operation::of(&self.name, write).map(Into::into));
        let parts = parts.collect::<Result<Vec<_>, Error>>()?;
        // One name for all tries: what took place without an answer does not take place twice.
        let token = Uuid::new_v4().to_string();
        for tries in 0..TRIES {
            let request =
                self.client.transact_write_items().set_transact_items(Some(parts.clone()));
            let request = request.client_request_token(&token);
            let sent = request.send().await.map_err(SdkError::into_service_error);
            let Err(error) = sent else { return Ok(Ok(())) };
            let code = error.code().map(str::to_owned);
            let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
                if is_transient(code.as_deref()) {
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
            if !reasons.iter().any(|reason| is_transient(reason.code())) {
                return Err(Error::unavailable(doing)(cancelled));
            }
            wait(tries).await;
        }
        Err(Error::unavailable(doing)("other transactions or throttling were in the way"))
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
            let answer = patiently(|| request.clone().send()).await;
            let answer = answer.map_err(Error::unavailable(doing))?;
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
        let answer = patiently(|| request.clone().send()).await;
        let answer = answer.map_err(Error::unavailable(doing))?;
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
