//! AWS for unit tests: answers as they are told, and what was asked.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, Mutex},
};

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use domain::{Account, Partition, Receipt, Service};
use inventory::{Facts, Known, Read};
use tokio_util::sync::CancellationToken;

use crate::{ConcurrencyLimits, Limits, Target};

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// `https://host/path?query`.
    pub(crate) url: String,
    /// The form, of a protocol that has one.
    pub(crate) body: String,
    /// The region that it is signed for.
    pub(crate) region: String,
    /// The service that it is signed for.
    pub(crate) service: String,
    /// The header by which a JSON protocol names its operation: `TrentService.ListKeys`.
    pub(crate) target: String,
}

impl Asked {
    fn of(request: &HttpRequest) -> Self {
        let body = request.body().bytes().unwrap_or_default();
        let signed = request.headers().get("authorization").unwrap_or_default();
        let scope = signed.split("Credential=").nth(1).unwrap_or_default();
        let part = |index| scope.split('/').nth(index).unwrap_or_default().to_owned();
        Self {
            url: request.uri().to_owned(),
            body: String::from_utf8_lossy(body).into_owned(),
            region: part(2),
            service: part(3),
            target: request.headers().get("x-amz-target").unwrap_or_default().to_owned(),
        }
    }

    /// The operation of a JSON protocol that it calls.
    pub(crate) fn operation(&self) -> &str {
        self.target.rsplit('.').next().unwrap_or_default()
    }

    /// Whether it calls this operation of a protocol with forms.
    pub(crate) fn is(&self, operation: &str) -> bool {
        self.body.split('&').any(|pair| pair == format!("Action={operation}"))
    }
}

/// An answer: a status and XML or JSON, or nothing, for the connection broke.
pub(crate) type Said = Option<(u16, String)>;

/// An answer of 200.
#[expect(clippy::unnecessary_wraps, reason = "one of the answers, which may be none")]
pub(crate) fn ok(xml: impl Into<String>) -> Said {
    Some((200, xml.into()))
}

/// An answer of IAM, which wraps its result.
pub(crate) fn iam(operation: &str, result: &str) -> Said {
    ok(format!(
        "<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>"
    ))
}

/// An error in the form of S3.
#[expect(clippy::unnecessary_wraps, reason = "one of the answers, which may be none")]
pub(crate) fn no(status: u16, code: &str) -> Said {
    Some((status, format!("<Error><Code>{code}</Code><Message>no</Message></Error>")))
}

/// AWS.
#[derive(Clone)]
pub(crate) struct Aws {
    answer: Arc<dyn Fn(&Asked) -> Said + Send + Sync>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Aws")
    }
}

impl HttpConnector for Aws {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let asked = Asked::of(&request);
        let said = (self.answer)(&asked);
        self.asked.lock().unwrap().push(asked);
        HttpConnectorFuture::ready(match said {
            Some((status, xml)) => {
                let status = StatusCode::try_from(status).unwrap();
                let region = xml.split("<Region>").nth(1).and_then(|it| it.split('<').next());
                let region = region.map(ToOwned::to_owned);
                let mut response = HttpResponse::new(status, SdkBody::from(xml));
                // S3 tells it in a header as well.
                if let Some(region) = region {
                    response.headers_mut().insert("x-amz-bucket-region", region);
                }
                Ok(response)
            }
            None => Err(ConnectorError::io("connection reset".into())),
        })
    }
}

impl Aws {
    pub(crate) fn new(answer: impl Fn(&Asked) -> Said + Send + Sync + 'static) -> Self {
        Self { answer: Arc::new(answer), asked: Arc::default() }
    }

    /// An account in a partition, read from a region.
    pub(crate) fn target(&self, partition: Partition, region: &str) -> Target {
        let connector = self.clone();
        let client = http_client_fn(move |_, _| SharedHttpConnector::new(connector.clone()));
        let credentials = Credentials::new("CALLER", "secret", None, None, "test");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(RetryConfig::disabled())
            .http_client(client)
            .build();
        Target {
            account: Account { partition, id: "111122223333".parse().unwrap() },
            config,
            session: None,
            regions: Vec::new(),
            patience: std::time::Duration::from_secs(75),
            watch: Arc::new(|_, _, _| ()),
            stop: CancellationToken::new(),
        }
    }

    /// What was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// Reads facts of one service.
pub(crate) async fn read(
    target: &Target,
    region: &str,
    service: Service,
    reads: impl IntoIterator<Item = Read>,
) -> (Facts, Receipt) {
    let limits = ConcurrencyLimits::new(&Limits::default());
    let reads: BTreeSet<_> = reads.into_iter().collect();
    let read = crate::read(target, &limits, region, service, &reads).await;
    let Known::Read(facts) = read.facts else { panic!("nothing of {service} was read") };
    (facts, read.receipt)
}
