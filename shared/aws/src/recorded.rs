//! STS for unit tests: recorded answers, and what was asked.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
};

use aws_config::{BehaviorVersion, Region, SdkConfig};
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

/// What STS is asked: the fields of the form, who signs (`by`) and the address (`at`).
pub(crate) type Asked = BTreeMap<String, String>;

/// What STS says.
#[derive(Clone)]
pub(crate) enum Said {
    /// A status and XML.
    Xml(u16, String),
    /// Nothing: the connection broke.
    Nothing,
}

/// STS, answering as it is told and remembering what it was asked.
#[derive(Clone)]
pub(crate) struct Sts {
    answer: Arc<dyn Fn(&Asked) -> Said + Send + Sync>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl fmt::Debug for Sts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sts")
    }
}

impl HttpConnector for Sts {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = str::from_utf8(request.body().bytes().unwrap()).unwrap();
        let field = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        };
        let mut asked: Asked = body.split('&').map(field).collect();
        asked.insert("by".into(), request.headers().get("authorization").unwrap().into());
        asked.insert("at".into(), request.uri().to_owned());
        let said = (self.answer)(&asked);
        self.asked.lock().unwrap().push(asked);
        HttpConnectorFuture::ready(match said {
            Said::Xml(status, xml) => {
                let status = StatusCode::try_from(status).unwrap();
                Ok(HttpResponse::new(status, SdkBody::from(xml)))
            }
            Said::Nothing => Err(ConnectorError::io("connection reset".into())),
        })
    }
}

impl Sts {
    pub(crate) fn new(answer: impl Fn(&Asked) -> Said + Send + Sync + 'static) -> Self {
        Self { answer: Arc::new(answer), asked: Arc::default() }
    }

    /// The worker's configuration, whose requests come here.
    pub(crate) fn config(&self) -> SdkConfig {
        let connector = self.clone();
        let client = http_client_fn(move |_, _| SharedHttpConnector::new(connector.clone()));
        let worker = Credentials::new("WORKER", "secret", None, None, "test");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(worker))
            .http_client(client)
            .build()
    }

    /// What was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

pub(crate) fn opened(account: &str) -> Said {
    opened_until(account, "2100-01-01T00:00:00Z")
}

pub(crate) fn opened_until(account: &str, expiry: &str) -> Said {
    let xml = format!(
        "<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser>\
         <Arn>arn:aws:sts::{account}:assumed-role/CloudDoctorAuditRole/InfraAudit-test</Arn>\
         <AssumedRoleId>AROAEXAMPLE:InfraAudit-test</AssumedRoleId></AssumedRoleUser><Credentials>\
         <AccessKeyId>SESSION</AccessKeyId><SecretAccessKey>hidden</SecretAccessKey>\
         <SessionToken>token</SessionToken><Expiration>{expiry}</Expiration>\
         </Credentials></AssumeRoleResult></AssumeRoleResponse>"
    );
    Said::Xml(200, xml)
}

pub(crate) fn whose(account: &str) -> Said {
    let xml = format!(
        "<GetCallerIdentityResponse><GetCallerIdentityResult>\
         <Arn>arn:aws:sts::{account}:assumed-role/CloudDoctorAuditRole/InfraAudit-test</Arn>\
         <UserId>AROAEXAMPLE:InfraAudit-test</UserId><Account>{account}</Account>\
         </GetCallerIdentityResult></GetCallerIdentityResponse>"
    );
    Said::Xml(200, xml)
}

pub(crate) fn error(status: u16, code: &str, message: &str) -> Said {
    let xml = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>\
         </Error></ErrorResponse>"
    );
    Said::Xml(status, xml)
}
