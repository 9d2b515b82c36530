use std::time::Duration;

use aws_config::{SdkConfig, timeout::TimeoutConfig};
use aws_sdk_iam::{Client, types::ReportStateType};
use domain::{Cause, GLOBAL, Partition, Receipt, Service, Unread, keys::LastUsed};
use inventory::iam::AccessKey;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::{
    ApiCaller, ConcurrencyLimits,
    api_caller::{
        Answer::{Is, Not},
        unknown_value,
    },
    iam, in_region,
};

/// The error codes by which IAM says that there is no report to read.
///
/// Source: *`GetCredentialReport`*, IAM API Reference, "Errors".
const NOT_PRESENT: &str = "ReportNotPresent";
const EXPIRED: &str = "ReportExpired";
const IN_PROGRESS: &str = "ReportInProgress";
/// Source: *`GenerateCredentialReport`*, IAM API Reference, "Errors".
const LIMIT_EXCEEDED: &str = "LimitExceeded";

/// Reads the users, access keys and credential report of one account: one client, made once.
pub struct KeyReader {
    client: Client,
    reader: ApiCaller,
}

/// A page of the list of users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Users {
    /// Their names.
    pub names: Vec<String>,
    /// Where the list goes on; nothing on the last page.
    pub marker: Option<String>,
}

/// What IAM says when it is asked to make a credential report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Making {
    /// There is one.
    Complete,
    /// It is being made.
    UnderWay,
    /// IAM makes none for now (`LimitExceeded`).
    LimitExceeded,
}

/// What IAM says when it is asked for the credential report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReportAnswer {
    /// Here it is.
    Report {
        /// The CSV file.
        content: Vec<u8>,
        /// When it was made.
        generated: Timestamp,
    },
    /// It is being made.
    InProgress,
    /// None was made yet.
    NotPresent,
    /// The last one is too old.
    Expired,
}

impl KeyReader {
    /// Calls IAM of a partition through `session`, or with the configuration's own credentials; one call may take
    /// `timeout`. It is stopped between calls, not within one.
    #[must_use]
    pub fn new(
        config: &SdkConfig,
        partition: Partition,
        session: Option<&aws::Session>,
        limits: &ConcurrencyLimits,
        timeout: Duration,
    ) -> Self {
        let config = in_region(config, session, partition.home_region());
        let mut timeouts = TimeoutConfig::builder().operation_attempt_timeout(timeout);
        if let Some(connect) = config.timeout_config().and_then(TimeoutConfig::connect_timeout) {
            timeouts = timeouts.connect_timeout(connect);
        }
        let config = config.to_builder().timeout_config(timeouts.build()).build();
        Self {
            client: Client::new(&config),
            reader: ApiCaller::unwatched(CancellationToken::new(), limits.of(Service::Iam), GLOBAL),
        }
    }

    /// What has been called so far.
    #[must_use]
    pub fn receipt(&self) -> Receipt {
        self.reader.receipt(Service::Iam)
    }

    /// The page of users after `marker`, or the first one.
    ///
    /// # Errors
    ///
    /// Why it was not read.
    pub async fn users(&self, marker: Option<String>) -> Result<Users, Unread> {
        let page = iam::page_of_users(&self.client, &self.reader, marker).await?;
        let names = page.users.into_iter().map(|user| user.user_name).collect();
        Ok(Users { names, marker: page.marker? })
    }

    /// All keys of a user; nothing where the user is gone.
    ///
    /// # Errors
    ///
    /// Why they were not read to the end: a part of them is not told.
    pub async fn access_keys(&self, user: &str) -> Result<Option<Vec<AccessKey>>, Unread> {
        let Some(listing) = iam::access_keys(&self.client, &self.reader, user).await else {
            return Ok(None);
        };
        listing.first_gap().map_or(Ok(()), |unread| Err(unread.clone()))?;
        Ok(Some(listing.items))
    }

    /// When a key was last used; nothing where the key is gone.
    ///
    /// # Errors
    ///
    /// Why it was not read.
    pub async fn last_used(&self, key_id: &str) -> Result<Option<LastUsed>, Unread> {
        let action = "iam:GetAccessKeyLastUsed";
        let request = || self.client.get_access_key_last_used().access_key_id(key_id).send();
        let answer = match self.reader.call(action, &[iam::GONE], request).await? {
            Is(answer) => answer,
            Not(_) => return Ok(None),
        };
        let Some(used) = answer.access_key_last_used else {
            let why = "the answer does not tell it".into();
            return Err(self.reader.gap(action, Cause::Failed(why)));
        };
        let date = used.last_used_date;
        let date = date.map(|date| Timestamp::from_second(date.secs())).transpose();
        let date =
            date.map_err(|error| self.reader.gap(action, Cause::Failed(error.to_string())))?;
        let told = |text: String| Some(text).filter(|text| text != "N/A" && !text.is_empty());
        Ok(Some(LastUsed { date, region: told(used.region), service: told(used.service_name) }))
    }

    /// Asks IAM to make a credential report, which it does only where the last one is four hours old.
    ///
    /// # Errors
    ///
    /// Why it did not answer.
    pub async fn make_report(&self) -> Result<Making, Unread> {
        let action = "iam:GenerateCredentialReport";
        let request = || self.client.generate_credential_report().send();
        let state = match self.reader.call(action, &[LIMIT_EXCEEDED], request).await? {
            Not(_) => return Ok(Making::LimitExceeded),
            Is(answer) => answer.state,
        };
        match state {
            Some(ReportStateType::Complete) => Ok(Making::Complete),
            // Where it is not told how far it is, reading it tells.
            Some(ReportStateType::Started | ReportStateType::Inprogress) | None => {
                Ok(Making::UnderWay)
            }
            Some(other) => Err(self.reader.gap(action, unknown_value("`State`", other.as_str()))),
        }
    }

    /// Asks for the credential report.
    ///
    /// # Errors
    ///
    /// Why IAM did not answer, or not with a report and its time.
    pub async fn report(&self) -> Result<ReportAnswer, Unread> {
        let action = "iam:GetCredentialReport";
        let answers = [NOT_PRESENT, EXPIRED, IN_PROGRESS];
        let request = || self.client.get_credential_report().send();
        let answer = match self.reader.call(action, &answers, request).await? {
            Is(answer) => answer,
            Not(EXPIRED) => return Ok(ReportAnswer::Expired),
            Not(IN_PROGRESS) => return Ok(ReportAnswer::InProgress),
            Not(_) => return Ok(ReportAnswer::NotPresent),
        };
        let made = answer.generated_time;
        let made = made.and_then(|time| Timestamp::from_second(time.secs()).ok());
        match (answer.content, made) {
            (Some(content), Some(generated)) => {
                Ok(ReportAnswer::Report { content: content.into_inner(), generated })
            }
            (None, _) => Err(self.reader.gap(action, Cause::Failed("there is no content".into()))),
            (_, None) => Err(self.reader.gap(action, Cause::Failed("there is no time".into()))),
        }
    }
}
