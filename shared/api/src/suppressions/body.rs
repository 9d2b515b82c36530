use std::time::Duration;

use domain::{AccountId, Suppression, Tag};
use jiff::Timestamp;
use utoipa::ToSchema;

use crate::{
    fields::Fields,
    problem::{Problem, shown},
    values::check,
};

/// What to keep quiet. At least one of `check`, `resource` and `tag`; all that are there have to match.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "its fields are read one by one, to tell all that is wrong at once")]
pub(crate) struct SuppressRequest {
    /// Only in this account; in every one where it is not there.
    #[schema(pattern = "^[0-9]{12}$", required = false)]
    account_id: String,
    /// Only of this check.
    #[schema(required = false, example = "s3_public_access")]
    check: String,
    /// Only of resources whose ARN matches; `*` stands for any text, `?` for one character.
    #[schema(required = false, example = "arn:aws:s3:::website-*", max_length = 2048)]
    resource: String,
    /// Only of resources with this tag.
    #[schema(required = false)]
    tag: TagRequest,
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
    /// Until when: in the future, and at most a year from now.
    #[schema(value_type = String, format = DateTime)]
    expires_at: String,
}

/// A tag that a resource has to have.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "its fields are read one by one, to tell all that is wrong at once")]
pub(crate) struct TagRequest {
    /// Its key.
    #[schema(min_length = 1, max_length = 128)]
    key: String,
    /// Its value, with `*` and `?`; any where it is not there.
    #[schema(required = false, default = "*", max_length = 256)]
    value: String,
}

const FIELDS: [&str; 6] = ["account_id", "check", "resource", "tag", "reason", "expires_at"];
const CHECK: &str = "an id that `infraaudit checks list` tells";
const RESOURCE: &str = "1 to 2,048 characters of an ARN with `*` and `?`, not `*` alone";
const KEY: &str = "1 to 128 characters";
const VALUE: &str = "up to 256 characters with `*` and `?`";
const REASON: &str = "1 to 500 characters";
const EXPIRES: &str = "a time in the future like `2027-01-31T00:00:00Z`, at most a year from now";

/// A year that has a leap day.
const YEAR: Duration = Duration::from_hours(366 * 24);

/// The suppression that a body asks for.
pub(super) fn suppression(mut fields: Fields, now: Timestamp) -> Result<Suppression, Problem> {
    let narrows = ["check", "resource", "tag"];
    if narrows.iter().all(|field| !fields.has(field)) {
        let fields_of = "one of `check`, `resource` and `tag`, or more";
        fields.need("check", fields_of);
    }
    fields.need("reason", REASON);
    fields.need("expires_at", EXPIRES);
    let account_id = fields.text("account_id", AccountId::ACCEPTED);
    let check = fields.made("check", CHECK, check);
    let resource = fields.made("resource", RESOURCE, |text| {
        let text = text_of(text, 1..=2048)?;
        Suppression::check_resource(&text)
            .map_err(|_| "no ARN matches it, or all do".to_owned())?;
        Ok(text)
    });
    let tag = fields.object("tag", &["key", "value"], tag);
    let reason = fields.made("reason", REASON, |text| {
        if text.trim().is_empty() { Err("it says nothing".into()) } else { text_of(text, 1..=500) }
    });
    let expires_at = fields.made("expires_at", EXPIRES, |text| time(text, now));
    fields.done(&FIELDS).map_err(Problem::invalid)?;
    // Without one of them there was an error, and this is not reached.
    let (reason, expires_at) = reason.zip(expires_at).ok_or_else(Problem::internal)?;
    Ok(Suppression { id: None, account_id, check, resource, tag, reason, expires_at })
}

fn tag(fields: &mut Fields) -> Option<Tag> {
    fields.need("key", KEY);
    let key = fields.made("key", KEY, |text| text_of(text, 1..=128));
    let any = !fields.has("value");
    let value = fields.made("value", VALUE, |text| text_of(text, 0..=256));
    Some(Tag { key: key?, value: if any { "*".into() } else { value? } })
}

fn text_of(text: &str, length: std::ops::RangeInclusive<usize>) -> Result<String, String> {
    let fits = length.contains(&text.chars().count()) && !text.chars().any(|c| c == '\0');
    if fits { Ok(text.to_owned()) } else { Err("it is empty, too long or has a NUL in it".into()) }
}

fn time(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let time: Timestamp = text.parse().map_err(|_| format!("`{}` is not a time", shown(text)))?;
    let last = now.checked_add(YEAR).unwrap_or(Timestamp::MAX);
    if time <= now {
        Err(format!("`{time}` is over"))
    } else if time > last {
        Err(format!("`{time}` is more than a year away"))
    } else {
        Ok(time)
    }
}
