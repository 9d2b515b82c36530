use std::time::Duration;

use aws_sdk_iam::{
    Client,
    types::{AccessAdvisorUsageGranularityType, JobStatusType, ServiceLastAccessed},
};
use aws_smithy_types::DateTime;
use domain::{Cause, GLOBAL, Service, Unread};
use jiff::Timestamp;

use crate::{
    ApiCaller, ConcurrencyLimits, Target,
    api_caller::Answer::{Is, Not},
};

const GENERATE: &str = "iam:GenerateServiceLastAccessedDetails";
const GET: &str = "iam:GetServiceLastAccessedDetails";

/// The actions of [`LastAccessed`], for the cap of a session.
pub const LAST_ACCESSED_ACTIONS: [&str; 2] = [GENERATE, GET];

/// The error code of somebody who was deleted since they were listed.
const GONE: &str = "NoSuchEntity";

/// How long a report may be in the making. AWS names no bound; seconds are usual.
const PATIENCE: Duration = Duration::from_mins(10);

/// When a user, group or role last tried to use a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAccess {
    /// The prefix of the service's actions.
    pub prefix: String,
    /// Its name.
    pub name: String,
    /// The last attempt; nothing where there was none in the time that AWS tracks.
    pub last: Option<Timestamp>,
    /// Its actions, where AWS tracks them one by one; empty where it does not.
    pub actions: Vec<ActionAccess>,
}

/// When a user, group or role last tried an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionAccess {
    /// Its name without the service's prefix.
    pub name: String,
    /// The last attempt; nothing where there was none in the time that AWS tracks.
    pub last: Option<Timestamp>,
}

/// Asks IAM what was last accessed.
pub struct LastAccessed {
    reader: ApiCaller,
    client: Client,
}

impl LastAccessed {
    /// Asks in the account of the target.
    #[must_use]
    pub fn new(target: &Target, limits: &ConcurrencyLimits) -> Self {
        Self {
            reader: ApiCaller::new(target, limits, GLOBAL, Service::Iam),
            client: Client::new(&target.in_region(target.home())),
        }
    }

    /// How many requests were sent.
    #[must_use]
    pub fn calls(&self) -> u32 {
        self.reader.receipt(Service::Iam).calls
    }

    /// Every service that the policies of a user, group or role allow, with the last attempt; nothing
    /// where there is no such user, group or role any more.
    ///
    /// # Errors
    ///
    /// Why the report was not read to its end: a part of it would call the rest unused.
    pub async fn of(&self, arn: &str) -> Result<Option<Vec<ServiceAccess>>, Unread> {
        let generate = || {
            let granularity = AccessAdvisorUsageGranularityType::ActionLevel;
            let request = self.client.generate_service_last_accessed_details().arn(arn);
            request.granularity(granularity).send()
        };
        let job = match self.reader.call(GENERATE, &[GONE], generate).await? {
            Is(answer) => answer.job_id,
            Not(_) => return Ok(None),
        };
        let job = job.ok_or_else(|| self.failed(GENERATE, "the answer names no job"))?;
        let (mut found, mut marker, mut waited) = (Vec::new(), None::<String>, Duration::ZERO);
        let mut pause = Duration::from_millis(250);
        loop {
            let get = || {
                let request = self.client.get_service_last_accessed_details().job_id(&job);
                request.set_marker(marker.clone()).max_items(1000).send()
            };
            let page = match self.reader.call(GET, &[GONE], get).await? {
                Is(page) => page,
                Not(_) => return Ok(None),
            };
            match page.job_status {
                JobStatusType::Completed => {}
                JobStatusType::InProgress if waited < PATIENCE => {
                    self.reader.wait(GET, pause).await?;
                    waited += pause;
                    pause = (pause * 2).min(Duration::from_secs(5));
                    continue;
                }
                JobStatusType::InProgress => {
                    let minutes = PATIENCE.as_secs() / 60;
                    let why = format!("the report on `{arn}` is not done after {minutes} minutes");
                    return Err(self.failed(GET, &why));
                }
                other => {
                    let told = page.error.map(|error| format!("{}: {}", error.code, error.message));
                    let told = told.unwrap_or_else(|| other.as_str().to_owned());
                    return Err(self.failed(GET, &format!("the report on `{arn}` failed: {told}")));
                }
            }
            for service in page.services_last_accessed {
                found.push(self.service(service)?);
            }
            marker = self.reader.next(GET, page.is_truncated, page.marker)?;
            if marker.is_none() {
                return Ok(Some(found));
            }
        }
    }

    fn service(&self, service: ServiceLastAccessed) -> Result<ServiceAccess, Unread> {
        let mut actions = Vec::new();
        for action in service.tracked_actions_last_accessed.unwrap_or_default() {
            let last = self.time(action.last_accessed_time)?;
            let name = action.action_name.ok_or_else(|| {
                let of = &service.service_namespace;
                self.failed(GET, &format!("an action of `{of}` has no name"))
            })?;
            actions.push(ActionAccess { name, last });
        }
        Ok(ServiceAccess {
            prefix: service.service_namespace,
            name: service.service_name,
            last: self.time(service.last_authenticated)?,
            actions,
        })
    }

    fn time(&self, time: Option<DateTime>) -> Result<Option<Timestamp>, Unread> {
        let read = |time: DateTime| {
            Timestamp::from_second(time.secs())
                .map_err(|_| self.failed(GET, &format!("`{}` is no time", time.secs())))
        };
        time.map(read).transpose()
    }

    fn failed(&self, action: &'static str, why: &str) -> Unread {
        self.reader.gap(action, Cause::Failed(why.to_owned()))
    }
}
