use std::{
    cell::Cell,
    io::{Read as _, Write},
    net::TcpListener,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, channel},
    },
    thread,
};

use aws_config::{BehaviorVersion, Region, retry::RetryConfig};
use aws_sdk_sns::config::{Credentials, SharedCredentialsProvider};
use domain::{AlertState, AuditId, Delivery, Severity, Tenant};
use serde_json::Value;

use super::{
    slack::{Error, NoUrl},
    *,
};

const SECRET: &str = "T0/B0/not-for-anyone";

fn alert() -> Alert {
    Alert {
        tenant: Tenant::local(),
        id: "s3_public_access.new.1.0".into(),
        audit_id: "019aa938-7c0b-7c3a-9d51-3f6f2f6f9b10".parse::<AuditId>().unwrap(),
        account: "111122223333".parse().unwrap(),
        account_name: None,
        state: AlertState::New,
        severity: Severity::High,
        check_id: Some("s3_public_access".into()),
        category: None,
        headline: "Bucket is open to the public".into(),
        risk: String::new(),
        remedy: String::new(),
        reference: String::new(),
        findings: vec![],
        count: 2,
        covers: vec![],
        created_at: "2026-11-23T02:00:11Z".parse().unwrap(),
        lang: "en".into(),
        delivery: Delivery::Unsent,
        resent: 0,
    }
}

/// A webhook of a server that answers one request so, and what it was sent.
fn answering(answer: &'static str) -> (Webhook, Receiver<String>) {
    let (server, received) = serving(answer.to_owned());
    (Webhook::at(&format!("{server}/services/{SECRET}")).unwrap(), received)
}

/// A server that answers one request so, and what it was sent.
fn serving(answer: String) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, received) = channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut part = [0; 4096];
        while !is_whole(&request) {
            let read = stream.read(&mut part).unwrap();
            request.extend_from_slice(&part[..read]);
        }
        stream.write_all(answer.as_bytes()).unwrap();
        sender.send(String::from_utf8(request).unwrap()).unwrap();
    });
    (url, received)
}

fn is_whole(request: &[u8]) -> bool {
    let request = String::from_utf8_lossy(request);
    let Some((head, body)) = request.split_once("\r\n\r\n") else { return false };
    let head = head.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.unwrap().parse::<usize>().unwrap()
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const GONE: &str = "HTTP/1.1 404 Not Found\r\ncontent-length: 10\r\n\r\nno_service";
const BUSY: &str = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 30\r\ncontent-length: 0\r\n\r\n";
const BROKEN: &str = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";
const ELSEWHERE: &str =
    "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n";

/// What telling gave, and whether SNS was told, where mail is told too.
async fn delivered(alert: &Alert, webhook: Option<Webhook>) -> (Result<(), String>, bool) {
    delivered_on(alert, webhook.map(|webhook| Slack { webhook, alone: false })).await
}

async fn delivered_on(alert: &Alert, slack: Option<Slack>) -> (Result<(), String>, bool) {
    let published = Cell::new(false);
    let publish = async |notice: &Notice| {
        assert!(notice.subject.contains("s3_public_access"));
        published.set(true);
        Ok::<(), String>(())
    };
    let delivered = deliver(alert, None, slack.as_ref(), publish).await;
    (delivered, published.get())
}

#[tokio::test]
async fn a_webhook_is_sent_slacks_payload() {
    let (webhook, received) = answering(OK);
    assert_eq!(delivered(&alert(), Some(webhook)).await, (Ok(()), true));
    let request = received.recv().unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with(&format!("POST /services/{SECRET} HTTP/1.1\r\n")), "{head}");
    assert!(head.to_ascii_lowercase().contains("content-type: application/json"), "{head}");
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body, Notice::of(&alert()).slack);
}

#[tokio::test]
async fn a_public_address_makes_links() {
    let (webhook, received) = answering(OK);
    let slack = Slack { webhook, alone: false };
    let link = "https://audit.example.com/api/audits/019aa938-7c0b-7c3a-9d51-3f6f2f6f9b10/findings?check=s3_public_access";
    let publish = async |notice: &Notice| {
        assert!(notice.text.contains(link), "{}", notice.text);
        assert_eq!(notice.machine["url"], link);
        Ok::<(), String>(())
    };
    let url = Some("https://audit.example.com");
    assert_eq!(deliver(&alert(), url, Some(&slack), publish).await, Ok(()));
    assert!(received.recv().unwrap().contains(link));
}

#[tokio::test]
async fn without_a_webhook_sns_is_enough() {
    assert_eq!(delivered(&alert(), None).await, (Ok(()), true));
}

#[tokio::test]
async fn what_slack_may_take_later_comes_again_before_anyone_is_told() {
    for (answer, reason) in [
        (BUSY, "Slack asks to wait 30 s"),
        (BROKEN, "Slack failed with 503 Service Unavailable"),
        ("", "Slack could not be reached: the connection broke"),
    ] {
        let (webhook, _received) = answering(answer);
        let (delivered, published) = delivered(&alert(), Some(webhook)).await;
        assert_eq!(delivered, Err(reason.to_owned()));
        assert!(!published, "{reason}");
    }
}

