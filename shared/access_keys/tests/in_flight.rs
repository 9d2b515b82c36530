//! How many calls are under way: as many as may be, and no more.
//!
//! IAM answers in rounds: it collects calls until there are as many as may be under way or no more come, and then
//! answers them all. So many rounds take as long as the reading would at any latency, on any machine.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of a test may panic as the test may"
)]

use std::{
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use access_keys::{Ask, ConcurrencyLimits, Limits, Method, Monitor, Partial, Reading, Run, Status};
use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::{HttpRequest, HttpResponse},
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use domain::{Partition, Service};
use tokio::{sync::oneshot, time::Instant};
use tokio_util::sync::CancellationToken;

/// How many calls may be under way.
const ALLOWED: usize = 5;

/// How long no call has to come for none to come.
const QUIET: Duration = Duration::from_millis(150);

/// An account with so many users in pages of so many, each with two keys, and what was seen of its callers.
#[derive(Clone)]
struct Iam(Arc<Mutex<State>>);

struct State {
    users: usize,
    page: usize,
    waiting: Vec<oneshot::Sender<()>>,
    calls: usize,
    rounds: usize,
    most: usize,
}

impl fmt::Debug for Iam {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Iam")
    }
}

impl HttpConnector for Iam {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = String::from_utf8_lossy(request.body().bytes().unwrap()).into_owned();
        let (sender, answered) = oneshot::channel();
        let xml = {
            let mut state = self.0.lock().unwrap();
            state.calls += 1;
            state.waiting.push(sender);
            state.answer(&body)
        };
        HttpConnectorFuture::new(async move {
            answered.await.unwrap();
            Ok(HttpResponse::new(StatusCode::try_from(200).unwrap(), SdkBody::from(xml)))
        })
    }
}

impl State {
    fn answer(&self, body: &str) -> String {
        let field = |name: &str| body.split('&').find_map(|pair| pair.strip_prefix(name));
        let operation = field("Action=").unwrap();
        let result = match operation {
            "ListUsers" => {
                let from: usize = field("Marker=").map_or(0, |marker| marker.parse().unwrap());
                let to = (from + self.page).min(self.users);
                let user = |number| {
                    format!(
                        "<member><UserName>user-{number}</UserName><Path>/</Path><UserId>U</UserId>\
                         <Arn>arn:aws:iam::111122223333:user/user-{number}</Arn>\
                         <CreateDate>2020-01-01T00:00:00Z</CreateDate></member>"
                    )
                };
                let users: String = (from..to).map(user).collect();
                let more = to < self.users;
                let marker = if more { format!("<Marker>{to}</Marker>") } else { String::new() };
                format!("<Users>{users}</Users><IsTruncated>{more}</IsTruncated>{marker}")
            }
            "ListAccessKeys" => {
                let user = field("UserName=").unwrap();
                let key = |slot| {
                    format!(
                        "<member><AccessKeyId>{user}/{slot}</AccessKeyId><Status>Active</Status>\
                         <CreateDate>2020-01-01T00:00:00Z</CreateDate></member>"
                    )
                };
                let keys = key(1) + &key(2);
                format!(
                    "<AccessKeyMetadata>{keys}</AccessKeyMetadata><IsTruncated>false</IsTruncated>"
                )
            }
            _ => "<UserName>u</UserName><AccessKeyLastUsed><Region>N/A</Region>\
                  <ServiceName>N/A</ServiceName></AccessKeyLastUsed>"
                .into(),
        };
        format!(
            "<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>"
        )
    }
}

impl Iam {
    fn with(users: usize, page: usize) -> Self {
        let (calls, rounds, most) = (0, 0, 0);
        Self(Arc::new(Mutex::new(State { users, page, waiting: Vec::new(), calls, rounds, most })))
    }

    fn config(&self) -> SdkConfig {
        let connector = self.clone();
        let credentials = Credentials::new("CALLER", "secret", None, None, "test");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(RetryConfig::disabled())
            .http_client(http_client_fn(move |_, _| SharedHttpConnector::new(connector.clone())))
            .build()
    }

    /// Answers round by round, for ever.
    async fn serve(&self) {
        let waiting = || self.0.lock().unwrap().waiting.len();
        loop {
            let (mut seen, mut since) = (waiting(), Instant::now());
            while seen == 0 || (seen < ALLOWED && since.elapsed() < QUIET) {
                tokio::time::sleep(Duration::from_millis(1)).await;
                if waiting() != seen {
                    (seen, since) = (waiting(), Instant::now());
                }
            }
            // One more than may be under way would come now.
            tokio::time::sleep(Duration::from_millis(2)).await;
            let mut state = self.0.lock().unwrap();
            state.rounds += 1;
            state.most = state.most.max(state.waiting.len());
            for sender in std::mem::take(&mut state.waiting) {
                let _ = sender.send(());
            }
        }
    }

    /// Reads all keys; answers how many there are, and the rounds it took to those that the calls fill.
    async fn read(&self, include: &str) -> (usize, f64) {
        let limits = Limits::default().with(Service::Iam, ALLOWED);
        let limits = ConcurrencyLimits::new(&limits);
        let timeout = Duration::from_mins(1);
        let monitor = Monitor::new(&self.config(), Partition::Aws, None, &limits, timeout);
        let include = include.parse().unwrap();
        let ask = Ask { hours: "1".parse().unwrap(), status: Status::Active, include };
        let now = "2026-12-01T00:00:00Z".parse().unwrap();
        let stop = CancellationToken::new();
        let run = Run::unwatched(Instant::now() + timeout, &stop);
        let outcome = tokio::select! {
            outcome = monitor.read(Partial::new(Method::Live, ask, now), run) => outcome.unwrap(),
            () = self.serve() => unreachable!("it serves for ever"),
        };
        let Reading::Done(answer) = outcome else { panic!("{outcome:?}") };
        let state = self.0.lock().unwrap();
        assert_eq!(state.most, ALLOWED, "never more, and never less at the best of times");
        let (calls, rounds, full) = (state.calls, state.rounds, state.calls.div_ceil(ALLOWED));
        #[expect(clippy::cast_precision_loss, reason = "some hundreds")]
        let ratio = rounds as f64 / (calls as f64 / ALLOWED as f64);
        println!("{calls} calls in {rounds} rounds instead of {full}: {ratio:.2}");
        (answer.old_access_keys.len(), ratio)
    }
}

#[tokio::test]
async fn as_many_calls_are_under_way_as_may_be() {
    for (users, page, include) in
        [(50, 1000, ""), (50, 10, ""), (200, 100, ""), (30, 1000, "last_used"), (101, 1000, "")]
    {
        let (keys, ratio) = Iam::with(users, page).read(include).await;
        assert_eq!(keys, 2 * users);
        assert!(ratio <= 1.2, "{users} users in pages of {page}, `{include}`: {ratio:.2}");
    }
}
