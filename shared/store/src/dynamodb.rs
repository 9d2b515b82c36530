use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::ReturnValue;
use domain::{AccountId, Alert, Audit, AuditId, AuditState, Finding, Progress, Report, Tenant};
use jiff::Timestamp;

use crate::{
    Claim, Created, End, Error, Fence, Filter, KnownAccount, Page, PageError, PageRequest, Store,
    cursor::List, keys, result, step,
};

mod alerts;
mod item;
mod list;
mod objects;
mod write;

use item::{Values, number, text};
use objects::Bucket;
use write::{Table, WORKS, works};

/// Audits of the Lambda functions: a DynamoDB table, and an S3 bucket for results.
///
/// [`keys`] tells how the table is laid out.
#[derive(Clone, Debug)]
pub struct DynamoStore {
    table: Table,
    bucket: Bucket,
    keep_days: u32,
}

impl DynamoStore {
    /// How long audits are kept unless [`Self::keep_days`] says otherwise, in days.
    pub const KEEP_DAYS: u32 = 400;

    /// The store in `table` and `bucket`.
    #[must_use]
    pub fn new(config: &SdkConfig, table: impl Into<String>, bucket: impl Into<String>) -> Self {
        let objects = aws_sdk_s3::config::Builder::from(config)
            // An endpoint of one's own rarely has a host name for every bucket.
            .force_path_style(config.endpoint_url().is_some())
            .build();
        Self {
            table: Table { client: aws_sdk_dynamodb::Client::new(config), name: table.into() },
            bucket: Bucket { client: aws_sdk_s3::Client::from_conf(objects), name: bucket.into() },
            keep_days: Self::KEEP_DAYS,
        }
    }

    /// Keeps audits for so many days after they were asked for.
    #[must_use]
    pub fn keep_days(self, keep_days: u32) -> Self {
        Self { keep_days, ..self }
    }

    /// Whether `held` still works on the stored audit; the audit, or what came of it.
    async fn working(&self, held: &Audit) -> Result<Result<Audit, Fence>, Error> {
        let stored = self.audit(&held.tenant, held.id).await?;
        match stored {
            Some(stored) if step::works(&stored, held) => Ok(Ok(stored)),
            stored => Ok(Err(step::ended_before(stored.as_ref(), held))),
        }
    }

    /// Ends the audit, if `held` still works on it.
    async fn end(&self, held: &Audit, ended: &Audit, key: Option<&str>) -> Result<Fence, Error> {
        let mut item = item::of_audit(ended, self.keep_days)?;
        if let Some(key) = key {
            item.insert(item::RESULT.into(), text(key));
        }
        match self.table.put("end the audit", item, WORKS, Some(works(held))).await? {
            Ok(()) => Ok(Fence::Held),
            Err(there) => {
                let there = there.map(item::to_audit).transpose()?;
                Ok(step::ended_before(there.as_ref(), held))
            }
        }
    }

    /// Changes the audit as `expression` says, if `held` still works on it.
    async fn fenced(
        &self,
        doing: &'static str,
        held: &Audit,
        expression: &str,
        values: Values,
    ) -> Result<Fence, Error> {
        let key = (keys::audit_partition(&held.tenant, held.id), keys::AUDIT_SORT);
        let written = self
            .table
            .update(doing, key, |update| {
                update
                    .update_expression(expression)
                    .condition_expression(WORKS)
                    .set_expression_attribute_values(Some(values))
            })
            .await?;
        Ok(if written.is_ok() { Fence::Held } else { Fence::Lost })
    }
}

#[async_trait]
impl Store for DynamoStore {
    async fn create(&self, audit: &Audit) -> Result<Created, Error> {
        let item = item::of_audit(audit, self.keep_days)?;
        let absent = "attribute_not_exists(pk)";
        match self.table.put("write down the audit", item, absent, None).await? {
            Ok(()) => Ok(Created::New),
            Err(there) => {
                let there = item::to_audit(there.unwrap_or_default())?;
                Ok(Created::Already(Box::new(there)))
            }
        }
    }

    async fn audit(&self, tenant: &Tenant, id: AuditId) -> Result<Option<Audit>, Error> {
        let key = (keys::audit_partition(tenant, id), keys::AUDIT_SORT);
        self.table.get("read the audit", key).await?.map(item::to_audit).transpose()
    }

    async fn waiting(&self, tenant: &Tenant, at_most: u32) -> Result<u32, Error> {
        self.table.count(keys::AUDIT, &format!("{tenant}#"), at_most).await
    }

