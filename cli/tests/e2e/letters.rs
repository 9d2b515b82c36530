//! What no attempt could take in: where it ends, where its reason is, and how it is done again after all.
//!
//! The commands are those of `docs/deploy.md`, "When something is wrong".

use std::{thread, time::Duration};

use serde_json::{Value, json};

use crate::{
    functions::{ended, eventually, onboarded, start, status},
    support::{Customer, Functions, Operator, StandIn},
};

const OPERATOR: &str = "100000000011";
const ANOTHER: &str = "100000000012";
const THIRD: &str = "100000000013";
const FOURTH: &str = "100000000014";
/// What a record or message that is given up leaves in the log.
const RECORD: &str = "a record failed";
const MESSAGE: &str = "a message failed";

fn deployed(account: &str, waits: u32) -> Functions {
    let parameters = json!({"WorkerRoleName": "AnotherWorker"});
    Functions::deployed_idle(account, &parameters, &json!({"waits": waits}))
}

/// A customer with nothing in it, in one region.
fn customer(functions: &Functions, operator: &str) -> Customer {
    let customer = onboarded(functions, operator);
    let regions = json!({"account": customer.account, "enabled": ["us-east-1"]});
    StandIn::shared().post("regions", &regions);
    customer
}

/// The stream's mapping waits with its first record for an instance, and gathers what is written meanwhile.
fn taken_by_the_mapping() {
    thread::sleep(Duration::from_millis(700));
}

/// Waits for so many messages of a queue.
fn letters(operator: &Operator<'_>, queue: &str, count: usize) -> Vec<Value> {
    eventually(&format!("{count} messages in {queue}"), || {
        let found = operator.look(queue);
        (found.len() >= count).then_some(found)
    })
}

/// What Lambda tells of records that it gave up.
fn lost(letter: &Value) -> Value {
    let text = letter["Body"].as_str().expect("a body");
    let told: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(told["requestContext"]["condition"], "RetryAttemptsExhausted", "{told}");
    told["DDBStreamBatchInfo"].clone()
}

/// The line of the log about the first of the records that a letter is about.
fn line(functions: &Functions, letter: &Value) -> Value {
    let number = lost(letter)["startSequenceNumber"].clone();
    let lines = functions.logged(RECORD).into_iter();
    let mut lines = lines.filter(|line| line["sequence_number"] == number);
    let line = lines.next().expect("a line with the sequence number");
    let reason = line["reason"].as_str().expect("a reason");
    assert!(!letter.to_string().contains(reason), "the letter has it too: tell so in the docs");
    line
}

/// The tenant and the audit in an item's partition key.
fn names(line: &Value) -> (&str, &str) {
    line["pk"].as_str().and_then(|pk| pk.split_once("#AUDIT#")).expect("an audit's partition")
}

/// The JSON that the guide passes to a command, which is called with `option` after it, with the names in it filled in.
fn documented(option: &str, names: &[(&str, &str)]) -> Value {
    let guide = include_str!("../../../docs/deploy.md");
    let (_, rest) = guide.split_once(option).expect("a command with it");
    let text = rest.split('\'').nth(1).expect("an argument in quotes");
    let mut payload: Value = serde_json::from_str(text).expect("JSON");
    for (name, value) in names {
        assert!(payload[name].is_string(), "no `{name}`: {payload}");
        payload[name] = (*value).into();
    }
    payload
}

