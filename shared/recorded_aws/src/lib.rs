//! AWS for tests: it answers what a test says, and remembers what it was asked.
//!
//! It stands below the SDK, in place of the network: requests are made, signed and parsed as they are outside of
//! tests. Only tests depend on this crate.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test stops at what is wrong"
)]

mod asked;
mod said;
pub mod sts;

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex},
};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::HttpRequest,
};

pub use asked::Asked;
pub use said::{Said, denied, error, iam, no, ok, refused, throttled};

/// The access key id of whoever asks AWS in [`Aws::config`].
pub const CALLER: &str = "CALLER";

type Answer = Pin<Box<dyn Future<Output = Said> + Send>>;

/// AWS.
#[derive(Clone)]
pub struct Aws {
    answer: Arc<dyn Fn(Asked) -> Answer + Send + Sync>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Aws")
    }
}

impl Aws {
    /// One that answers so, at once.
    #[must_use]
    pub fn new(answer: impl Fn(&Asked) -> Said + Send + Sync + 'static) -> Self {
        Self::later(move |asked| std::future::ready(answer(&asked)))
    }

    /// The same, but for the first time that it is asked anything: then it asks to slow down.
    #[must_use]
    pub fn throttling(answer: impl Fn(&Asked) -> Said + Send + Sync + 'static) -> Self {
        let known = Mutex::new(Vec::new());
        Self::new(move |asked| {
            let mut known = known.lock().unwrap();
            if known.contains(asked) {
                return answer(asked);
            }
            known.push(asked.clone());
            throttled(asked)
        })
    }

    /// One that answers so, and takes its time.
    #[must_use]
    pub fn later<A>(answer: impl Fn(Asked) -> A + Send + Sync + 'static) -> Self
    where
        A: Future<Output = Said> + Send + 'static,
    {
        Self { answer: Arc::new(move |asked| Box::pin(answer(asked))), asked: Arc::default() }
    }

    /// A configuration whose requests come here.
    #[must_use]
    pub fn config(&self, region: &str) -> SdkConfig {
        let connector = self.clone();
        let client = http_client_fn(move |_, _| SharedHttpConnector::new(connector.clone()));
        let caller = Credentials::new(CALLER, "secret", None, None, "test");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(caller))
            .http_client(client)
            .build()
    }

    /// What was asked so far.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

impl HttpConnector for Aws {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let asked = Asked::of(&request);
        self.asked.lock().unwrap().push(asked.clone());
        let answer = (self.answer)(asked);
        HttpConnectorFuture::new(async move { said::response(answer.await) })
    }
}
