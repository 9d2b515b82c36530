//! Old access keys: both ways agree with each other and with what is there, or there is no answer.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
    time::Duration,
};

use serde_json::{Value, json};

use crate::support::{Customer, Outcome, Scan, Seeded, StandIn, told};

const WAYS: [&str; 2] = ["list", "report"];
static HOURS: LazyLock<access_keys::Hours> = LazyLock::new(|| "1000".parse().expect("hours"));

/// What ends without an answer prints none, and says why in one sentence.
fn refused(outcome: &Outcome, code: i32) -> &str {
    assert_eq!(outcome.code, code, "{}", outcome.stderr);
    assert_eq!(outcome.stdout, "", "a part of an answer was printed");
    let errors: Vec<_> =
        outcome.stderr.lines().filter_map(|line| line.strip_prefix("error: ")).collect();
    let [error] = errors.as_slice() else { panic!("not one sentence: {}", outcome.stderr) };
    assert!(!error.contains("SdkError") && !error.contains("ServiceError"), "a type: {error}");
    error
}

#[test]
fn both_ways_agree_with_the_truth_at_ten_random_hours() {
    let seeded = Seeded::with(1200);
    let random = uuid::Uuid::new_v4();
    for byte in random.as_bytes().chunks(2).take(8).chain([&[0, 0][..], &[255, 255]]) {
        let [high, low] = *byte else { continue };
        let hours = 1 + u32::from(u16::from_be_bytes([high, low])) * 17_519 / 13_107;
        let all = hours % 2 == 0;
        let status = if all { "all" } else { "active" };
        let truth = seeded.old(hours, all);
        for way in WAYS {
            let answer = seeded.customer.keys(way, hours).args(["--status", status]).run().json(0);
            let same = told(&answer) == truth;
            assert!(same, "`{way}` at {hours} hours, {status}: not what was seeded");
        }
        println!("{hours} hours, {status}: {} keys", truth.len());
    }
}

#[test]
fn ids_and_last_use_are_those_of_the_keys() {
    let seeded = Seeded::with(150);
    let (hours, include) = (20_000, ["--include", "last_used,key_id", "--status", "all"]);
    let by_id: BTreeMap<_, _> =
        seeded.old_keys(hours, true).map(|key| (key["id"].as_str().expect("an id"), key)).collect();

    let live = seeded.customer.keys("list", hours).args(include).run().json(0);
    let keys = live["old_access_keys"].as_array().expect("keys");
    assert_eq!(keys.len(), by_id.len());
    for key in keys {
        let seeded = by_id[key["access_key_id"].as_str().expect("an id")];
        assert_eq!(key["user_name"], seeded["user"]);
        assert_eq!(key["last_used"]["date"], seeded["used"]);
        assert_eq!(key["slot"], Value::Null, "the list knows no slots");
    }

    seeded.customer.reset();
    let report = seeded.customer.keys("report", hours).args(include).run().json(0);
    let keys = report["old_access_keys"].as_array().expect("keys");
    assert_eq!(told(&report), told(&live));
    let mut unnamed = 0;
    for key in keys {
        if let Some(id) = key["access_key_id"].as_str() {
            assert_eq!(key["user_name"], by_id[id]["user"]);
            assert_eq!(key["created_date"], by_id[id]["created"]);
            assert_eq!(key["last_used"]["date"], by_id[id]["used"]);
        } else {
            unnamed += 1;
            let why = key["no_id_because"].as_str().expect("a reason");
            assert!(why.contains("in the same second"), "{why}");
        }
        assert!(key["slot"] == 1 || key["slot"] == 2);
    }
    assert!(unnamed * 10 < keys.len(), "{unnamed} of {} have no id", keys.len());
    // One call for each user with an old key, and none for the others.
    let users: BTreeSet<_> = keys.iter().map(|key| key["user_name"].as_str()).collect();
    let mut calls = BTreeMap::<String, usize>::new();
    for call in seeded.customer.calls() {
        *calls.entry(call["operation"].as_str().expect("a name").into()).or_default() += 1;
    }
    let wanted = [
        ("AssumeRole", 1),
        ("GenerateCredentialReport", 1),
        ("GetCredentialReport", 1),
        ("ListAccessKeys", users.len()),
    ];
    assert_eq!(calls, wanted.map(|(name, count)| (name.to_owned(), count)).into());
}

