//! Lists: their order, their pages and their cursors.

use domain::{AuditId, AuditState, Lifecycle, Severity, TrackedFinding};
use store::{PageError, PageRequest, Registered, Store, TrackedFilter, Transitions};
use uuid::Uuid;

use super::{all, created, ended, ordered, page, planning, to_judge};
use crate::samples::{ACCOUNT, alert, at, audit, audit_of, place, registered, tenant, tracked};

pub(crate) async fn audits_come_newest_first(store: &Store) {
    let tenant = tenant();
    let mut audits = Vec::new();
    for number in 0..7 {
        let account = if number % 3 == 0 { "999988887777" } else { ACCOUNT };
        audits.push(ordered(store, audit_of(&tenant, account)).await);
    }
    audits.reverse();
    let account = ACCOUNT.parse().unwrap();
    let of_account: Vec<_> =
        audits.iter().filter(|one| one.order.account_id == account).cloned().collect();
    for limit in [1, 2, 7, 8] {
        let found = all(limit, async |page| store.audits(&tenant, None, page).await).await;
        assert_eq!(found, audits, "{limit}");
        let found = all(limit, async |page| store.audits(&tenant, Some(&account), page).await);
        assert_eq!(found.await, of_account, "{limit}");
    }
    let ended = ended(store, &audits[2]).await;
    let found = store.audits(&tenant, None, PageRequest::FIRST).await.unwrap();
    assert_eq!((&found.items[2], found.next_cursor), (&ended, None));
    let least = store.audits(&tenant, None, page(None, 0)).await.unwrap();
    assert_eq!(least.items, audits[..1], "no page is empty");
}

pub(crate) async fn audits_in_a_state_come_in_full_pages(store: &Store) {
    let tenant = tenant();
    let mut cancelled = Vec::new();
    for number in 0..40 {
        let audit = created(store, &tenant).await;
        if number % 9 == 2 {
            store.cancel(&tenant, audit.id, at(2)).await.unwrap();
            cancelled.push(audit.id);
        }
    }
    cancelled.reverse();
    let account = ACCOUNT.parse().unwrap();
    for (limit, account) in
        [(1, None), (2, Some(&account)), (3, None), (5, None), (6, Some(&account))]
    {
        let (mut found, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let page = page(cursor.as_deref(), limit);
            let state = Some(AuditState::Cancelled);
            let page = store.audits_in(&tenant, account, state, page).await.unwrap();
            let full = page.items.len() == usize::from(limit);
            assert!(full || page.next_cursor.is_none(), "{limit}");
            found.extend(page.items.iter().map(|audit| audit.id));
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(found, cancelled, "{limit}");
    }
}

pub(crate) async fn unfinished_audits_are_counted_and_listed(store: &Store) {
    let tenant = tenant();
    let mut audits = Vec::new();
    for _ in 0..5 {
        audits.push(created(store, &tenant).await);
    }
    let running = planning(store, &audits[1], 1).await;
    ended(store, &audits[2]).await;
    store.cancel(&tenant, audits[4].id, at(2)).await.unwrap();
    for (at_most, expected) in [(100, 3), (3, 3), (2, 2), (0, 0)] {
        assert_eq!(store.waiting(&tenant, at_most).await.unwrap(), expected);
    }
    let seen = all(2, async |page| store.unfinished(page).await).await;
    let seen: Vec<_> = seen.iter().filter(|audit| audit.tenant == tenant).collect();
    assert_eq!(seen, [&audits[0], &running, &audits[3]]);
}

pub(crate) async fn problems_come_in_pages(store: &Store) {
    let tenant = tenant();
    let held = to_judge(store, &tenant).await;
    let states = Lifecycle::ALL.into_iter().cycle();
    let changes: Vec<_> = (0..11)
        .zip(states)
        .map(|(n, state)| {
            let resolved_at = (!state.is_active()).then(|| at(60));
            let problem = tracked(&held, &format!("bucket-{n}"), place(1), at(50));
            TrackedFinding { state, resolved_at, ..problem }
        })
        .collect();
    let written = store.transition(&held, &changes, None).await.unwrap();
    assert_eq!(written, Transitions::Written);
    let account = &held.order.account_id;
    let known = store.tracked(&tenant, account).await.unwrap();
    assert_eq!(known.len(), 11);
    let states = [vec![], vec![Lifecycle::Resolved], vec![Lifecycle::New, Lifecycle::Reopened]];
    let severities = [None, Some(Severity::High), Some(Severity::Critical)];
    for (states, severity) in
        states.into_iter().flat_map(|one| severities.map(|s| (one.clone(), s)))
    {
        let wanted = |one: &&TrackedFinding| {
            (states.is_empty() || states.contains(&one.state))
                && severity.is_none_or(|least| one.severity >= least)
        };
        let filter = &TrackedFilter { states: states.clone(), severity };
        let expected: Vec<_> = known.iter().filter(wanted).cloned().collect();
        for limit in [1, 2, 3, 11, 12] {
            let list = async |page: PageRequest<'_>| {
                store.tracked_page(&tenant, account, filter, page).await
            };
            assert_eq!(all(limit, list).await, expected, "{states:?} {limit}");
        }
    }
}

