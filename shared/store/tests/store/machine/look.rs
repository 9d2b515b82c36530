//! What a store shows, held against the model.

use domain::{Audit, AuditRequest, Delivery};

use super::{
    Kind, Machine,
    act::fingerprint,
    world::{AuditModel, World, place_of},
};
use crate::samples::{ACCOUNT, at, place, task_name};

impl<K: Kind> Machine<K> {
    /// Looks at all there is, and that it is as the model says.
    pub(super) fn look(&self, world: &World) {
        self.runtime.block_on(async {
            for (id, model) in self.audits.iter().zip(&world.audits) {
                let audit = self.store.audit(&self.tenant, *id).await.unwrap().unwrap();
                self.audit(&audit, model).await;
            }
            self.account(world).await;
        });
    }

    async fn audit(&self, audit: &Audit, model: &AuditModel) {
        assert_eq!((audit.state, audit.phase), (model.state, model.phase));
        assert_eq!((audit.attempt, audit.requeued), (model.attempt, model.requeued));
        assert_eq!(audit.lease_until, model.lease.map(at));
        assert_eq!((audit.plan, audit.total), (model.plan, model.total));
        assert_eq!(audit.remaining, model.remaining);
        assert_eq!(audit.order.external_id.is_none(), model.state.is_final());
        let report = self.store.report(audit).await.unwrap();
        assert_eq!(report.is_some(), model.result.is_some());

        let tasks = self.store.tasks(audit).await.unwrap();
        let of_plan = |(key, _): &((u32, usize), _)| key.0 == model.plan;
        let expected: Vec<_> = model.tasks.clone().into_iter().filter(of_plan).collect();
        assert_eq!(tasks.len(), expected.len());
        for (task, ((_, number), model)) in tasks.iter().zip(&expected) {
            assert_eq!(task.name, task_name(*number));
            assert_eq!((task.state, task.attempt), (model.state, model.attempt));
            assert_eq!(task.requeued, model.requeued);
            assert_eq!(task.lease_until, model.lease.map(at));
            let ended = model.state.is_final().then(|| model.attempt.to_string());
            let by = task.snapshot.as_ref().or(task.error.as_ref());
            assert_eq!(by, ended.as_ref(), "who ended it");
        }
        let open = tasks.iter().filter(|task| !task.state.is_final()).count();
        assert_eq!(audit.remaining as usize, open, "every task is counted once");

        let alerts = self.store.alerts(audit).await.unwrap();
        let told = alerts.into_iter().map(|alert| {
            let sent = alert.delivery == Delivery::Sent;
            (alert.id, (sent, alert.resent))
        });
        assert_eq!(told.collect::<std::collections::BTreeMap<_, _>>(), model.alerts);
    }

    async fn account(&self, world: &World) {
        let (store, tenant) = (&self.store, &self.tenant);
        let AuditRequest { account_id, .. } = AuditRequest::new(ACCOUNT.parse().unwrap());
        let under_way = world.audits.iter().filter(|audit| !audit.state.is_final()).count();
        assert_eq!(store.waiting(tenant, 99).await.unwrap() as usize, under_way);

        let known = store.tracked(tenant, &account_id).await.unwrap();
        assert_eq!(known.len(), world.problems.len());
        for (problem, (version, seen)) in &world.problems {
            let known = known.iter().find(|one| one.fingerprint == fingerprint(*problem)).unwrap();
            assert_eq!((known.version, known.seen_at), (*version, at(*seen)));
            assert_eq!(known.place, place(place_of(*problem)));
        }
        let parts = store.latest(tenant, &account_id).await.unwrap();
        let parts = parts.into_iter().map(|part| (part.place, part.taken_at));
        let expected = world.parts.iter().map(|(number, time)| (place(*number), at(*time)));
        assert_eq!(parts.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    }
}
