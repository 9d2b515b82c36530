//! The evaluation once more, as plainly as it can be said: no index, no compiled form, no shortcuts.
//! It shares the document reader with the engine and nothing else.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a tool of the tests: it stops at the first surprise"
)]

use policy::{
    ConditionEntry, Document, Effect, ListClause, Outcome, PolicyKind, Principal, PrincipalClause,
    PrincipalKind, Statement,
};
use std::collections::BTreeMap;

/// Everything that applies to a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    pub(crate) identity: Vec<Document>,
    pub(crate) boundary: Option<Vec<Document>>,
    pub(crate) session: Option<Vec<Document>>,
    pub(crate) resource: Option<Document>,
    pub(crate) endpoint: Option<Vec<Document>>,
    pub(crate) scps: Option<Vec<Vec<Document>>>,
    pub(crate) rcps: Option<Vec<Vec<Document>>>,
    pub(crate) management: Option<String>,
}

/// A context value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    One(String),
    Many(Vec<String>),
}

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    /// Empty for anonymous.
    pub(crate) caller: String,
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) owner: Option<String>,
    pub(crate) wildcard_only: bool,
    /// By key in lower case.
    pub(crate) context: BTreeMap<String, Value>,
}

type Symbols = Vec<Symbol>;

#[derive(Clone, Copy, PartialEq)]
enum Symbol {
    Letter(char),
    One,
    Star,
}

fn fits(pattern: &[Symbol], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((Symbol::Star, rest)) => {
            fits(rest, text) || (!text.is_empty() && fits(pattern, &text[1..]))
        }
        Some((Symbol::One, rest)) => !text.is_empty() && fits(rest, &text[1..]),
        Some((Symbol::Letter(c), rest)) => text.first() == Some(c) && fits(rest, &text[1..]),
    }
}

fn fits_text(pattern: &[Symbol], text: &str) -> bool {
    fits(pattern, &text.chars().collect::<Vec<_>>())
}

/// A policy string with its variables replaced; `None` when one has no value.
fn symbols(text: &str, ask: &Ask, variables: bool, wildcards: bool) -> Option<Symbols> {
    let (symbols, void) = filled(text, ask, variables, wildcards);
    (!void).then_some(symbols)
}

/// A policy string with its variables replaced, by a star where one has no value, and whether that is so.
fn filled(text: &str, ask: &Ask, variables: bool, wildcards: bool) -> (Symbols, bool) {
    let chars: Vec<char> = text.chars().collect();
    let (mut out, mut void) = (Vec::new(), false);
    let mut i = 0;
    while i < chars.len() {
        let close = chars[i..].iter().position(|c| *c == '}').map(|offset| i + offset);
        if let Some(close) = close.filter(|_| variables && chars[i..].starts_with(&['$', '{'])) {
            let inside: String = chars[i + 2..close].iter().collect();
            i = close + 1;
            if ["*", "?", "$"].contains(&inside.as_str()) {
                out.push(Symbol::Letter(inside.chars().next().unwrap()));
                continue;
            }
            let value = value_of(&inside, ask);
            void |= value.is_none();
            let letters = value.map(|value| value.chars().map(Symbol::Letter).collect());
            out.extend(letters.unwrap_or_else(|| vec![Symbol::Star]));
            continue;
        }
        out.push(match chars[i] {
            '*' if wildcards => Symbol::Star,
            '?' if wildcards => Symbol::One,
            c => Symbol::Letter(c),
        });
        i += 1;
    }
    (out, void)
}

/// What a variable stands for: its key's one value, or its default.
fn value_of(inside: &str, ask: &Ask) -> Option<String> {
    let (key, default) = inside.split_once(',').unwrap_or((inside, ""));
    match ask.context.get(&key.trim().to_lowercase()) {
        Some(Value::One(value)) if !value.is_empty() => Some(value.clone()),
        _ => Some(default.trim().strip_prefix('\'')?.strip_suffix('\'')?.to_owned()),
    }
}

fn cut(symbols: &[Symbol]) -> Vec<Symbols> {
    let mut pieces = vec![Vec::new()];
    for symbol in symbols {
        if *symbol == Symbol::Letter(':') && pieces.len() < 6 {
            pieces.push(Vec::new());
        } else {
            pieces.last_mut().unwrap().push(*symbol);
        }
    }
    pieces
}

fn cut_text(text: &str) -> Vec<String> {
    text.splitn(6, ':').map(str::to_owned).collect()
}

