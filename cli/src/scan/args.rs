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

/// The options of `infraaudit scan`.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "four independent switches of a command line")]
pub(crate) struct Args {
    /// The profile of the AWS configuration files to take credentials from.
    #[arg(long)]
    pub(crate) profile: Option<String>,
    /// The role to assume in the audited account.
    #[arg(long, value_name = "ARN", conflicts_with_all = ["account", "role_name"])]
    role_arn: Option<RoleArn>,
    /// The account to audit, if the role is given by name.
    #[arg(long, value_name = "ID")]
    account: Option<AccountId>,
    /// The name of the role to assume in that account [default: `CloudDoctorAuditRole`].
    #[arg(long, value_name = "NAME", requires = "account")]
    role_name: Option<RoleName>,
    /// The ExternalId that the role's trust policy requires (`sts:ExternalId`).
    #[arg(long, value_name = "ID")]
    external_id: Option<String>,
    /// Reads nothing unless the role can be assumed with this ExternalId only.
    #[arg(long)]
    pub(crate) prove_external_id: bool,
    /// Audits the accounts of a CSV file with the columns `account_id`, `name`, `role_name`,
    /// `external_id` and `regions`.
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "role_arn", "account", "external_id", "from_snapshot", "snapshot_out",
    ])]
    accounts: Option<PathBuf>,
    /// Maximum number of accounts of `--accounts` that are audited at the same time.
    #[arg(long, value_name = "N", default_value_t = 4, requires = "accounts",
        value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) account_concurrency: u8,
    /// Runs only the checks of this service; can be repeated.
    #[arg(long, value_name = "SERVICE")]
    service: Vec<Service>,
    /// Runs only this check; can be repeated.
    #[arg(long, value_name = "CHECK")]
    check: Vec<String>,
    /// Reads only this region; can be repeated. IAM and the list of buckets have no region.
    #[arg(long, value_name = "REGION")]
    region: Vec<String>,
    /// Leaves out this region; can be repeated.
    #[arg(long, value_name = "REGION", conflicts_with = "region")]
    exclude_region: Vec<String>,
    /// Seconds without an answer after which the rest of a region is given up; what was not read is unknown.
    #[arg(long, value_name = "SECONDS", default_value_t = audit::REGION_TIMEOUT.as_secs(),
        value_parser = clap::value_parser!(u64).range(1..=3600))]
    region_timeout: u64,
    /// Minimum severity: critical, high, medium or low. Checks that cannot reach it do not run.
    #[arg(long, value_name = "MIN")]
    severity: Option<Severity>,
    /// The language of the texts: en or ko.
    #[arg(long, default_value_t)]
    pub(crate) lang: Lang,
    /// The format of the result.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// Writes the result to a file instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// A TOML file with `[[suppressions]]` of known findings, `[thresholds]`, `[trust]` and `[checks]`
    /// [default: infraaudit.toml, if it exists].
    #[arg(long, value_name = "FILE", alias = "suppressions")]
    pub(crate) config: Option<PathBuf>,
    /// Ends with exit code 3 if a finding of this or a higher severity fails.
    #[arg(long, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<Severity>,
    /// Ends with exit code 4 if not everything was read.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Writes what was read to a file, for `--from-snapshot`.
    #[arg(long, value_name = "FILE")]
    pub(crate) snapshot_out: Option<PathBuf>,
    /// Evaluates the file of an earlier `--snapshot-out`, without any call to AWS.
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "profile", "role_arn", "account", "external_id", "prove_external_id", "region",
        "exclude_region", "tags", "snapshot_out",
    ])]
    from_snapshot: Option<PathBuf>,
    /// Also lists checks that pass.
    #[arg(long)]
    pub(crate) passes: bool,
    /// Also reads the tags of users and buckets: one call for each.
    #[arg(long)]
    pub(crate) tags: bool,
    /// Maximum age of an active access key, in days [default: the value in `[thresholds]`, or 90].
    #[arg(long, value_name = "DAYS")]
    access_key_days: Option<AccessKeyDays>,
    /// Maximum number of IAM requests at the same time.
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
