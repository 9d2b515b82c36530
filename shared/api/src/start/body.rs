use domain::{AccountId, ExternalId, Order, RoleName};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    Problem,
    fields::{Fields, not_text},
};

/// What is asked for. Other fields are refused.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "its fields are read one by one, to tell all that is wrong at once")]
pub(crate) struct StartRequest {
    /// The account's 12 digits.
    #[schema(pattern = "^[0-9]{12}$", example = "111122223333")]
    account_id: String,
    /// The role to assume there.
    #[schema(pattern = "^[A-Za-z0-9_+=,.@-]{1,64}$", default = "CloudDoctorAuditRole")]
    #[schema(required = false)]
    role_name: String,
    /// What the role's trust policy asks for. It is never told again.
    #[schema(pattern = "^[A-Za-z0-9_+=,.@:/-]{2,1224}$", write_only, required = false)]
    external_id: String,
    /// The ids of the checks to run, as `infraaudit checks list` tells them; all where it is empty.
    #[schema(required = false, max_items = 1000, example = json!(["s3_public_access"]))]
    checks: Vec<String>,
}

const FIELDS: [&str; 4] = ["account_id", "role_name", "external_id", "checks"];
const CHECKS: &str = "a list of ids that `infraaudit checks list` tells";

/// The order that a body asks for.
pub(super) fn order(body: &[u8]) -> Result<Order, Problem> {
    if body.is_empty() {
        return Err(Problem::malformed("the body is empty; send a JSON object"));
    }
    let body: Value = serde_json::from_slice(body)
        .map_err(|error| Problem::malformed(format!("the body is not JSON: {error}")))?;
    let mut fields = Fields::of_body(body);
    let missing = !fields.has("account_id") && !fields.is_wrong();
    let account_id: Option<AccountId> = fields.text("account_id", AccountId::ACCEPTED);
    if missing {
        fields.wrong("account_id", "it is missing", AccountId::ACCEPTED);
    }
    let role_name = fields.text("role_name", RoleName::ACCEPTED).unwrap_or_default();
    let external_id = fields.text::<ExternalId>("external_id", ExternalId::ACCEPTED);
    let checks = checks_of(&mut fields);
    fields.done(&FIELDS).map_err(Problem::invalid)?;
    // Without the account there was an error, and this is not reached.
    let account_id = account_id.ok_or_else(Problem::internal)?;
    Ok(Order { account_id, role_name, external_id, checks })
}

/// The ids of known checks, each once.
fn checks_of(fields: &mut Fields) -> Vec<String> {
    let given = match fields.take("checks") {
        None => return Vec::new(),
        Some(Value::Array(given)) => given,
        Some(other) => {
            fields.wrong("checks", not_text(&other), CHECKS);
            return Vec::new();
        }
    };
    let mut chosen: Vec<String> = Vec::new();
    for (place, id) in given.into_iter().enumerate() {
        let place = format!("checks[{place}]");
        match id {
            Value::String(id) if checks::find(&id).is_some() => {
                if !chosen.contains(&id) {
                    chosen.push(id);
                }
            }
            Value::String(id) => {
                let hint = checks::nearest(&id).map(|near| format!("; did you mean `{near}`?"));
                let id: String = id.chars().take(80).collect();
                let problem = format!("there is no check `{id}`{}", hint.unwrap_or_default());
                fields.wrong(&place, problem, CHECKS);
            }
            other => fields.wrong(&place, not_text(&other), CHECKS),
        }
    }
    chosen
}
