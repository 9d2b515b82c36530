//! What is granted for the calls that were used.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use policy::facts::Facts;

use crate::{
    asked::{self, Where},
    needs::{Need, Widened},
    record::Record,
    resources::{Found, Leaves, Place, Plan},
};

/// The action that leaves no record of its own.
const PASS_ROLE: &str = "iam:PassRole";

/// The needs of a principal, by action, and what its records do not tell of them.
#[derive(Debug)]
pub(super) struct Granted<'f> {
    facts: &'f Facts,
    /// The most resources of one type that one action is granted on by name.
    most: usize,
    needs: BTreeMap<Box<str>, Need>,
    passed: Need,
    pass_role: Plan,
    /// The plans of actions that are taken with a call's own.
    beside: HashMap<Beside, Plan>,
    untold: BTreeMap<(Box<str>, &'static str), u64>,
}

/// An action, and the one whose resources it is taken on; nothing where it is taken on others.
type Beside = (Box<str>, Option<(Box<str>, bool)>);

impl<'f> Granted<'f> {
    pub(super) fn new(facts: &'f Facts, most: usize) -> Self {
        Self {
            facts,
            most,
            needs: BTreeMap::new(),
            passed: Need::default(),
            pass_role: Plan::new(facts, PASS_ROLE, "", false),
            beside: HashMap::new(),
            untold: BTreeMap::new(),
        }
    }

    /// Takes what a call took by one of its actions.
    pub(super) fn take(
        &mut self,
        plan: &Plan,
        place: Place<'_>,
        record: &Record<'_>,
        parameters: &Leaves<'_>,
        resources: &Leaves<'_>,
    ) {
        let place = place.told_by(&plan.action, parameters);
        if let Some(action) = asked::of_version(plan, parameters) {
            self.take_beside(plan, action, Where::Own, place, parameters, resources);
        } else {
            let found = plan.resources(place, parameters, resources);
            add(&mut self.needs, plan, found, self.most);
        }
        // What is copied is read alone.
        if plan.on_copied {
            return;
        }
        for role in plan.passed_roles(place, parameters) {
            let found = Found { kind: Some(0), pattern: role, named: true };
            self.passed.add(&self.pass_role, vec![found], self.most);
        }
        for more in asked::of(plan, place, record, parameters) {
            self.take_beside(plan, &more.action, more.on, place, parameters, resources);
        }
        for why in asked::not_told(plan, record, parameters) {
            *self.untold.entry((plan.action.clone(), why)).or_default() += 1;
        }
    }

    /// Takes another action of a call than its own.
    fn take_beside(
        &mut self,
        own: &Plan,
        action: &str,
        on: Where,
        place: Place<'_>,
        parameters: &Leaves<'_>,
        resources: &Leaves<'_>,
    ) {
        let first = matches!(on, Where::Own).then_some(own);
        let key = (action.into(), first.map(|own| (own.action.clone(), own.on_copied)));
        let plan = self.beside.entry(key).or_insert_with(|| match first {
            Some(first) => Plan::beside(self.facts, first, action),
            None => Plan::new(self.facts, action, "", false),
        });
        let found = plan.on(on, place, parameters, resources);
        add(&mut self.needs, plan, found, self.most);
    }

    pub(super) fn widened(&self) -> impl Iterator<Item = Widened> {
        let needs = self.needs.iter().flat_map(|(action, need)| need.widened(action));
        needs.chain(self.passed.widened(PASS_ROLE))
    }

    pub(super) fn needs(&self) -> impl Iterator<Item = (&str, BTreeSet<Box<str>>, u64)> {
        let needs = self.needs.iter().map(|(action, need)| (&**action, need));
        let passed = (self.passed.calls > 0).then_some((PASS_ROLE, &self.passed));
        needs.chain(passed).map(|(action, need)| (action, need.patterns(), need.calls))
    }

    /// The actions of the calls themselves and of their parameters, without the roles that were passed.
    pub(super) fn actions(&self) -> impl Iterator<Item = &str> {
        self.needs.keys().map(|action| &**action)
    }

    /// Actions of calls, what their records do not tell, and how many records.
    pub(super) fn untold(&self) -> impl Iterator<Item = (&str, &'static str, u64)> {
        self.untold.iter().map(|((action, why), records)| (&**action, *why, *records))
    }
}

/// Adds to the need of an action, which is begun where there is none: an entry would copy the name each time.
fn add(needs: &mut BTreeMap<Box<str>, Need>, plan: &Plan, found: Vec<Found>, most: usize) {
    if let Some(need) = needs.get_mut(&plan.action) {
        need.add(plan, found, most);
    } else {
        let mut need = Need::default();
        need.add(plan, found, most);
        needs.insert(plan.action.clone(), need);
    }
}