pub(crate) async fn cursors_belong_to_one_list(store: &Store) {
    let tenant = tenant();
    let account = ACCOUNT.parse().unwrap();
    for _ in 0..2 {
        let audit = created(store, &tenant).await;
        store.raise(&alert(&audit, "one")).await.unwrap();
    }
    for id in [ACCOUNT, "999988887777"] {
        assert_eq!(store.register(&registered(&tenant, id), 1000).await.unwrap(), Registered::New);
    }
    let first = page(None, 1);
    let cursors = [
        store.audits(&tenant, None, first).await.unwrap().next_cursor.unwrap(),
        store.accounts(&tenant, first).await.unwrap().next_cursor.unwrap(),
        store.all_accounts(first).await.unwrap().next_cursor.unwrap(),
        store.unfinished(first).await.unwrap().next_cursor.unwrap(),
        store.unsent(first).await.unwrap().next_cursor.unwrap(),
    ];
    let empty = ["dDI6", "azI6", "bjI6", "dTE6", "YTI6"].map(str::to_owned);
    let strange = ["", "1", "zzzz", "é"].map(str::to_owned);
    for cursor in cursors.iter().chain(&empty).chain(&strange) {
        let page = page(Some(cursor), 1);
        let refused = [
            refused(store.audits(&tenant, None, page).await),
            refused(store.accounts(&tenant, page).await),
            refused(store.all_accounts(page).await),
            refused(store.unfinished(page).await),
            refused(store.unsent(page).await),
            refused(store.tracked_page(&tenant, &account, &TrackedFilter::default(), page).await),
            refused(store.suppressions(&tenant, page).await),
        ];
        let taken = refused.iter().filter(|refused| !**refused).count();
        assert_eq!(taken, usize::from(cursors.contains(cursor)), "{cursor}: {refused:?}");
    }
    // A position need not be there any more.
    let gone = AuditId(Uuid::now_v7());
    let audit = audit(&tenant);
    assert!(gone < audit.id);
    ordered(store, audit).await;
    let all = store.audits(&tenant, None, PageRequest::FIRST).await.unwrap().items;
    let cursor = cursors[0].as_str();
    store.cancel(&tenant, all[1].id, at(9)).await.unwrap();
    let rest = store.audits(&tenant, None, page(Some(cursor), 9)).await.unwrap().items;
    assert_eq!(rest.iter().map(|one| one.id).collect::<Vec<_>>(), [all[2].id]);
}

fn refused<T>(answer: Result<T, PageError>) -> bool {
    match answer {
        Ok(_) => false,
        Err(PageError::Cursor(_)) => true,
        Err(PageError::Store(error)) => panic!("no outage: {error}"),
    }
}
