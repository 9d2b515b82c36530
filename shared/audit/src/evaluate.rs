//! Judging: all checks over the merged snapshot, in one place.

use std::collections::BTreeMap;

use domain::{
    Account, Audit, AuditId, Latest, ServiceRegion, Task, TaskState, Tenant, TrackedFinding,
    Unread, panic_message, with_causes,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use inventory::{ServiceSnapshot, Snapshot};
use jiff::Timestamp;
use store::{End, Fence, PackedResult, PageError, PageRequest, TrackedFilter, Transitions};
use tokio_util::sync::CancellationToken;

use crate::{
    AuditScope, Pipeline, Source, Step, StepResult, WorkError,
    alerts::{self, AlertContext},
    collect::is_whole,
    lease::{Held, later, now, while_held},
    pipeline::account,
    report::{evaluate, suppress},
    tracking::{Readings, Tracked, Tracker},
};

/// How many snapshots are read at once.
const AT_ONCE: usize = 16;

/// How many known findings are in memory at once: a stored one takes ten times what it is read as.
const KNOWN: u16 = 250;

/// How often changes are worked out anew because another audit made some in the meantime.
const PASSES: u32 = 20;

impl Pipeline {
    /// Judges an audit whose tasks have all ended, writes what changed, and ends it.
    pub(crate) async fn conclude(
        &self,
        tenant: &Tenant,
        id: AuditId,
        stop: &CancellationToken,
    ) -> Result<StepResult, WorkError> {
        let (begun, lease) = (now(), self.settings.lease);
        let until = later(begun, lease);
        let Some(held) = self.store.claim_evaluation(tenant, id, begun, until).await?.claimed()
        else {
            return Ok(StepResult::nothing());
        };
        if self.is_given_up(held.attempt, held.requeued) {
            return self.fail(&held, &self.given_up()).await;
        }
        let scope = match self.scope(&held) {
            Ok(scope) => scope,
            Err(error) => return self.fail(&held, &error).await,
        };
        let judging = while_held(&self.store, Held::Audit(&held), lease, self.judge(&held, &scope));
        let judged = tokio::select! {
            biased;
            // What was written by then is found again.
            () = stop.cancelled() => return self.requeue(&held, Step::evaluate(&held)).await,
            judged = judging => judged,
        };
        match judged {
            Some(Ok(Fence::Held)) => Ok(self.ended(tenant, id).await?),
            Some(Ok(Fence::Lost)) | None => Ok(StepResult::nothing()),
            // Trying again would not help, and the audit says why.
            Some(Err(WorkError::Store(error @ store::Error::Unreadable { .. }))) => {
                self.fail(&held, &with_causes(&error)).await
            }
            Some(Err(error)) => Err(error),
        }
    }

    async fn judge(&self, held: &Audit, scope: &AuditScope) -> Result<Fence, WorkError> {
        let begun = now();
        let account = self.store.account(&held.tenant, &held.order.account_id).await?;
        let context = |pass: u32| AlertContext {
            audit: held,
            account_name: account.as_ref().and_then(|account| account.name.as_deref()),
            at_least: held.order.alert_severity.unwrap_or(self.settings.alert_severity),
            lang: self.settings.lang,
            now: begun,
            pass: format!("{}.{pass}", held.attempt),
        };
        let options = self.evaluate_options(held);
        let mut pass = 0;
        let (result, digest) = loop {
            let snapshot = self.merged(held).await?;
            let quiet = self.store.all_suppressions(&held.tenant).await?;
            let (checks, options) = (scope.checks.clone(), options.clone());
            // It takes seconds of a large account, or of one whose tenant has many patterns: leases are renewed and
            // other tenants' steps go on meanwhile.
            let judged = tokio::task::spawn_blocking(move || {
                let mut report = evaluate(&snapshot, &checks, &options);
                suppress(&mut report, &quiet, now());
                // The facts of a large account take as much memory as what is found, and are not needed any more.
                (report, Readings::of(&snapshot))
            });
            let (report, readings) =
                judged.await.map_err(|error| match error.try_into_panic() {
                    Ok(panic) => WorkError::Defect(panic_message(&*panic)),
                    Err(error) => WorkError::Unsure(error.to_string()),
                })?;
            let result = PackedResult::of(&report).await?;
            let told = self.store.alerts(held).await?;
            let read = self.store.last_read(&held.tenant, &held.order.account_id).await?;
            let mut anew = false;
            let may = |tracked: &TrackedFinding| {
                let last = read.of_place(&tracked.place);
                anew |= last.is_some_and(|last| last > tracked.seen_at);
                // What was read since for some checks alone, and cannot be judged here, is judged by whoever read it.
                read.of(tracked).is_none_or(|last| last <= tracked.seen_at)
            };
            let tracker = Tracker::new(held, &scope.checks, report, readings, may);
            let Tracked { changed, resolved } = self.track(held, tracker).await?;
            // Whoever read a place anew may never judge it, and what it read can be judged here as well.
            if held.order.checks.is_empty() && pass < PASSES && anew {
                pass += 1;
                continue;
            }
            let resolved = resolved.iter().chain(changed.iter().map(|changed| &*changed.tracked));
            let digest = alerts::digest(resolved, &context(pass));
            match self.write(held, alerts::batches(&changed, &told, &context(pass))).await? {
                Transitions::Written => break (result, digest),
                Transitions::Lost => return Ok(Fence::Lost),
                Transitions::Stale if pass < PASSES => pass += 1,
                Transitions::Stale => {
                    let why = format!(
                        "other audits of account `{}` change its findings all the time",
                        held.order.account_id
                    );
                    return Err(WorkError::Unsure(why));
                }
            }
        };
        let end = End { result: &result, digest: digest.as_ref() };
        Ok(self.store.finish(held, now(), end).await?)
    }

    /// Shows a tracker the account's known findings, page by page.
    async fn track<M: FnMut(&TrackedFinding) -> bool + Send>(
        &self,
        held: &Audit,
        mut tracker: Tracker<'_, M>,
    ) -> Result<Tracked, store::Error> {
        let all = TrackedFilter::default();
        let mut cursor: Option<String> = None;
        loop {
            let page = PageRequest { cursor: cursor.as_deref(), limit: KNOWN };
            let known =
                self.store.tracked_page(&held.tenant, &held.order.account_id, &all, page).await;
            let known = known.map_err(PageError::into_store)?;
            known.items.into_iter().for_each(|known| tracker.track(known));
            cursor = known.next_cursor;
            if cursor.is_none() {
                return Ok(tracker.finish());
            }
        }
    }

    async fn write(
        &self,
        held: &Audit,
        batches: Vec<alerts::Batch<'_>>,
    ) -> Result<Transitions, store::Error> {
        for batch in batches {
            let written = self.store.transition(held, &batch.changed, batch.alert.as_ref()).await?;
            if written != Transitions::Written {
                return Ok(written);
            }
        }
        Ok(Transitions::Written)
    }

    /// What the audit's tasks read, and of an audit that others may judge by also the newest of all else:
    /// whichever audit wrote it.
    async fn merged(&self, held: &Audit) -> Result<Snapshot, WorkError> {
        let account = match &self.source {
            Source::Aws(config) => account(config, held),
            Source::Recorded { snapshot, .. } => snapshot.account.clone(),
        };
        let tasks = self.store.tasks(held).await?;
        let mut latest: BTreeMap<ServiceRegion, Latest> = BTreeMap::new();
        if held.order.checks.is_empty() {
            let found = self.store.latest(&held.tenant, &held.order.account_id).await?;
            latest.extend(found.into_iter().map(|latest| (latest.place.clone(), latest)));
        }
        // Where regions could not be listed, what was not planned may be there all the same.
        let listed = tasks.iter().all(|task| task.name.region != "*");
        let mut sources = Sources::default();
        for task in &tasks {
            for place in task.places() {
                // What another audit read since this one was asked for is as good, and newer.
                let newer = latest.remove(&place).filter(|latest| {
                    is_whole(held, &place)
                        && latest.audit_id != held.id
                        && latest.taken_at > task.updated_at.min(held.created_at)
                });
                match (&task.snapshot, &newer) {
                    (Some(key), _) if task.state == TaskState::Done => {
                        sources.own(key, place, task);
                    }
                    (_, None) => sources.gaps.push(given_up(&place, task)),
                    (_, Some(_)) => {}
                }
                if let Some(newer) = newer {
                    sources.of_another(newer);
                }
            }
        }
        for (_, rest) in latest {
            // What a newer version read stays for it, and tells this one nothing.
            if !rest.place.service.is_known() {
                continue;
            }
            // A full audit plans all there is: what it did not plan is not there any more.
            if held.order.is_full() && listed && rest.taken_at < held.created_at {
                self.store.forget(&held.tenant, &held.order.account_id, &rest).await?;
                continue;
            }
            sources.of_another(rest);
        }
        let Sources { snapshots, mut gaps } = sources;
        let read: Vec<_> = stream::iter(snapshots)
            .map(|(key, wanted)| async move {
                match self.store.snapshot(&key).await {
                    Ok(snapshot) => Ok(wanted.of(snapshot)),
                    // Of another version, or gone: it says nothing of its places, and of no other.
                    Err(error @ store::Error::Unreadable { .. }) if wanted.of_another => {
                        tracing::warn!(key, %error, "a kept snapshot cannot be read");
                        Ok((None, wanted.unreadable(&with_causes(&error))))
                    }
                    Err(error) => Err(error),
                }
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let mut snapshots = Vec::new();
        for (snapshot, missing) in read {
            snapshots.extend(snapshot);
            gaps.extend(missing);
        }
        Ok(merge(account, held.created_at, snapshots, gaps))
    }
}

/// One snapshot of many: of each place the newest part, each with the time at which it was read.
fn merge(
    account: Account,
    asked_at: Timestamp,
    snapshots: Vec<Snapshot>,
    gaps: Vec<ServiceSnapshot>,
) -> Snapshot {
    let started_at = snapshots.iter().map(|one| one.started_at).filter(|at| *at >= asked_at).min();
    let finished_at = snapshots.iter().map(|one| one.finished_at).max();
    let mut parts: BTreeMap<_, ServiceSnapshot> = BTreeMap::new();
    let taken = snapshots.into_iter().flat_map(|snapshot| {
        let at = snapshot.started_at;
        let mut parts = snapshot.parts;
        for part in &mut parts {
            part.taken_at.get_or_insert(at);
        }
        parts
    });
    for part in taken {
        let place = (part.receipt.service, part.receipt.region.clone());
        let newer = parts.get(&place).is_none_or(|there| there.taken_at < part.taken_at);
        if newer {
            parts.insert(place, part);
        }
    }
    for gap in gaps {
        let place = (gap.receipt.service, gap.receipt.region.clone());
        parts.entry(place).or_insert(gap);
    }
    let started_at = started_at.or_else(|| parts.values().filter_map(|part| part.taken_at).min());
    let started_at = started_at.unwrap_or(asked_at);
    Snapshot {
        version: Snapshot::VERSION,
        account,
        started_at,
        finished_at: finished_at.unwrap_or(started_at),
        parts: parts.into_values().collect(),
    }
}

/// The snapshots that an audit is judged by.
#[derive(Default)]
struct Sources {
    /// By key: several places may lie in one.
    snapshots: BTreeMap<String, Wanted>,
    /// The parts that are in none.
    gaps: Vec<ServiceSnapshot>,
}

/// What is wanted of a snapshot.
#[derive(Default)]
struct Wanted {
    /// The places, each with what is to be said of it where it is not there.
    places: BTreeMap<ServiceRegion, ServiceSnapshot>,
    /// Whether another audit wrote it.
    of_another: bool,
}

impl Sources {
    /// A place that a task of the audit has read.
    fn own(&mut self, key: &str, place: ServiceRegion, task: &Task) {
        let missing = given_up(&place, task);
        self.snapshots.entry(key.to_owned()).or_default().places.insert(place, missing);
    }

    /// The newest snapshot of a place, whichever audit wrote it.
    fn of_another(&mut self, latest: Latest) {
        let missing = unreadable(&latest.place, "it is not in its snapshot".to_owned());
        let wanted = self.snapshots.entry(latest.snapshot).or_default();
        wanted.of_another = true;
        wanted.places.insert(latest.place, missing);
    }
}

impl Wanted {
    /// The wanted parts of a snapshot, and what is to be said of those that are not in there.
    fn of(mut self, mut snapshot: Snapshot) -> (Option<Snapshot>, Vec<ServiceSnapshot>) {
        let parts = std::mem::take(&mut snapshot.parts).into_iter();
        let wanted = |part: &ServiceSnapshot| {
            let place = ServiceRegion::new(&part.receipt.region, part.receipt.service);
            self.places.remove(&place).is_some()
        };
        snapshot.parts = parts.filter(wanted).collect();
        (Some(snapshot), self.places.into_values().collect())
    }

    /// The same of one that cannot be read.
    fn unreadable(&self, why: &str) -> Vec<ServiceSnapshot> {
        self.places.keys().map(|place| unreadable(place, why.to_owned())).collect()
    }
}

/// The part of a place whose newest snapshot, another audit's, cannot be read. Anything else that was read of the place
/// stands before it.
fn unreadable(place: &ServiceRegion, why: String) -> ServiceSnapshot {
    nothing_of(place, "s3:GetObject", why, Timestamp::UNIX_EPOCH)
}

/// The part of a place that was given up: nothing is known, and the receipt says why.
fn given_up(place: &ServiceRegion, task: &Task) -> ServiceSnapshot {
    let error = task.error.clone().unwrap_or_else(|| "the task never ended".into());
    nothing_of(place, "sts:AssumeRole", error, task.updated_at)
}

/// The part of a place of which nothing is known since a time, because an action failed.
fn nothing_of(
    place: &ServiceRegion,
    action: &'static str,
    why: String,
    since: Timestamp,
) -> ServiceSnapshot {
    let unread = Unread::failed(action, &place.region, why);
    let part = ServiceSnapshot::unread(place.service, &place.region, unread);
    ServiceSnapshot { taken_at: Some(since), ..part }
}
