//! The behaviour that [`Store`]'s documentation promises, as functions over any store.

use domain::{Audit, Task, Tenant};
use store::{Claim, Created, End, Fence, Intent, PageError, PageRequest, Store};

use crate::samples::{at, audit, complete, new_task, packed, task_name};

mod accounts;
mod alerts;
mod audits;
mod ends;
mod jobs;
mod leases;
mod lists;
mod planning;
mod purge;
mod rate;
mod results;
mod snapshots;
mod tasks;
mod transitions;

pub(crate) use accounts::*;
pub(crate) use alerts::*;
pub(crate) use audits::*;
pub(crate) use ends::*;
pub(crate) use jobs::*;
pub(crate) use leases::*;
pub(crate) use lists::*;
pub(crate) use planning::*;
pub(crate) use purge::*;
pub(crate) use rate::*;
pub(crate) use results::*;
pub(crate) use snapshots::*;
pub(crate) use tasks::*;
pub(crate) use transitions::*;

/// Tests of a store: each function of the contract, with a store that `$make` makes.
macro_rules! contract {
    ($make:path: $($name:ident),+ $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let made = $make().await;
                $crate::contract::$name(made.store()).await;
            }
        )+
    };
}

/// Every function of the contract.
macro_rules! whole_contract {
    ($make:path) => {
        $crate::contract::contract! {
            $make:
            an_audit_is_written_once,
            a_tenant_sees_only_its_own,
            a_key_asks_for_one_audit,
            many_with_one_key_get_one_audit,
            a_full_audit_runs_alone,
            a_stale_lock_is_taken_over,
            a_forced_audit_takes_the_lock,
            one_forced_audit_of_an_account_runs_at_a_time,
            so_many_audits_are_begun_in_a_day,
            a_claim_is_exclusive_until_its_lease_ends,
            a_message_that_is_sent_again_is_noted_while_its_task_waits,
            many_workers_want_one_audit,
            a_renewed_lease_lasts_longer,
            an_audit_is_put_back_once,
            a_worker_that_was_given_up_on_changes_nothing,
            a_failed_audit_says_why,
            a_lost_failure_keeps_the_lock,
            a_cancelled_audit_stays_so,
            a_plan_is_written_in_chunks,
            a_plan_may_be_told_twice,
            a_dead_plan_counts_for_nothing,
            a_plan_without_tasks_is_judged,
            a_task_is_claimed_until_its_lease_ends,
            a_task_is_put_back,
            a_late_worker_ends_no_task,
            a_task_may_be_ended_twice,
            many_tasks_end_at_once,
            a_cancelled_audit_counts_no_task,
            a_snapshot_comes_back_whole,
            a_snapshot_of_another_version_is_refused,
            the_newest_snapshot_is_known,
            readings_for_some_checks_keep_their_time,
            a_place_that_is_gone_is_forgotten,
            judging_begins_when_all_tasks_ended,
            changes_are_written_once,
            a_change_of_something_else_is_stale,
            a_newer_reading_makes_a_change_stale,
            who_lost_the_audit_changes_nothing,
            many_changes_are_told_with_the_first,
            changes_go_on_after_a_failure,
            the_end_is_one_write,
            the_end_may_be_told_twice,
            a_late_judge_ends_nothing,
            gaps_make_an_audit_incomplete,
            a_result_is_noted_in_the_register,
            a_result_of_many_chunks_is_read_in_parts,
            a_result_without_findings_is_read,
            an_alert_is_unsent_until_it_is_marked,
            unsent_alerts_come_in_pages,
            an_account_is_registered_once,
            a_tenant_has_so_many_accounts_and_no_more,
            an_account_is_changed_but_not_its_way_in,
            changes_of_an_account_are_not_lost,
            accounts_come_in_pages,
            suppressions_come_in_pages,
            a_tenant_has_so_many_suppressions_and_no_more,
            audits_come_newest_first,
            audits_in_a_state_come_in_full_pages,
            unfinished_audits_are_counted_and_listed,
            problems_come_in_pages,
            cursors_belong_to_one_list,
            a_job_is_written_once,
            a_job_is_claimed_until_its_lease_ends,
            a_job_goes_on_where_it_was_put_back,
            a_job_has_one_result,
            a_job_that_nobody_finishes_is_given_up,
            unfinished_jobs_are_counted_and_listed,
            a_purge_takes_one_account_and_no_other,
            a_purged_account_begins_anew,
            a_tenant_makes_so_many_calls_a_minute,
            no_minute_sees_more_calls_than_two_bursts,
        }
    };
}

