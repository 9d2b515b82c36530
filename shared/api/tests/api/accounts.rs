//! The register of accounts.

use std::sync::Arc;

use api::{Onboarding, Open, QuickCreate, Template};
use domain::{RegisteredState, Tenant};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{ACCOUNT, Api, fields, registering};

const ONE: &str = "/api/accounts/111122223333";

#[tokio::test]
async fn an_account_is_registered_with_a_secret_of_its_own() {
    let api = Api::registered();
    let body = json!({
        "account_id": ACCOUNT, "name": "Shop 가", "role_name": "Reader", "alert_severity": "medium",
        "regions": ["eu-west-1", "ap-northeast-2", "eu-west-1"], "services": ["s3"],
        "schedule": {"cron": "cron(30 3 ? * MON *)", "time_zone": "Asia/Seoul"},
    });
    let answer = api.call("POST", "/api/accounts", Some(&body)).await;
    let told = answer.ok(201);
    assert_eq!(answer.header("location"), ONE);
    assert_eq!(told["state"], "pending");
    assert_eq!((&told["name"], &told["role_name"]), (&body["name"], &body["role_name"]));
    assert_eq!(told["regions"], json!(["eu-west-1", "ap-northeast-2"]));
    assert_eq!(told["services"], json!(["s3"]));
    assert_eq!(told["alert_severity"], "medium");
    assert_eq!(told["schedule"]["cron"], "30 3 ? * MON *");
    assert_eq!(told["schedule"]["time_zone"], "Asia/Seoul");
    let next: Timestamp = told["schedule"]["next_at"].as_str().unwrap().parse().unwrap();
    assert!(next > Timestamp::now());
    for nothing in ["reason", "proof", "last_audit", "purge_at", "quick_create_url"] {
        assert_eq!(told[nothing], Value::Null, "{nothing}");
    }
    let secret: Uuid = told["external_id"].as_str().unwrap().parse().unwrap();
    assert_eq!(secret.get_version_num(), 4);
    assert_eq!(api.get(ONE).await.ok(200), told);

    let other = api.register("444455556666").await;
    assert_ne!(other["external_id"], told["external_id"]);
    assert_eq!(other["role_name"], "CloudDoctorAuditRole");
    let problem = api.call("POST", "/api/accounts", Some(&body)).await.problem(409, "conflict");
    assert!(problem["detail"].as_str().unwrap().contains("registered already"), "{problem}");
    assert_eq!(api.get(ONE).await.ok(200), told, "the second one changed nothing");
}

#[tokio::test]
async fn the_secret_is_in_two_answers_alone() {
    let api = Api::registered();
    let secret = api.register(ACCOUNT).await["external_id"].as_str().unwrap().to_owned();
    assert!(api.get(ONE).await.text.contains(&secret));
    for (method, uri, body) in [
        ("GET", "/api/accounts", None),
        ("PATCH", ONE, Some(json!({"name": "x"}))),
        ("POST", "/api/accounts/111122223333/verify", None),
        ("POST", "/api/audit/start", Some(json!({"account_id": ACCOUNT, "external_id": secret}))),
        ("GET", "/api/audits", None),
        ("POST", "/api/accounts", Some(json!({"account_id": ACCOUNT}))),
        ("DELETE", ONE, None),
    ] {
        let answer = api.call(method, uri, body.as_ref()).await;
        assert!(!answer.text.contains(&secret), "{method} {uri}: {}", answer.text);
    }
}

#[tokio::test]
async fn nobody_brings_a_secret_or_changes_it() {
    let api = Api::registered();
    let body = json!({"account_id": ACCOUNT, "external_id": "chosen-by-me"});
    let answer = api.call("POST", "/api/accounts", Some(&body)).await;
    assert_eq!(fields(&answer.problem(422, "invalid-fields")), ["external_id"]);
    assert!(!answer.text.contains("chosen-by-me"));
    let before = api.register(ACCOUNT).await;
    for value in [json!("chosen-by-me"), Value::Null, before["external_id"].clone()] {
        let answer = api.call("PATCH", ONE, Some(&json!({"external_id": value}))).await;
        assert_eq!(fields(&answer.problem(422, "invalid-fields")), ["external_id"]);
    }
    assert_eq!(api.get(ONE).await.ok(200), before);
}

