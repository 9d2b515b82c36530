//! Visits every state.

use std::{
    collections::{BTreeSet, HashMap},
    hash::{DefaultHasher, Hash, Hasher},
    time::Instant,
};

use stateright::{Checker, HasDiscoveries, Model};

use crate::{scope::Scope, state::State, store::End};

/// Deeper than any path of a flaw.
const LONGEST: usize = 40;

/// Shows that all properties hold, and how the audits may end.
pub(crate) fn holds(name: &str, scope: &Scope) -> BTreeSet<End> {
    let begun = Instant::now();
    let checker = scope.checker().spawn_bfs().join();
    checker.assert_properties();
    let (states, depth) = (checker.unique_state_count(), checker.max_depth());
    let ends = ends(scope);
    println!("{name}: {states} states, {depth} deep, in {:.1?}", begun.elapsed());
    ends
}

/// Finds the shortest way to break a property.
pub(crate) fn breaks(scope: &Scope, property: &'static str) {
    let begun = Instant::now();
    let found = || HasDiscoveries::AllOf(BTreeSet::from([property]));
    // The checker alone would tell of any path as long as its last 1,500 states.
    let shortest = (1..LONGEST).find_map(|depth| {
        let checker = scope.checker().finish_when(found()).target_max_depth(depth);
        checker.spawn_bfs().join().discovery(property)
    });
    let path = shortest.unwrap_or_else(|| panic!("{:?} keeps this: {property}", scope.flaw));
    let events: Vec<String> = path.into_actions().iter().map(|it| format!("{it:?}")).collect();
    let name = scope.flaw.map(|flaw| format!("{flaw:?}")).unwrap_or_default();
    println!("{name} breaks \"{property}\" in {} steps, {:.1?}:", events.len(), begun.elapsed());
    println!("    {}", events.join("\n    "));
}

/// Shows that every path ends, and ends well. The checker alone would not see a path that goes
/// round in circles, nor what comes undone after it was settled once.
fn ends(scope: &Scope) -> BTreeSet<End> {
    let mut ends = BTreeSet::new();
    // Of each state that was seen, whether everything after it was.
    let mut visited: HashMap<u64, bool> = HashMap::new();
    let first = scope.first_state();
    let mut path = vec![(fingerprint(&first), scope.next_states(&first))];
    while let Some((_, ahead)) = path.last_mut() {
        let Some(state) = ahead.pop() else {
            visited.extend(path.pop().map(|(print, _)| (print, true)));
            continue;
        };
        let print = fingerprint(&state);
        match visited.get(&print) {
            Some(true) => continue,
            Some(false) => panic!("this comes again and again: {state:?}"),
            None => visited.insert(print, false),
        };
        let ahead = scope.next_states(&state);
        if ahead.is_empty() {
            assert!(state.is_settled(), "nobody goes on here: {state:?}");
            ends.extend(state.store.audits.iter().filter_map(|audit| audit.end));
        }
        path.push((print, ahead));
    }
    ends
}

/// As the checker tells states apart, too.
fn fingerprint(state: &State) -> u64 {
    let mut hasher = DefaultHasher::new();
    state.hash(&mut hasher);
    hasher.finish()
}