pub(crate) use {contract, whole_contract};

/// A new audit of one region, written down.
pub(crate) async fn created(store: &Store, tenant: &Tenant) -> Audit {
    ordered(store, audit(tenant)).await
}

pub(crate) async fn ordered(store: &Store, audit: Audit) -> Audit {
    assert_eq!(store.create(&audit, &Intent::default()).await.unwrap(), Created::New);
    audit
}

/// The audit, taken to be planned with a lease of a minute.
pub(crate) async fn planning(store: &Store, audit: &Audit, now: u64) -> Audit {
    taken(store.claim_plan(&audit.tenant, audit.id, at(now), at(now + 60)).await.unwrap())
}

/// The audit with a plan of so many tasks.
pub(crate) async fn planned(store: &Store, audit: &Audit, tasks: usize) -> Audit {
    let held = planning(store, audit, 1).await;
    let tasks: Vec<_> = (0..tasks).map(|n| new_task(&held, n, at(2))).collect();
    assert_eq!(store.planned(&held, &tasks, at(2)).await.unwrap(), Fence::Held);
    stored(store, audit).await
}

/// A task of the audit, taken with a lease of a minute.
pub(crate) async fn reading(store: &Store, audit: &Audit, number: usize, now: u64) -> Task {
    let until = at(now + 60);
    let of = (&audit.tenant, audit.id);
    taken(store.claim_task(of, audit.plan, &task_name(number), at(now), until).await.unwrap())
}

/// The audit, whose tasks have ended, taken to be judged with a lease of a minute.
pub(crate) async fn judging(store: &Store, audit: &Audit, now: u64) -> Audit {
    taken(store.claim_evaluation(&audit.tenant, audit.id, at(now), at(now + 60)).await.unwrap())
}

/// A new audit without tasks, taken to be judged.
pub(crate) async fn to_judge(store: &Store, tenant: &Tenant) -> Audit {
    let audit = created(store, tenant).await;
    planned(store, &audit, 0).await;
    judging(store, &audit, 3).await
}

/// The audit from its plan to an end without findings.
pub(crate) async fn ended(store: &Store, audit: &Audit) -> Audit {
    planned(store, audit, 0).await;
    let held = judging(store, audit, 3).await;
    let end = End { result: &packed(&complete(Vec::new())).await, digest: None };
    assert_eq!(store.finish(&held, at(4), end).await.unwrap(), Fence::Held);
    stored(store, audit).await
}

fn taken<T: std::fmt::Debug>(claim: Claim<T>) -> T {
    match claim {
        Claim::Claimed(taken) => *taken,
        other => panic!("not claimed: {other:?}"),
    }
}

pub(crate) async fn stored(store: &Store, audit: &Audit) -> Audit {
    store.audit(&audit.tenant, audit.id).await.unwrap().unwrap()
}

pub(crate) const fn page(cursor: Option<&str>, limit: u16) -> PageRequest<'_> {
    PageRequest { cursor, limit }
}

/// All of a list, read in pages of `limit`.
pub(crate) async fn all<T>(
    limit: u16,
    list: impl AsyncFn(PageRequest<'_>) -> Result<store::Page<T>, PageError>,
) -> Vec<T> {
    let (mut seen, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let found = list(page(cursor.as_deref(), limit)).await.unwrap();
        assert!(found.items.len() <= usize::from(limit));
        seen.extend(found.items);
        cursor = found.next_cursor;
        if cursor.is_none() {
            return seen;
        }
    }
}
