//! Reads and conditional writes of single items. In a condition `#state` stands for `state`, which is
//! a reserved word.

use aws_sdk_dynamodb::{
    Client,
    operation::{
        put_item::PutItemError,
        update_item::{UpdateItemError, builders::UpdateItemFluentBuilder},
    },
    types::ReturnValuesOnConditionCheckFailure::AllOld,
};
use domain::Audit;

use super::item::{Values, number, text};
use crate::{Error, keys};
use domain::AuditState;

/// The table and the way to it.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) client: Client,
    pub(super) name: String,
}

/// What is there instead, where a condition did not hold.
pub(super) type Refused = Option<Values>;

impl Table {
    /// An item as it is now.
    pub(super) async fn get(
        &self,
        doing: &'static str,
        (partition, sort): (String, &str),
    ) -> Result<Option<Values>, Error> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.name)
            .key(keys::PARTITION, text(partition))
            .key(keys::SORT, text(sort))
            .consistent_read(true)
            .send()
            .await;
        Ok(answer.map_err(Error::unavailable(doing))?.item)
    }

    /// Writes a whole item if the condition holds.
    pub(super) async fn put(
        &self,
        doing: &'static str,
        item: Values,
        condition: &str,
        values: Option<Values>,
    ) -> Result<Result<(), Refused>, Error> {
        let names = condition.contains("#state").then(state_name);
        let answer = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item))
            .condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_values_on_condition_check_failure(AllOld)
            .send()
            .await;
        match answer {
            Ok(_) => Ok(Ok(())),
            Err(error) => match error.into_service_error() {
                PutItemError::ConditionalCheckFailedException(refused) => Ok(Err(refused.item)),
                error => Err(Error::unavailable(doing)(error)),
            },
        }
    }

    /// Changes an item as `expression` says if its condition holds; the item, where that is asked for.
    pub(super) async fn update(
        &self,
        doing: &'static str,
        (partition, sort): (String, &str),
        expression: impl FnOnce(UpdateItemFluentBuilder) -> UpdateItemFluentBuilder + Send,
    ) -> Result<Result<Option<Values>, Refused>, Error> {
        let update = self
            .client
            .update_item()
            .table_name(&self.name)
            .key(keys::PARTITION, text(partition))
            .key(keys::SORT, text(sort))
            .set_expression_attribute_names(Some(state_name()))
            .return_values_on_condition_check_failure(AllOld);
        match expression(update).send().await {
            Ok(answer) => Ok(Ok(answer.attributes)),
            Err(error) => match error.into_service_error() {
                UpdateItemError::ConditionalCheckFailedException(refused) => Ok(Err(refused.item)),
                error => Err(Error::unavailable(doing)(error)),
            },
        }
    }
}

/// The condition of every write of a worker.
pub(super) const WORKS: &str = "#state = :running AND attempt = :mine";

/// What [`WORKS`] compares with.
pub(super) fn works(held: &Audit) -> Values {
    Values::from([
        (":running".into(), text(AuditState::Running.name())),
        (":mine".into(), number(held.attempt)),
    ])
}

fn state_name() -> std::collections::HashMap<String, String> {
    [("#state".to_owned(), "state".to_owned())].into()
}
