use domain::{
    AccountId, CheckSettings, RoleName, Schedule, Service, Severity, ThresholdOverrides,
    TrustOverrides,
};
use jiff::Timestamp;
use utoipa::ToSchema;

use crate::{
    accounts::given::Given,
    fields::{Fields, not_valid, parsed},
    problem::Problem,
    values::{REGIONS, SERVICE, SEVERITY, region},
};

/// An account to register. Other fields are refused, an `external_id` among them: it is made here.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "its fields are read one by one, to tell all that is wrong at once")]
pub(crate) struct RegisterRequest {
    /// The account's 12 digits.
    #[schema(pattern = "^[0-9]{12}$", example = "111122223333")]
    account_id: String,
    /// What to call it, 1 to 100 characters.
    #[schema(required = false, min_length = 1, max_length = 100)]
    name: String,
    /// The role to assume there.
    #[schema(pattern = "^[A-Za-z0-9_+=,.@-]{1,64}$", default = "CloudDoctorAuditRole")]
    #[schema(required = false)]
    role_name: String,
    /// The regions to read by schedule; every enabled one where it is empty.
    #[schema(required = false, example = json!(["eu-west-1"]))]
    regions: Vec<String>,
    /// The services to read by schedule; all where it is empty.
    #[schema(required = false)]
    services: Vec<Service>,
    /// When to audit it; every night with the others where it is not there.
    #[schema(required = false)]
    schedule: ScheduleRequest,
    /// Minimum severity that triggers an alert; by default the operator's setting.
    #[schema(required = false)]
    alert_severity: Severity,
    /// The numbers that its audits judge by, where they differ from the operator's.
    #[schema(required = false)]
    thresholds: ThresholdOverrides,
    /// Who may reach into it from outside; a list that is there takes the place of the operator's.
    #[schema(required = false)]
    trust: TrustOverrides,
    /// Checks that are switched on or off, or rated otherwise. Its word about a check counts over the operator's.
    #[schema(required = false)]
    checks: CheckSettings,
}

/// What to change of an account; null resets a field to its default.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "its fields are read one by one, to tell all that is wrong at once")]
pub(crate) struct ChangeRequest {
    /// What to call it, 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// The role to assume there. Another one has to be proven anew.
    #[schema(pattern = "^[A-Za-z0-9_+=,.@-]{1,64}$")]
    role_name: Option<String>,
    /// The regions to read by schedule.
    regions: Option<Vec<String>>,
    /// The services to read by schedule.
    services: Option<Vec<Service>>,
    /// When to audit it.
    schedule: Option<ScheduleRequest>,
    /// Minimum severity that triggers an alert.
    alert_severity: Option<Severity>,
    /// The numbers that its audits judge by; all of them are said anew.
    thresholds: Option<ThresholdOverrides>,
    /// Who may reach into it from outside; all of it is said anew.
    trust: Option<TrustOverrides>,
    /// Checks that are switched on or off, or rated otherwise; all of it is said anew.
    checks: Option<CheckSettings>,
}

/// When to audit an account.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "its fields are read one by one, to tell all that is wrong at once")]
pub(crate) struct ScheduleRequest {
    /// Six fields as `EventBridge` Scheduler has them: minutes, hours, day of month, month, day of week,
    /// year, one of the two days being `?`.
    #[schema(example = "0 2 * * ? *")]
    cron: String,
    /// A name of the time zone database.
    #[schema(required = false, default = "UTC", example = "Asia/Seoul")]
    time_zone: String,
}

const REGISTER: [&str; 10] = [
    "account_id",
    "name",
    "role_name",
    "regions",
    "services",
    "schedule",
    "alert_severity",
    "thresholds",
    "trust",
    "checks",
];
const CHANGE: [&str; 9] = [
    "name",
    "role_name",
    "regions",
    "services",
    "schedule",
    "alert_severity",
    "thresholds",
    "trust",
    "checks",
];
const NAME: &str = "1 to 100 characters without line breaks";

