use std::time::Duration;

use domain::{
    AccountId,
    keys::{Ask, Hours, Include, Status},
};
use utoipa::{IntoParams, ToSchema};

use crate::{
    fields::{Fields, not_valid, parsed},
    problem::Problem,
    settings::Keys,
};

/// Which keys are asked for, in a query.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "its fields are read one by one, to tell all that is wrong at once")]
pub(crate) struct KeysQuery {
    /// Lists keys that are older than this many hours. Required, here or in the body.
    #[param(minimum = 1, maximum = 87600, required = false)]
    hours: u32,
    /// The registered account; the service's own where it is not there.
    #[param(pattern = "^[0-9]{12}$", required = false)]
    account_id: String,
    /// `all` includes inactive keys.
    status: Option<Status>,
    /// Additional fields, separated by a comma: `last_used`, `key_id`.
    #[param(required = false, example = "last_used")]
    include: String,
    /// How many seconds to wait for the answer; what takes longer becomes a job.
    #[param(minimum = 0, maximum = 25, default = 25, required = false)]
    wait_seconds: u8,
}

/// Which keys are asked for.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "its fields are read one by one, to tell all that is wrong at once")]
pub(crate) struct KeysRequest {
    /// Lists keys that are older than this many hours.
    #[schema(minimum = 1, maximum = 87600)]
    hours: u32,
    /// The registered account; the service's own where it is not there.
    #[schema(pattern = "^[0-9]{12}$", required = false)]
    account_id: String,
    /// `all` includes inactive keys.
    #[schema(required = false)]
    status: Status,
    /// Additional fields, separated by a comma: `last_used`, `key_id`.
    #[schema(required = false, example = "last_used,key_id")]
    include: String,
    /// How many seconds to wait for the answer; what takes longer becomes a job.
    #[schema(minimum = 0, maximum = 25, default = 25, required = false)]
    wait_seconds: u8,
}

const FIELDS: [&str; 5] = ["hours", "account_id", "status", "include", "wait_seconds"];

/// The fields that are numbers, also in a query.
pub(super) const NUMBERS: [&str; 2] = ["hours", "wait_seconds"];

const SECONDS: &str = "a whole number from 0 to 25";

/// A question that was understood.
pub(super) struct Wanted {
    pub(super) account_id: Option<AccountId>,
    pub(super) ask: Ask,
    /// How long the answer is waited for.
    pub(super) wait: Duration,
}

/// What is asked.
pub(super) fn wanted(mut fields: Fields) -> Result<Wanted, Problem> {
    fields.need("hours", Hours::ACCEPTED);
    let hours = fields.number("hours", Hours::ACCEPTED, |number| {
        Hours::try_from(number).map_err(|invalid| not_valid(&invalid))
    });
    let account_id = fields.text("account_id", AccountId::ACCEPTED);
    let status: Option<Status> = fields.made("status", Status::ACCEPTED, parsed);
    let include: Option<Include> = fields.made("include", Include::ACCEPTED, parsed);
    let longest = Keys::LONGEST.as_secs();
    let wait = fields.number("wait_seconds", SECONDS, |seconds| {
        if seconds <= longest { Ok(seconds) } else { Err(format!("`{seconds}` is too long")) }
    });
    fields.done(&FIELDS).map_err(Problem::invalid)?;
    // Without the hours there was an error, and this is not reached.
    let hours = hours.ok_or_else(Problem::internal)?;
    let (status, include) = (status.unwrap_or_default(), include.unwrap_or_default());
    let wait = Duration::from_secs(wait.unwrap_or(longest));
    Ok(Wanted { account_id, ask: Ask { hours, status, include }, wait })
}
