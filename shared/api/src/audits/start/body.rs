use domain::{AccountId, ExternalId, RoleName, Service};
use utoipa::ToSchema;

use crate::{
    fields::{Fields, parsed},
    problem::Problem,
    values::{CHECKS, REGIONS, SERVICE, check, region},
};

/// What is asked for. Other fields are refused.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "its fields are read one by one, to tell all that is wrong at once")]
pub(crate) struct StartRequest {
    /// The account's 12 digits.
    #[schema(pattern = "^[0-9]{12}$", example = "111122223333")]
    account_id: String,
    /// The role to assume there; of a registered account the one it is registered with.
    #[schema(pattern = "^[A-Za-z0-9_+=,.@-]{1,64}$", default = "CloudDoctorAuditRole")]
    #[schema(required = false)]
    role_name: String,
    /// What the role's trust policy asks for; of a registered account the one it is registered with,
    /// which need not be told.
    #[schema(pattern = "^[A-Za-z0-9_+=,.@:/-]{2,1224}$", write_only, required = false)]
    external_id: String,
    /// The ids of the checks to run, as `infraaudit checks list` tells them; all where it is empty.
    #[schema(required = false, max_items = 1000, example = json!(["s3_public_access"]))]
    checks: Vec<String>,
    /// The regions to read; those of the registration where it is not there, every one where it is empty.
    #[schema(required = false, example = json!(["eu-west-1"]))]
    regions: Vec<String>,
    /// The services to read; those of the registration where it is not there, all where it is empty.
    #[schema(required = false)]
    services: Vec<Service>,
    /// Whether to begin although a full audit of the account is under way; not where that was forced too.
    #[schema(required = false, default = false)]
    force: bool,
}

const FIELDS: [&str; 7] =
    ["account_id", "role_name", "external_id", "checks", "regions", "services", "force"];

/// A body that was understood.
pub(super) struct Wanted {
    pub(super) account_id: AccountId,
    pub(super) role_name: Option<RoleName>,
    pub(super) external_id: Option<ExternalId>,
    pub(super) checks: Vec<String>,
    pub(super) regions: Option<Vec<String>>,
    pub(super) services: Option<Vec<Service>>,
    pub(super) force: bool,
}

/// What a body asks for.
pub(super) fn wanted(mut fields: Fields) -> Result<Wanted, Problem> {
    fields.need("account_id", AccountId::ACCEPTED);
    let account_id: Option<AccountId> = fields.text("account_id", AccountId::ACCEPTED);
    let role_name = fields.text("role_name", RoleName::ACCEPTED);
    let external_id = fields.text("external_id", ExternalId::ACCEPTED);
    let checks = fields.many("checks", CHECKS, check).unwrap_or_default();
    let regions = fields.many("regions", REGIONS, region);
    let services = fields.many("services", &SERVICE, parsed);
    let force = fields.flag("force");
    fields.done(&FIELDS).map_err(Problem::invalid)?;
    // Without the account there was an error, and this is not reached.
    let account_id = account_id.ok_or_else(Problem::internal)?;
    Ok(Wanted { account_id, role_name, external_id, checks, regions, services, force })
}
