use std::collections::{BTreeSet, VecDeque};

use collect::Users;
use domain::{
    Cause, Unread,
    keys::{Ask, Failure, OldAccessKey, Partial, of_user},
};
use futures::{StreamExt as _, future::Either, stream::FuturesUnordered};
use inventory::iam::AccessKey;
use jiff::Timestamp;

use crate::{Monitor, Run};

/// Lists users and their keys; false where it was interrupted.
pub(crate) async fn read(
    monitor: &Monitor,
    partial: &mut Partial,
    run: Run<'_>,
) -> Result<bool, Failure> {
    let (ask, now) = (partial.ask, partial.asked_at);
    let one = |user: String| async move {
        let read = of_one(monitor, &user, ask, now).await;
        (user, read)
    };
    each(monitor, partial, run, one, |partial, _, read: Option<Read>| {
        // A user that was deleted since it was listed has no keys.
        if let Some(read) = read {
            partial.seen.keys += read.keys;
            partial.found.extend(read.old);
        }
    })
    .await
}

/// What was read of a user.
struct Read {
    keys: u64,
    old: Vec<OldAccessKey>,
}

async fn of_one(
    monitor: &Monitor,
    user: &str,
    ask: Ask,
    now: Timestamp,
) -> Result<Option<Read>, Unread> {
    let Some(keys) = monitor.keys.access_keys(user).await? else { return Ok(None) };
    let mut old = of_user(&keys, ask, now)?;
    if ask.include.last_used {
        let mut kept = Vec::with_capacity(old.len());
        for mut key in old {
            let id = key.access_key_id.as_deref().unwrap_or_default();
            // A key that was deleted since it was listed is no old key.
            if let Some(used) = monitor.keys.last_used(id).await? {
                key.last_used = Some(used);
                kept.push(key);
            }
        }
        old = kept;
    }
    Ok(Some(Read { keys: keys.len().try_into().unwrap_or(u64::MAX), old }))
}

/// Gives each old key of a report its id; false where it was interrupted.
pub(crate) async fn name(
    monitor: &Monitor,
    partial: &mut Partial,
    run: Run<'_>,
) -> Result<bool, Failure> {
    let one = |user: String| async move {
        let keys = monitor.keys.access_keys(&user).await;
        (user, keys)
    };
    each(monitor, partial, run, one, |partial, user, keys: Option<Vec<AccessKey>>| {
        partial.name(user, keys.as_deref());
    })
    .await
}

/// What comes of a call.
enum Came<T> {
    Page(Result<Users, Unread>),
    User(String, Result<T, Unread>),
}

/// Reads each waiting user with `one`, as many side by side as calls may be under way, and takes in what was read. Where
/// the list of users is not at its end its next page is read beside them.
///
/// A user whose calls were throttled until the retries ran out comes again after all others; the second time ends it.
async fn each<T, F: Future<Output = (String, Result<T, Unread>)>>(
    monitor: &Monitor,
    partial: &mut Partial,
    run: Run<'_>,
    one: impl Fn(String) -> F,
    mut take: impl FnMut(&mut Partial, &str, T),
) -> Result<bool, Failure> {
    let mut queue = VecDeque::from(partial.take_waiting());
    let (mut running, mut names) = (FuturesUnordered::new(), BTreeSet::new());
    let (mut throttled, mut listing) = (BTreeSet::new(), false);
    loop {
        if !partial.listed && !listing && !run.stop.is_cancelled() {
            listing = true;
            let page = monitor.keys.users(partial.marker.clone());
            running.push(Either::Left(async { Came::Page(page.await) }));
        }
        while names.len() < monitor.side_by_side && !run.stop.is_cancelled() {
            let Some(user) = queue.pop_front() else { break };
            names.insert(user.clone());
            let read = one(user);
            running.push(Either::Right(async {
                let (user, read) = read.await;
                Came::User(user, read)
            }));
        }
        let next = tokio::time::timeout_at(run.deadline, running.next()).await;
        let Ok(Some(came)) = next else { break };
        match came {
            Came::Page(page) => {
                listing = false;
                let page = page.map_err(|unread| monitor.failure(unread))?;
                partial.page(page.names, page.marker);
                queue.extend(partial.take_waiting());
                (run.watch)(partial.seen);
            }
            Came::User(user, read) => {
                names.remove(&user);
                match read {
                    Err(unread)
                        if unread.cause == Cause::Throttled && throttled.insert(user.clone()) =>
                    {
                        queue.push_back(user);
                    }
                    Err(unread) => return Err(monitor.failure(unread)),
                    Ok(read) => {
                        partial.seen.waiting = partial.seen.waiting.saturating_sub(1);
                        take(partial, &user, read);
                        (run.watch)(partial.seen);
                    }
                }
            }
        }
    }
    drop(running);
    partial.requeue(names.into_iter().chain(queue));
    Ok(partial.listed && partial.seen.waiting == 0)
}
