//! Any event is refused with its reason, or worked off: what fails has the name of a record that came.

#![no_main]

#[path = "../../worker/src"]
mod worker {
    pub(crate) mod handler;
}

use std::{cell::RefCell, collections::HashSet, time::Duration};

use domain::{StepResult, JobStep, Step};
use futures::executor::block_on;
use worker::handler::{Answer, StepQueue, Work, handle};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// Takes every other step, so that both ends are seen.
#[derive(Default)]
struct Bench {
    sent: RefCell<Vec<Step>>,
    told: RefCell<usize>,
    worked: RefCell<usize>,
}

impl StepQueue for Bench {
    async fn send(&self, steps: &[Step]) -> Result<(), String> {
        self.sent.borrow_mut().extend_from_slice(steps);
        if self.sent.borrow().len() % 3 == 2 { Err("the queue is full".into()) } else { Ok(()) }
    }

    async fn send_jobs(&self, jobs: &[JobStep]) -> Result<(), String> {
        let mut told = self.told.borrow_mut();
        *told += jobs.len();
        if *told % 3 == 2 { Err("the queue is full".into()) } else { Ok(()) }
    }

    async fn come_again(&self, receipts: &[(&str, Duration)]) -> Result<(), String> {
        assert!(receipts.iter().all(|(_, after)| *after <= Duration::from_hours(12)));
        Ok(())
    }
}

impl Work for Bench {
    async fn work(&self, step: &Step) -> Result<StepResult, String> {
        *self.worked.borrow_mut() += 1;
        // A message that was sent reads back as itself.
        let text = serde_json::to_string(step).map_err(|error| error.to_string())?;
        assert_eq!(serde_json::from_str::<Step>(&text).as_ref().ok(), Some(step));
        if self.worked.borrow().is_multiple_of(2) { Err("the store is away".into()) } else { Ok(StepResult::nothing()) }
    }

    async fn is_onboarding(&self, step: &Step) -> Result<bool, String> {
        Ok(step.audit().is_some())
    }
}

fuzz_target!(|text: &str| {
    let Ok(event) = serde_json::from_str::<Value>(text) else { return };
    let records = event.get("Records").and_then(Value::as_array).cloned().unwrap_or_default();
    let names: HashSet<&str> = records
        .iter()
        .flat_map(|record| [record.pointer("/dynamodb/SequenceNumber"), record.get("messageId")])
        .filter_map(|name| name?.as_str())
        .collect();
    let (bench, now) = (Bench::default(), jiff::Timestamp::UNIX_EPOCH);
    let answer = block_on(handle(event.clone(), now, &bench, &bench));
    match answer {
        Err(refused) => assert!(!refused.to_string().is_empty()),
        Ok(Answer::Batch { failures }) => {
            assert!(failures.len() <= records.len());
            for failure in failures {
                assert!(names.contains(failure.item_identifier.as_str()));
            }
        }
        Ok(Answer::Task { .. }) => assert_eq!(*bench.worked.borrow(), 1),
    }
});