#[test]
fn a_poison_record_of_an_audit_is_given_up_alone_and_a_lost_audit_is_sent_again() {
    let functions = deployed(OPERATOR, 200);
    let operator = Operator::of(OPERATOR, &functions);
    functions.start("Api");
    let customers = [(); 4].map(|()| customer(&functions, OPERATOR));
    let [first, before, behind, late] = &customers;
    let mut audits = vec![start(&functions, first)];
    taken_by_the_mapping();
    audits.push(start(&functions, before));
    let poison = json!({
        "pk": {"S": "somebody#AUDIT#019aa938-7c0b-7c3a-9d51-3f6f2f6f9b10"}, "sk": {"S": "AUDIT"},
        "kind": {"S": "audit"}, "state": {"S": "queued"}, "tenant": {"S": "somebody"},
    });
    operator.put(&poison);
    audits.push(start(&functions, behind));
    functions.start("Worker");

    let letter = letters(&operator, "LostEvents", 1).remove(0);
    assert_eq!(lost(&letter)["batchSize"], 2, "itself and the one behind it: {letter}");
    let said = line(&functions, &letter);
    assert!(said["reason"].as_str().is_some_and(|why| why.contains("`id`")), "{said}");
    assert_eq!((&said["pk"], &said["sk"]), (&poison["pk"]["S"], &poison["sk"]["S"]));
    for id in &audits {
        let end = ended(&functions, id);
        assert_eq!(end["status"], "complete", "{end}");
    }

    // Nothing is wrong with the record: the queue takes no messages for a while.
    operator.refuse(&["SendMessageBatch"], "AccessDenied");
    let id = start(&functions, late);
    let letter = letters(&operator, "LostEvents", 2).remove(1);
    operator.mend();
    let said = line(&functions, &letter);
    assert!(said["reason"].as_str().is_some_and(|why| why.contains("AccessDenied")), "{said}");
    let (tenant, audit) = names(&said);
    assert_eq!(audit, id);
    assert_eq!(status(&functions, &id, None)["status"], "queued");
    let step = documented("send-message --queue-url", &[("tenant", tenant), ("audit_id", audit)]);
    operator.send("Steps", &step.to_string());
    let end = ended(&functions, &id);
    assert_eq!(end["status"], "complete", "{end}");
}

#[test]
fn a_poison_message_ends_with_the_failed_steps_and_they_go_back_to_their_queue() {
    // A message comes again in five seconds instead of an hour and a half.
    let functions = deployed(ANOTHER, 1000);
    let operator = Operator::of(ANOTHER, &functions);
    functions.start("Api");
    let customer = customer(&functions, ANOTHER);
    let id = start(&functions, &customer);
    operator.refuse(&["UpdateItem"], "AccessDeniedException");
    operator.send("Steps", "{broken");
    functions.start("Worker");

    let letters = letters(&operator, "FailedSteps", 2);
    let is_poison = |letter: &&Value| letter["Body"] == "{broken";
    let poison = letters.iter().find(is_poison).expect("the poison");
    let step = letters.iter().find(|letter| !is_poison(letter)).expect("the step");
    for (letter, why) in [(poison, "key must be a string"), (step, "AccessDenied")] {
        let lines = functions.logged(MESSAGE).into_iter();
        let lines: Vec<_> = lines.filter(|l| l["message_id"] == letter["MessageId"]).collect();
        assert_eq!(lines.len(), 5, "a line for each receive: {lines:?}");
        let told = |line: &Value| line["reason"].as_str().is_some_and(|text| text.contains(why));
        assert!(lines.iter().all(told), "`{why}`: {lines:?}");
    }
    let body: Value = serde_json::from_str(step["Body"].as_str().expect("text")).expect("JSON");
    assert_eq!((&body["step"], &body["audit_id"]), (&json!("plan"), &json!(id)));
    assert!(body["tenant"].is_string());

    operator.mend();
    operator.send_back("FailedSteps");
    let end = ended(&functions, &id);
    assert_eq!(end["status"], "complete", "{end}");
    eventually("sixth failure of the poison, under another name", || {
        let lines = functions.logged(MESSAGE).into_iter();
        let mut broken = lines.filter(|line| line.to_string().contains("key must be a string"));
        broken.any(|line| line["message_id"] != poison["MessageId"]).then_some(())
    });
    assert_eq!(operator.look("FailedSteps"), Vec::<Value>::new());
}

/// An alert of the bucket `payroll-exports` under another name.
fn alert(name: &str) -> Value {
    let event: Value =
        serde_json::from_str(include_str!("../../../events/stream-alert.json")).expect("JSON");
    let mut item = event["Records"][0]["dynamodb"]["NewImage"].clone();
    item["id"] = json!({"S": name});
    item["sk"] = json!({"S": format!("ALERT#{name}")});
    item
}

