use super::*;

use std::fmt;

use aws::SessionName;
use aws_config::{BehaviorVersion, Region};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::{HttpRequest, HttpResponse},
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use domain::AuditRequest;
use futures::future::join_all;
use jiff::Timestamp;
use uuid::Uuid;

/// STS: it answers after a moment, and keeps the session policies that it was asked for.
#[derive(Clone)]
struct Sts {
    /// How many requests it refuses before it opens.
    refuses: usize,
    asked: Arc<std::sync::Mutex<Vec<String>>>,
}

impl fmt::Debug for Sts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sts")
    }
}

impl HttpConnector for Sts {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = String::from_utf8_lossy(request.body().bytes().unwrap()).into_owned();
        let mut asked = self.asked.lock().unwrap();
        asked.push(body.split('&').find(|pair| pair.starts_with("Policy=")).unwrap().to_owned());
        let (status, xml) = if asked.len() <= self.refuses {
            (403, "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>")
        } else {
            (
                200,
                "<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser>\
                 <Arn>arn:aws:sts::444455556666:assumed-role/Audit/s</Arn><AssumedRoleId>A:s</AssumedRoleId>\
                 </AssumedRoleUser><Credentials><AccessKeyId>S</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
                 <SessionToken>t</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials>\
                 </AssumeRoleResult></AssumeRoleResponse>",
            )
        };
        HttpConnectorFuture::new(async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Ok(HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(xml)))
        })
    }
}

impl Sts {
    fn refusing(refuses: usize) -> (Self, SdkConfig) {
        let sts = Self { refuses, asked: Arc::default() };
        let connector = sts.clone();
        let worker = Credentials::new("WORKER", "secret", None, None, "test");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(worker))
            .http_client(http_client_fn(move |_, _| SharedHttpConnector::new(connector.clone())))
            .build();
        (sts, config)
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn role() -> AssumeRole {
    AssumeRole {
        role: "arn:aws:iam::444455556666:role/Audit".parse().unwrap(),
        external_id: None,
        name: SessionName::new("test").unwrap(),
        policy: aws::SessionPolicy::nothing(),
    }
}

fn audit(tenant: &str) -> Audit {
    let order = AuditRequest::new("444455556666".parse().unwrap());
    let tenant = Tenant::try_from(tenant.to_owned()).unwrap();
    Audit::new(tenant, AuditId(Uuid::now_v7()), order, Timestamp::UNIX_EPOCH)
}

fn needs() -> Needs {
    let actions =
        |service: &Service| service.reads().iter().flat_map(|read| read.actions).copied().collect();
    Service::ALL.iter().map(|service| (*service, actions(service))).collect()
}

#[tokio::test]
async fn the_tasks_of_an_audit_share_sessions_and_those_of_others_do_not() {
    let (sts, config) = Sts::refusing(0);
    let (sessions, role) = (Sessions::default(), role());
    let packs = Pack::all(needs()).len();
    for (count, audit) in [audit("one"), audit("one"), audit("two")].iter().enumerate() {
        // Twice each, as two regions.
        let tasks = Service::ALL.iter().chain(Service::ALL);
        let opened = tasks.map(|service| sessions.of(&config, audit, &role, *service, needs));
        assert!(join_all(opened).await.iter().all(Result::is_ok));
        assert_eq!(sts.asked().len(), (count + 1) * packs);
    }
    assert!(packs < Service::ALL.len());
}

#[tokio::test]
async fn a_refusal_is_for_those_who_wait_and_not_for_those_who_come_later() {
    let (sts, config) = Sts::refusing(1);
    let (sessions, role, audit) = (Sessions::default(), role(), audit("one"));
    let both = [Service::Iam, Service::S3]
        .map(|service| sessions.of(&config, &audit, &role, service, needs));
    let refused = join_all(both).await;
    assert!(refused.iter().all(|one| one.as_ref().is_err_and(AssumeRoleError::is_denial)));
    assert_eq!(sts.asked().len(), 1);
    assert!(sessions.of(&config, &audit, &role, Service::Iam, needs).await.is_ok());
    assert!(sessions.of(&config, &audit, &role, Service::S3, needs).await.is_ok());
    assert_eq!(sts.asked().len(), 2);
}

#[tokio::test]
async fn a_task_that_is_stopped_while_it_opens_one_keeps_no_other_from_it() {
    let (_, config) = Sts::refusing(0);
    let (sessions, role, audit) = (Sessions::default(), role(), audit("one"));
    let stopped = sessions.of(&config, &audit, &role, Service::Iam, needs);
    assert!(tokio::time::timeout(Duration::from_millis(5), stopped).await.is_err());
    assert!(sessions.of(&config, &audit, &role, Service::Iam, needs).await.is_ok());
}

#[tokio::test]
async fn a_service_that_no_check_needs_may_do_nothing() {
    let (sts, config) = Sts::refusing(0);
    let (sessions, role, audit) = (Sessions::default(), role(), audit("one"));
    let only = || needs().into_iter().filter(|(service, _)| *service == Service::Iam).collect();
    for service in [Service::Iam, Service::S3] {
        assert!(sessions.of(&config, &audit, &role, service, only).await.is_ok());
    }
    let asked = sts.asked();
    assert!(asked[0].contains("iam%3AListUsers") && !asked[0].contains("s3%3A"), "{}", asked[0]);
    assert!(asked[1].contains("Deny") && !asked[1].contains("Allow"), "{}", asked[1]);
}

#[test]
fn an_audit_that_nobody_asks_for_any_more_is_forgotten() {
    let sessions = Sessions::default();
    let (old, new) = (audit("one"), audit("one"));
    let begun = Instant::now();
    let key = |audit: &Audit| (audit.tenant.clone(), audit.id);
    drop(sessions.of_audit(key(&old), begun));
    drop(sessions.of_audit(key(&new), begun + KEPT / 2));
    drop(sessions.of_audit(key(&new), begun + KEPT));
    let kept: Vec<_> = sessions.0.lock().unwrap().keys().cloned().collect();
    assert_eq!(kept, [key(&new)]);
}
