use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::Mutex as Kept,
    thread,
};

use domain::{AlertState, Delivery, Severity};
use tempfile::TempDir;

use super::*;

fn alert(id: &str) -> Alert {
    Alert {
        tenant: Tenant::local(),
        id: id.into(),
        audit_id: "019aa938-7c0b-7c3a-9d51-3f6f2f6f9b10".parse().unwrap(),
        account: "111122223333".parse().unwrap(),
        account_name: None,
        state: AlertState::New,
        severity: Severity::High,
        check_id: Some(id.into()),
        category: None,
        headline: format!("headline of {id}"),
        risk: String::new(),
        remedy: String::new(),
        reference: String::new(),
        findings: vec![],
        count: 1,
        covers: vec![],
        created_at: jiff::Timestamp::now(),
        lang: "en".into(),
        delivery: Delivery::Unsent,
        resent: 0,
    }
}

/// A webhook that answers what `answer` says to the text that it is sent.
struct Channel {
    deliver: Deliver,
    asked: Arc<Kept<Vec<String>>>,
    store: Store,
    _directory: TempDir,
}

impl Channel {
    async fn with(alerts: &[&str], answer: fn(&str, usize) -> &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/services/x", listener.local_addr().unwrap());
        let asked = Arc::new(Kept::new(Vec::new()));
        let kept = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let (mut request, mut part) = (Vec::new(), [0; 4096]);
                let request = loop {
                    let read = stream.read(&mut part).unwrap();
                    request.extend_from_slice(&part[..read]);
                    let text = String::from_utf8_lossy(&request).into_owned();
                    let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                    let head = head.to_ascii_lowercase();
                    let length =
                        head.lines().find_map(|line| line.strip_prefix("content-length: "));
                    if length.is_none_or(|length| body.len() >= length.parse().unwrap()) {
                        break text;
                    }
                };
                let mut kept = kept.lock().unwrap();
                kept.push(request.clone());
                let status = answer(&request, kept.len());
                let close = "connection: close\r\ncontent-length: 0\r\n\r\n";
                stream.write_all(format!("HTTP/1.1 {status}\r\n{close}").as_bytes()).unwrap();
            }
        });
        let directory = TempDir::new().unwrap();
        let store = Store::open(directory.path()).unwrap();
        for id in alerts {
            store.raise(&alert(id)).await.unwrap();
        }
        let deliver = Deliver::to_slack(url).unwrap();
        Self { deliver, asked, store, _directory: directory }
    }

    /// Delivers, and answers what is not marked as sent.
    async fn unsent(&self) -> Vec<String> {
        self.deliver.all(&self.store).await;
        let unsent = self.store.unsent(PageRequest::FIRST).await.unwrap().items;
        unsent.into_iter().map(|alert| alert.id).collect()
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

/// A webhook that answers all but `b` as it should.
fn but_b(text: &str, status: &'static str) -> &'static str {
    if text.contains("headline of b") { status } else { "200 OK" }
}

#[tokio::test]
async fn what_slack_refuses_holds_nothing_up() {
    let refused = Channel::with(&["a", "b", "c"], |text, _| but_b(text, "400 Bad Request")).await;
    assert!(refused.unsent().await.is_empty(), "a refusal is for good");
    assert_eq!(refused.asked(), 3);
    let broken =
        Channel::with(&["a", "b", "c"], |text, _| but_b(text, "503 Service Unavailable")).await;
    assert_eq!(broken.unsent().await, ["b"]);
    assert_eq!(broken.unsent().await, ["b"], "it is tried again");
    assert_eq!(broken.asked(), 4);
}

#[tokio::test]
async fn where_slack_takes_nothing_it_is_asked_once_and_everything_is_kept() {
    let answer = |_: &str, asked| if asked == 1 { "429 Too Many Requests" } else { "200 OK" };
    let busy = Channel::with(&["a", "b", "c"], answer).await;
    assert_eq!(busy.unsent().await, ["a", "b", "c"]);
    assert_eq!(busy.asked(), 1);
    assert_eq!(busy.deliver.turn.lock().await.len(), 3, "they are in the log");
    assert!(busy.unsent().await.is_empty());
    assert!(busy.deliver.turn.lock().await.is_empty());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let away = |_: &str, _| "302 Found\r\nlocation: /elsewhere";
    let channel = Channel::with(&["a"], away).await;
    channel.unsent().await;
    assert_eq!(channel.asked(), 1);
}
