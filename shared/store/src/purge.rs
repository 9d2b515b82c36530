//! What is taken away: what has expired, and everything of a deleted account.

use std::time::Duration;

use domain::{Audit, AuditId, RegisteredAccount};
use jiff::Timestamp;
use serde_json::Value;

use crate::{
    Error, Store, keys, lists,
    table::{Condition, Key, Range, Write},
};

/// How many items are read at a time.
const PAGE: usize = 500;

impl Store {
    /// Takes away what has expired, where the table and the objects' place do not do so by themselves.
    ///
    /// # Errors
    ///
    /// The store gave no answer; the same call may be made again.
    pub async fn expire(&self, now: Timestamp) -> Result<(), Error> {
        self.table.expire(now).await?;
        let kept = Duration::from_secs(u64::from(self.keep_days) * 86_400);
        self.objects.expire(now.checked_sub(kept).unwrap_or(Timestamp::MIN)).await
    }

    /// Takes away everything that is kept of a deleted account, the account itself last. One that is in
    /// another state by now is left alone.
    ///
    /// # Errors
    ///
    /// Some may be left; the same call goes on.
    pub async fn purge(&self, account: &RegisteredAccount) -> Result<(), Error> {
        let doing = "delete an account's data";
        let (tenant, id) = (&account.tenant, &account.account_id);
        let there = self.account(tenant, id).await?;
        if there.is_some_and(|there| there.state != account.state) {
            // It was registered again in the meantime.
            return Ok(());
        }
        let partition = keys::account_partition(tenant, id);
        for entry in self.sort_keys(doing, &partition, keys::AUDITS).await? {
            let audit = entry.trim_start_matches(keys::AUDITS).parse::<AuditId>();
            if let Ok(audit) = audit {
                self.purge_audit(doing, account, audit).await?;
            }
        }
        self.objects.delete(doing, &keys::snapshots_of(tenant, id)).await?;
        self.objects.delete(doing, &keys::jobs_of(tenant, Some(id))).await?;
        for sort in self.sort_keys(doing, &partition, "").await? {
            if sort != "ACCOUNT" {
                self.table.write(doing, Write::delete(Key::new(&partition, sort))).await?;
            }
        }
        let entry = Write::delete(keys::account_of_tenant(tenant, id));
        let gone = Condition::is("state", Value::from(account.state.name()));
        let account = Write::delete(keys::account(tenant, id)).only_if(gone);
        let _ = self.table.transact(doing, &[account, entry]).await?;
        Ok(())
    }

    async fn purge_audit(
        &self,
        doing: &'static str,
        account: &RegisteredAccount,
        id: AuditId,
    ) -> Result<(), Error> {
        let tenant = &account.tenant;
        let there: Option<Audit> = self.audit(tenant, id).await?;
        if there.is_some_and(|audit| audit.order.account_id == account.account_id) {
            self.objects.delete(doing, &keys::results_of(tenant, id)).await?;
            let partition = keys::audit_partition(tenant, id);
            for sort in self.sort_keys(doing, &partition, "").await? {
                self.table.write(doing, Write::delete(Key::new(&partition, sort))).await?;
            }
        }
        self.table.write(doing, Write::delete(keys::audit_of_tenant(tenant, id))).await?;
        let of_account = keys::audit_of_account(tenant, &account.account_id, id);
        self.table.write(doing, Write::delete(of_account)).await?;
        Ok(())
    }

    async fn sort_keys(
        &self,
        doing: &'static str,
        pk: &str,
        prefix: &str,
    ) -> Result<Vec<String>, Error> {
        let mut found: Vec<String> = Vec::new();
        loop {
            let after = found.last().map(String::as_str);
            let range = Range { pk, prefix, after, descending: false, limit: PAGE };
            let (items, more) = self.table.query(doing, range).await?;
            let sorts: Vec<_> = items.iter().map(|item| lists::text(item, keys::SORT)).collect();
            found.extend(sorts);
            if !more {
                return Ok(found);
            }
        }
    }
}