fn account_of(arn: &str) -> Option<String> {
    if arn.len() == 12 && arn.chars().all(|c| c.is_ascii_digit()) {
        return Some(arn.to_owned());
    }
    let pieces = cut_text(arn);
    (pieces.len() == 6 && pieces[0] == "arn" && !pieces[4].is_empty()).then(|| pieces[4].clone())
}

fn action_named(clause: &ListClause, asked: &str) -> bool {
    let asked = asked.to_lowercase();
    let any = clause.values.iter().any(|value| {
        let pattern = value.as_str().to_lowercase();
        if pattern == "*" {
            return true;
        }
        let service = pattern.split(':').next().unwrap();
        if !pattern.contains(':') || service.contains('*') || service.contains('?') {
            return false;
        }
        let symbols: Symbols = pattern
            .chars()
            .map(|c| match c {
                '*' => Symbol::Star,
                '?' => Symbol::One,
                c => Symbol::Letter(c),
            })
            .collect();
        asked.starts_with(&format!("{service}:")) && fits_text(&symbols, &asked)
    });
    any != clause.negated
}

/// What a pattern stands for in its kind of policy: itself, and what it is completed to when it is cut short.
/// `None` where such a pattern is refused.
fn readings(text: &str, kind: PolicyKind) -> Option<Vec<String>> {
    // No variable of the generator's vocabulary holds a colon in its name before the resource.
    let missing = 6 - text.splitn(6, ':').count();
    if missing == 0 {
        return Some(vec![text.to_owned()]);
    }
    let completed = format!("{text}{}", ":*".repeat(missing));
    let starred = text.contains('*');
    match kind {
        PolicyKind::Identity | PolicyKind::Boundary => Some(vec![text.to_owned(), completed]),
        PolicyKind::Resource | PolicyKind::VpcEndpoint if starred => {
            Some(vec![text.to_owned(), completed])
        }
        PolicyKind::Resource | PolicyKind::VpcEndpoint => Some(Vec::new()),
        PolicyKind::Scp if starred => Some(vec![text.to_owned()]),
        PolicyKind::Session | PolicyKind::Scp | PolicyKind::Rcp => None,
    }
}

/// Whether `NotResource` means all but it; not for an ARN cut short of which AWS documents nothing.
fn turns_round(text: &str, kind: PolicyKind) -> bool {
    text.splitn(6, ':').count() == 6
        || matches!(kind, PolicyKind::Identity | PolicyKind::Boundary)
        || (matches!(kind, PolicyKind::Resource | PolicyKind::VpcEndpoint) && !text.contains('*'))
}

fn resource_named(clause: &ListClause, effect: Effect, ask: &Ask, place: Place) -> bool {
    let mut inside = false;
    let mut void = false;
    for value in &clause.values {
        let text = value.as_str();
        if text == "*" {
            inside = true;
            continue;
        }
        let Some(readings) = readings(text, place.kind) else {
            void = true;
            continue;
        };
        if ask.resource == "*" {
            let generous = (effect == Effect::Allow) != clause.negated;
            inside |= generous && !ask.wildcard_only && !readings.is_empty();
            continue;
        }
        let mut fits = false;
        for reading in readings {
            let (pattern, without_value) = filled(&reading, ask, place.variables, true);
            // No value of a variable without one would make it fit where a star does not.
            if fits_text(&pattern, &ask.resource) {
                fits |= !without_value;
                void |= without_value;
            }
        }
        inside |= fits;
        void |= !fits && !turns_round(text, place.kind);
    }
    if clause.negated { !inside && !void } else { inside }
}