#[tokio::test]
async fn slack_holds_sns_up_only_for_a_while() {
    for answer in [GONE, ELSEWHERE] {
        let (webhook, _received) = answering(answer);
        assert_eq!(delivered(&alert(), Some(webhook)).await, (Ok(()), true), "{answer}");
    }
    let (webhook, _received) = answering(BROKEN);
    let shown_again = Alert { resent: 1, ..alert() };
    assert_eq!(delivered(&shown_again, Some(webhook)).await, (Ok(()), true));
}

#[tokio::test]
async fn where_nobody_else_is_told_an_alert_waits_for_slack() {
    for resent in [0, 1, 500] {
        for answer in [BUSY, BROKEN, ""] {
            let (webhook, _received) = answering(answer);
            let alert = Alert { resent, ..alert() };
            let (delivered, published) =
                delivered_on(&alert, Some(Slack { webhook, alone: true })).await;
            assert!(delivered.is_err() && !published, "{resent} {answer}");
        }
    }
    for (answer, resent) in [(OK, 3), (GONE, 0)] {
        let (webhook, _received) = answering(answer);
        let slack = Some(Slack { webhook, alone: true });
        assert_eq!(
            delivered_on(&Alert { resent, ..alert() }, slack).await,
            (Ok(()), true),
            "{answer}"
        );
    }
}