#[test]
fn an_answer_has_the_fields_of_the_route() {
    let seeded = Seeded::with(12);
    let fields = |answer: &Value, at: &str| -> Vec<String> {
        let object = answer.pointer(at).and_then(Value::as_object).expect("an object");
        object.keys().cloned().collect()
    };
    let live = seeded.customer.keys("list", 1).run().json(0);
    assert_eq!(fields(&live, ""), ["old_access_keys"]);
    let key = ["access_key_id", "age_hours", "created_date", "status", "user_name"];
    assert_eq!(fields(&live, "/old_access_keys/0"), key);
    let report = seeded.customer.keys("report", 1).run().json(0);
    assert_eq!(fields(&report, ""), ["generated_time", "old_access_keys", "stale_seconds"]);
    assert_eq!(report["old_access_keys"][0]["access_key_id"], Value::Null);
    assert!(report["stale_seconds"].as_u64().expect("seconds") < 60);

    let text = |format| seeded.customer.keys_as(format, "list", 1).run().stdout;
    let csv = text("csv");
    let mut lines = csv.lines();
    assert!(
        lines.next().expect("a header").starts_with("user_name,access_key_id,slot,created_date")
    );
    assert_eq!(lines.count(), live["old_access_keys"].as_array().expect("keys").len());
    let oldest = live["old_access_keys"][0]["access_key_id"].as_str().expect("an id");
    let table = text("table");
    let first = table.lines().nth(3).expect("a row");
    assert!(first.contains(oldest), "the oldest key leads:\n{table}");
}

#[test]
fn two_calls_in_five_throttled_give_the_same_answer_or_none() {
    let seeded = Seeded::with(120);
    seeded.customer.rule("throttle", json!({"probability": 0.4, "services": ["iam"]}));
    for way in WAYS {
        let outcome = seeded.customer.keys(way, 1000).args(["--include", "key_id"]).run();
        println!("`{way}` with 40 % throttled: code {} after {:?}", outcome.code, outcome.time);
        if outcome.code == 0 {
            assert_eq!(told(&outcome.json(0)), seeded.old(1000, false));
        } else {
            assert!(refused(&outcome, 2).contains("was throttled until retries ran out"));
        }
    }
    seeded.customer.reset();
    seeded
        .customer
        .rule("throttle", json!({"operations": ["ListAccessKeys"], "resource": "user-00007"}));
    let outcome = seeded.customer.keys("list", 1000).args(["--timeout", "60"]).run();
    assert!(refused(&outcome, 2).contains("`iam:ListAccessKeys` was throttled"));
}

#[test]
fn a_denied_call_is_named_and_leaves_no_answer() {
    let seeded = Seeded::with(12);
    for (way, operation) in [
        ("list", "ListUsers"),
        ("list", "ListAccessKeys"),
        ("list", "GetAccessKeyLastUsed"),
        ("report", "GenerateCredentialReport"),
        ("report", "GetCredentialReport"),
        ("report", "ListAccessKeys"),
    ] {
        seeded.customer.reset();
        seeded.customer.rule("deny", json!({"operations": [operation]}));
        let outcome = seeded.customer.keys(way, 1).args(["--include", "last_used,key_id"]).run();
        let wanted = format!("`iam:{operation}` was denied: give the role or user this permission");
        assert_eq!(refused(&outcome, 2), wanted);
    }
    // One user of many.
    seeded.customer.reset();
    seeded
        .customer
        .rule("deny", json!({"operations": ["ListAccessKeys"], "resource": "user-00003"}));
    refused(&seeded.customer.keys("list", 1).run(), 2);
}