/// In which kind of policy a statement stands, and whether that policy knows variables.
#[derive(Clone, Copy)]
struct Place {
    kind: PolicyKind,
    variables: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Naming {
    No,
    Account,
    Session,
    Own,
    Everyone,
}

fn naming(principal: &Principal, caller: &str) -> Naming {
    let aws = |text: &str| {
        if text == "*" {
            Naming::Everyone
        } else if caller.is_empty() {
            Naming::No
        } else if text == caller
            && !text.ends_with(":root")
            && account_of(text) != Some(text.to_owned())
        {
            Naming::Own
        } else if text.ends_with(":root") || text.len() == 12 {
            if account_of(text) == account_of(caller) { Naming::Account } else { Naming::No }
        } else if is_session_of(caller, text) {
            Naming::Session
        } else {
            Naming::No
        }
    };
    let mut best = Naming::No;
    match principal {
        Principal::Text(text) => best = aws(text.as_str()),
        Principal::Entries(entries) => {
            for entry in entries {
                for value in &entry.values {
                    let other = if value.as_str() == caller { Naming::Own } else { Naming::No };
                    best = best.max(if entry.kind == PrincipalKind::Aws {
                        aws(value.as_str())
                    } else {
                        other
                    });
                }
            }
        }
    }
    best
}

fn is_session_of(caller: &str, role: &str) -> bool {
    let (session, role) = (cut_text(caller), cut_text(role));
    if session.len() < 6 || role.len() < 6 || role[1] != session[1] || role[4] != session[4] {
        return false;
    }
    match session[5].split('/').collect::<Vec<_>>().as_slice() {
        ["assumed-role", name, _] => {
            role[5].starts_with("role/") && role[5].rsplit('/').next() == Some(name)
        }
        ["federated-user", name] => role[5] == format!("user/{name}"),
        _ => false,
    }
}

fn reached(clause: Option<&PrincipalClause>, effect: Effect, ask: &Ask) -> Naming {
    let Some(clause) = clause else { return Naming::No };
    let named = naming(&clause.principal, &ask.caller);
    if !clause.negated {
        return named;
    }
    let spared = if effect == Effect::Allow { named > Naming::No } else { named >= Naming::Own };
    if spared { Naming::No } else { Naming::Own }
}

/// A null data set: nothing, or nothing but empty strings.
fn no_value(found: &Value) -> bool {
    match found {
        Value::One(value) => value.is_empty(),
        Value::Many(values) => values.iter().all(String::is_empty),
    }
}

fn condition_holds(entry: &ConditionEntry, ask: &Ask, variables: bool) -> bool {
    let mut operator = entry.operator.as_str().to_lowercase();
    let if_exists = operator.ends_with("ifexists");
    operator.truncate(operator.trim_end_matches("ifexists").len());
    let (set, operator) = match operator.split_once(':') {
        Some((set, operator)) => (set.to_owned(), operator.to_owned()),
        None => (String::new(), operator),
    };
    let found = ask.context.get(&entry.key.as_str().to_lowercase());
    if operator == "null" {
        let is_null = found.is_none_or(no_value);
        return entry
            .values
            .iter()
            .any(|value| value.as_str().to_lowercase() == is_null.to_string());
    }
    let negated = operator.contains("not");
    let Some(found) = found else {
        return if_exists || set == "forallvalues" || (set.is_empty() && negated);
    };
    let one = |given: &str| {
        let results: Vec<Option<bool>> = entry
            .values
            .iter()
            .map(|wanted| compare(&operator, wanted.as_str(), given, ask, variables))
            .collect();
        if negated {
            results.iter().all(|r| *r == Some(false))
        } else {
            results.contains(&Some(true))
        }
    };
    match (set.as_str(), found) {
        ("forallvalues", found) if no_value(found) => true,
        ("foranyvalue", found) if no_value(found) => false,
        (_, Value::One(given)) => one(given),
        ("", Value::Many(_)) => false,
        ("forallvalues", Value::Many(given)) => given.iter().all(|given| one(given)),
        (_, Value::Many(given)) => given.iter().any(|given| one(given)),
    }
}

/// Whether a wanted and a given value are alike, before any negation; `None` when they cannot be compared.
fn compare(operator: &str, wanted: &str, given: &str, ask: &Ask, variables: bool) -> Option<bool> {
    let exact = || symbols(wanted, ask, variables, false);
    let plain = |symbols: Symbols| -> String {
        let letters = symbols.into_iter().map(|symbol| match symbol {
            Symbol::Letter(c) => c,
            Symbol::One => '?',
            Symbol::Star => '*',
        });
        letters.collect()
    };
    let order = |numbers: (f64, f64)| {
        let (given, wanted) = numbers;
        match operator.trim_start_matches("numeric").trim_start_matches("date") {
            "lessthan" => given < wanted,
            "lessthanequals" => given <= wanted,
            "greaterthan" => given > wanted,
            "greaterthanequals" => given >= wanted,
            _ => (given - wanted).abs() < 1e-9,
        }
    };
    match operator {
        "stringequals" | "stringnotequals" | "binaryequals" => Some(plain(exact()?) == given),
        "stringequalsignorecase" | "stringnotequalsignorecase" => {
            Some(plain(exact()?).to_lowercase() == given.to_lowercase())
        }
        "stringlike" | "stringnotlike" => {
            Some(fits_text(&symbols(wanted, ask, variables, true)?, given))
        }
        "bool" => {
            let (wanted, given) = (plain(exact()?).to_lowercase(), given.to_lowercase());
            let is_bool = |text: &str| text == "true" || text == "false";
            (is_bool(&wanted) && is_bool(&given)).then_some(wanted == given)
        }
        "ipaddress" | "notipaddress" => {
            let given: std::net::IpAddr = given.parse().ok()?;
            let (network, bits) = wanted.split_once('/').unwrap_or((wanted, "128"));
            let network: std::net::IpAddr = network.parse().ok()?;
            let binary = |address: std::net::IpAddr| match address {
                std::net::IpAddr::V4(v4) => format!("{:032b}", u32::from(v4)),
                std::net::IpAddr::V6(v6) => format!("{:0128b}", u128::from(v6)),
            };
            let (network, given) = (binary(network), binary(given));
            let bits: usize = bits.parse().ok()?;
            let bits = bits.min(network.len());
            Some(network.len() == given.len() && network[..bits] == given[..bits])
        }
        "arnequals" | "arnnotequals" | "arnlike" | "arnnotlike" => {
            let (wanted, given) = (cut(&symbols(wanted, ask, variables, true)?), cut_text(given));
            (wanted.len() == 6 && given.len() == 6)
                .then(|| (0..6).all(|i| fits_text(&wanted[i], &given[i])))
        }
        _ if operator.starts_with("numeric") => Some(order((number(given)?, number(wanted)?))),
        _ => Some(order((moment(given)?, moment(wanted)?))),
    }
}

fn number(text: &str) -> Option<f64> {
    text.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '-').then(|| text.parse().ok())?
}

