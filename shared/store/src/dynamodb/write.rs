//! Writes in DynamoDB's words: one by itself, or one of a transaction.

use aws_sdk_dynamodb::{
    error::ProvideErrorMetadata,
    operation::{
        delete_item::DeleteItemError, put_item::PutItemError, update_item::UpdateItemError,
    },
    types::{
        ConditionCheck, Delete, Put, ReturnValue, ReturnValuesOnConditionCheckFailure::AllOld,
        TransactWriteItem, Update,
    },
};

use super::{
    Dynamo,
    expression::{Attributes, Expression, attributes, item_of, read},
};
use crate::{
    Error,
    error::Source,
    table::{Change, Item, Write},
};

/// A write, as a transaction takes it.
#[derive(Clone, Debug)]
pub(super) enum Operation {
    Put(Put),
    Update(Update),
    Delete(Delete),
    Check(ConditionCheck),
}

impl Operation {
    pub(super) fn of(table: &str, write: &Write) -> Result<Self, Error> {
        let mut words = Expression::default();
        let condition = write.condition.as_ref().map(|condition| words.condition(condition));
        let update = match &write.change {
            Change::Update { set, add, remove } => Some(words.update(set, add, remove)),
            Change::Put(_) | Change::Delete | Change::Check => None,
        };
        let (names, values) = words.parts()?;
        // What the four builders have in common, which are of four types.
        macro_rules! built {
            ($builder:expr) => {
                $builder
                    .table_name(table)
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .build()
                    .map_err(Error::unwritable)?
            };
        }
        let key = Some(attributes(&write.key));
        Ok(match &write.change {
            Change::Put(item) => {
                let item = item_of(&write.key, item)?;
                Self::Put(built!(Put::builder().set_item(Some(item))))
            }
            Change::Update { .. } => {
                let update = Update::builder().set_update_expression(update);
                Self::Update(built!(update.set_key(key)))
            }
            Change::Delete => Self::Delete(built!(Delete::builder().set_key(key))),
            Change::Check => Self::Check(built!(ConditionCheck::builder().set_key(key))),
        })
    }
}

impl From<Operation> for TransactWriteItem {
    fn from(operation: Operation) -> Self {
        let item = Self::builder();
        match operation {
            Operation::Put(put) => item.put(put),
            Operation::Update(update) => item.update(update),
            Operation::Delete(delete) => item.delete(delete),
            Operation::Check(check) => item.condition_check(check),
        }
        .build()
    }
}

/// What one write came to, where it did not simply take place.
pub(super) enum Stopped {
    /// Its condition does not hold; what is there.
    Refused(Option<Item>),
    /// It may be tried again.
    Transient,
    /// The table gave no answer that can be used.
    Failed(Error),
}

impl Stopped {
    fn refused(there: Option<Attributes>) -> Self {
        there.map(read).transpose().map_or_else(Self::Failed, Self::Refused)
    }

    fn failed<E: ProvideErrorMetadata + Into<Source>>(doing: &'static str, error: E) -> Self {
        if is_transient(error.code()) {
            Self::Transient
        } else {
            Self::Failed(Error::Unavailable { doing, source: error.into() })
        }
    }
}

/// Whether another transaction was in the way, the table asks to slow down, or the service failed and may not again.
///
/// Source: *Error handling with DynamoDB*, "Error messages and codes": what is said there to be retried, and is not the
/// caller's fault.
pub(super) fn is_transient(code: Option<&str>) -> bool {
    matches!(
        code,
        Some(
            "TransactionConflict"
                | "TransactionConflictException"
                | "TransactionInProgressException"
                | "ThrottlingError"
                | "Throttling"
                | "ThrottlingException"
                | "ProvisionedThroughputExceeded"
                | "ProvisionedThroughputExceededException"
                | "RequestLimitExceeded"
                | "InternalServerError"
                | "InternalFailure"
                | "ServiceUnavailable"
                | "ServiceUnavailableException"
        )
    )
}

impl Dynamo {
    /// Tries a write by itself; the item as it is now, after an update.
    pub(super) async fn once(
        &self,
        doing: &'static str,
        operation: Operation,
    ) -> Result<Option<Item>, Stopped> {
        match operation {
            Operation::Put(put) => self.put(doing, put).await.map(|()| None),
            Operation::Update(update) => self.update(doing, update).await,
            Operation::Delete(delete) => self.delete(doing, delete).await.map(|()| None),
            Operation::Check(check) => self.item(doing, check.key).await.map_err(Stopped::Failed),
        }
    }

    async fn put(&self, doing: &'static str, put: Put) -> Result<(), Stopped> {
        let request = self
            .client
            .put_item()
            .table_name(put.table_name)
            .set_item(Some(put.item))
            .set_condition_expression(put.condition_expression)
            .set_expression_attribute_names(put.expression_attribute_names)
            .set_expression_attribute_values(put.expression_attribute_values)
            .return_values_on_condition_check_failure(AllOld);
        let answer = request.send().await.map(drop);
        answer.map_err(|error| match error.into_service_error() {
            PutItemError::ConditionalCheckFailedException(it) => Stopped::refused(it.item),
            error => Stopped::failed(doing, error),
        })
    }

    async fn update(&self, doing: &'static str, update: Update) -> Result<Option<Item>, Stopped> {
        let request = self
            .client
            .update_item()
            .table_name(update.table_name)
            .set_key(Some(update.key))
            .update_expression(update.update_expression)
            .set_condition_expression(update.condition_expression)
            .set_expression_attribute_names(update.expression_attribute_names)
            .set_expression_attribute_values(update.expression_attribute_values)
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(AllOld);
        let answer = request.send().await.map_err(|error| match error.into_service_error() {
            UpdateItemError::ConditionalCheckFailedException(it) => Stopped::refused(it.item),
            error => Stopped::failed(doing, error),
        })?;
        answer.attributes.map(read).transpose().map_err(Stopped::Failed)
    }

    async fn delete(&self, doing: &'static str, delete: Delete) -> Result<(), Stopped> {
        let request = self
            .client
            .delete_item()
            .table_name(delete.table_name)
            .set_key(Some(delete.key))
            .set_condition_expression(delete.condition_expression)
            .set_expression_attribute_names(delete.expression_attribute_names)
            .set_expression_attribute_values(delete.expression_attribute_values)
            .return_values_on_condition_check_failure(AllOld);
        let answer = request.send().await.map(drop);
        answer.map_err(|error| match error.into_service_error() {
            DeleteItemError::ConditionalCheckFailedException(it) => Stopped::refused(it.item),
            error => Stopped::failed(doing, error),
        })
    }
}
