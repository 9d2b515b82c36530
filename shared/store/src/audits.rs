//! An audit from its order to its end.

use std::num::NonZeroU32;

use domain::{Audit, AuditId, AuditState, Phase, Tenant};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

use crate::{
    Cancelled, Created, Error, Fence, Idempotency, Intent, Store, item, keys,
    table::{Condition, Item, Key, Write, Written},
};

/// For how long an idempotency key is remembered.
const KEY_DAYS: u32 = 1;

/// How many audits of a day were begun, in the item that counts them, and for how long that is kept.
const BEGUN: &str = "begun";
const COUNTED_DAYS: u32 = 2;

/// What takes an audit off the index of the unfinished and frees its lease.
pub(crate) const OVER: [&str; 3] = [keys::KIND_SORT, "lease_until", "lease_ns"];

/// That the phase's one worker still is this one.
pub(crate) fn works(held: &Audit) -> Condition {
    Condition::All(vec![
        Condition::is("phase", held.phase.name()),
        Condition::is("attempt", held.attempt),
    ])
}

/// The lease as text for readers and as a number to compare with.
pub(crate) fn lease(until: Timestamp) -> [(&'static str, Value); 2] {
    [("lease_until", until.to_string().into()), ("lease_ns", item::nanoseconds(until))]
}

/// That nobody has it, or whoever did is taken for dead.
pub(crate) fn free(now: Timestamp) -> Condition {
    Condition::Any(vec![
        Condition::Missing("lease_ns"),
        Condition::below("lease_ns", item::nanoseconds(now)),
    ])
}

/// The item of an audit, without its lease where it has none.
fn item_of(audit: &Audit, keep_days: u32) -> Result<Item, Error> {
    let mut item = item::of(keys::AUDIT, audit)?;
    item.insert(keys::EXPIRES_AT.into(), item::days_after(audit.created_at, keep_days));
    item.insert(keys::KIND_SORT.into(), format!("{}#{}", audit.tenant, audit.id).into());
    Ok(item)
}

impl Store {
    /// Writes down a new audit; where it was asked for before, changes nothing and tells what is there.
    ///
    /// # Errors
    ///
    /// The audit may or may not be written; the same call finds out.
    pub async fn create(&self, audit: &Audit, intent: &Intent) -> Result<Created, Error> {
        let doing = "write down the audit";
        let (tenant, account) = (&audit.tenant, &audit.order.account_id);
        let expires = item::days_after(audit.created_at, self.keep_days);
        let entry = item::with([
            (keys::KIND, "entry".into()),
            ("audit_id", audit.id.to_string().into()),
            (keys::EXPIRES_AT, expires),
        ]);
        let now = audit.created_at.as_second();
        let mut unused =
            Condition::Any(vec![Condition::Absent, Condition::below(keys::EXPIRES_AT, now)]);
        let (mut lock, mut forced) = (Condition::Absent, Condition::Absent);
        loop {
            let mut writes = vec![
                Write::put(keys::audit(tenant, audit.id), item_of(audit, self.keep_days)?)
                    .only_if(Condition::Absent),
                Write::put(keys::audit_of_tenant(tenant, audit.id), entry.clone()),
                Write::put(keys::audit_of_account(tenant, account, audit.id), entry.clone()),
            ];
            let key = intent.idempotency.as_ref();
            let key_at = key.map(|named| {
                let item = item::with([
                    ("audit_id", audit.id.to_string().into()),
                    ("request", named.request.as_str().into()),
                    (keys::EXPIRES_AT, item::days_after(audit.created_at, KEY_DAYS)),
                ]);
                let key = keys::idempotency(tenant, &named.key);
                writes.push(Write::put(key, item).only_if(unused.clone()));
                writes.len() - 1
            });
            // A forced audit takes the lock over: the newest one under way is the one that is told.
            let lock_at = audit.order.is_full().then(|| {
                let item = item::with([
                    (keys::KIND, "active".into()),
                    ("audit_id", audit.id.to_string().into()),
                ]);
                let write = Write::put(keys::active(tenant, account), item);
                writes.push(if intent.alone { write.only_if(lock.clone()) } else { write });
                writes.len() - 1
            });
            let forced_at = intent.forced.then(|| {
                // Nobody frees it: once its audit has ended it is stale.
                let item = item::with([
                    (keys::KIND, "active".into()),
                    ("audit_id", audit.id.to_string().into()),
                    (keys::EXPIRES_AT, item::days_after(audit.created_at, self.keep_days)),
                ]);
                let key = keys::forced(tenant, account);
                writes.push(Write::put(key, item).only_if(forced.clone()));
                writes.len() - 1
            });
            writes.extend(intent.a_day.map(|most| counted(audit, most)));
            let Err(refused) = self.table.transact(doing, &writes).await? else {
                return Ok(Created::New);
            };
            if let (Some(at), Some(named)) = (key_at, key)
                && refused.contains(&at)
            {
                let key = keys::idempotency(tenant, &named.key);
                let Some(there) = self.table.get(doing, &key).await? else { continue };
                if there.get("request").and_then(Value::as_str) != Some(&named.request) {
                    return Ok(Created::OtherRequest);
                }
                if let Some(id) = audit_in(&there) {
                    if let Some(audit) = self.audit(tenant, id).await? {
                        return Ok(Created::Already(Box::new(audit)));
                    }
                    // The audit was deleted with its account; the key asks for a new one.
                    unused = Condition::is("audit_id", id.to_string());
                }
                continue;
            }
            if refused.contains(&0) {
                if let Some(there) = self.audit(tenant, audit.id).await? {
                    return Ok(Created::Already(Box::new(there)));
                }
                continue;
            }
            let locks = [
                (lock_at, keys::active(tenant, account), &mut lock),
                (forced_at, keys::forced(tenant, account), &mut forced),
            ];
            let mut is_locked = false;
            for (at, key, condition) in locks {
                if at.is_some_and(|at| refused.contains(&at)) {
                    is_locked = true;
                    *condition = match self.active(audit, &key).await? {
                        Lock::Free => Condition::Absent,
                        Lock::Stale(id) => Condition::is("audit_id", id.to_string()),
                        Lock::Held(id) => return Ok(Created::Active(id)),
                    };
                }
            }
            if !is_locked {
                // What is left is the day's count, which only goes up.
                return Ok(Created::Spent);
            }
        }
    }

    async fn active(&self, audit: &Audit, key: &Key) -> Result<Lock, Error> {
        let there = self.table.get("look for an audit under way", key).await?;
        let Some(id) = there.as_ref().and_then(audit_in) else { return Ok(Lock::Free) };
        match self.audit(&audit.tenant, id).await? {
            Some(active) if !active.state.is_final() => Ok(Lock::Held(id)),
            _ => Ok(Lock::Stale(id)),
        }
    }

    /// What came of a request that was made under the same key before: [`Created::Already`] for the same
    /// request, [`Created::OtherRequest`] for another one, nothing where the key is free.
    ///
    /// # Errors
    ///
    /// The store gave no answer.
    pub async fn remembered(
        &self,
        tenant: &Tenant,
        named: &Idempotency,
        now: Timestamp,
    ) -> Result<Option<Created>, Error> {
        let key = keys::idempotency(tenant, &named.key);
        let Some(there) = self.table.get("look for a request", &key).await? else {
            return Ok(None);
        };
        let expires = there.get(keys::EXPIRES_AT).and_then(Value::as_i64);
        if expires.is_none_or(|expires| expires < now.as_second()) {
            return Ok(None);
        }
        if there.get("request").and_then(Value::as_str) != Some(&named.request) {
            return Ok(Some(Created::OtherRequest));
        }
        let Some(id) = audit_in(&there) else { return Ok(None) };
        Ok(self.audit(tenant, id).await?.map(|audit| Created::Already(Box::new(audit))))
    }

    /// An audit as it is now, all earlier writes included.
    ///
    /// # Errors
    ///
    /// The store gave no answer.
    pub async fn audit(&self, tenant: &Tenant, id: AuditId) -> Result<Option<Audit>, Error> {
        let item = self.table.get("read the audit", &keys::audit(tenant, id)).await?;
        item.map(item::read).transpose()
    }

    /// Tells that the worker that claimed `held` is alive.
    ///
    /// # Errors
    ///
    /// The store gave no answer.
    pub async fn renew(
        &self,
        held: &Audit,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Fence, Error> {
        let mut set = item::with(lease(until));
        set.insert("updated_at".into(), now.to_string().into());
        self.leased("renew the lease", held, Write::update(Self::at(held), set)).await
    }

    /// Puts a claimed audit back, for another worker to begin its phase again.
    ///
    /// # Errors
    ///
    /// The audit may or may not be back; its lease ends in any case.
    pub async fn requeue(&self, held: &Audit, now: Timestamp) -> Result<Fence, Error> {
        let set = item::with([("updated_at", now.to_string().into())]);
        let write = Write::update(Self::at(held), set)
            .adding("put_back", 1)
            .removing(&["lease_until", "lease_ns"]);
        self.leased("put the audit back", held, write).await
    }

    /// Lets a claimed audit go after a failure, so that the next attempt need not wait for the lease.
    ///
    /// # Errors
    ///
    /// The lease may still be there; it ends by itself.
    pub async fn release(&self, held: &Audit, now: Timestamp) -> Result<Fence, Error> {
        let set = item::with([("updated_at", now.to_string().into())]);
        let write = Write::update(Self::at(held), set).removing(&["lease_until", "lease_ns"]);
        self.leased("let the audit go", held, write).await
    }

    /// Ends a claimed audit without a result, for a reason in one sentence without secrets.
    ///
    /// # Errors
    ///
    /// The audit may or may not have ended; the same call finds out.
    pub async fn fail(&self, held: &Audit, now: Timestamp, error: &str) -> Result<Fence, Error> {
        let mut set = over(held, now, AuditState::Failed)?;
        set.insert("error".into(), error.into());
        let write = Write::update(Self::at(held), set).removing(&OVER).only_if(works(held));
        if let Written::Refused(there) = self.table.write("end the audit", write).await? {
            let there: Option<Audit> = there.map(item::read).transpose()?;
            let mine = there.is_some_and(|there| {
                // Attempts are counted anew in each phase; the plan tells which one it was.
                let same = there.attempt == held.attempt && there.plan == held.plan;
                same && there.state == AuditState::Failed
            });
            if !mine {
                return Ok(Fence::Lost);
            }
        }
        self.unlock(held).await?;
        Ok(Fence::Held)
    }

    /// Ends an audit by request; what its workers still do changes nothing.
    ///
    /// # Errors
    ///
    /// The audit may or may not be cancelled; the same call finds out.
    pub async fn cancel(
        &self,
        tenant: &Tenant,
        id: AuditId,
        now: Timestamp,
    ) -> Result<Cancelled, Error> {
        loop {
            let Some(audit) = self.audit(tenant, id).await? else { return Ok(Cancelled::Missing) };
            if audit.state.is_final() {
                return Ok(match audit.state {
                    AuditState::Cancelled => Cancelled::Done,
                    state => Cancelled::Ended(state),
                });
            }
            let set = over(&audit, now, AuditState::Cancelled)?;
            let write = Write::update(Self::at(&audit), set).removing(&OVER);
            let under_way = Condition::is("phase", audit.phase.name());
            let write = write.only_if(under_way);
            if let Written::Done(_) = self.table.write("cancel the audit", write).await? {
                self.unlock(&audit).await?;
                return Ok(Cancelled::Done);
            }
        }
    }

    /// Changes the lease of `held`, if that worker still has one.
    async fn leased(
        &self,
        doing: &'static str,
        held: &Audit,
        write: Write,
    ) -> Result<Fence, Error> {
        // What was put back is not put back twice, nor taken again by a message that comes late.
        let leased = Condition::All(vec![works(held), Condition::Has("lease_ns")]);
        Ok(Fence::of(&self.table.write(doing, write.only_if(leased)).await?))
    }

    /// Lets the next full audit of the account begin. A lock that stays is found to be stale later.
    pub(crate) async fn unlock(&self, audit: &Audit) -> Result<(), Error> {
        if audit.order.is_full() {
            let key = keys::active(&audit.tenant, &audit.order.account_id);
            let mine = Condition::is("audit_id", audit.id.to_string());
            self.table.write("free the account", Write::delete(key).only_if(mine)).await?;
        }
        Ok(())
    }

    pub(crate) fn at(audit: &Audit) -> Key {
        keys::audit(&audit.tenant, audit.id)
    }
}

/// The write that counts an audit towards its tenant's day, where fewer than `most` do.
fn counted(audit: &Audit, most: NonZeroU32) -> Write {
    let set = item::with([
        (keys::KIND, keys::QUOTA.into()),
        (keys::EXPIRES_AT, item::days_after(audit.created_at, COUNTED_DAYS)),
    ]);
    let day = audit.created_at.to_zoned(TimeZone::UTC).date();
    let may = Condition::Any(vec![Condition::Missing(BEGUN), Condition::below(BEGUN, most.get())]);
    let key = keys::audits_counted(&audit.tenant, day);
    Write::update(key, set).adding(BEGUN, 1).only_if(may)
}

/// Whether an audit of an account that keeps others out is under way.
enum Lock {
    Free,
    Stale(AuditId),
    Held(AuditId),
}

fn audit_in(item: &Item) -> Option<AuditId> {
    item.get("audit_id")?.as_str()?.parse().ok()
}

/// What is set when an audit ends. The register keeps the way in; an audit that has ended needs none.
pub(crate) fn over(audit: &Audit, now: Timestamp, state: AuditState) -> Result<Item, Error> {
    let mut order = audit.order.clone();
    order.external_id = None;
    Ok(item::with([
        ("phase", Phase::Ended.name().into()),
        ("state", state.name().into()),
        ("updated_at", now.to_string().into()),
        ("order", serde_json::to_value(order).map_err(Error::unwritable)?),
    ]))
}
