//! Tasks: many workers read, each the services of a region.

use domain::{Audit, AuditId, Phase, Service, Task, TaskName, TaskState, Tenant};
use inventory::Snapshot;
use jiff::Timestamp;

use crate::{
    Claim, Error, Fence, Store, item, keys, lists, packed,
    steps::States,
    table::{Condition, Range, Write},
};

/// How many items are read at once.
const AT_ONCE: usize = 1000;

/// How a task ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskEnd<'a> {
    /// It was read.
    Done {
        /// The key that its snapshot is kept under.
        snapshot: &'a str,
        /// Why some of its services are not in there.
        given_up: Option<&'a str>,
    },
    /// It is given up: nothing was read, for this reason.
    Failed(&'a str),
}

const STATES: States =
    States { queued: TaskState::Queued.name(), running: TaskState::Running.name() };

impl<'a> TaskEnd<'a> {
    /// All of it was read.
    #[must_use]
    pub const fn whole(snapshot: &'a str) -> Self {
        Self::Done { snapshot, given_up: None }
    }
}

/// That the task's worker still is this one.
fn works(held: &Task) -> Condition {
    STATES.works(held.attempt)
}

fn at(task: &Task) -> crate::table::Key {
    keys::task(&task.tenant, task.audit_id, task.plan, &task.name)
}

