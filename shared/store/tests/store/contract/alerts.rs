//! The outbox.

use domain::{Alert, Delivery, Tenant};
use store::Store;

use super::{all, created};
use crate::samples::{alert, tenant};

/// The names of a tenant's alerts that are not marked.
async fn unsent(store: &Store, tenant: &Tenant) -> Vec<String> {
    let unsent = all(1000, async |page| store.unsent(page).await).await;
    unsent.into_iter().filter(|alert| alert.tenant == *tenant).map(|alert| alert.id).collect()
}

pub(crate) async fn an_alert_is_unsent_until_it_is_marked(store: &Store) {
    let tenant = tenant();
    let audit = created(store, &tenant).await;
    let (first, second) = (alert(&audit, "first"), alert(&audit, "second"));
    for alert in [&second, &first, &second] {
        store.raise(alert).await.unwrap();
    }
    assert_eq!(store.alerts(&audit).await.unwrap(), [first.clone(), second.clone()]);
    assert_eq!(unsent(store, &tenant).await, ["first", "second"]);
    let changed = Alert { headline: "another".into(), ..first.clone() };
    store.raise(&changed).await.unwrap();
    let read = async |id| store.alert(&tenant, audit.id, id).await.unwrap();
    assert_eq!(read("first").await, Some(first.clone()), "the first word stands");
    assert_eq!(read("third").await, None);

    for resent in [1, 2] {
        assert!(store.resend(&first).await.unwrap());
        assert_eq!(read("first").await, Some(Alert { resent, ..first.clone() }));
    }
    for _ in 0..2 {
        store.sent(&first).await.unwrap();
        let sent = Alert { delivery: Delivery::Sent, resent: 2, ..first.clone() };
        assert_eq!(read("first").await, Some(sent));
        assert_eq!(unsent(store, &tenant).await, ["second"]);
        assert!(!store.resend(&first).await.unwrap(), "it was published");
    }
    store.raise(&first).await.unwrap();
    assert_eq!(unsent(store, &tenant).await, ["second"], "once");

    // What is not there is not made by marking it.
    let never = alert(&audit, "never");
    store.sent(&never).await.unwrap();
    assert!(!store.resend(&never).await.unwrap());
    assert_eq!(read("never").await, None);
}

pub(crate) async fn unsent_alerts_come_in_pages(store: &Store) {
    let tenant = tenant();
    let names: Vec<_> = (0..7).map(|n| format!("alert-{n}")).collect();
    let audit = created(store, &tenant).await;
    for name in &names {
        store.raise(&alert(&audit, name)).await.unwrap();
    }
    let found = all(3, async |page| store.unsent(page).await).await;
    let mine = found.into_iter().filter(|alert| alert.tenant == tenant);
    assert_eq!(mine.map(|alert| alert.id).collect::<Vec<_>>(), names);
}
