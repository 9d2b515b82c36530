//! Judging: one worker follows every finding, writes what changed, and ends the audit.

use std::{borrow::Borrow, collections::BTreeMap, sync::Arc};

use domain::{
    AccountId, Alert, Audit, AuditFilter, AuditId, AuditState, Phase, Report, Status, Tenant,
    TrackedFinding,
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    Claim, Error, Fence, Store,
    audits::{OVER, free, over, works},
    item, keys,
    result::{AuditResult, PackedResult, Source},
    table::{Condition, Key, TRANSACTION, Write, Written},
};

/// How a judged audit ends.
#[derive(Clone, Copy, Debug)]
pub struct End<'a> {
    /// The result; its status decides between `complete` and `incomplete`.
    pub result: &'a PackedResult,
    /// What is told of all that was resolved.
    pub digest: Option<&'a Alert>,
}

/// What came of writing changed findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Transitions {
    /// They are written.
    Written,
    /// Another audit changed some of them, or read a place anew: judge again.
    Stale,
    /// The audit has been taken over or has ended. The worker drops its work.
    Lost,
}

impl Store {
    /// Takes an audit whose tasks have all ended, and that nobody judges.
    ///
    /// # Errors
    ///
    /// The audit may have been taken; it is free again at `until`.
    pub async fn claim_evaluation(
        &self,
        tenant: &Tenant,
        id: AuditId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Claim<Audit>, Error> {
        let its_turn = Condition::Any(vec![
            Condition::All(vec![
                Condition::is("phase", Phase::Collect.name()),
                Condition::is("remaining", 0),
            ]),
            Condition::All(vec![Condition::is("phase", Phase::Evaluate.name()), free(now)]),
        ]);
        self.claim(tenant, id, Phase::Evaluate, its_turn, now, until).await
    }

    /// Every finding of an account that was ever tracked.
    ///
    /// # Errors
    ///
    /// The store gave no answer.
    pub async fn tracked(
        &self,
        tenant: &Tenant,
        account: &AccountId,
    ) -> Result<Vec<TrackedFinding>, Error> {
        self.all("list findings", &keys::account_partition(tenant, account), keys::FINDINGS).await
    }

    /// Writes changed findings, and in the same transaction as the first of them the alert that tells of
    /// them all. Safe to repeat: a finding is changed from what was read, or not at all.
    ///
    /// A verdict that changes nothing is not written, so a finding's own time does not tell that a newer
    /// snapshot was judged. Each transaction therefore asks whether the places that its verdicts come
    /// from were read since.
    ///
    /// # Errors
    ///
    /// Some may be written; read them again and write what is left.
    pub async fn transition<T: Borrow<TrackedFinding> + Sync>(
        &self,
        held: &Audit,
        changed: &[T],
        alert: Option<&Alert>,
    ) -> Result<Transitions, Error> {
        let doing = "write down what changed";
        let mut alert = alert.map(Self::outbox).transpose()?;
        let mut left = changed;
        while !left.is_empty() {
            let mut writes = vec![Write::check(Self::at(held), works(held))];
            writes.extend(alert.take());
            let mut readings: BTreeMap<Key, Timestamp> = BTreeMap::new();
            let mut taken = 0;
            for tracked in left.iter().map(Borrow::borrow) {
                let judged_by = readings_of(held, tracked);
                let new = judged_by.iter().filter(|key| !readings.contains_key(key)).count();
                if writes.len() + readings.len() + 1 + new > TRANSACTION {
                    break;
                }
                for key in judged_by {
                    let at = readings.entry(key).or_insert(tracked.seen_at);
                    *at = tracked.seen_at.min(*at);
                }
                writes.push(self.change(held, tracked)?);
                taken += 1;
            }
            for (key, at) in readings {
                let next = at.checked_add(SignedDuration::from_nanos(1)).unwrap_or(at);
                let no_newer = Condition::Any(vec![
                    Condition::Absent,
                    Condition::below("taken_ns", item::nanoseconds(next)),
                ]);
                writes.push(Write::check(key, no_newer));
            }
            if let Err(refused) = self.table.transact(doing, &writes).await? {
                let lost = refused.contains(&0);
                return Ok(if lost { Transitions::Lost } else { Transitions::Stale });
            }
            left = left.get(taken..).unwrap_or_default();
        }
        Ok(Transitions::Written)
    }

    fn change(&self, held: &Audit, tracked: &TrackedFinding) -> Result<Write, Error> {
        let before = match tracked.version {
            0 => Condition::Absent,
            version => Condition::is("version", version),
        };
        let next = TrackedFinding { version: tracked.version.saturating_add(1), ..tracked.clone() };
        let mut item = item::of("finding", &next)?;
        if let Some(at) = tracked.resolved_at {
            item.insert(keys::EXPIRES_AT.into(), item::days_after(at, self.keep_days));
        }
        let key = keys::finding(&held.tenant, &tracked.account, &tracked.fingerprint);
        Ok(Write::put(key, item).only_if(before))
    }

    /// Ends a claimed audit: keeps the result, then in one transaction writes the final state and the
    /// digest.
    ///
    /// # Errors
    ///
    /// The audit may or may not have ended; the same call finds out.
    pub async fn finish(&self, held: &Audit, now: Timestamp, end: End<'_>) -> Result<Fence, Error> {
        let doing = "end the audit";
        let key = keys::result_object(held);
        self.objects.put(doing, &key, end.result.bytes.clone()).await?;
        let state = match end.result.status {
            Status::Complete => AuditState::Complete,
            Status::Incomplete => AuditState::Incomplete,
        };
        let mut set = over(held, now, state)?;
        let summary = serde_json::to_value(&end.result.summary).map_err(Error::unwritable)?;
        set.extend(item::with([("summary", summary), ("result", key.as_str().into())]));
        let mut writes =
            vec![Write::update(Self::at(held), set).removing(&OVER).only_if(works(held))];
        writes.extend(end.digest.map(Self::outbox).transpose()?);
        if self.table.transact(doing, &writes).await?.is_err() {
            let there = self.audit(&held.tenant, held.id).await?;
            // Each attempt's result has a name of its own.
            if there.is_none_or(|there| there.result != Some(key)) {
                return Ok(Fence::Lost);
            }
        }
        self.unlock(held).await?;
        // What only some checks or regions saw does not tell what is there.
        if held.order.is_full() {
            self.note_result(held).await?;
        }
        Ok(Fence::Held)
    }

    /// Remembers a registered account's newest result.
    async fn note_result(&self, held: &Audit) -> Result<(), Error> {
        let id = held.id.to_string();
        let set = item::with([("last_audit", id.as_str().into())]);
        let newer = Condition::All(vec![
            Condition::Present,
            Condition::Any(vec![
                Condition::is("last_audit", serde_json::Value::Null),
                Condition::below("last_audit", id),
            ]),
        ]);
        let key = keys::account(&held.tenant, &held.order.account_id);
        let written =
            self.table.write("remember the result", Write::update(key, set).only_if(newer));
        match written.await? {
            Written::Done(_) | Written::Refused(_) => Ok(()),
        }
    }

    /// The result of an audit, of which only the head is read yet; nothing while it has none.
    ///
    /// # Errors
    ///
    /// The result cannot be read, or the store gave no answer.
    pub async fn result(&self, audit: &Audit) -> Result<Option<AuditResult>, Error> {
        let Some(key) = &audit.result else { return Ok(None) };
        let source = Source::open(Arc::clone(&self.objects), key).await?;
        AuditResult::open(source, &self.whole).await.map(Some)
    }

    /// The whole result of an audit, in memory; nothing while it has none.
    ///
    /// # Errors
    ///
    /// The result cannot be read, or the store gave no answer.
    pub async fn report(&self, audit: &Audit) -> Result<Option<Report>, Error> {
        match self.result(audit).await? {
            Some(result) => result.report().await.map(Some),
            None => Ok(None),
        }
    }
}

/// The readings by which a finding is judged: its place's, and those that some checks or regions had of it.
fn readings_of(held: &Audit, tracked: &TrackedFinding) -> Vec<Key> {
    let (tenant, account, place) = (&held.tenant, &held.order.account_id, &tracked.place);
    let narrowed = AuditFilter::covering(&tracked.check_id, &tracked.region);
    let narrowed = narrowed.iter().map(|scope| keys::read(tenant, account, place, scope));
    narrowed.chain([keys::part(tenant, account, place)]).collect()
}