#[tokio::test]
async fn everything_wrong_is_told_at_once() {
    let api = Api::registered();
    let body = json!({
        "account_id": "1", "name": "two\nlines", "role_name": "a//b", "regions": ["*"],
        "services": ["s4"], "alert_severity": "HIGH", "schedule": {"cron": "* * * * *", "zone": "x"},
        "role": "x",
    });
    let problem =
        api.call("POST", "/api/accounts", Some(&body)).await.problem(422, "invalid-fields");
    let mut found = fields(&problem);
    found.sort_unstable();
    let expected = [
        "account_id",
        "alert_severity",
        "name",
        "regions[0]",
        "role",
        "role_name",
        "schedule.cron",
        "schedule.zone",
        "services[0]",
    ];
    assert_eq!(found, expected);
    for (schedule, field) in [
        (json!({}), "schedule.cron"),
        (json!({"cron": "0 2 * * ? *", "time_zone": "Asia/Soul"}), "schedule.time_zone"),
        (json!({"cron": "0 2 * * * *"}), "schedule.cron"),
        (json!("0 2 * * ? *"), "schedule"),
        (Value::Null, "schedule"),
    ] {
        let body = json!({"account_id": ACCOUNT, "schedule": schedule});
        let answer = api.call("POST", "/api/accounts", Some(&body)).await;
        assert_eq!(fields(&answer.problem(422, "invalid-fields")), [field], "{schedule}");
    }
    api.get(ONE).await.problem(404, "not-found");
}

fn onboarding(link: Option<QuickCreate>) -> Onboarding {
    Onboarding {
        operator_account: "999988887777".into(),
        worker_role_name: "ops/Worker".into(),
        role_name: "UsualRole".parse().unwrap(),
        template: link.map(|link| Template {
            link,
            region: "eu-west-1".into(),
            url: "https://templates.example/it's/role.yaml".into(),
        }),
    }
}