/// Seconds since 1970, for whole days and for times in UTC.
fn moment(text: &str) -> Option<f64> {
    if let Some(seconds) = number(text) {
        return Some(seconds);
    }
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
    let field = |text: &str, at: usize| text.split(['-', ':', 'Z']).nth(at)?.parse::<u32>().ok();
    let (year, month, day) = (field(date, 0)?, field(date, 1)?, field(date, 2)?);
    let leap = |year: u32| {
        (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400)
    };
    let mut days = 0;
    for past in 1970..year {
        days += if leap(past) { 366 } else { 365 };
    }
    for past in 1..month {
        days += match past {
            2 if leap(year) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
    }
    let seconds = field(time, 0)? * 3600 + field(time, 1)? * 60 + field(time, 2)?;
    Some(f64::from(days + day - 1) * 86400.0 + f64::from(seconds))
}

fn applies(statement: &Statement, place: Place, ask: &Ask) -> bool {
    let effect = statement.effect.unwrap();
    action_named(statement.action.as_ref().unwrap(), &ask.action)
        && statement
            .resource
            .as_ref()
            .is_none_or(|clause| resource_named(clause, effect, ask, place))
        && statement.conditions.iter().all(|entry| condition_holds(entry, ask, place.variables))
}

/// The statements of some policies that apply, by effect, with how each names the caller.
fn voices<'d>(
    kind: PolicyKind,
    policies: impl IntoIterator<Item = &'d Document>,
    effect: Effect,
    ask: &Ask,
) -> Vec<&'d Statement> {
    let mut found = Vec::new();
    for document in policies {
        let variables =
            document.version.as_ref().is_some_and(|version| version.as_str() == "2012-10-17");
        for statement in &document.statements {
            let place = Place { kind, variables };
            if statement.effect == Some(effect) && applies(statement, place, ask) {
                found.push(statement);
            }
        }
    }
    found
}

fn says<'d>(
    kind: PolicyKind,
    policies: impl IntoIterator<Item = &'d Document>,
    effect: Effect,
    ask: &Ask,
) -> bool {
    !voices(kind, policies, effect, ask).is_empty()
}

/// What STS answers without asking a policy.
fn whatever_policies_say(action: &str, caller: &str, is_root: bool) -> Option<Outcome> {
    match action {
        "sts:getcalleridentity" if !caller.is_empty() => Some(Outcome::Allowed),
        "sts:getsessiontoken" if is_root || caller.contains(":user/") => Some(Outcome::Allowed),
        "sts:getsessiontoken" => Some(Outcome::ImplicitlyDenied),
        _ => None,
    }
}

