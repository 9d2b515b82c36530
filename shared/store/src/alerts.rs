//! The outbox: alerts that are written with what they tell of, published by the notifier, and then marked.

use domain::{Alert, Audit, AuditId, Delivery, Tenant};
use serde_json::Value;

use crate::{
    Error, Page, PageError, PageRequest, Store,
    cursor::List,
    item, keys,
    table::{Condition, Write, Written},
};

/// How long an alert is kept, in days.
const ALERT_DAYS: u32 = 30;

impl Store {
    /// The write of a new alert; one of that name that is there stays as it is.
    pub(crate) fn outbox(alert: &Alert) -> Result<Write, Error> {
        let mut item = item::of(keys::ALERT, alert)?;
        let sort = format!("{}#{}#{}", alert.tenant, alert.audit_id, alert.id);
        item.insert(keys::KIND_SORT.into(), sort.into());
        item.insert(keys::EXPIRES_AT.into(), item::days_after(alert.created_at, ALERT_DAYS));
        let key = keys::alert(&alert.tenant, alert.audit_id, &alert.id);
        Ok(Write::put(key, item).only_if(Condition::Absent))
    }

    /// Writes an alert that stands alone, unless it is there.
    ///
    /// # Errors
    ///
    /// It may or may not be written; the same call may be made again.
    pub async fn raise(&self, alert: &Alert) -> Result<(), Error> {
        self.table.write("raise an alert", Self::outbox(alert)?).await?;
        Ok(())
    }

    /// The alerts of an audit.
    ///
    /// # Errors
    ///
    /// The store gave no answer.
    pub async fn alerts(&self, audit: &Audit) -> Result<Vec<Alert>, Error> {
        let pk = keys::audit_partition(&audit.tenant, audit.id);
        self.all("list alerts", &pk, keys::ALERTS).await
    }

    /// An alert as it is now.
    ///
    /// # Errors
    ///
    /// The store gave no answer.
    pub async fn alert(
        &self,
        tenant: &Tenant,
        audit: AuditId,
        id: &str,
    ) -> Result<Option<Alert>, Error> {
        let item = self.table.get("read an alert", &keys::alert(tenant, audit, id)).await?;
        item.map(item::read).transpose()
    }

    /// Marks an alert as published.
    ///
    /// # Errors
    ///
    /// It may or may not be marked; unmarked, it is published again.
    pub async fn sent(&self, alert: &Alert) -> Result<(), Error> {
        let set = item::with([("delivery", "sent".into())]);
        let write = Write::update(keys::alert(&alert.tenant, alert.audit_id, &alert.id), set)
            .removing(&[keys::KIND_SORT])
            .only_if(Condition::Present);
        self.table.write("mark an alert as sent", write).await?;
        Ok(())
    }

    /// The alerts of every tenant that are not marked as published. May lag behind.
    ///
    /// # Errors
    ///
    /// The cursor is not one of this list, or the store gave no answer.
    pub async fn unsent(&self, page: PageRequest<'_>) -> Result<Page<Alert>, PageError> {
        self.indexed("list alerts", List::Unsent, keys::ALERT, "", page).await
    }

    /// Shows an alert to the stream once more, if it is still not published.
    ///
    /// # Errors
    ///
    /// The store gave no answer.
    pub async fn resend(&self, alert: &Alert) -> Result<bool, Error> {
        let unsent = serde_json::to_value(Delivery::Unsent).unwrap_or(Value::Null);
        let key = keys::alert(&alert.tenant, alert.audit_id, &alert.id);
        let write = Write::update(key, item::with([("delivery", unsent.clone())]))
            .adding("nudged", 1)
            .only_if(Condition::is("delivery", unsent));
        Ok(matches!(self.table.write("show an alert again", write).await?, Written::Done(_)))
    }
}
