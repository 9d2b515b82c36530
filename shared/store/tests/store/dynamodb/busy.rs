//! A table that is busy, or ill, for a while.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use aws_config::retry::RetryConfig;
use domain::AuditId;
use store::{Error, PageRequest, Store};
use uuid::Uuid;

use super::standin;
use crate::samples::{alert, at, audit, registered, tenant};

/// Answers `refusals` requests with an error, and every one after that as an empty table would.
struct Busy {
    endpoint: String,
    asked: Arc<AtomicUsize>,
}

impl Busy {
    fn new(status: &'static str, code: &'static str, refusals: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let number = count.fetch_add(1, Ordering::SeqCst);
                let error = (number < refusals).then_some((status, code));
                answer(stream.unwrap(), error);
            }
        });
        Self { endpoint, asked }
    }

    /// The store over it, whose client tries nothing again by itself.
    fn store(&self) -> Store {
        let config = standin::config_of(&self.endpoint).into_builder();
        let config = config.retry_config(RetryConfig::disabled()).build();
        Store::on_aws(&config, standin::TABLE, standin::BUCKET)
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn answer(mut stream: TcpStream, error: Option<(&str, &str)>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut line, mut length) = (String::new(), 0);
    while reader.read_line(&mut line).unwrap() > 2 {
        let header = line.to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        line.clear();
    }
    reader.read_exact(&mut vec![0; length]).unwrap();
    let (status, body) = match error {
        Some((status, code)) => {
            let kind = format!("com.amazonaws.dynamodb.v20120810#{code}");
            (status, format!(r#"{{"__type":"{kind}","message":"later"}}"#))
        }
        None => ("200 OK", "{}".to_owned()),
    };
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    );
    // Whoever does not listen any more has its answer.
    let _ = stream.write_all(answer.as_bytes());
}

#[tokio::test]
async fn what_is_throttled_or_fails_within_the_table_is_tried_again_reads_too() {
    for (status, code) in [
        ("400 Bad Request", "ProvisionedThroughputExceededException"),
        ("400 Bad Request", "ThrottlingException"),
        ("400 Bad Request", "RequestLimitExceeded"),
        ("500 Internal Server Error", "InternalServerError"),
        ("503 Service Unavailable", "ServiceUnavailable"),
    ] {
        let of = tenant();
        let audit = audit(&of);
        let id = AuditId(Uuid::now_v7());
        let busy = || Busy::new(status, code, 4);
        let check = |busy: &Busy, what: &str| assert_eq!(busy.asked(), 5, "{code}: {what}");

        let read = busy();
        assert_eq!(read.store().audit(&of, id).await.unwrap(), None);
        check(&read, "read");
        let list = busy();
        let page = list.store().accounts(&of, PageRequest::FIRST).await.unwrap();
        assert_eq!(page.items, []);
        check(&list, "list");
        let index = busy();
        assert_eq!(index.store().waiting(&of, 3).await.unwrap(), 0);
        check(&index, "index");
        let write = busy();
        write.store().raise(&alert(&audit, "one")).await.unwrap();
        check(&write, "write");
        let transaction = busy();
        let account = registered(&of, "111122223333");
        transaction.store().register(&account, 5).await.unwrap();
        check(&transaction, "transaction");
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_request_is_not_tried_again() {
    for code in ["ValidationException", "AccessDeniedException", "ResourceNotFoundException"] {
        let busy = Busy::new("400 Bad Request", code, usize::MAX);
        let error = busy.store().audit(&tenant(), AuditId(Uuid::now_v7())).await.unwrap_err();
        assert!(matches!(error, Error::Unavailable { .. }), "{error}");
        assert_eq!(busy.asked(), 1, "{code}");
        let store = busy.store();
        let change = |account: &mut domain::RegisteredAccount| account.updated_at = at(1);
        let id = "111122223333".parse().unwrap();
        store.change_account(&tenant(), &id, at(2), change).await.unwrap_err();
        assert_eq!(busy.asked(), 2, "{code}");
    }
}