#[test]
fn a_broken_answer_is_no_shorter_list() {
    let seeded = Seeded::with(12);
    for how in ["status", "garbage", "reset"] {
        for (way, operation) in
            [("list", "ListUsers"), ("list", "ListAccessKeys"), ("report", "GetCredentialReport")]
        {
            seeded.customer.reset();
            seeded.customer.rule("fail", json!({"operations": [operation], "how": how}));
            let outcome = seeded.customer.keys(way, 1).run();
            assert!(refused(&outcome, 2).contains(&format!("`iam:{operation}` failed")), "{how}");
        }
    }
    seeded.customer.reset();
    let slow = json!({"operations": ["ListAccessKeys"], "resource": "user-00003", "how": "timeout", "seconds": 3});
    seeded.customer.rule("fail", slow);
    let outcome = seeded.customer.keys("list", 1).args(["--call-timeout", "1"]).run();
    assert!(refused(&outcome, 2).contains("`iam:ListAccessKeys` was not answered within 1 s"));
}

#[test]
fn a_user_that_is_deleted_meanwhile_is_gone_and_the_others_are_not() {
    let seeded = Seeded::with(30);
    let user = seeded.old_keys(1, true).next().expect("a key")["user"].as_str().expect("a name");
    let gone = json!({"operations": ["ListAccessKeys"], "resource": user, "status": 404, "code": "NoSuchEntity"});
    seeded.customer.rule("fail", gone);
    let left: BTreeSet<_> = seeded.old(1, true).into_iter().filter(|key| key.0 != user).collect();
    let live = seeded.customer.keys("list", 1).args(["--status", "all"]).run().json(0);
    assert_eq!(told(&live), left);
    // The report still knows it, and says why it has no id.
    let include = ["--status", "all", "--include", "key_id"];
    let report = seeded.customer.keys("report", 1).args(include).run().json(0);
    assert_eq!(told(&report), seeded.old(1, true));
    let keys = report["old_access_keys"].as_array().expect("keys");
    for key in keys.iter().filter(|key| key["user_name"] == user) {
        assert_eq!(key["no_id_because"], "the user was deleted since the report was made");
    }
}

#[test]
fn a_report_is_waited_for_and_tells_how_old_it_is() {
    let seeded = Seeded::with(20);
    let account = seeded.customer.account.as_str();
    let report = |settings: Value| {
        let mut body = settings;
        body["account"] = account.into();
        StandIn::shared().post("credential_report", &body);
    };
    report(json!({"seconds": 1.2}));
    let outcome = seeded.customer.keys("report", 1).run();
    assert_eq!(told(&outcome.json(0)), seeded.old(1, false));
    assert!(outcome.time > Duration::from_millis(1200), "{:?}", outcome.time);

    // Within four hours IAM gives the last one: a key that has grown old since is not in it.
    report(json!({"age": 7200}));
    let young = seeded.keys.iter().find(|key| key["active"] == true).expect("an active key");
    let days = json!({"account": account, "keys": {young["id"].as_str().expect("an id"): 4000}});
    StandIn::shared().post("backdate", &days);
    let answer = seeded.customer.keys("report", 87_600).run().json(0);
    assert_eq!(told(&answer), BTreeSet::new());
    let stale = answer["stale_seconds"].as_u64().expect("seconds");
    assert!((7200..7260).contains(&stale), "{stale}");
    assert_eq!(told(&seeded.customer.keys("list", 87_600).run().json(0)).len(), 1);

    // After four hours it makes another.
    report(json!({"age": 4 * 3600 + 1, "seconds": 0}));
    let answer = seeded.customer.keys("report", 87_600).run().json(0);
    assert_eq!(told(&answer).len(), 1);
    assert!(answer["stale_seconds"].as_u64().expect("seconds") < 60);
}

