//! Jobs about old access keys: who goes on when a function's time is up.

use std::{thread, time::Duration};

use serde_json::json;

use crate::{
    functions::eventually,
    key_routes::{ended, list_users, parameters, proven},
    support::{Functions, StandIn, told},
};

const OPERATOR: &str = "100000000028";
const ANOTHER: &str = "100000000029";
const THIRD: &str = "100000000030";

#[test]
fn a_job_whose_worker_was_killed_is_found_by_the_sweeper() {
    let mut functions = Functions::deployed_idle(THIRD, &parameters(), &json!({}));
    functions.set("Keys", "INFRAAUDIT_LEASE_SECONDS", "1");
    for name in ["Api", "Worker", "Keys"] {
        functions.start(name);
    }
    let seeded = proven(&functions, THIRD, 60);
    let account = seeded.customer.account.as_str();
    seeded.customer.rule("latency", json!({"ms": 200, "operations": ["ListAccessKeys"]}));
    let asked = [("hours", "1000"), ("account_id", account), ("wait_seconds", "0")];
    let (code, headers, job) = list_users(&functions, &asked);
    assert_eq!(code, 202, "{job}");
    eventually("worker of the job", || {
        let running = functions.items("job").iter().any(|job| job["state"]["S"] == "running");
        running.then_some(())
    });
    functions.kill(&functions.instances("Keys")[0]);
    functions.start("Keys");
    eventually("idle function", || (functions.states("Keys") == ["idle"]).then_some(()));
    // Its message comes again in an hour and a half; the sweeper comes every five minutes.
    eventually("sweep that sends it again", || {
        functions.fire("Sweep");
        thread::sleep(Duration::from_millis(500));
        let attempt = functions.items("job")[0]["attempt"]["N"].clone();
        (attempt == "2").then_some(())
    });
    let done = ended(&functions, &headers);
    assert_eq!(
        (&done["status"], told(&done["answer"])),
        (&json!("done"), seeded.old(1_000, false))
    );
}

#[test]
fn a_signal_to_the_function_makes_its_request_a_job_for_another_instance() {
    // A message that the process took after the signal comes again in five seconds, not in an hour and a half.
    let functions = Functions::deployed_idle(ANOTHER, &parameters(), &json!({"waits": 1000}));
    for name in ["Api", "Worker", "Keys"] {
        functions.start(name);
    }
    let seeded = proven(&functions, ANOTHER, 100);
    seeded.customer.reset();
    seeded.customer.rule("latency", json!({"ms": 200, "services": ["iam"]}));
    let asked = [("hours", "1000"), ("account_id", seeded.customer.account.as_str())];
    let first = functions.instances("Keys").remove(0);
    let (code, headers, job) = thread::scope(|scope| {
        let request = scope.spawn(|| list_users(&functions, &asked));
        eventually("first calls of the request", || {
            (seeded.customer.calls().len() > 10).then_some(())
        });
        functions.signal(&first, "-TERM");
        request.join().expect("an answer")
    });
    assert_eq!((code, &job["status"]), (202, &json!("running")), "{job}");
    let lost = seeded.customer.calls().into_iter().find(|call| call["status"] != 200);
    assert_eq!(lost, None, "a call was broken off");
    functions.kill(&first);
    seeded.customer.reset();
    functions.start("Keys");
    let done = ended(&functions, &headers);
    assert_eq!(
        (&done["status"], told(&done["answer"])),
        (&json!("done"), seeded.old(1_000, false))
    );
    assert!(seeded.customer.calls().iter().all(|call| call["operation"] != "ListUsers"));
}

#[test]
fn a_job_goes_on_where_the_functions_time_was_up() {
    let functions = Functions::deployed_idle(OPERATOR, &parameters(), &json!({"waits": 100}));
    // Two of the last: one works on the job while the other is asked how far it is.
    for name in ["Api", "Worker", "Keys", "Keys"] {
        functions.start(name);
    }
    let seeded = proven(&functions, OPERATOR, 150);
    let account = seeded.customer.account.as_str();
    // From here on fifteen minutes are six seconds: an attempt has four of them, and the calls take six.
    let pace = json!({"account": OPERATOR, "waits": 100, "timeouts": 150});
    StandIn::shared().post("hurry", &pace);
    seeded.customer.rule("latency", json!({"ms": 200, "operations": ["ListAccessKeys"]}));
    let asked = [("hours", "1000"), ("account_id", account), ("wait_seconds", "0")];
    let (code, headers, job) = list_users(&functions, &asked);
    assert_eq!(code, 202, "{job}");
    let done = ended(&functions, &headers);
    assert_eq!(done["status"], "done", "{done}");
    assert_eq!(told(&done["answer"]), seeded.old(1_000, false));
    let job = functions.items("job").remove(0);
    let count = |name: &str| job[name]["N"].as_str().expect(name).parse::<u32>().expect("a number");
    assert!(count("put_back") >= 1, "6 seconds of calls in attempts of 4: {job}");
    assert_eq!(count("attempt"), count("put_back") + 1, "{job}");
    assert!(job["kind_sort"].is_null(), "it has left the index of the unfinished");
    let listed = seeded.customer.calls();
    let pages = listed.iter().filter(|call| call["operation"] == "ListUsers").count();
    assert!(pages <= 3, "{pages} pages: the list of users is not begun again");
}