impl Store {
    /// Takes a task that is queued, or whose worker is taken for dead.
    ///
    /// # Errors
    ///
    /// The task may have been taken; it is free again at `until`.
    pub async fn claim_task(
        &self,
        (tenant, id): (&Tenant, AuditId),
        plan: u32,
        name: &TaskName,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Claim<Task>, Error> {
        let key = keys::task(tenant, id, plan, name);
        let lease_of = |there: &Task| there.lease_until.filter(|_| !there.state.is_final());
        self.take("take a task", key, &STATES, [now, until], lease_of).await
    }

    /// Tells that the worker that claimed a task is alive.
    ///
    /// # Errors
    ///
    /// The store gave no answer.
    pub async fn renew_task(
        &self,
        held: &Task,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Fence, Error> {
        self.renew_lease(at(held), works(held), [now, until]).await
    }

    /// Puts a claimed task back, for another worker to go on with: from the snapshot of what was read, where one is
    /// kept under a key.
    ///
    /// # Errors
    ///
    /// The task may or may not be back; its lease ends in any case.
    pub async fn release_task(
        &self,
        held: &Task,
        checkpoint: Option<&str>,
        now: Timestamp,
    ) -> Result<Fence, Error> {
        let mut set = item::with([
            ("state", TaskState::Queued.name().into()),
            ("updated_at", now.to_string().into()),
        ]);
        set.extend(checkpoint.map(|key| ("checkpoint".to_owned(), key.into())));
        let write = Write::update(at(held), set)
            .adding("put_back", 1)
            .removing(&["lease_until", "lease_ns", "reading"])
            .only_if(works(held));
        Ok(Fence::of(&self.table.write("put a task back", write).await?))
    }

    /// Frees a task whose worker is known to be dead, for another to begin again: the attempt counts.
    ///
    /// # Errors
    ///
    /// The task may or may not be free; its lease ends in any case.
    pub async fn free_task(&self, held: &Task, now: Timestamp) -> Result<Fence, Error> {
        let set = item::with([
            ("state", TaskState::Queued.name().into()),
            ("updated_at", now.to_string().into()),
        ]);
        let write = Write::update(at(held), set)
            .removing(&["lease_until", "lease_ns"])
            .only_if(works(held));
        Ok(Fence::of(&self.table.write("free a dead worker's task", write).await?))
    }

    /// Notes what a worker reads next, at which services workers died before, and the snapshot of what it has read: so
    /// whoever comes after its death goes on behind that.
    ///
    /// # Errors
    ///
    /// It may or may not be noted.
    pub async fn note_reading(
        &self,
        held: &Task,
        reading: Service,
        died_at: &[Service],
        checkpoint: Option<&str>,
    ) -> Result<Fence, Error> {
        let died_at: Vec<_> = died_at.iter().map(Service::name).collect();
        let mut set = item::with([("reading", reading.name().into()), ("died_at", died_at.into())]);
        set.extend(checkpoint.map(|key| ("checkpoint".to_owned(), key.into())));
        let write = Write::update(at(held), set).only_if(works(held));
        Ok(Fence::of(&self.table.write("note what is read", write).await?))
    }

    /// Notes that a waiting task's message was sent again, so that the next sweep gives it time; nothing where somebody
    /// has taken the task.
    ///
    /// # Errors
    ///
    /// It may or may not be noted: at worst its message is sent once more.
    pub async fn sent_again(&self, task: &Task, now: Timestamp) -> Result<(), Error> {
        let set = item::with([("updated_at", now.to_string().into())]);
        let waits = Condition::All(vec![
            Condition::is("state", TaskState::Queued.name()),
            Condition::is("updated_at", task.updated_at.to_string()),
        ]);
        let write = Write::update(at(task), set).only_if(waits);
        self.table.write("note a message", write).await?;
        Ok(())
    }

    /// Ends a claimed task and counts the audit's tasks down, both or neither.
    ///
    /// # Errors
    ///
    /// The task may or may not have ended; the same call finds out.
    pub async fn complete_task(
        &self,
        held: &Task,
        end: TaskEnd<'_>,
        now: Timestamp,
    ) -> Result<Fence, Error> {
        let (state, snapshot, error) = match end {
            TaskEnd::Done { snapshot, given_up } => (TaskState::Done, Some(snapshot), given_up),
            TaskEnd::Failed(why) => (TaskState::Failed, None, Some(why)),
        };
        let time = now.to_string();
        let mut ended =
            item::with([("state", state.name().into()), ("updated_at", time.as_str().into())]);
        let told = [("snapshot", snapshot), ("error", error)];
        ended.extend(told.into_iter().filter_map(|(name, text)| Some((name.into(), text?.into()))));
        let counted = item::with([("updated_at", time.as_str().into())]);
        let counts = Condition::All(vec![
            Condition::is("phase", Phase::Collect.name()),
            Condition::is("plan", held.plan),
        ]);
        let writes = [
            Write::update(at(held), ended)
                .removing(&["lease_until", "lease_ns", "reading"])
                .only_if(works(held)),
            Write::update(keys::audit(&held.tenant, held.audit_id), counted)
                .adding("remaining", -1)
                .only_if(counts),
        ];
        if self.table.transact("end a task", &writes).await?.is_ok() {
            return Ok(Fence::Held);
        }
        let there = self.table.get("read a task", &at(held)).await?;
        let there: Option<Task> = there.map(item::read).transpose()?;
        let mine = there.is_some_and(|task| task.attempt == held.attempt && task.state.is_final());
        Ok(if mine { Fence::Held } else { Fence::Lost })
    }

    /// The tasks that count for an audit: none until it is planned.
    ///
    /// # Errors
    ///
    /// The store gave no answer.
    pub async fn tasks(&self, audit: &Audit) -> Result<Vec<Task>, Error> {
        let pk = keys::audit_partition(&audit.tenant, audit.id);
        self.all("list tasks", &pk, &keys::plan(audit.plan)).await
    }

    /// Keeps what a task read, and answers the key that it is kept under.
    ///
    /// # Errors
    ///
    /// Nothing is known to be kept; the same call may be made again.
    pub async fn keep_snapshot(&self, held: &Task, snapshot: &Snapshot) -> Result<String, Error> {
        let (doing, key) = ("keep a snapshot", keys::snapshot_object(held));
        self.objects.put(doing, &key, packed::pack(doing, snapshot).await?).await?;
        Ok(key)
    }

    /// A snapshot that was kept.
    ///
    /// # Errors
    ///
    /// It is gone, is of another version, or the store gave no answer.
    pub async fn snapshot(&self, key: &str) -> Result<Snapshot, Error> {
        match self.objects.get("read a snapshot", key).await? {
            Some(bytes) => packed::snapshot(key, &bytes),
            None => Err(Error::unreadable(key, "it is gone")),
        }
    }

    /// All items of a partition whose sort keys begin with `prefix`.
    pub(crate) async fn all<T: serde::de::DeserializeOwned>(
        &self,
        doing: &'static str,
        pk: &str,
        prefix: &str,
    ) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        let mut last: Option<String> = None;
        loop {
            // An item takes many times the memory of what it is read as.
            let after = last.as_deref();
            let range = Range { pk, prefix, after, descending: false, limit: AT_ONCE };
            let (items, more) = self.table.query(doing, range).await?;
            last = items.last().map(|item| lists::text(item, keys::SORT));
            for item in items {
                all.push(item::read(item)?);
            }
            if !more || last.is_none() {
                return Ok(all);
            }
        }
    }
}