#[test]
fn each_way_to_have_no_report_has_a_sentence_of_its_own() {
    let seeded = Seeded::with(3);
    let outcome = |rule: Option<Value>| {
        seeded.customer.reset();
        if let Some(rule) = rule {
            seeded.customer.rule("fail", rule);
        }
        seeded.customer.keys("report", 1).args(["--timeout", "4"]).run()
    };
    let get = |status: u16, code: &str| json!({"operations": ["GetCredentialReport"], "status": status, "code": code});
    let limit =
        json!({"operations": ["GenerateCredentialReport"], "status": 409, "code": "LimitExceeded"});
    for (rule, sentence) in [
        (get(410, "ReportNotPresent"), "`ReportNotPresent`"),
        (get(410, "ReportExpired"), "`ReportExpired`"),
        (get(404, "ReportInProgress"), "`ReportInProgress`"),
        (limit, "`LimitExceeded`"),
    ] {
        let outcome = outcome(Some(rule));
        let said = refused(&outcome, 2);
        assert!(said.contains(sentence), "{sentence}: {said}");
    }
    assert_eq!(told(&outcome(None).json(0)), seeded.old(1, false));
}

#[test]
fn no_more_calls_are_under_way_than_were_allowed() {
    let seeded = Seeded::with(60);
    for (args, most) in [(&[][..], 5), (&["--concurrency", "2"], 2)] {
        seeded.customer.reset();
        seeded.customer.rule("latency", json!({"ms": 20}));
        seeded.customer.keys("list", 1).args(["--include", "last_used"]).args(args).run().json(0);
        assert_eq!(seeded.customer.most_in_flight("iam"), most);
    }
}

#[test]
fn a_signal_ends_it_with_what_is_under_way_and_prints_no_part() {
    let seeded = Seeded::with(300);
    seeded.customer.rule("latency", json!({"ms": 100}));
    let slow = Duration::from_millis(1500);
    for signal in ["-TERM", "-INT"] {
        let outcome = seeded.customer.keys("list", 1).signalled_after(signal, slow);
        let said = refused(&outcome, 130);
        assert!(said.contains("of 300 users were not read"), "{said}");
        assert!(outcome.time < slow + Duration::from_secs(2), "{:?}", outcome.time);
    }
    let lost = seeded.customer.calls().into_iter().find(|call| call["status"] != 200);
    assert_eq!(lost, None, "a call was broken off");
    let body = json!({"account": seeded.customer.account, "seconds": 60});
    StandIn::shared().post("credential_report", &body);
    let outcome = seeded.customer.keys("report", 1).signalled_after("-TERM", slow);
    assert!(refused(&outcome, 130).contains("the credential report was not ready"));
}

#[test]
fn a_list_that_takes_too_long_is_no_answer() {
    let seeded = Seeded::with(60);
    seeded.customer.rule("latency", json!({"ms": 200}));
    let outcome = seeded.customer.keys("list", 1).args(["--timeout", "1"]).run();
    assert!(refused(&outcome, 2).contains("of 60 users were not read in time"));
}