/// What a shell makes of a command, as words.
fn words(command: &str) -> Vec<String> {
    let shell = std::process::Command::new("sh")
        .args(["-c", &format!(r#"aws() {{ printf '%s\0' "$@"; }}; {command}"#)])
        .output()
        .unwrap();
    assert!(shell.status.success() && shell.stderr.is_empty(), "{shell:?}");
    let said = String::from_utf8(shell.stdout).unwrap();
    said.trim_end_matches('\0').split('\0').map(str::to_owned).collect()
}

/// One who has no template in S3 still answers with all that the owner needs.
#[tokio::test]
async fn a_command_and_a_module_say_all_that_the_template_asks_for() {
    for link in [None, Some((|_, _, _, _| String::new()) as QuickCreate)] {
        let mut settings = registering(Open);
        settings.onboarding = Some(onboarding(link));
        let api = Api::new(settings);
        let told = api.register(ACCOUNT).await;
        assert_eq!(told["quick_create_url"].is_null(), link.is_none(), "{told}");
        let external_id = told["external_id"].as_str().unwrap();
        let command = words(told["cli_command"].as_str().unwrap());
        let filled = [
            ("OperatorAccountId", "999988887777"),
            ("ExternalId", external_id),
            ("WorkerRoleName", "ops/Worker"),
            ("RoleName", "UsualRole"),
        ];
        if link.is_some() {
            let given: Vec<Value> = serde_json::from_str(command.last().unwrap()).unwrap();
            let given = given.iter().map(|one| {
                let text = |name: &str| one[name].as_str().unwrap();
                (text("ParameterKey"), text("ParameterValue"))
            });
            assert_eq!(given.collect::<Vec<_>>(), filled, "{command:?}");
            assert!(command.iter().any(|word| word == "https://templates.example/it's/role.yaml"));
        } else {
            let given = command.iter().filter_map(|word| word.split_once('='));
            assert_eq!(given.collect::<Vec<_>>(), filled, "{command:?}");
            assert!(command.iter().any(|word| word == "trust-role.yaml"), "{command:?}");
        }
        let module = told["terraform"].as_str().unwrap();
        let variables = include_str!("../../../../onboarding/terraform/variables.tf");
        let names = variables.lines().filter_map(|line| line.strip_prefix("variable \""));
        // Those of the account's owner have defaults.
        let own = ["role_path", "permissions_boundary_arn", "tags"];
        let names = names.map(|name| name.split('"').next().unwrap());
        for name in names.filter(|name| !own.contains(name)) {
            let set = module.lines().filter(|line| line.trim_start().starts_with(name)).count();
            assert_eq!(set, 1, "{name} in {module}");
        }
        for (_, value) in filled {
            assert!(module.contains(&format!("= \"{value}\"")), "{value} in {module}");
        }
        let others = api.get("/api/accounts").await.ok(200).to_string();
        assert!(!others.contains(external_id) && !others.contains("terraform"), "{others}");
    }
}

/// A role's path is a parameter of its own.
#[tokio::test]
async fn a_role_with_a_path_is_made_where_it_is_looked_for() {
    for link in [Some((|_, _, _, _| "link".into()) as QuickCreate), None] {
        let mut settings = registering(Open);
        settings.onboarding = Some(onboarding(link));
        let api = Api::new(settings);
        let body = json!({"account_id": ACCOUNT, "role_name": "audit/sub/Reader"});
        let told = api.call("POST", "/api/accounts", Some(&body)).await.ok(201);
        assert_eq!(told["role_name"], "audit/sub/Reader");
        let command = told["cli_command"].as_str().unwrap().to_owned();
        let module = told["terraform"].as_str().unwrap();
        for (name, value) in [("RoleName", "Reader"), ("RolePath", "/audit/sub/")] {
            let json = format!(r#""ParameterKey":"{name}","ParameterValue":"{value}""#);
            assert!(
                command.contains(&format!("{name}={value}")) || command.contains(&json),
                "{command}"
            );
        }
        for line in ["role_name           = \"Reader\"", "role_path           = \"/audit/sub/\""] {
            assert!(module.lines().any(|one| one.trim() == line), "{line} in {module}");
        }
    }
}

/// The template's own names, and that the console fills each in.
#[tokio::test]
async fn a_link_says_all_that_the_template_asks_for() {
    let template = include_str!("../../../../onboarding/trust-role.yaml");
    let parameters = template.split_once("\nParameters:\n").unwrap().1;
    let parameters = parameters.lines().take_while(|line| line.is_empty() || line.starts_with(' '));
    let names: Vec<_> = parameters
        .filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'))
        .filter(|name| !name.starts_with(' '))
        .collect();
    assert!(names.contains(&"ExternalId"), "{names:?}");
    let onboarding = onboarding(Some(|_, _, _, parameters| {
        parameters.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" ")
    }));
    let api = Api::registered();
    api.register(ACCOUNT).await;
    let account = api.store.account(&Tenant::local(), &ACCOUNT.parse().unwrap()).await.unwrap();
    let said = onboarding.url(&account.unwrap()).unwrap();
    // Those of the account's owner have defaults.
    let own = |name: &&&str| {
        matches!(**name, "RolePath" | "PermissionsBoundaryArn") || name.starts_with("Tag")
    };
    for name in names.iter().filter(|name| !own(name)) {
        assert!(said.split(' ').any(|said| said == *name), "{name} is not in {said}");
    }
    assert!(!template.contains("NoEcho: true"), "the console would leave it out");
}

#[tokio::test]
async fn a_link_opens_the_console_with_all_parameters() {
    let mut settings = registering(Open);
    settings.onboarding = Some(onboarding(Some(|region, template, stack, parameters| {
        format!("{region} {template} {stack} {parameters:?}")
    })));
    let api = Api::new(settings);
    let told = api.register(ACCOUNT).await;
    let link = told["quick_create_url"].as_str().unwrap();
    for part in ["eu-west-1", "role.yaml", "infraaudit-role", "999988887777", "Worker", "UsualRole"]
    {
        assert!(link.contains(part), "{part} is not in {link}");
    }
    let external_id = told["external_id"].as_str().unwrap();
    assert!(link.contains(&format!(r#"("ExternalId", "{external_id}")"#)), "{link}");
    let others = api.get("/api/accounts").await.ok(200).to_string();
    assert!(!others.contains(external_id) && !others.contains("quick_create_url"), "{others}");
    api.call("PATCH", ONE, Some(&json!({"role_name": "Other"}))).await.ok(200);
    assert!(api.get(ONE).await.ok(200)["quick_create_url"].as_str().unwrap().contains("Other"));
    let back = api.call("PATCH", ONE, Some(&json!({"role_name": null}))).await.ok(200);
    assert_eq!(back["role_name"], "UsualRole");
}

#[tokio::test]
async fn what_is_not_said_stays_and_null_clears() {
    let api = Api::registered();
    api.register(ACCOUNT).await;
    let change = json!({
        "name": "Shop", "regions": ["eu-west-1"], "services": ["iam"], "alert_severity": "low",
        "schedule": {"cron": "0 2 * * ? *"},
    });
    let changed = api.call("PATCH", ONE, Some(&change)).await.ok(200);
    assert_eq!(changed["schedule"]["time_zone"], "UTC");
    let id = ACCOUNT.parse().unwrap();
    let kept = api.store.account(&Tenant::local(), &id).await.unwrap().unwrap();
    assert!(kept.scheduled_for.unwrap() > Timestamp::now() - 1.minute(), "no time gone by is due");
    let same = api.call("PATCH", ONE, Some(&json!({}))).await.ok(200);
    assert_eq!(same["updated_at"], changed["updated_at"]);
    assert_eq!(same["name"], "Shop");
    let cleared = json!({
        "name": null, "regions": null, "services": null, "alert_severity": null, "schedule": null,
    });
    let cleared = api.call("PATCH", ONE, Some(&cleared)).await.ok(200);
    for field in ["name", "alert_severity", "schedule"] {
        assert_eq!(cleared[field], Value::Null, "{field}");
    }
    assert_eq!((&cleared["regions"], &cleared["services"]), (&json!([]), &json!([])));
    let answer = api.call("PATCH", ONE, Some(&json!({"account_id": ACCOUNT, "name": ""}))).await;
    let mut wrong = fields(&answer.problem(422, "invalid-fields"));
    wrong.sort_unstable();
    assert_eq!(wrong, ["account_id", "name"]);
}

#[tokio::test]
async fn a_deleted_account_is_kept_for_a_while_and_not_audited() {
    let mut settings = registering(Open);
    settings.purge_days = 7;
    let api = Api::new(settings);
    let before = api.register(ACCOUNT).await;
    let order = json!({"account_id": ACCOUNT});
    let running = api.start(&order).await.ok(202)["audit_id"].as_str().unwrap().to_owned();
    let deleted = api.call("DELETE", ONE, None).await.ok(200);
    assert_eq!(deleted["state"], "deleted");
    let purge_at: Timestamp = deleted["purge_at"].as_str().unwrap().parse().unwrap();
    let days = (purge_at - Timestamp::now()).total(jiff::Unit::Hour).unwrap() / 24.0;
    assert!((6.9..=7.0).contains(&days), "{days}");
    let status = api.get(&format!("/api/audit/status/{running}")).await.ok(200);
    assert_eq!(status["status"], "cancelled");

    assert_eq!(api.call("DELETE", ONE, None).await.ok(200)["purge_at"], deleted["purge_at"]);
    api.start(&order).await.problem(409, "conflict");
    api.call("PATCH", ONE, Some(&json!({"name": "x"}))).await.problem(409, "conflict");
    api.call("POST", "/api/accounts/111122223333/verify", None).await.problem(409, "conflict");
    assert!(api.aws.asked().is_empty());
    assert_eq!(api.get(ONE).await.ok(200)["state"], "deleted");

    let anew = api.register(ACCOUNT).await;
    assert_eq!((&anew["state"], &anew["purge_at"]), (&json!("pending"), &Value::Null));
    assert_ne!(anew["external_id"], before["external_id"]);
    assert_eq!(api.start(&order).await.status, 202);
}

#[tokio::test]
async fn accounts_are_listed_page_by_page() {
    let api = Api::registered();
    for account in ["000000000003", "000000000001", "000000000002"] {
        api.register(account).await;
    }
    let mut seen = Vec::new();
    let mut uri = "/api/accounts?limit=2".to_owned();
    loop {
        let page = api.get(&uri).await.ok(200);
        let items = page["items"].as_array().unwrap();
        seen.extend(items.iter().map(|item| item["account_id"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        uri = format!("/api/accounts?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, ["000000000001", "000000000002", "000000000003"]);
    let answer = api.get("/api/accounts?limit=0&cursor=x&state=active").await;
    assert_eq!(fields(&answer.problem(422, "invalid-fields")), ["limit", "state"]);
    let answer = api.get("/api/accounts?cursor=czI6").await;
    assert_eq!(fields(&answer.problem(422, "invalid-fields")), ["cursor"]);
}

#[tokio::test]
async fn an_account_that_is_not_there_is_not_found() {
    let api = Api::registered();
    for id in ["000000000000", "1", "%F0%9F%A6%80", "ACCOUNT"] {
        let uri = format!("/api/accounts/{id}");
        for answer in [
            api.get(&uri).await,
            api.call("PATCH", &uri, Some(&json!({}))).await,
            api.call("DELETE", &uri, None).await,
            api.call("POST", &format!("{uri}/verify"), None).await,
            api.get(&format!("{uri}/findings")).await,
        ] {
            let problem = answer.problem(404, "not-found");
            assert!(
                problem["detail"].as_str().unwrap().contains("POST /api/accounts"),
                "{problem}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_kept_is_what_was_said() {
    let api = Api::registered();
    let told = api.register(ACCOUNT).await;
    let kept =
        api.store.account(&Tenant::local(), &ACCOUNT.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(kept.state, RegisteredState::Pending);
    assert_eq!(kept.external_id.as_str(), told["external_id"].as_str().unwrap());
    assert!(kept.created_at > Timestamp::now() - 1.minute());
}

#[tokio::test]
async fn a_schedule_that_never_comes_or_too_often_is_refused_as_such() {
    let api = Api::registered();
    api.register(ACCOUNT).await;
    let (never, often) = ("never comes again", "comes more often than once an hour");
    for (cron, wrong) in [
        ("0 0 31 2 ? *", never),
        ("0 0 1 1 ? 1999", never),
        ("0 0 29 2 ? *", ""),
        ("5 * ? * 2#1 *", ""),
        ("59 23 31 12 ? 2199", ""),
        ("*/5 * ? * 2#1 *", often),
        ("0,30 2 * * ? *", often),
        ("* * * * ? *", often),
    ] {
        let change = json!({"schedule": {"cron": cron, "time_zone": "America/New_York"}});
        let begun = std::time::Instant::now();
        let answer = api.call("PATCH", ONE, Some(&change)).await;
        let taken = begun.elapsed();
        assert!(taken.as_millis() < 500, "{cron} took {taken:?}");
        if wrong.is_empty() {
            assert!(answer.ok(200)["schedule"]["next_at"].is_string(), "{cron}");
        } else {
            let told = answer.ok(422)["errors"][0]["problem"].to_string();
            assert!(told.contains(wrong), "{told}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_registers_an_account() {
    let api = Arc::new(Api::registered());
    let body = json!({"account_id": ACCOUNT});
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let (api, body) = (Arc::clone(&api), body.clone());
            tokio::spawn(async move { api.call("POST", "/api/accounts", Some(&body)).await })
        })
        .collect();
    let mut made = Vec::new();
    for call in calls {
        let answer = call.await.unwrap();
        if answer.status == 201 {
            made.push(answer.json()["external_id"].clone());
        } else {
            answer.problem(409, "conflict");
        }
    }
    assert_eq!(made, [api.get(ONE).await.ok(200)["external_id"].clone()]);
}

#[tokio::test]
async fn an_account_says_what_its_audits_judge_by() {
    let api = Api::registered();
    let settings = json!({
        "thresholds": {"access_key_days": 45},
        "trust": {"organizations": ["o-a1b2c3d4e5"], "accounts": {"444455556666": "shared"}},
        "checks": {"disable": {"ec2_public_ip": "bastions"}},
    });
    let mut body = settings.clone();
    body["account_id"] = json!(ACCOUNT);
    let told = api.call("POST", "/api/accounts", Some(&body)).await.ok(201);
    assert_eq!(
        (&told["thresholds"], &told["trust"]),
        (&settings["thresholds"], &settings["trust"])
    );
    assert_eq!(told["checks"]["disable"], settings["checks"]["disable"]);

    // One field is said anew, another cleared, the third stays.
    let change = json!({"checks": {"enable": ["ec2_imdsv2"]}, "thresholds": null});
    let told = api.call("PATCH", ONE, Some(&change)).await.ok(200);
    assert_eq!(told["checks"], json!({"enable": ["ec2_imdsv2"], "disable": {}, "severity": {}}));
    assert_eq!((&told["thresholds"], &told["trust"]), (&json!({}), &settings["trust"]));

    api.proven(&Tenant::local(), ACCOUNT).await;
    let started = api.start(&json!({"account_id": ACCOUNT})).await.ok(202);
    let id = started["audit_id"].as_str().unwrap().parse().unwrap();
    let order = api.store.audit(&Tenant::local(), id).await.unwrap().unwrap().order;
    assert!(order.overrides.checks.enable.contains("ec2_imdsv2"));
}

#[tokio::test]
async fn everything_wrong_with_settings_is_told_with_the_nearest_name() {
    let api = Api::registered();
    api.register(ACCOUNT).await;
    let wrong = json!({
        "thresholds": {"access_key_day": 45, "kms_rotation_days": 1},
        "trust": {"vpcs": ["vpc-1"], "accounts": []},
        "checks": {"disable": {"s3_encrypton": "x", "ec2_imdsv2": ""}},
    });
    let answer = api.call("PATCH", ONE, Some(&wrong)).await;
    let problem = answer.problem(422, "invalid-fields");
    let mut found = fields(&problem);
    found.sort_unstable();
    let expected = [
        "checks.disable.ec2_imdsv2",
        "checks.disable.s3_encrypton",
        "thresholds.access_key_day",
        "thresholds.kms_rotation_days",
        "trust.accounts",
        "trust.vpcs[0]",
    ];
    assert_eq!(found, expected);
    for hint in ["did you mean `access_key_days`", "did you mean `s3_encryption`"] {
        assert!(answer.text.contains(hint), "{}", answer.text);
    }
}
