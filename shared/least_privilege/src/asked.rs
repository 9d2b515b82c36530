//! What a call's parameters ask for beside its own action: tags, access lists, locks, keys, log deliveries.
//!
//! CloudTrail has no record of these permissions: they are decided in the same call.

mod table;

use policy::facts::{AccessLevel, Action, Facts, Service};
use serde_json::Value;

use crate::{
    record::Record,
    resources::{Found, Leaves, Place, Plan, escaped},
};
pub use table::{Asked, BY_PARAMETER, NOT_TOLD, NotTold, On, TAGGING, Tagging, VERSIONS};

/// One more permission of a call.
pub(crate) struct More {
    pub(crate) action: String,
    pub(crate) on: Where,
}

/// What one more permission is taken on.
pub(crate) enum Where {
    /// What the call names, of the types that its own action works on.
    Own,
    /// These.
    These(Vec<Found>),
}

/// The action that is taken in the place of another where a version is named.
///
/// Source: `GetObject`, `DeleteObject` and their like, Amazon S3 API Reference, "permissions".
pub(crate) fn of_version(plan: &Plan, parameters: &Leaves<'_>) -> Option<&'static str> {
    let row = VERSIONS.iter().find(|row| row.0 == &*plan.action)?;
    let named = if plan.on_copied {
        parameters.of("x-amz-copy-source").any(|source| source.contains("?versionId="))
    } else {
        parameters.of("versionId").any(|version| !version.is_empty())
    };
    named.then_some(row.1)
}

/// What the parameters of a call ask for beside its action.
pub(crate) fn of(
    facts: &Facts,
    plan: &Plan,
    place: Place<'_>,
    record: &Record<'_>,
    parameters: &Leaves<'_>,
) -> Vec<More> {
    let mut more: Vec<More> =
        plan.may_ask.rows.iter().flat_map(|row| row.of(place, parameters)).collect();
    if plan.may_ask.tags {
        more.extend(tagging(facts, plan, place, record));
    }
    more
}

/// What calls of one name may ask for, worked out once.
#[derive(Debug)]
pub(crate) struct MayAsk {
    rows: Vec<&'static Asked>,
    tags: bool,
    not_told: Vec<&'static NotTold>,
}

impl MayAsk {
    pub(crate) fn new(facts: &Facts, action: &str, call: &str) -> Self {
        Self {
            rows: BY_PARAMETER.iter().filter(|row| row.is_of(action, call)).collect(),
            tags: taker(facts, action).is_some(),
            not_told: NOT_TOLD.iter().filter(|row| row.action == action).collect(),
        }
    }

    pub(crate) fn is_nothing(&self) -> bool {
        self.rows.is_empty() && !self.tags && self.not_told.is_empty()
    }
}

/// Why what a call takes cannot be known from its record, where that is so.
pub(crate) fn not_told<'r>(
    plan: &'r Plan,
    record: &'r Record<'_>,
    parameters: &'r Leaves<'_>,
) -> impl Iterator<Item = &'static str> + 'r {
    let rows = plan.may_ask.not_told.iter();
    rows.filter(|row| row.holds(record, parameters)).map(|row| row.why)
}

impl Asked {
    fn is_of(&self, action: &str, call: &str) -> bool {
        self.of.contains(&action) && self.only.is_none_or(|only| only.eq_ignore_ascii_case(call))
    }

    fn of(&self, place: Place<'_>, parameters: &Leaves<'_>) -> Vec<More> {
        let values: Vec<&str> = parameters
            .iter()
            .filter(|(name, value)| {
                let is = match self.parameter.strip_suffix('*') {
                    Some(stem) => {
                        name.get(..stem.len()).is_some_and(|n| n.eq_ignore_ascii_case(stem))
                    }
                    None => name.eq_ignore_ascii_case(self.parameter),
                };
                is && !value.is_empty() && self.except != Some(*value)
            })
            .map(|(_, value)| value)
            .collect();
        if values.is_empty() {
            return Vec::new();
        }
        let made = |on: &dyn Fn() -> Where| {
            self.actions
                .iter()
                .map(|action| More { action: (*action).to_owned(), on: on() })
                .collect()
        };
        match self.on {
            On::Own => made(&|| Where::Own),
            On::Everything => {
                made(&|| Where::These(vec![Found { kind: None, pattern: "*".into(), named: true }]))
            }
            On::Key => {
                let keys: Vec<String> =
                    values.iter().filter_map(|value| key(place, value)).collect();
                if keys.is_empty() { Vec::new() } else { made(&|| Where::These(these(&keys))) }
            }
            On::Arn(service) => {
                let of = |value: &&&str| value.split(':').nth(2) == Some(service);
                let found: Vec<String> = values
                    .iter()
                    .filter(|value| value.starts_with("arn:"))
                    .filter(of)
                    // A bucket's ARN may go on with the folder.
                    .map(|arn| escaped(arn.split('/').next().unwrap_or_default()))
                    .collect();
                if found.is_empty() { Vec::new() } else { made(&|| Where::These(these(&found))) }
            }
            On::Bucket => {
                let partition = place.partition;
                let arn = |name: &&str| format!("arn:{partition}:s3:::{}", escaped(name));
                let found: Vec<String> = values.iter().map(arn).collect();
                made(&|| Where::These(these(&found)))
            }
            On::Destination(service) => {
                let goes = values.iter().any(|value| {
                    value.starts_with("arn:") && value.split(':').nth(2) == Some(service)
                });
                if goes {
                    made(&|| {
                        Where::These(vec![Found { kind: None, pattern: "*".into(), named: true }])
                    })
                } else {
                    Vec::new()
                }
            }
        }
    }
}