    async fn claim(
        &self,
        tenant: &Tenant,
        id: AuditId,
        now: Timestamp,
        lease_until: Timestamp,
    ) -> Result<Claim, Error> {
        let key = (keys::audit_partition(tenant, id), keys::AUDIT_SORT);
        let mut values = item::lease(lease_until);
        values.extend([
            (":queued".into(), text(AuditState::Queued.name())),
            (":running".into(), text(AuditState::Running.name())),
            (":one".into(), number(1)),
            (":now".into(), text(now)),
            (":now_ns".into(), number(now.as_nanosecond())),
        ]);
        let written = self
            .table
            .update("take the audit", key, |update| {
                update
                    .update_expression(
                        "SET #state = :running, attempt = attempt + :one, updated_at = :now, \
                         lease_until = :lease, lease_ns = :lease_ns",
                    )
                    .condition_expression(
                        "#state = :queued OR (#state = :running AND lease_ns < :now_ns)",
                    )
                    .return_values(ReturnValue::AllNew)
                    .set_expression_attribute_values(Some(values))
            })
            .await?;
        match written {
            Ok(Some(taken)) => Ok(Claim::Claimed(Box::new(item::to_audit(taken)?))),
            Err(None) | Ok(None) => Ok(Claim::Missing),
            Err(Some(there)) => {
                let there = item::to_audit(there)?;
                Ok(match there.lease_until {
                    Some(until) if !there.state.is_final() => Claim::Held { until },
                    _ => Claim::Ended(there.state),
                })
            }
        }
    }

    async fn renew(
        &self,
        held: &Audit,
        now: Timestamp,
        lease_until: Timestamp,
        progress: Progress,
    ) -> Result<Fence, Error> {
        let mut values = item::lease(lease_until);
        values.extend(works(held));
        values.extend([(":progress".into(), item::value(&progress)?), (":now".into(), text(now))]);
        self.fenced(
            "renew the lease",
            held,
            "SET lease_until = :lease, lease_ns = :lease_ns, progress = :progress, \
             updated_at = :now",
            values,
        )
        .await
    }

    async fn release(&self, held: &Audit, now: Timestamp) -> Result<Fence, Error> {
        let mut values = works(held);
        values.extend([
            (":queued".into(), text(AuditState::Queued.name())),
            (":progress".into(), item::value(&Progress::default())?),
            (":now".into(), text(now)),
        ]);
        self.fenced(
            "put the audit back",
            held,
            "SET #state = :queued, progress = :progress, updated_at = :now \
             REMOVE lease_until, lease_ns",
            values,
        )
        .await
    }

    async fn finish(&self, held: &Audit, now: Timestamp, end: End<'_>) -> Result<Fence, Error> {
        let audit = match self.working(held).await? {
            Ok(audit) => audit,
            Err(fence) => return Ok(fence),
        };
        let ended = step::end(&audit, now, end);
        let End::Judged { report, alerts } = end else {
            return self.end(held, &ended, None).await;
        };
        let key = result::key(held);
        self.bucket.put(&key, report).await?;
        self.table.raise_and_settle(&audit, report, alerts).await?;
        self.table.remember(audit.id, &KnownAccount::of(&audit)).await?;
        self.end(held, &ended, Some(&key)).await
    }

    async fn findings(
        &self,
        tenant: &Tenant,
        id: AuditId,
        filter: Filter,
        page: PageRequest<'_>,
    ) -> Result<Page<Finding>, PageError> {
        result::page(self.report(tenant, id).await?, filter, page)
    }

    async fn report(&self, tenant: &Tenant, id: AuditId) -> Result<Option<Report>, Error> {
        let key = (keys::audit_partition(tenant, id), keys::AUDIT_SORT);
        let item = self.table.get("read the audit", key).await?;
        match item.as_ref().and_then(|item| item.get(item::RESULT)?.as_s().ok()) {
            Some(key) => self.bucket.get(key).await.map(Some),
            None => Ok(None),
        }
    }

    async fn unfinished(&self, page: PageRequest<'_>) -> Result<Page<Audit>, PageError> {
        self.table.by_kind(List::Unfinished, keys::AUDIT, page).await
    }

    async fn accounts(&self, page: PageRequest<'_>) -> Result<Page<KnownAccount>, PageError> {
        self.table.by_kind(List::Accounts, keys::ACCOUNT, page).await
    }

    async fn alerts(
        &self,
        tenant: &Tenant,
        account: &AccountId,
        page: PageRequest<'_>,
    ) -> Result<Page<Alert>, PageError> {
        self.table.alerts(tenant, account, page).await
    }
}
