//! Planning: one worker finds out what there is to read, and writes a task for each.

use domain::{Audit, AuditId, AuditState, Phase, Task, Tenant};
use jiff::Timestamp;

use crate::{
    Claim, Error, Fence, Store,
    audits::{free, lease, works},
    item, keys,
    table::{Condition, Item, TRANSACTION, Write, Written},
};

/// How long tasks are kept for whoever looks into what an audit did.
const TASK_DAYS: u32 = 14;

impl Store {
    /// Takes an audit that is to be planned and that nobody has.
    ///
    /// # Errors
    ///
    /// The audit may have been taken; it is free again at `until`.
    pub async fn claim_plan(
        &self,
        tenant: &Tenant,
        id: AuditId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Claim<Audit>, Error> {
        let its_turn = Condition::is("phase", Phase::Plan.name());
        let condition = Condition::All(vec![its_turn, free(now)]);
        self.claim(tenant, id, Phase::Plan, condition, now, until).await
    }

    /// Takes an audit for the one worker of a phase, if the condition holds.
    pub(crate) async fn claim(
        &self,
        tenant: &Tenant,
        id: AuditId,
        phase: Phase,
        condition: Condition,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Claim<Audit>, Error> {
        let mut set = item::with(lease(until));
        set.extend(item::with([
            ("phase", phase.name().into()),
            ("state", AuditState::Running.name().into()),
            ("updated_at", now.to_string().into()),
        ]));
        let write = Write::update(keys::audit(tenant, id), set).adding("attempt", 1);
        match self.table.write("take the audit", write.only_if(condition)).await? {
            Written::Done(Some(taken)) => Ok(Claim::Claimed(Box::new(item::read(taken)?))),
            Written::Done(None) | Written::Refused(None) => Ok(Claim::Missing),
            Written::Refused(Some(there)) => {
                let there: Audit = item::read(there)?;
                Ok(match there.lease_until {
                    _ if there.state.is_final() => Claim::Ended(there.state),
                    Some(until) if there.phase == phase => Claim::Held { until },
                    _ => Claim::Passed,
                })
            }
        }
    }

    /// Writes the tasks of a claimed plan, and when all of them exist lets them begin.
    ///
    /// The tasks of an attempt have names of their own, so what a dead attempt left behind counts for
    /// nothing.
    ///
    /// # Errors
    ///
    /// The audit may or may not be planned; the same call finds out.
    pub async fn planned(
        &self,
        held: &Audit,
        tasks: &[Task],
        now: Timestamp,
    ) -> Result<Fence, Error> {
        let doing = "write down what there is to read";
        for chunk in tasks.chunks(TRANSACTION) {
            let writes = chunk.iter().map(|task| {
                let mut item = item::of(keys::TASK, task)?;
                item.insert(keys::EXPIRES_AT.into(), item::days_after(now, TASK_DAYS));
                let key = keys::task(&task.tenant, task.audit_id, task.plan, &task.name);
                Ok(Write::put(key, item).only_if(Condition::Absent))
            });
            // Refused means that an earlier call wrote them: this attempt alone has these names, and
            // a chunk is written whole.
            let _ = self.table.transact(doing, &writes.collect::<Result<Vec<_>, Error>>()?).await?;
        }
        let total = u32::try_from(tasks.len()).unwrap_or(u32::MAX);
        let set: Item = item::with([
            ("phase", Phase::Collect.name().into()),
            ("plan", held.attempt.into()),
            ("total", total.into()),
            ("remaining", total.into()),
            ("attempt", 0.into()),
            ("put_back", 0.into()),
            ("updated_at", now.to_string().into()),
        ]);
        let write = Write::update(Self::at(held), set).removing(&["lease_until", "lease_ns"]);
        match self.table.write(doing, write.only_if(works(held))).await? {
            Written::Done(_) => Ok(Fence::Held),
            Written::Refused(there) => {
                let there: Option<Audit> = there.map(item::read).transpose()?;
                let mine = there.is_some_and(|there| {
                    there.plan == held.attempt && there.state != AuditState::Cancelled
                });
                Ok(if mine { Fence::Held } else { Fence::Lost })
            }
        }
    }
}
