use domain::{Audit, AuditId};
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{Created, KnownAccount, PageRequest, Store};
use uuid::Builder;

use super::Refused;

/// What the schedule's event came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Queued {
    /// How many audits are new.
    pub(crate) queued: usize,
    /// How many were there already: the event came before.
    pub(crate) already: usize,
}

/// The night of an event that does not say when it was due: one a day, by UTC.
pub(super) fn today(now: Timestamp) -> Timestamp {
    let seconds = now.as_second();
    Timestamp::from_second(seconds - seconds.rem_euclid(86_400)).unwrap_or(now)
}

/// Queues one audit for every known account.
pub(super) async fn queue_all(
    store: &dyn Store,
    night: Timestamp,
    now: Timestamp,
) -> Result<Queued, Refused> {
    let mut counted = Queued::default();
    let mut cursor: Option<String> = None;
    loop {
        let page = cursor.as_deref().map_or(PageRequest::FIRST, PageRequest::after);
        let accounts = store.accounts(page).await.map_err(|e| Refused::Store(e.to_string()))?;
        for known in accounts.items {
            let id = audit_id(&known, night);
            let audit = Audit::new(known.tenant, id, known.order, now);
            match store.create(&audit).await.map_err(|e| Refused::Store(e.to_string()))? {
                Created::New => counted.queued += 1,
                Created::Already(_) => counted.already += 1,
            }
        }
        cursor = accounts.next_cursor;
        if cursor.is_none() {
            tracing::info!(%night, counted.queued, counted.already, "the night is queued");
            return Ok(counted);
        }
    }
}

/// The id of an account's audit of a night: the same however often the event comes.
///
/// It is a `UUIDv7` like any other: the time is the night's, and where others are random it has the
/// SHA-256 of tenant and account.
fn audit_id(known: &KnownAccount, night: Timestamp) -> AuditId {
    let hash = Sha256::digest(format!("{}#{}", known.tenant, known.account()));
    let mut rest = [0; 10];
    rest.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    let millis = u64::try_from(night.as_millisecond()).unwrap_or_default();
    AuditId(Builder::from_unix_timestamp_millis(millis, &rest).into_uuid())
}

#[cfg(test)]
mod tests {
    use domain::{Order, RoleName, Tenant};

    use super::*;

    fn known(tenant: &str, account: &str) -> KnownAccount {
        KnownAccount {
            tenant: Tenant::try_from(tenant.to_owned()).unwrap(),
            order: Order {
                account_id: account.parse().unwrap(),
                role_name: RoleName::default(),
                external_id: None,
                checks: Vec::new(),
            },
        }
    }

    #[test]
    fn an_id_is_one_per_night_tenant_and_account() {
        let night: Timestamp = "2026-11-22T17:00:00Z".parse().unwrap();
        let next: Timestamp = "2026-11-23T17:00:00Z".parse().unwrap();
        let id = audit_id(&known("a", "111122223333"), night);
        assert_eq!(id, audit_id(&known("a", "111122223333"), night));
        for other in [
            audit_id(&known("a", "111122223333"), next),
            audit_id(&known("b", "111122223333"), night),
            audit_id(&known("a", "444455556666"), night),
        ] {
            assert_ne!(id, other);
        }
        assert!(id < audit_id(&known("a", "111122223333"), next), "ids sort by time");
    }

    #[test]
    fn an_id_is_a_version_7_with_the_time_of_the_night() {
        let night: Timestamp = "2026-11-22T17:00:00Z".parse().unwrap();
        let uuid = audit_id(&known("a", "111122223333"), night).0;
        assert_eq!(uuid.get_version_num(), 7);
        assert_eq!(uuid.get_variant(), uuid::Variant::RFC4122);
        let (seconds, _) = uuid.get_timestamp().unwrap().to_unix();
        assert_eq!(i64::try_from(seconds).unwrap(), night.as_second());
    }

    #[test]
    fn today_begins_at_midnight() {
        let now: Timestamp = "2026-11-22T17:03:04.5Z".parse().unwrap();
        assert_eq!(today(now).to_string(), "2026-11-22T00:00:00Z");
    }
}