/// The messages that telling logs as errors.
async fn errors(answer: &'static str, resent: u32, alone: bool) -> Vec<String> {
    let log = Log::default();
    let kept = log.clone();
    let lines =
        tracing_subscriber::fmt().json().flatten_event(true).with_writer(move || kept.clone());
    let _logging = tracing::subscriber::set_default(lines.finish());
    let (webhook, _received) = answering(answer);
    let _ = delivered_on(&Alert { resent, ..alert() }, Some(Slack { webhook, alone })).await;
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(!log.contains(SECRET), "{log}");
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let errors = lines.filter(|line| line["level"] == "ERROR");
    errors.map(|line| line["message"].as_str().unwrap().to_owned()).collect()
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn an_alert_that_slack_did_not_take_is_a_line_that_an_alarm_counts() {
    let without = "an alert was told without Slack";
    let waits = "an alert waits for Slack";
    for (answer, resent, alone, line) in [
        (OK, 1, true, None),
        (BROKEN, 0, false, None),
        (BROKEN, 0, true, None),
        (BROKEN, 1, false, Some(without)),
        (BROKEN, 1, true, Some(waits)),
        (GONE, 0, false, Some(without)),
        (GONE, 0, true, Some(without)),
    ] {
        let errors = errors(answer, resent, alone).await;
        assert_eq!(errors, Vec::from_iter(line), "{answer} {resent} {alone}");
    }
    let template = include_str!("../../../../template.yaml");
    let counted = format!("'{{ $.message = \"{without}\" || $.message = \"{waits}\" }}'");
    assert!(template.contains(&counted), "{counted}");
}

#[tokio::test]
async fn what_sns_did_not_take_was_not_told_without_slack() {
    let (webhook, _received) = answering(GONE);
    let slack = Slack { webhook, alone: false };
    let refused =
        deliver(&alert(), None, Some(&slack), async |_: &Notice| Err("no such topic")).await;
    assert_eq!(refused, Err("no such topic".to_owned()));
}

#[tokio::test]
async fn a_flag_is_true_or_false() {
    let webhook = ("INFRAAUDIT_SLACK_WEBHOOK", "https://hooks.slack.com/services/T0/B0/x");
    let alone = async |variables: &[(&str, &str)]| {
        let variables = [&[webhook], variables].concat();
        let slack = Slack::read(&Environment::of(&variables), &nowhere()).await;
        slack.map(|slack| slack.is_some_and(|slack| slack.alone))
    };
    assert_eq!(alone(&[]).await, Ok(false));
    assert_eq!(alone(&[(ALONE, "false")]).await, Ok(false));
    assert_eq!(alone(&[(ALONE, "true")]).await, Ok(true));
    let wrong = alone(&[(ALONE, "yes")]).await.unwrap_err().to_string();
    assert!(wrong.contains("`INFRAAUDIT_SLACK_ALONE`"), "{wrong}");
}

/// A configuration of a place where nobody answers.
fn nowhere() -> SdkConfig {
    at("http://127.0.0.1:9")
}

fn at(url: &str) -> SdkConfig {
    let credentials = Credentials::new("AKIA", "none", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(url)
        .timeout_config(timeouts())
        .retry_config(RetryConfig::disabled())
        .build()
}

const ARN: (&str, &str) =
    ("INFRAAUDIT_SLACK_WEBHOOK_SECRET", "arn:aws:secretsmanager:us-east-1:111122223333:secret:s");

/// What Secrets Manager answers, and what the function makes of it.
async fn with_secret(
    status: &str,
    body: &Value,
    variables: &[(&str, &str)],
) -> (Result<Option<Slack>, Wrong>, String) {
    let body = body.to_string();
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let (server, received) = serving(answer);
    let slack = Slack::read(&Environment::of(variables), &at(&server)).await;
    (slack, received.recv().unwrap())
}

#[tokio::test]
async fn a_webhook_lies_in_a_secret() {
    let url = format!("https://hooks.slack.com/services/{SECRET}\n");
    let old = ("INFRAAUDIT_SLACK_WEBHOOK", "http://not.the.one");
    let (slack, asked) =
        with_secret("200 OK", &serde_json::json!({"SecretString": url}), &[ARN, old]).await;
    assert!(slack.unwrap().is_some());
    assert!(asked.to_ascii_lowercase().contains("x-amz-target: secretsmanager.getsecretvalue"));
    assert!(asked.contains(ARN.1), "{asked}");
}

#[tokio::test]
async fn a_secret_that_is_no_webhook_stops_the_function_and_is_not_shown() {
    let denied = serde_json::json!({"__type": "AccessDeniedException", "Message": "no"});
    let bytes = serde_json::json!({"SecretBinary": "aGk="});
    let other = serde_json::json!({"SecretString": format!("{{\"url\": \"{SECRET}\"}}")});
    for (status, body, reason) in [
        ("400 Bad Request", denied, "could not be read: "),
        ("200 OK", bytes, "has bytes and no text"),
        ("200 OK", other, "is no `https` URL"),
    ] {
        let (slack, _) = with_secret(status, &body, &[ARN]).await;
        let error = slack.err().unwrap().to_string();
        assert!(error.contains(reason), "{error}");
        assert!(error.contains("`INFRAAUDIT_SLACK_WEBHOOK_SECRET`"), "{error}");
        assert!(!error.contains(SECRET), "{error}");
    }
}

/// A server that takes a call and never answers holds an alert up for the time that a call has, and no longer.
#[tokio::test]
async fn a_call_of_aws_has_an_end() {
    let given = timeouts();
    let (Some(_), Some(attempt), Some(whole)) =
        (given.connect_timeout(), given.operation_attempt_timeout(), given.operation_timeout())
    else {
        panic!("{given:?}")
    };
    // Each alert of a batch may wait for Slack, and the last of them for AWS, in the function's 180 seconds.
    assert!(attempt < whole && whole + 25 * Duration::from_secs(5) < Duration::from_mins(3));

    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let short = given.to_builder().operation_attempt_timeout(Duration::from_millis(50)).build();
    let config = at(&format!("http://{}", silent.local_addr().unwrap()));
    let config = config.into_builder().timeout_config(short).build();
    let topic = Topic::new(&config, "arn:aws:sns:us-east-1:111122223333:alerts".into());
    let error = topic.publish(&Notice::of(&alert())).await.unwrap_err().to_string();
    assert!(error.contains("timeout") || error.contains("timed out"), "{error}");
}

#[tokio::test]
async fn what_sns_does_not_take_comes_again() {
    let refused = deliver(&alert(), None, None, async |_: &Notice| Err("no such topic")).await;
    assert_eq!(refused, Err("no such topic".to_owned()));
}

#[tokio::test]
async fn no_error_names_the_url() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = Webhook::at(&format!("http://{free}/services/{SECRET}")).unwrap();
    let mut errors = vec![nobody.post(&Value::Null).await.unwrap_err()];
    for answer in [GONE, BUSY, BROKEN, ELSEWHERE, "", "HTTP/9"] {
        let (webhook, _received) = answering(answer);
        errors.push(webhook.post(&Value::Null).await.unwrap_err());
    }
    for error in &errors {
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("B0") && !shown.contains("127.0.0.1"), "{shown}");
    }
    assert_eq!(errors[0], Error::Unreachable("there is no connection"));
    let refusal = errors[1].to_string();
    assert!(refusal.starts_with("Slack refuses the message with 404 Not Found, `no_service`;"));
}

#[test]
fn a_webhook_is_an_https_url() {
    assert!(Webhook::at("https://hooks.slack.com/services/T0/B0/x").is_some());
    assert!(Webhook::at("http://127.0.0.1:8080/services/T0").is_some());
    for wrong in [
        "hooks.slack.com/services/T0/B0/x",
        "http://hooks.slack.com/services/T0/B0/x",
        "http://127.0.0.1.example.com/",
        "http://localhost/",
        "file:///etc/passwd",
    ] {
        let given = [("INFRAAUDIT_SLACK_WEBHOOK", wrong)];
        let refused = Webhook::read(&Environment::of(&given), None).err();
        assert_eq!(refused, Some(NoUrl::Variable), "{wrong}");
        assert_eq!(Webhook::read(&Environment::of(&[]), Some(wrong)).err(), Some(NoUrl::Secret));
        assert!(!NoUrl::Variable.to_string().contains("services"));
    }
}
