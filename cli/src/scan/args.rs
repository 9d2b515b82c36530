use std::{path::PathBuf, time::Duration};

use audit::{AuditScope, CheckSelection};
use aws_config::SdkConfig;
use checks::EvaluateOptions;
use clap::ValueEnum;
use collect::Limits;
use domain::{
    AccessKeyDays, Account, AccountId, AuditOverrides, AuditSettings, ExternalId, Lang, Partition,
    RoleArn, RoleName, Service, Severity,
};
use policy::lint::is_region;

/// What `infraaudit scan` can be told.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "four independent switches of a command line")]
pub(crate) struct Args {
    /// The profile of the AWS configuration files to take credentials from.
    #[arg(long)]
    pub(crate) profile: Option<String>,
    /// The role to assume in the audited account.
    #[arg(long, value_name = "ARN", conflicts_with_all = ["account", "role_name"])]
    role_arn: Option<RoleArn>,
    /// The account to audit, where the role is given by name.
    #[arg(long, value_name = "ID")]
    account: Option<AccountId>,
    /// The role to assume in that account; `CloudDoctorAuditRole` unless told otherwise.
    #[arg(long, value_name = "NAME", requires = "account")]
    role_name: Option<RoleName>,
    /// What the role's trust policy asks for as `sts:ExternalId`.
    #[arg(long, value_name = "ID")]
    external_id: Option<String>,
    /// Reads nothing unless the role opens to this external id and to no other.
    #[arg(long)]
    pub(crate) prove_external_id: bool,
    /// Audits the accounts of a CSV file with the columns `account_id`, `name`, `role_name`,
    /// `external_id` and `regions`.
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "role_arn", "account", "external_id", "from_snapshot", "snapshot_out",
    ])]
    accounts: Option<PathBuf>,
    /// How many accounts of `--accounts` are audited at once.
    #[arg(long, value_name = "N", default_value_t = 4, requires = "accounts",
        value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) account_concurrency: u8,
    /// Runs only the checks of this service; may be given again.
    #[arg(long, value_name = "SERVICE")]
    service: Vec<Service>,
    /// Runs only this check; may be given again.
    #[arg(long, value_name = "CHECK")]
    check: Vec<String>,
    /// Reads only this region; may be given again. IAM and the list of buckets have none.
    #[arg(long, value_name = "REGION")]
    region: Vec<String>,
    /// Leaves this region out; may be given again.
    #[arg(long, value_name = "REGION", conflicts_with = "region")]
    exclude_region: Vec<String>,
    /// How many seconds a region may give no answer before the rest of it is given up: it is unknown then.
    #[arg(long, value_name = "SECONDS", default_value_t = audit::REGION_TIMEOUT.as_secs(),
        value_parser = clap::value_parser!(u64).range(1..=3600))]
    region_timeout: u64,
    /// Leaves out what cannot be as bad as this: critical, high, medium or low.
    #[arg(long, value_name = "MIN")]
    severity: Option<Severity>,
    /// The language of the texts: en or ko.
    #[arg(long, default_value_t)]
    pub(crate) lang: Lang,
    /// How to print the result.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// Writes the result to a file instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// A TOML file with `[[suppressions]]`, findings that are known and keep quiet until a date, and with
    /// `[thresholds]`, `[trust]` and `[checks]` [default: infraaudit.toml, where there is one].
    #[arg(long, value_name = "FILE", alias = "suppressions")]
    pub(crate) config: Option<PathBuf>,
    /// Ends with code 3 when a finding fails that is as bad as this.
    #[arg(long, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<Severity>,
    /// Ends with code 4 when not everything was read.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Keeps what was read, to be judged again later.
    #[arg(long, value_name = "FILE")]
    pub(crate) snapshot_out: Option<PathBuf>,
    /// Judges what an earlier scan kept; asks AWS nothing.
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "profile", "role_arn", "account", "external_id", "prove_external_id", "region",
        "exclude_region", "tags", "snapshot_out",
    ])]
    from_snapshot: Option<PathBuf>,
    /// Lists what passes too.
    #[arg(long)]
    pub(crate) passes: bool,
    /// Reads the tags of users and buckets: a call for each.
    #[arg(long)]
    pub(crate) tags: bool,
    /// The greatest age of an active access key, in days [default: what `[thresholds]` says, or 90].
    #[arg(long, value_name = "DAYS")]
    access_key_days: Option<AccessKeyDays>,
    /// How many IAM requests may be under way at once.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=100))]
    iam_concurrency: Option<u16>,
    /// Shows no progress.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Table,
    Json,
    Csv,
}

