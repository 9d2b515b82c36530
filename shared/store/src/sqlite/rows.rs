use domain::{AccountId, Alert, Audit, AuditId, Report, Tenant, Verdict};
use rusqlite::{Connection, OptionalExtension, Params, params};
use serde::de::DeserializeOwned;

use crate::{Error, KnownAccount, Page, cursor::List, error::Source};

/// Takes away an alert that an audit before this one raised.
const TAKE_AWAY: &str = "DELETE FROM alerts
     WHERE tenant = ?1 AND account = ?2 AND fingerprint = ?3 AND audit_id < ?4";

/// The tables, inside a transaction or not.
pub(super) struct Rows<'a>(pub(super) &'a Connection);

impl Rows<'_> {
    pub(super) fn audit(&self, tenant: &Tenant, id: AuditId) -> Result<Option<Audit>, Source> {
        let body: Option<String> = self
            .0
            .prepare_cached("SELECT body FROM audits WHERE tenant = ?1 AND id = ?2")?
            .query_row(params![tenant.as_str(), id.to_string()], |row| row.get(0))
            .optional()?;
        body.map(|body| parse(&format!("{tenant}#AUDIT#{id}"), &body)).transpose()
    }

    pub(super) fn insert(&self, audit: &Audit) -> Result<(), Source> {
        self.0
            .prepare_cached("INSERT INTO audits (tenant, id, state, body) VALUES (?1, ?2, ?3, ?4)")?
            .execute(row_of(audit)?)?;
        Ok(())
    }

    pub(super) fn update(&self, audit: &Audit) -> Result<(), Source> {
        self.0
            .prepare_cached(
                "UPDATE audits SET state = ?3, body = ?4 WHERE tenant = ?1 AND id = ?2",
            )?
            .execute(row_of(audit)?)?;
        Ok(())
    }

    pub(super) fn set_result(&self, audit: &Audit, key: &str) -> Result<(), Source> {
        self.0
            .prepare_cached("UPDATE audits SET result = ?3 WHERE tenant = ?1 AND id = ?2")?
            .execute(params![audit.tenant.as_str(), audit.id.to_string(), key])?;
        Ok(())
    }

    pub(super) fn result(&self, tenant: &Tenant, id: AuditId) -> Result<Option<String>, Source> {
        let key = self
            .0
            .prepare_cached("SELECT result FROM audits WHERE tenant = ?1 AND id = ?2")?
            .query_row(params![tenant.as_str(), id.to_string()], |row| row.get(0))
            .optional()?;
        Ok(key.flatten())
    }

    pub(super) fn waiting(&self, tenant: &Tenant, at_most: u32) -> Result<u32, Source> {
        let counted = self
            .0
            .prepare_cached(
                "SELECT count(*) FROM (SELECT 1 FROM audits
                 WHERE tenant = ?1 AND state IN ('queued', 'running') LIMIT ?2)",
            )?
            .query_row(params![tenant.as_str(), at_most], |row| row.get(0))?;
        Ok(counted)
    }

    /// Writes the alerts that are not there yet, or are there as less severe by an earlier audit.
    pub(super) fn raise(&self, alerts: &[Alert]) -> Result<(), Source> {
        let mut known = self.0.prepare_cached(
            "SELECT body FROM alerts
             WHERE tenant = ?1 AND account = ?2 AND fingerprint = ?3 AND audit_id < ?4",
        )?;
        let mut delete = self.0.prepare_cached(TAKE_AWAY)?;
        let mut insert = self.0.prepare_cached(
            "INSERT OR IGNORE INTO alerts (tenant, account, fingerprint, audit_id, body)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        for alert in alerts {
            let earlier = params![
                alert.tenant.as_str(),
                alert.account.as_str(),
                alert.fingerprint.as_str(),
                alert.audit_id.to_string(),
            ];
            let body: Option<String> = known.query_row(earlier, |row| row.get(0)).optional()?;
            let before: Option<Alert> = body.as_deref().map(serde_json::from_str).transpose()?;
            if before.is_some_and(|before| before.severity < alert.severity) {
                delete.execute(earlier)?;
            }
            insert.execute(params![
                alert.tenant.as_str(),
                alert.account.as_str(),
                alert.fingerprint.as_str(),
                alert.audit_id.to_string(),
                serde_json::to_string(alert)?,
            ])?;
        }
        Ok(())
    }

    /// Takes away the alerts of earlier audits whose findings pass now.
    pub(super) fn settle(&self, audit: &Audit, report: &Report) -> Result<(), Source> {
        let mut delete = self.0.prepare_cached(TAKE_AWAY)?;
        for finding in report.findings.iter().filter(|finding| finding.verdict == Verdict::Pass) {
            delete.execute(params![
                audit.tenant.as_str(),
                report.account.as_str(),
                finding.fingerprint.as_str(),
                audit.id.to_string(),
            ])?;
        }
        Ok(())
    }

    /// Makes an account known; what an older audit knew does not replace what a newer one did.
    pub(super) fn remember(&self, by: AuditId, known: &KnownAccount) -> Result<(), Source> {
        self.0
            .prepare_cached(
                "INSERT INTO accounts (tenant, account, audit_id, body) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (tenant, account)
                 DO UPDATE SET audit_id = excluded.audit_id, body = excluded.body
                 WHERE excluded.audit_id >= accounts.audit_id",
            )?
            .execute(params![
                known.tenant.as_str(),
                known.account().as_str(),
                by.to_string(),
                serde_json::to_string(known)?,
            ])?;
        Ok(())
    }

    pub(super) fn unfinished(&self, after: &str, limit: u16) -> Result<Page<Audit>, Source> {
        let (tenant, id) = after.split_once('#').unwrap_or_default();
        let audits = self.bodies(
            "SELECT tenant || '#' || id, body FROM audits
             WHERE state IN ('queued', 'running') AND (tenant, id) > (?1, ?2)
             ORDER BY tenant, id LIMIT ?3",
            params![tenant, id, limit + 1],
        )?;
        Ok(page(List::Unfinished, audits, limit))
    }

    pub(super) fn accounts(&self, after: &str, limit: u16) -> Result<Page<KnownAccount>, Source> {
        let (tenant, account) = after.split_once('#').unwrap_or_default();
        let accounts = self.bodies(
            "SELECT tenant || '#' || account, body FROM accounts
             WHERE (tenant, account) > (?1, ?2)
             ORDER BY tenant, account LIMIT ?3",
            params![tenant, account, limit + 1],
        )?;
        Ok(page(List::Accounts, accounts, limit))
    }

    pub(super) fn alerts(
        &self,
        tenant: &Tenant,
        account: &AccountId,
        after: &str,
        limit: u16,
    ) -> Result<Page<Alert>, Source> {
        let alerts = self.bodies(
            "SELECT fingerprint, body FROM alerts
             WHERE tenant = ?1 AND account = ?2 AND fingerprint > ?3
             ORDER BY fingerprint LIMIT ?4",
            params![tenant.as_str(), account.as_str(), after, limit + 1],
        )?;
        Ok(page(List::Alerts, alerts, limit))
    }

    /// Rows of a position and a body.
    fn bodies<T: DeserializeOwned>(
        &self,
        query: &str,
        params: impl Params,
    ) -> Result<Vec<(String, T)>, Source> {
        let mut statement = self.0.prepare_cached(query)?;
        let rows = statement
            .query_map(params, |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        rows.map(|row| {
            let (position, body) = row?;
            let value = parse(&position, &body)?;
            Ok((position, value))
        })
        .collect()
    }
}

/// A page of rows, of which one more than `limit` was asked for.
fn page<T>(list: List, mut rows: Vec<(String, T)>, limit: u16) -> Page<T> {
    let more = rows.len() > limit.into();
    rows.truncate(limit.into());
    let next_cursor = rows.last().filter(|_| more).map(|(position, _)| list.cursor(position));
    Page { items: rows.into_iter().map(|(_, value)| value).collect(), next_cursor }
}

fn row_of(audit: &Audit) -> Result<[String; 4], Source> {
    let body = serde_json::to_string(audit)?;
    Ok([audit.tenant.as_str().into(), audit.id.to_string(), audit.state.name().into(), body])
}

fn parse<T: DeserializeOwned>(key: &str, body: &str) -> Result<T, Source> {
    serde_json::from_str(body).map_err(|source| Error::unreadable(key, source).into())
}