/// What is given of an account, field by field.
pub(super) struct AccountFields {
    pub(super) name: Given<String>,
    pub(super) role_name: Given<RoleName>,
    pub(super) regions: Given<Vec<String>>,
    pub(super) services: Given<Vec<Service>>,
    pub(super) schedule: Given<Schedule>,
    pub(super) alert_severity: Given<Severity>,
    pub(super) thresholds: Given<ThresholdOverrides>,
    pub(super) trust: Given<TrustOverrides>,
    pub(super) checks: Given<CheckSettings>,
}

/// The account that a body registers, and what it gives of it.
pub(super) fn register(mut fields: Fields) -> Result<(AccountId, AccountFields), Problem> {
    fields.need("account_id", AccountId::ACCEPTED);
    let account_id: Option<AccountId> = fields.text("account_id", AccountId::ACCEPTED);
    let given = account_fields(&mut fields, false);
    made_here(&mut fields);
    fields.done(&REGISTER).map_err(Problem::invalid)?;
    // Without the account there was an error, and this is not reached.
    Ok((account_id.ok_or_else(Problem::internal)?, given))
}

/// What a body changes.
pub(super) fn change(mut fields: Fields) -> Result<AccountFields, Problem> {
    let given = account_fields(&mut fields, true);
    made_here(&mut fields);
    fields.done(&CHANGE).map_err(Problem::invalid)?;
    Ok(given)
}

/// One that a caller could choose could be another customer's. Its value is not repeated.
fn made_here(fields: &mut Fields) {
    if fields.take("external_id").is_some() {
        let problem = "it is made here, one for each account, and never changed";
        fields.wrong("external_id", problem, "nothing: `GET /api/accounts/{account_id}` tells it");
    }
}

fn account_fields(fields: &mut Fields, clears: bool) -> AccountFields {
    let parts = ["cron", "time_zone"];
    AccountFields {
        name: given(fields, clears, "name", |fields, field| fields.made(field, NAME, name)),
        role_name: given(fields, clears, "role_name", |fields, field| {
            fields.text(field, RoleName::ACCEPTED)
        }),
        regions: given(fields, clears, "regions", |fields, field| {
            fields.many(field, REGIONS, region)
        }),
        services: given(fields, clears, "services", |fields, field| {
            fields.many(field, &SERVICE, parsed)
        }),
        schedule: given(fields, clears, "schedule", |fields, field| {
            fields.object(field, &parts, schedule)
        }),
        alert_severity: given(fields, clears, "alert_severity", |fields, field| {
            fields.text(field, SEVERITY)
        }),
        thresholds: given(fields, clears, "thresholds", |fields, field| {
            fields.setting(field, checks::read_thresholds)
        }),
        trust: given(fields, clears, "trust", |fields, field| {
            fields.setting(field, checks::read_trust)
        }),
        checks: given(fields, clears, "checks", |fields, field| {
            fields.setting(field, checks::read_checks)
        }),
    }
}

/// What is given for a field; one that is wrong is as good as absent, for nothing is done then.
fn given<T>(
    fields: &mut Fields,
    clears: bool,
    field: &str,
    take: impl FnOnce(&mut Fields, &str) -> Option<T>,
) -> Given<T> {
    if clears && fields.cleared(field) {
        return Given::Null;
    }
    take(fields, field).map_or(Given::Absent, Given::Value)
}

fn name(text: &str) -> Result<String, String> {
    let length = text.chars().count();
    if (1..=100).contains(&length) && !text.chars().any(char::is_control) {
        Ok(text.to_owned())
    } else {
        Err("it is not a name".into())
    }
}

fn schedule(fields: &mut Fields) -> Option<Schedule> {
    fields.need("cron", Schedule::CRON);
    let cron = fields.made("cron", Schedule::CRON, |cron| {
        // By a zone that is there, so that what is wrong is the expression.
        let schedule = Schedule::new(cron, "UTC").map_err(|error| not_valid(&error))?;
        let comes = schedule.coming(Timestamp::now());
        comes.map(|_| cron.to_owned()).map_err(|_| format!("`{cron}` never comes again"))
    });
    let zone = if fields.has("time_zone") {
        fields.made("time_zone", Schedule::ZONE, |zone| {
            let tried = Schedule::new("0 2 * * ? *", zone);
            tried.map(|_| zone.to_owned()).map_err(|error| not_valid(&error))
        })
    } else {
        Some("UTC".to_owned())
    };
    Schedule::new(&cron?, &zone?).ok()
}