/// Where the facts come from.
#[derive(Debug)]
pub(crate) enum Input {
    Snapshot(PathBuf),
    Accounts(PathBuf),
    Aws(Source),
}

/// The way into the account.
#[derive(Debug)]
pub(crate) enum Source {
    Caller,
    Role { role: RoleArn, external_id: Option<ExternalId> },
}

impl Source {
    /// The role that is assumed.
    pub(crate) const fn role(&self) -> Option<&RoleArn> {
        match self {
            Self::Caller => None,
            Self::Role { role, .. } => Some(role),
        }
    }
}

impl Args {
    pub(crate) fn way(&self) -> Result<Input, String> {
        if let Some(path) = &self.from_snapshot {
            return Ok(Input::Snapshot(path.clone()));
        }
        if let Some(path) = &self.accounts {
            return Ok(Input::Accounts(path.clone()));
        }
        if self.prove_external_id && self.external_id.is_none() {
            return Err(
                "--prove-external-id proves a role: add --external-id, and --role-arn or --account"
                    .into(),
            );
        }
        let role = match (&self.role_arn, &self.account) {
            (Some(role), _) => role.clone(),
            (None, Some(id)) => {
                let partition = Self::partition(&self.region).unwrap_or_default();
                let account = Account { partition, id: id.clone() };
                RoleArn::new(account, &self.role_name.clone().unwrap_or_default())
            }
            (None, None) if self.external_id.is_some() => {
                return Err(
                    "an external id is sent when a role is assumed: add --role-arn or --account"
                        .into(),
                );
            }
            (None, None) => return Ok(Input::Aws(Source::Caller)),
        };
        // Not parsed by the command line's parser, which repeats what it refuses.
        let external_id = self.external_id.as_deref().map(str::parse::<ExternalId>);
        let external_id =
            external_id.transpose().map_err(|error| format!("--external-id: {error}"))?;
        Ok(Input::Aws(Source::Role { role, external_id }))
    }

    /// The partition of the regions to read; nothing where none is named.
    pub(crate) fn partition(regions: &[String]) -> Option<Partition> {
        regions.first().map(|region| Partition::of_region(region))
    }

    /// Whether the command line tells the partition of its role.
    pub(crate) const fn names_partition(&self) -> bool {
        self.role_arn.is_some() || !self.region.is_empty()
    }

    /// The role, in the partition of the caller's region where the command line tells none.
    pub(crate) fn settled(&self, role: RoleArn, config: &SdkConfig) -> RoleArn {
        match &self.account {
            Some(id) if !self.names_partition() => {
                let account = aws::beside(config, id);
                RoleArn::new(account, &self.role_name.clone().unwrap_or_default())
            }
            _ => role,
        }
    }

    pub(crate) fn scope(&self, settings: &AuditSettings) -> Result<AuditScope, String> {
        let choice = CheckSelection {
            checks: self.check.clone(),
            services: self.service.clone(),
            minimum: self.severity,
        };
        let mut limits = Limits::default();
        if let Some(limit) = self.iam_concurrency {
            limits = limits.with(Service::Iam, limit.into());
        }
        let mut regions = self.region.clone();
        regions.sort();
        regions.dedup();
        let checks = choice.checks(&settings.checks).map_err(|error| error.to_string())?;
        let scope = AuditScope {
            regions,
            without: self.exclude_region.clone(),
            region_timeout: Duration::from_secs(self.region_timeout),
            tags: self.tags,
            limits,
            ..AuditScope::new(checks)
        };
        let unknown = |region: &&String| !scope.has_regions() && !is_region(region);
        if let Some(region) = scope.regions.iter().find(unknown) {
            return Err(format!("there is no region `{region}` that this release knows"));
        }
        Ok(scope)
    }

    /// How to judge: options go before the file.
    pub(crate) fn evaluate_options(&self, mut file: AuditOverrides) -> EvaluateOptions {
        if let Some(days) = self.access_key_days {
            days.set(&mut file);
        }
        let minimum = self.severity.unwrap_or(Severity::Low);
        EvaluateOptions { minimum, ..EvaluateOptions::default().with(&file) }
    }
}