#[test]
fn a_reading_that_was_cut_goes_on_elsewhere_and_misses_nobody() {
    let seeded = Seeded::with(120);
    seeded.customer.rule("latency", json!({"ms": 40}));
    let ask = access_keys::Ask {
        include: "last_used".parse().expect("words"),
        ..access_keys::Ask::new(*HOURS)
    };
    let (answer, cuts) = seeded.in_pieces(access_keys::Method::Live, ask);
    assert!(cuts > 2, "{cuts} cuts");
    assert_eq!(told(&answer), seeded.old(HOURS.get(), false));
    let all = answer["old_access_keys"].as_array().expect("keys");
    assert!(all.iter().all(|key| key["last_used"].is_object()));
    // What was under way at a cut is asked again, and nothing else.
    let calls = seeded.customer.calls();
    let asked = calls.iter().filter(|call| call["operation"] == "ListAccessKeys").count();
    assert!(asked <= 120 + 5 * cuts, "{asked} calls with {cuts} cuts");

    let body = json!({"account": seeded.customer.account, "seconds": 1});
    StandIn::shared().post("credential_report", &body);
    let ask = access_keys::Ask { include: "key_id".parse().expect("words"), ..ask };
    let (answer, cuts) = seeded.in_pieces(access_keys::Method::Report, ask);
    assert!(cuts > 2, "{cuts} cuts");
    assert_eq!(told(&answer), seeded.old(HOURS.get(), false));
    let all = answer["old_access_keys"].as_array().expect("keys");
    assert!(
        all.iter().all(|key| key["access_key_id"].is_string() || key["no_id_because"].is_string())
    );
}

#[test]
fn a_session_may_do_no_more_than_its_way_needs() {
    let seeded = Seeded::with(3);
    for (way, include, actions) in [
        ("list", "", &["iam:ListAccessKeys", "iam:ListUsers"][..]),
        ("report", "last_used", &["iam:GenerateCredentialReport", "iam:GetCredentialReport"]),
        (
            "report",
            "key_id",
            &["iam:GenerateCredentialReport", "iam:GetCredentialReport", "iam:ListAccessKeys"],
        ),
    ] {
        seeded.customer.reset();
        seeded.customer.keys(way, 1).args(["--include", include]).run().json(0);
        let calls = seeded.customer.calls();
        let assumed = calls.iter().find(|call| call["operation"] == "AssumeRole").expect("a call");
        let policy = assumed["params"]["Policy"].as_str().expect("a session policy");
        let policy: Value = serde_json::from_str(policy).expect("JSON");
        assert_eq!(policy["Statement"][0]["Action"], json!(actions));
    }
}

#[test]
fn exit_codes_tell_whether_a_key_is_old() {
    let seeded = Seeded::with(12);
    let code = |args: &[&str]| seeded.customer.keys("list", 1).args(args).run().code;
    assert_eq!(code(&[]), 0, "old keys alone are no error");
    assert_eq!(code(&["--fail-if-any"]), 3);
    let none = seeded.customer.keys("list", 87_600).args(["--fail-if-any"]).run();
    assert_eq!(none.json(0)["old_access_keys"], json!([]));
    for (wrong, why) in [
        (&["--hours", "0"][..], "1 to 87600"),
        (&["--hours", "87601"], "1 to 87600"),
        (&["--hours", "-5"], "1 to 87600"),
        (&["--hours", "1.5"], "1 to 87600"),
        (&["--hours", "1", "--include", "secret"], "last_used, key_id or both"),
        (&["--hours", "1", "--status", "old"], "active or all"),
        (&["--hours", "1", "--external-id", "x-1"], "add --role-arn"),
        (&["--hours", "1", "--role-arn", "arn:aws:iam::1:role/x"], "role ARN"),
        (&[], "--hours"),
    ] {
        let outcome = Customer::command(&["keys", "list"]).args(wrong).run();
        assert_eq!(outcome.code, 1, "{}", outcome.stderr);
        assert!(outcome.stderr.contains(why), "{}", outcome.stderr);
    }
}

#[test]
fn ones_own_account_needs_no_role() {
    let seeded = Seeded::with(12);
    let allow = ["iam:ListUsers", "iam:ListAccessKeys"];
    let made = StandIn::shared().post(
        "operator",
        &json!({"account": seeded.customer.account, "role": "Admin", "allow": allow}),
    );
    let by = |way| {
        Scan::command(&["keys", way, "--hours", "1", "--format", "json"], &made["environment"])
    };
    assert_eq!(told(&by("list").run().json(0)), seeded.old(1, false));
    assert!(refused(&by("report").run(), 2).contains("`iam:GenerateCredentialReport` was denied"));
}
