//! An endpoint that gives recorded answers.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// What was asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// With the query.
    pub(crate) path: String,
    pub(crate) target: String,
    pub(crate) range: String,
    pub(crate) region: String,
    pub(crate) body: String,
}

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    status: u16,
    kind: &'static str,
    body: Vec<u8>,
    headers: String,
    /// How much of the body is sent before the connection breaks.
    breaks_at: Option<usize>,
}

impl Answer {
    pub(crate) fn xml(body: impl Into<String>) -> Self {
        Self::new(200, "text/xml", body.into().into_bytes())
    }

    pub(crate) fn json(body: &serde_json::Value) -> Self {
        Self::new(200, "application/x-amz-json-1.1", body.to_string().into_bytes())
    }

    pub(crate) fn bytes(body: &[u8]) -> Self {
        Self {
            headers: "etag: \"v1\"\r\n".into(),
            ..Self::new(200, "application/gzip", body.to_vec())
        }
    }

    /// A refusal of a service that answers in XML.
    pub(crate) fn refusal(status: u16, code: &str) -> Self {
        let body = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>so it is</Message></Error></ErrorResponse>"
        );
        Self::new(status, "text/xml", body.into_bytes())
    }

    /// A refusal of S3.
    pub(crate) fn s3_refusal(status: u16, code: &str) -> Self {
        let body = format!("<Error><Code>{code}</Code><Message>so it is</Message></Error>");
        Self::new(status, "application/xml", body.into_bytes())
    }

    /// A refusal of a service that answers in JSON.
    pub(crate) fn json_refusal(code: &str) -> Self {
        let body = serde_json::json!({ "__type": code, "message": "so it is" });
        Self::new(400, "application/x-amz-json-1.1", body.to_string().into_bytes())
    }

    pub(crate) fn breaking_at(self, byte: usize) -> Self {
        Self { breaks_at: Some(byte), ..self }
    }

    pub(crate) fn partial(self) -> Self {
        Self { status: 206, ..self }
    }

    fn new(status: u16, kind: &'static str, body: Vec<u8>) -> Self {
        Self { status, kind, body, headers: String::new(), breaks_at: None }
    }
}

/// A running endpoint.
pub(crate) struct Recorded {
    pub(crate) endpoint: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Recorded {
    pub(crate) fn start(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (answer, asked) = (Arc::new(answer), Arc::new(Mutex::new(Vec::new())));
        let noted = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, noted) = (Arc::clone(&answer), Arc::clone(&noted));
                thread::spawn(move || {
                    let Some(request) = read(&stream) else { return };
                    noted.lock().unwrap().push(request.clone());
                    write(stream, &answer(&request));
                });
            }
        });
        Self { endpoint, asked }
    }

    /// What was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn read(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut asked = Asked { path: line.split(' ').nth(1)?.to_owned(), ..Asked::default() };
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        match &*name.to_ascii_lowercase() {
            "content-length" => length = value.parse().ok()?,
            "x-amz-target" => value.clone_into(&mut asked.target),
            "range" => value.clone_into(&mut asked.range),
            // Credential=KEY/DATE/REGION/SERVICE/aws4_request
            "authorization" => value.split('/').nth(2)?.clone_into(&mut asked.region),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    asked.body = String::from_utf8_lossy(&body).into_owned();
    Some(asked)
}

fn write(mut stream: TcpStream, answer: &Answer) {
    let Answer { status, kind, body, headers, breaks_at } = answer;
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n{headers}connection: close\r\n\r\n",
        body.len()
    );
    let sent = &body[..breaks_at.unwrap_or(body.len()).min(body.len())];
    // Whoever hangs up early does not matter.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(sent));
}
