//! The behaviour that [`Store`]'s documentation promises, as functions over any store.

use domain::{Audit, AuditState, Report, Tenant};
use store::{Claim, Created, End, Fence, PageRequest, Store};

use crate::samples::{at, audit};

mod alerts;
mod life;
mod lists;

pub(crate) use alerts::*;
pub(crate) use life::*;
pub(crate) use lists::*;

/// Tests of a store: each function of the contract, with a store that `$make` makes.
macro_rules! contract {
    ($make:path: $($name:ident),+ $(,)?) => {
        $(
            #[tokio::test]
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
            a_claim_is_exclusive_until_its_lease_ends,
            a_worker_that_was_given_up_on_changes_nothing,
            the_end_may_be_told_twice,
            gaps_make_an_audit_incomplete,
            a_failed_audit_says_why_and_has_no_result,
            an_audit_can_be_handed_back,
            progress_is_seen,
            a_large_result_comes_back_whole,
            findings_come_in_pages,
            findings_are_filtered,
            a_strange_cursor_is_refused,
            unfinished_audits_are_counted_and_listed,
            a_result_makes_the_account_known,
            the_newest_way_in_is_remembered,
            accounts_come_in_pages,
            an_alert_is_raised_once,
            a_pass_takes_the_alert_away,
            what_got_worse_is_raised_again,
            an_older_audit_takes_no_newer_alert_away,
            alerts_come_in_pages,
        }
    };
}

pub(crate) use {contract, whole_contract};

/// A new audit of a tenant, written down.
async fn created(store: &dyn Store, tenant: &Tenant) -> Audit {
    let audit = audit(tenant);
    assert_eq!(store.create(&audit).await.unwrap(), Created::New);
    audit
}

/// The audit, claimed with a lease of a minute.
async fn claimed(store: &dyn Store, audit: &Audit, now: u64) -> Audit {
    match store.claim(&audit.tenant, audit.id, at(now), at(now + 60)).await.unwrap() {
        Claim::Claimed(audit) => *audit,
        other => panic!("not claimed: {other:?}"),
    }
}

/// A new audit of a tenant that ended with this report and alerts for all that is `High` and fails.
pub(crate) async fn judged(store: &dyn Store, audit: &Audit, report: &Report) {
    store.create(audit).await.unwrap();
    let held = claimed(store, audit, 1).await;
    let alerts = domain::Alert::of(&held, report, domain::Severity::High, "en");
    let end = End::Judged { report, alerts: &alerts };
    assert_eq!(store.finish(&held, at(3), end).await.unwrap(), Fence::Held);
}

async fn stored(store: &dyn Store, audit: &Audit) -> Audit {
    store.audit(&audit.tenant, audit.id).await.unwrap().unwrap()
}

async fn state(store: &dyn Store, audit: &Audit) -> AuditState {
    stored(store, audit).await.state
}

const fn page(cursor: Option<&str>, limit: u16) -> PageRequest<'_> {
    PageRequest { cursor, limit }
}
