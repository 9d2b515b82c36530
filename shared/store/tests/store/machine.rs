//! Any course of workers, living, late and dead, goes on each store as a small model says.
//!
//! Time is a number that steps move on, so that leases end where a step says so. Whoever has ever claimed
//! something may act on it at any later step: most of what is tried comes too late or twice.

use std::rc::Rc;

use domain::{Audit, AuditId, Task, Tenant};
use proptest::{
    strategy::{BoxedStrategy, Just, Strategy},
    test_runner::Config,
};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use store::Store;
use tokio::runtime::{Builder, Runtime};

mod act;
mod claims;
mod look;
mod rules;
mod step;
mod world;

use step::Step;
use world::World;

/// The model, which knows what comes of each step.
struct Model;

impl ReferenceStateMachine for Model {
    type State = World;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<World> {
        Just(World::default()).boxed()
    }

    fn transitions(world: &World) -> BoxedStrategy<Step> {
        step::any(world)
    }

    fn apply(mut world: World, step: &Step) -> World {
        world.outcome = world.after(step);
        world
    }
}

/// A kind of store to make.
trait Kind {
    /// What lives as long as the store.
    type Ground;

    fn make(runtime: &Runtime) -> (Store, Self::Ground);
}

/// A store, and everything that its workers remember.
struct Machine<K: Kind> {
    store: Store,
    runtime: Rc<Runtime>,
    tenant: Tenant,
    audits: Vec<AuditId>,
    held: Vec<Audit>,
    tasks: Vec<Task>,
    _ground: K::Ground,
}

impl<K: Kind> StateMachineTest for Machine<K> {
    type SystemUnderTest = Self;
    type Reference = Model;

    fn init_test(_: &World) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let (store, ground) = K::make(&runtime);
        Self {
            store,
            runtime: Rc::new(runtime),
            tenant: crate::samples::tenant(),
            audits: Vec::new(),
            held: Vec::new(),
            tasks: Vec::new(),
            _ground: ground,
        }
    }

    fn apply(mut machine: Self, world: &World, step: Step) -> Self {
        let outcome = machine.act(&step, world.clock);
        assert_eq!(outcome, world.outcome, "{step:?}");
        machine
    }

    fn check_invariants(machine: &Self, world: &World) {
        machine.look(world);
    }
}

#[cfg(feature = "sqlite")]
struct Local;

#[cfg(feature = "sqlite")]
impl Kind for Local {
    type Ground = tempfile::TempDir;

    fn make(_: &Runtime) -> (Store, tempfile::TempDir) {
        let directory = tempfile::tempdir().unwrap();
        (Store::open(directory.path()).unwrap(), directory)
    }
}

#[cfg(feature = "dynamodb")]
struct Cloud;

#[cfg(feature = "dynamodb")]
impl Kind for Cloud {
    type Ground = ();

    fn make(runtime: &Runtime) -> (Store, ()) {
        let made = runtime.block_on(crate::dynamodb::make());
        (made.store().clone(), ())
    }
}

#[cfg(feature = "sqlite")]
prop_state_machine! {
    #![proptest_config(Config { cases: 128, max_shrink_iters: 2000, ..Config::default() })]

    #[test]
    fn sqlite_goes_as_the_model_says(sequential 30..50 => Machine<Local>);
}

#[cfg(feature = "dynamodb")]
prop_state_machine! {
    #![proptest_config(Config { cases: 12, max_shrink_iters: 200, ..Config::default() })]

    #[test]
    fn dynamodb_goes_as_the_model_says(sequential 20..35 => Machine<Cloud>);
}
