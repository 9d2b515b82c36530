//! Reading the facts file: zlib over lines of tab-separated fields, the first of which says what
//! the line is. `examples/update_facts.rs` writes it.

use std::{fmt, io::Read};

use flate2::read::ZlibDecoder;

use super::{
    Facts, Source,
    key::{ConditionKey, KeyTable, KeyType},
    service::{AccessLevel, Action, ActionResource, ResourceType, Service},
    slot::Slot,
};

/// The first line of a facts file this version reads.
const FORM: &str = "infraaudit-facts\t1";
/// No facts file is larger than this when unpacked; a larger one is not one of ours.
const LIMIT: u64 = 64 << 20;

/// Why bytes are not facts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FactsError {
    /// They do not unpack to text.
    Damaged,
    /// They are of a form this version does not read.
    Form(String),
    /// A line says nothing that can be understood.
    Line(usize),
}

impl fmt::Display for FactsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged => {
                f.write_str("the facts file is damaged; make it again with update_facts")
            }
            Self::Form(found) => write!(
                f,
                "the facts file begins with `{found}`, not `infraaudit-facts 1`; make it again with this version's update_facts"
            ),
            Self::Line(line) => write!(
                f,
                "line {line} of the unpacked facts file cannot be understood; make it again with update_facts"
            ),
        }
    }
}

impl std::error::Error for FactsError {}

pub(super) fn load(bytes: &[u8]) -> Result<Facts, FactsError> {
    let mut text = String::with_capacity(bytes.len() * 8);
    let mut unpacked = ZlibDecoder::new(bytes).take(LIMIT);
    unpacked.read_to_string(&mut text).map_err(|_| FactsError::Damaged)?;
    let mut facts = Facts {
        source: Source { package: "".into(), version: "".into(), date: "".into() },
        text: String::new(),
        slots: Vec::new(),
        globals: KeyTable::default(),
        other_prefixes: Vec::new(),
        rcp_services: Vec::new(),
        arn_services: Vec::new(),
    };
    // Everything before the first service is read now; services are only located.
    let services = text.find("\ns\t").map_or(text.len(), |at| at + 1);
    let (head, rest) = text.split_at(services);
    let mut lines = head.lines();
    let form = lines.next().unwrap_or_default();
    if form != FORM {
        return Err(FactsError::Form(form.chars().take(40).collect()));
    }
    let mut globals = Vec::new();
    for (number, line) in (2..).zip(lines) {
        let (kind, fields) = line.split_once('\t').ok_or(FactsError::Line(number))?;
        match kind {
            "package" => facts.source.package = fields.into(),
            "version" => facts.source.version = fields.into(),
            "date" => facts.source.date = fields.into(),
            "notice" => {}
            "g" => globals.push(key(fields).ok_or(FactsError::Line(number))?),
            "arn" => {
                let (arn, services) = fields.split_once('\t').ok_or(FactsError::Line(number))?;
                facts
                    .arn_services
                    .push((arn.into(), services.split(',').map(Into::into).collect()));
            }
            "prefix" => facts.other_prefixes.push(fields.into()),
            "rcp" => facts.rcp_services = fields.split(',').map(Into::into).collect(),
            _ => return Err(FactsError::Line(number)),
        }
    }
    facts.globals = KeyTable::new(globals);
    let mut from = 0;
    while from < rest.len() {
        let section = rest.get(from..).unwrap_or("");
        let length = section.find("\ns\t").map_or(section.len(), |at| at + 1);
        let prefix = section.split('\t').nth(1).unwrap_or("");
        facts.slots.push(Slot::new(prefix, services + from..services + from + length));
        from += length;
    }
    facts.text = text;
    Ok(facts)
}

fn key(fields: &str) -> Option<ConditionKey> {
    let (letter, name) = fields.split_once('\t')?;
    Some(ConditionKey::new(name, KeyType::from_letter(letter)?))
}

/// Reads a service's lines. A line that cannot be understood is left out: a test of this crate
/// reads every line of the bundled file.
pub(super) fn service(lines: &str) -> Service {
    let mut service = Service::default();
    let mut keys = Vec::new();
    service.key_sets.push(Box::default());
    for line in lines.lines() {
        let Some((kind, fields)) = line.split_once('\t') else { continue };
        let mut fields = fields.split('\t');
        let mut field = || fields.next().unwrap_or("");
        match kind {
            "s" => {
                service.prefix = field().into();
                service.name = field().into();
            }
            "k" => keys.extend(key(line.split_at(2).1)),
            "q" => {
                let places = field().split(',').filter_map(|place| place.parse().ok());
                service.key_sets.push(places.collect());
            }
            "r" => {
                let (name, arn) = (field(), field());
                service.resources.push(ResourceType::new(name, arn, field().parse().unwrap_or(0)));
            }
            "a" => service.actions.push(Action {
                name: field().into(),
                level: level(field()),
                key_set: field().parse().unwrap_or(0),
                resources: field().split(';').filter_map(action_resource).collect(),
                dependent: field().split(',').filter(|n| !n.is_empty()).map(Into::into).collect(),
            }),
            _ => {}
        }
    }
    service.keys = KeyTable::new(keys);
    service
}

fn level(letter: &str) -> AccessLevel {
    match letter {
        "l" => AccessLevel::List,
        "r" => AccessLevel::Read,
        "t" => AccessLevel::Tagging,
        "p" => AccessLevel::PermissionsManagement,
        _ => AccessLevel::Write,
    }
}

/// `3`, `3*` when required, `3*:7` with the set of condition keys.
fn action_resource(field: &str) -> Option<ActionResource> {
    let (resource, set) = field.split_once(':').unwrap_or((field, "0"));
    let required = resource.ends_with('*');
    Some(ActionResource {
        resource: resource.trim_end_matches('*').parse().ok()?,
        required,
        key_set: set.parse().ok()?,
    })
}
