//! The writes beside an audit's own: its alerts, and the account that it makes known.

use std::collections::HashMap;

use domain::{Alert, Audit, AuditId, Fingerprint, Report, Verdict};
use futures::{TryStreamExt, stream};

use super::{
    item::{self, Values, text},
    write::Table,
};
use crate::{Error, KnownAccount, PageError, PageRequest, keys};

/// How many alerts are written at once.
const AT_ONCE: usize = 8;

impl Table {
    /// Raises the alerts that are not raised yet, and takes away those whose findings pass now.
    ///
    /// Reading what is there first costs one query and saves a write per alert on most nights.
    pub(super) async fn raise_and_settle(
        &self,
        audit: &Audit,
        report: &Report,
        alerts: &[Alert],
    ) -> Result<(), Error> {
        let raised = self.raised(audit).await?;
        // What got worse is taken away first: put back, it is new to the stream and told again.
        let worse = alerts.iter().filter(|alert| {
            raised
                .get(&alert.fingerprint)
                .is_some_and(|known| known.severity < alert.severity && known.audit_id < audit.id)
        });
        let worse: Vec<_> = worse.collect();
        stream::iter(worse.iter().map(Ok))
            .try_for_each_concurrent(AT_ONCE, |alert| self.settle(audit, &alert.fingerprint))
            .await?;
        let missing = alerts.iter().filter(|alert| !raised.contains_key(&alert.fingerprint));
        let missing = missing.chain(worse);
        stream::iter(missing.map(Ok))
            .try_for_each_concurrent(AT_ONCE, |alert| self.raise(alert))
            .await?;
        let settled = report.findings.iter().filter(|finding| {
            finding.verdict == Verdict::Pass
                && raised.get(&finding.fingerprint).is_some_and(|known| known.audit_id < audit.id)
        });
        stream::iter(settled.map(Ok))
            .try_for_each_concurrent(AT_ONCE, |finding| self.settle(audit, &finding.fingerprint))
            .await
    }

    /// The alerts of the audited account.
    async fn raised(&self, audit: &Audit) -> Result<HashMap<Fingerprint, Alert>, Error> {
        let mut raised = HashMap::new();
        let mut cursor: Option<String> = None;
        loop {
            let request = PageRequest { cursor: cursor.as_deref(), ..PageRequest::FIRST };
            let page = self
                .alerts(&audit.tenant, &audit.order.account_id, request)
                .await
                .map_err(PageError::into_store)?;
            raised.extend(page.items.into_iter().map(|alert| (alert.fingerprint.clone(), alert)));
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(raised);
            }
        }
    }

    async fn raise(&self, alert: &Alert) -> Result<(), Error> {
        let item = item::of_alert(alert)?;
        // Refused means that it is there by now, which is what was wanted.
        let _ = self.put("raise an alert", item, "attribute_not_exists(pk)", None).await?;
        Ok(())
    }

    /// Takes an alert away unless a newer audit raised it in the meantime.
    async fn settle(&self, audit: &Audit, fingerprint: &Fingerprint) -> Result<(), Error> {
        let partition = keys::account_partition(&audit.tenant, &audit.order.account_id);
        let answer = self
            .client
            .delete_item()
            .table_name(&self.name)
            .key(keys::PARTITION, text(partition))
            .key(keys::SORT, text(keys::alert_sort(fingerprint)))
            .condition_expression("audit_id < :mine")
            .expression_attribute_values(":mine", text(audit.id))
            .send()
            .await;
        match answer.map_err(aws_sdk_dynamodb::error::SdkError::into_service_error) {
            Err(error) if !error.is_conditional_check_failed_exception() => {
                Err(Error::unavailable("take away an alert")(error))
            }
            _ => Ok(()),
        }
    }

    /// Makes an account known; what an older audit knew does not replace what a newer one did.
    pub(super) async fn remember(&self, by: AuditId, known: &KnownAccount) -> Result<(), Error> {
        let item = item::of_account(by, known)?;
        let condition = "attribute_not_exists(pk) OR audit_id <= :mine";
        let values = Values::from([(":mine".into(), text(by))]);
        let _ = self.put("remember the account", item, condition, Some(values)).await?;
        Ok(())
    }
}
