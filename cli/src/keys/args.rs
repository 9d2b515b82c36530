use std::path::PathBuf;

use access_keys::{Ask, Hours, Include, Status};
use clap::ValueEnum;
use domain::{ExternalId, RoleArn};

/// The options of `infraaudit keys`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Lists keys that are older than this many hours: 1 to 87600.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    hours: Hours,
    /// Which keys to list: active or all.
    #[arg(long, value_name = "STATUS", default_value_t)]
    status: Status,
    /// Additional columns: `last_used`, `key_id` (for `report`, which has no ids of its own), or both separated by a
    /// comma.
    #[arg(long, value_name = "WORDS", default_value_t, hide_default_value = true)]
    include: Include,
    /// The profile of the AWS configuration files to take credentials from.
    #[arg(long)]
    pub(crate) profile: Option<String>,
    /// The role to assume in the account [default: none, the caller's own account is read].
    #[arg(long, value_name = "ARN")]
    role_arn: Option<RoleArn>,
    /// The ExternalId that the role's trust policy requires (`sts:ExternalId`).
    #[arg(long, value_name = "ID")]
    external_id: Option<String>,
    /// The format of the result; json is the body of the HTTP API's response.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// Writes the result to a file instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Maximum number of IAM requests at the same time.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub(crate) concurrency: u16,
    /// Maximum duration of the whole command, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 900, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub(crate) timeout: u32,
    /// Seconds after which a request without an answer is sent again.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=300))]
    pub(crate) call_timeout: u32,
    /// Ends with exit code 3 if a key is old.
    #[arg(long)]
    pub(crate) fail_if_any: bool,
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

impl Args {
    pub(crate) const fn ask(&self) -> Ask {
        Ask { hours: self.hours, status: self.status, include: self.include }
    }

    /// The role to assume, if any.
    pub(crate) fn role(&self) -> Result<Option<(RoleArn, Option<ExternalId>)>, String> {
        let Some(role) = &self.role_arn else {
            return match self.external_id {
                None => Ok(None),
                Some(_) => {
                    Err("an external id is sent when a role is assumed: add --role-arn".into())
                }
            };
        };
        // Not parsed by the command line's parser, which repeats what it refuses.
        let external_id = self.external_id.as_deref().map(str::parse).transpose();
        let external_id = external_id.map_err(|error| format!("--external-id: {error}"))?;
        Ok(Some((role.clone(), external_id)))
    }
}