/// The decision, step by step.
pub(crate) fn decide(world: &World, ask: &Ask) -> Outcome {
    use Effect::{Allow, Deny};
    let caller = ask.caller.as_str();
    let resource_part = cut_text(caller).get(5).cloned().unwrap_or_default();
    let is_root = resource_part == "root"
        || (caller.len() == 12 && caller.chars().all(|c| c.is_ascii_digit()));
    let is_role = resource_part.starts_with("role/");
    let is_service = caller.ends_with(".amazonaws.com");
    let is_federated = resource_part.starts_with("saml-provider/");
    let service_linked = resource_part.starts_with("role/aws-service-role/")
        || resource_part.starts_with("assumed-role/AWSServiceRoleFor");
    let alone = caller.is_empty() || is_service || is_federated;
    let action = ask.action.to_lowercase();
    if let Some(outcome) = whatever_policies_say(&action, caller, is_root) {
        return outcome;
    }
    let own_account = account_of(caller).filter(|_| !is_service);
    let owner =
        ask.owner.clone().or_else(|| account_of(&ask.resource)).or_else(|| own_account.clone());
    let managed =
        |account: &Option<String>| world.management.is_some() && world.management == *account;
    let resource_account = ask.owner.clone().or_else(|| account_of(&ask.resource));

    // The voices of the resource's policy.
    let bounded = world.boundary.as_ref().is_some_and(|boundary| !boundary.is_empty());
    let names = |statement: &&Statement| {
        let clause = statement.principal.as_ref();
        if bounded && clause.is_some_and(|clause| clause.negated) && statement.effect == Some(Deny)
        {
            return Naming::Own;
        }
        reached(clause, statement.effect.unwrap(), ask)
    };
    let resource_denies = voices(PolicyKind::Resource, &world.resource, Deny, ask)
        .iter()
        .any(|s| names(s) > Naming::No);
    let grants: Vec<Naming> =
        voices(PolicyKind::Resource, &world.resource, Allow, ask).iter().map(names).collect();
    let endpoint = |effect: Effect| {
        let voices = voices(PolicyKind::VpcEndpoint, world.endpoint.iter().flatten(), effect, ask);
        voices.iter().any(|s| {
            s.principal.is_none() || reached(s.principal.as_ref(), effect, ask) > Naming::No
        })
    };

    // Any deny that concerns the caller.
    let scps_count = !alone && !service_linked && !managed(&own_account);
    let rcps_count = !service_linked && !managed(&resource_account);
    let levels = world.scps.as_ref().filter(|_| scps_count);
    let mut denied =
        levels.is_some_and(|levels| says(PolicyKind::Scp, levels.iter().flatten(), Deny, ask));
    denied |= rcps_count
        && world
            .rcps
            .as_ref()
            .is_some_and(|levels| says(PolicyKind::Rcp, levels.iter().flatten(), Deny, ask));
    denied |= endpoint(Deny);
    let repairs = ["s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"];
    denied |=
        resource_denies && !(is_root && own_account == owner && repairs.contains(&action.as_str()));
    if !alone {
        denied |= says(PolicyKind::Identity, &world.identity, Deny, ask);
        denied |= says(PolicyKind::Boundary, world.boundary.iter().flatten(), Deny, ask);
        denied |= says(PolicyKind::Session, world.session.iter().flatten(), Deny, ask);
    }
    if denied {
        return Outcome::ExplicitlyDenied;
    }

    // Every guardrail must let it through.
    if levels
        .is_some_and(|levels| levels.iter().any(|level| !says(PolicyKind::Scp, level, Allow, ask)))
    {
        return Outcome::ImplicitlyDenied;
    }
    if world.endpoint.is_some() && !endpoint(Allow) {
        return Outcome::ImplicitlyDenied;
    }
    if is_root && action == "sts:assumerole" {
        return Outcome::ImplicitlyDenied;
    }
    let yes = |allowed: bool| if allowed { Outcome::Allowed } else { Outcome::ImplicitlyDenied };
    let by_name = |grant: &Naming| *grant > Naming::Account;
    if alone {
        return yes(grants.iter().any(by_name));
    }
    let in_boundary = is_root
        || world
            .boundary
            .as_ref()
            .is_none_or(|boundary| says(PolicyKind::Boundary, boundary, Allow, ask));
    let in_session =
        world.session.as_ref().is_none_or(|session| says(PolicyKind::Session, session, Allow, ask));
    let own = (is_root || says(PolicyKind::Identity, &world.identity, Allow, ask))
        && in_boundary
        && in_session;
    if own_account.is_none() || own_account != owner {
        return yes(own && grants.iter().any(|grant| *grant > Naming::No));
    }
    for grant in &grants {
        let limited = *grant == Naming::Session || (*grant == Naming::Own && is_role);
        if by_name(grant) && (!limited || (in_boundary && in_session)) {
            return Outcome::Allowed;
        }
    }
    yes(own && (!grants_itself(world, &action, &ask.resource) || grants.contains(&Naming::Account)))
}

/// Whether only the resource's policy lets identity policies decide.
fn grants_itself(world: &World, action: &str, resource: &str) -> bool {
    let is_key = action.starts_with("kms:") && resource.contains(":key/");
    is_key || (action.starts_with("sts:") && world.resource.is_some())
}