/// How often an alert was published.
fn times(functions: &Functions, name: &str) -> usize {
    // The machine-readable form is JSON within JSON.
    let id = format!(r#"\"id\":\"{name}\""#);
    let told = functions.published();
    told.iter().filter(|one| one["message"].as_str().is_some_and(|text| text.contains(&id))).count()
}

#[test]
fn an_alert_that_was_given_up_is_published_once_by_hand() {
    let functions = deployed(THIRD, 200);
    let operator = Operator::of(THIRD, &functions);
    let mut poison = alert("poison");
    poison.as_object_mut().expect("an item").remove("id");
    operator.put(&alert("first"));
    taken_by_the_mapping();
    for item in [alert("before"), poison, alert("behind")] {
        operator.put(&item);
    }
    functions.start("Notifier");
    let letter = letters(&operator, "LostEvents", 1).remove(0);
    let said = line(&functions, &letter);
    assert_eq!(said["reason"], "the record's alert has no `id`");
    assert_eq!(said["sk"], "ALERT#poison");
    for name in ["first", "before", "behind"] {
        assert_eq!(times(&functions, name), 1, "{name}: {:?}", functions.published());
    }

    operator.refuse(&["Publish"], "AuthorizationError");
    operator.put(&alert("late"));
    let letter = letters(&operator, "LostEvents", 2).remove(1);
    operator.mend();
    let said = line(&functions, &letter);
    let told = |why: &str| why.contains("AuthorizationError");
    assert!(said["reason"].as_str().is_some_and(told), "{said}");
    let (tenant, audit_id) = names(&said);
    let id = said["sk"].as_str().and_then(|sk| sk.strip_prefix("ALERT#")).expect("an alert");
    assert_eq!((id, times(&functions, id)), ("late", 0));
    let task = |id: &str| {
        let names = [("tenant", tenant), ("audit_id", audit_id), ("id", id)];
        documented("invoke --function-name \"$NOTIFIER\"", &names)
    };
    for _ in 0..2 {
        let (failed, answer) = operator.invoke("Notifier", &task(id));
        assert_eq!(failed, None, "{answer}");
        assert_eq!(times(&functions, id), 1);
    }
    let (failed, answer) = operator.invoke("Notifier", &task("another"));
    assert_eq!(
        (failed.as_deref(), &answer["errorType"]),
        (Some("Unhandled"), &json!("NoSuchAlert"))
    );
    let sent = functions.items("alert");
    let sent = sent.iter().filter(|item| item["delivery"]["S"] == "sent").count();
    assert_eq!(sent, 4, "all but the poison");
}

#[test]
fn a_schedule_s_event_that_was_given_up_has_its_reason_and_is_sent_again_as_it_is() {
    let functions = deployed(FOURTH, 200);
    let operator = Operator::of(FOURTH, &functions);
    functions.start("Worker");
    operator.refuse(&["Query"], "AccessDeniedException");
    let event = functions.fire("Sweep");
    let letter = letters(&operator, "LostEvents", 1).remove(0);
    operator.mend();
    let told: Value = serde_json::from_str(letter["Body"].as_str().expect("a body")).expect("JSON");
    assert_eq!(told["requestContext"]["condition"], "RetriesExhausted", "{told}");
    assert_eq!(told["responsePayload"]["errorType"], "StoreUnavailable", "{told}");
    let why = told["responsePayload"]["errorMessage"].as_str();
    assert!(why.is_some_and(|why| why.contains("AccessDenied")), "{told}");
    let payload = documented("invoke --function-name \"$WORKER\"", &[]);
    assert_eq!((&told["requestPayload"], &event), (&payload, &payload));
    let (failed, answer) = operator.invoke("Worker", &payload);
    assert_eq!((failed, &answer["sent"]), (None, &json!(0)), "{answer}");
}