fn these(patterns: &[String]) -> Vec<Found> {
    patterns
        .iter()
        .map(|pattern| Found { kind: Some(0), pattern: pattern.clone(), named: true })
        .collect()
}

/// The ARN of a key that is named by its ARN or id; nothing where it is named by an alias, which does not tell it.
fn key(place: Place<'_>, value: &str) -> Option<String> {
    if value.starts_with("arn:") {
        return value.contains(":key/").then(|| escaped(value));
    }
    let is_id = value.starts_with("mrk-") || value.len() == 36;
    let is_id = is_id && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let Place { partition, region, account } = place;
    is_id.then(|| format!("arn:{partition}:kms:{region}:{account}:key/{value}"))
}

impl NotTold {
    fn holds(&self, record: &Record<'_>, parameters: &Leaves<'_>) -> bool {
        if self.only.is_some_and(|only| !only.eq_ignore_ascii_case(record.name())) {
            return false;
        }
        let is_ruled_out = |(name, value): (&str, &str)| {
            parameters.of(name).any(|given| given.eq_ignore_ascii_case(value))
        };
        if self.unless.is_some_and(is_ruled_out) {
            return false;
        }
        let Some(parameter) = self.parameter else { return true };
        let mut named = parameters.of(parameter).filter(|value| !value.is_empty());
        match self.starts {
            Some(start) => {
                named.any(|value| value.starts_with(start) || value.contains(&format!(":{start}")))
            }
            None => named.next().is_some() || has_object(record, parameter),
        }
    }
}

/// Whether the parameters hold a list or an object of a name, with something in it.
fn has_object(record: &Record<'_>, name: &str) -> bool {
    parsed(record).is_some_and(|value| {
        any(&value, &mut |key, value| key.eq_ignore_ascii_case(name) && !is_empty(value))
    })
}

fn parsed(record: &Record<'_>) -> Option<Value> {
    serde_json::from_str(record.request_parameters?.get()).ok()
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.values().all(is_empty),
        Value::String(text) => text.is_empty(),
        Value::Null => true,
        _ => false,
    }
}

/// Whether a member of an object anywhere below fits.
fn any(value: &Value, fits: &mut impl FnMut(&str, &Value) -> bool) -> bool {
    match value {
        Value::Array(list) => list.iter().any(|one| any(one, fits)),
        Value::Object(object) => {
            object.iter().any(|(key, value)| fits(key, value) || any(value, fits))
        }
        _ => false,
    }
}

/// The parameters that hold tags, in lower case.
const TAGS: &[&str] = &[
    "resourcetags",
    "tag",
    "taglist",
    "tags",
    "tagset",
    "tagspecification",
    "tagspecifications",
    "tagspecificationset",
];

/// The names of actions that tag whatever a service makes, the likeliest first.
const TAGGERS: &[&str] = &["TagResource", "AddTagsToResource", "AddTags", "CreateTags"];

/// What tags at creation take.
///
/// The Service Authorization Reference says of an action whether it takes tags: it has the condition key
/// `aws:RequestTag`. Which action decides about them is `TAGGING`'s, or the service's tagging action.
fn tagging(facts: &Facts, plan: &Plan, place: Place<'_>, record: &Record<'_>) -> Vec<More> {
    let Some((service, action)) = taker(facts, &plan.action) else { return Vec::new() };
    let Some(parameters) = parsed(record) else { return Vec::new() };
    let is_tags = |key: &str| TAGS.contains(&key.to_ascii_lowercase().as_str());
    if !any(&parameters, &mut |key, value| is_tags(key) && !is_empty(value)) {
        return Vec::new();
    }
    let Some(tagger) = tagger(service, action) else { return Vec::new() };
    let tagger = format!("{}:{tagger}", service.prefix());
    if service.prefix() != "ec2" {
        return vec![More { action: tagger, on: Where::Own }];
    }
    // What is made has no id yet; the specification tells its type.
    let mut kinds: Vec<String> = Vec::new();
    any(&parameters, &mut |key, value| {
        if let (true, Value::String(kind)) = (key.eq_ignore_ascii_case("resourceType"), value) {
            kinds.push(kind.clone());
        }
        false
    });
    let plan = Plan::new(facts, &tagger, "", false);
    let found: Vec<Found> = plan
        .types
        .iter()
        .enumerate()
        .filter(|(_, of_kind)| kinds.iter().any(|kind| of_kind.is_called(kind)))
        .map(|(kind, of_kind)| Found {
            kind: Some(kind),
            pattern: of_kind.shape.any(place),
            named: false,
        })
        .collect();
    let on = if found.is_empty() { Where::Own } else { Where::These(found) };
    vec![More { action: tagger, on }]
}

/// An action that takes tags with what it makes.
fn taker<'f>(facts: &'f Facts, action: &str) -> Option<(&'f Service, &'f Action)> {
    let (prefix, _) = action.split_once(':')?;
    let service = facts.service(prefix)?;
    let known = facts.action(action)?;
    let takes = known.level() != AccessLevel::Tagging
        && service.supports(known, "aws:RequestTag/${TagKey}");
    takes.then_some((service, known))
}

fn tagger<'f>(service: &'f Service, action: &Action) -> Option<&'f str> {
    let row = TAGGING.iter().find(|row| {
        row.service == service.prefix() && row.action.is_none_or(|name| name == action.name())
    });
    if let Some(row) = row {
        return row.takes;
    }
    let is_tagger = |name: &&&str| service.action(name).is_some();
    TAGGERS.iter().find(is_tagger).and_then(|name| service.action(name)).map(Action::name)
}

#[cfg(test)]
mod tests;
