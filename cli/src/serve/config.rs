//! What an operator decided: by options, by the environment, by a file, in this order.

use std::{
    fmt::Display,
    net::SocketAddr,
    num::{NonZeroU32, NonZeroUsize},
    path::{Path, PathBuf},
    str::FromStr,
};

use domain::{AccessKeyDays, AuditOverrides, Invalid, Lang, RoleArn, Schedule, Severity, Tenant};
use jiff::Timestamp;
use tracing::level_filters::LevelFilter;

use super::variables::{self as var, VARIABLES, Variable};
use crate::{config_file, settings};

#[cfg(test)]
mod tests;

/// What the options say.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub(super) listen: Option<SocketAddr>,
    pub(super) data: Option<PathBuf>,
    pub(super) config: Option<PathBuf>,
}

/// Everything `serve` can be told.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) listen: SocketAddr,
    pub(super) data: PathBuf,
    pub(super) authentication: Authentication,
    /// With an issuer: the tenant that may ask for the service's own account.
    pub(super) operator_tenant: Option<Operator>,
    pub(super) log: LevelFilter,
    pub(super) lang: Lang,
    pub(super) alert_severity: Severity,
    /// What audits judge by, where accounts do not say otherwise.
    pub(super) overrides: AuditOverrides,
    pub(super) concurrent_audits: NonZeroUsize,
    pub(super) iam_requests: NonZeroUsize,
    pub(super) limits: api::Limits,
    /// When accounts without a schedule of their own are audited; never where it is not said.
    pub(super) nightly: Option<Schedule>,
    pub(super) keep_days: u32,
    pub(super) purge_days: u32,
    /// Where alerts are written to, beside the log. A secret.
    pub(super) onboarding_template_url: Option<String>,
    pub(super) worker_role: Option<RoleArn>,
    pub(super) slack_webhook: Option<Webhook>,
    /// Variables that look like ours and are not.
    pub(super) unknown: Vec<String>,
}

/// The tenant of whoever runs the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Operator(pub(super) Tenant);

impl FromStr for Operator {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Tenant::named(text).map(Self)
    }
}

/// The address of an incoming webhook, which is a secret.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Webhook(pub(super) String);

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Webhook(…)")
    }
}

impl FromStr for Webhook {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let here = text.starts_with("http://127.0.0.1:") || text.starts_with("http://localhost:");
        if text.starts_with("https://") || here {
            Ok(Self(text.to_owned()))
        } else {
            Err("it takes an address that begins with `https://`")
        }
    }
}

/// Who is let in.
#[derive(Debug)]
pub(super) enum Authentication {
    /// Everyone on this machine.
    Open,
    /// Whoever has the token.
    Token(api::Token),
    /// Whoever has a token of the issuer.
    Jwt { issuer: String, audience: String, tenant_claim: String, scopes: Option<api::Scopes> },
}

/// Reads the configuration; the error is one sentence.
pub(super) fn read(options: Options, environment: &[(String, String)]) -> Result<Config, String> {
    let given = |variable: &Variable| {
        let found = environment.iter().find(|(name, _)| name == variable.name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    };
    let path = options.config.or_else(|| given(&var::CONFIG).map(PathBuf::from));
    let (file, overrides) = path.as_deref().map(file).transpose()?.unwrap_or_default();
    let source = Source { environment, path: path.unwrap_or_default(), file };

    let log = source.or(&var::LOG, LevelFilter::INFO)?;
    let limits = api::Limits::default();
    let limits = api::Limits {
        accounts: source.or(&var::ACCOUNTS_PER_TENANT, limits.accounts)?,
        waiting_audits: source
            .or(&var::WAITING_AUDITS, NonZeroU32::MIN.saturating_add(limits.waiting_audits - 1))?
            .get(),
        audits_per_day: source.or(&var::AUDITS_PER_DAY, limits.audits_per_day)?,
        starts_per_minute: source.or(&var::STARTS_PER_MINUTE, limits.starts_per_minute)?,
        verifications_per_minute: source
            .or(&var::VERIFICATIONS_PER_MINUTE, limits.verifications_per_minute)?,
        key_requests_per_minute: source
            .or(&var::KEY_REQUESTS_PER_MINUTE, limits.key_requests_per_minute)?,
        requests_per_second: source.or(&var::REQUESTS_PER_SECOND, limits.requests_per_second)?,
        ..limits
    };
    let listen = match options.listen {
        Some(listen) => listen,
        None => source.or(&var::LISTEN, SocketAddr::from(([127, 0, 0, 1], 8000)))?,
    };
    let data = match options.data {
        Some(data) => data,
        None => source.or(&var::DATA, PathBuf::from("data"))?,
    };
    Ok(Config {
        authentication: authentication(&source, listen)?,
        operator_tenant: source.get(&var::OPERATOR_TENANT)?,
        listen,
        data,
        log,
        lang: source.or(&var::LANG, Lang::default())?,
        alert_severity: source.or(&var::ALERT_SEVERITY, Severity::High)?,
        overrides: with_access_key_days(&source, overrides)?,
        concurrent_audits: source
            .or(&var::CONCURRENT_AUDITS, NonZeroUsize::MIN.saturating_add(3))?,
        iam_requests: source.or(&var::IAM_REQUESTS, NonZeroUsize::MIN.saturating_add(4))?,
        limits,
        nightly: nightly(&source)?,
        keep_days: source.or(&var::KEEP_DAYS, NonZeroU32::MIN.saturating_add(399))?.get(),
        purge_days: source.or(&var::PURGE_DAYS, 30)?,
        onboarding_template_url: source.get(&var::ONBOARDING_TEMPLATE_URL)?,
        worker_role: source.get(&var::WORKER_ROLE_ARN)?,
        slack_webhook: source.get(&var::SLACK_WEBHOOK)?,
        unknown: unknown(environment),
    })
}

/// `access_key_days` has two more names, which are older than `[thresholds]`.
fn with_access_key_days(
    source: &Source<'_>,
    mut overrides: AuditOverrides,
) -> Result<AuditOverrides, String> {
    let key = "access_key_days";
    if source.file.contains_key(key) && overrides.thresholds.access_key_days.is_some() {
        return Err(format!(
            "`{key}` in `{}` is in `[serve]` and in `[thresholds]`: keep the one in `[thresholds]`",
            source.path.display()
        ));
    }
    if let Some(days) = source.get::<AccessKeyDays>(&var::ACCESS_KEY_DAYS)? {
        days.set(&mut overrides);
    }
    Ok(overrides)
}

fn nightly(source: &Source<'_>) -> Result<Option<Schedule>, String> {
    let zone: String = source.or(&var::NIGHTLY_TIMEZONE, "UTC".to_owned())?;
    let Some(cron) = source.get::<String>(&var::NIGHTLY)? else { return Ok(None) };
    let schedule = Schedule::new(&cron, &zone)
        .and_then(|schedule| schedule.coming(Timestamp::now()))
        .and_then(Schedule::hourly_at_most);
    let (cron, zone) = (var::NIGHTLY.name, var::NIGHTLY_TIMEZONE.name);
    schedule.map(Some).map_err(|error| format!("`{cron}` with `{zone}` is wrong: {error}"))
}

fn authentication(source: &Source<'_>, listen: SocketAddr) -> Result<Authentication, String> {
    let token: Option<String> = source.get(&var::API_TOKEN)?;
    let issuer: Option<String> = source.get(&var::JWT_ISSUER)?;
    let audience: Option<String> = source.get(&var::JWT_AUDIENCE)?;
    match (token, issuer) {
        (Some(_), Some(_)) => Err(format!(
            "`{}` and `{}` exclude each other: set one of them",
            var::API_TOKEN.name,
            var::JWT_ISSUER.name
        )),
        (Some(token), None) => {
            let short = || {
                let (name, least) = (var::API_TOKEN.name, api::Token::MIN_BYTES);
                format!("`{name}` is too short: take {least} characters or more, at random")
            };
            Ok(Authentication::Token(api::Token::new(&token).ok_or_else(short)?))
        }
        (None, Some(issuer)) => {
            let missing = || {
                format!(
                    "`{}` is missing: without it any token of the issuer would do",
                    var::JWT_AUDIENCE.name
                )
            };
            let audience = audience.ok_or_else(missing)?;
            Ok(Authentication::Jwt {
                issuer,
                audience,
                tenant_claim: source.or(&var::TENANT_CLAIM, "sub".to_owned())?,
                scopes: scopes(source)?,
            })
        }
        (None, None) if listen.ip().is_loopback() => Ok(Authentication::Open),
        (None, None) => Err(format!(
            "`{listen}` can be reached from other machines: set `{}` or `{}`, or listen on \
             127.0.0.1",
            var::API_TOKEN.name,
            var::JWT_ISSUER.name
        )),
    }
}

/// The scopes that a token has to carry.
fn scopes(source: &Source<'_>) -> Result<Option<api::Scopes>, String> {
    let names = [&var::SCOPE_READ, &var::SCOPE_WRITE, &var::SCOPE_ADMIN];
    let [read, write, admin] = names.map(|name| source.get(name));
    let [first, second, third] = names.map(|name| name.name);
    let wrong = |why| format!("`{first}`, `{second}` and `{third}` are wrong: {why}");
    api::Scopes::of([read?, write?, admin?]).map_err(wrong)
}

/// Where settings come from.
struct Source<'a> {
    environment: &'a [(String, String)],
    path: PathBuf,
    file: toml::Table,
}

impl Source<'_> {
    /// A setting's value, if it is set; empty in the environment means not set.
    fn get<T: FromStr<Err: Display>>(&self, variable: &Variable) -> Result<Option<T>, String> {
        let named = self.environment.iter().find(|(name, _)| name == variable.name);
        if let Some((name, value)) = named.filter(|(_, value)| !value.is_empty()) {
            let wrong = |error| format!("the environment variable `{name}` is wrong: {error}");
            return value.parse().map(Some).map_err(|error: T::Err| wrong(error.to_string()));
        }
        let Some((key, value)) = variable.key.and_then(|key| self.file.get_key_value(key)) else {
            return Ok(None);
        };
        let wrong =
            |error: String| format!("`{key}` in `{}` is wrong: {error}", self.path.display());
        let text = match value {
            toml::Value::String(text) => text.clone(),
            toml::Value::Integer(number) => number.to_string(),
            _ => return Err(wrong("it takes a string or a whole number".into())),
        };
        text.parse().map(Some).map_err(|error: T::Err| wrong(error.to_string()))
    }

    /// A setting's value, or what holds where it is not set.
    fn or<T: FromStr<Err: Display>>(&self, variable: &Variable, or: T) -> Result<T, String> {
        Ok(self.get(variable)?.unwrap_or(or))
    }
}

/// The table `[serve]` of a file, and what audits judge by.
fn file(path: &Path) -> Result<(toml::Table, AuditOverrides), String> {
    let shown = path.display();
    let mut whole = config_file::read(path)?;
    let overrides = settings::take(path, &mut whole)?;
    let serve = match whole.remove("serve") {
        None => toml::Table::new(),
        Some(toml::Value::Table(serve)) => serve,
        Some(_) => return Err(format!("`serve` in `{shown}` has to be a table: `[serve]`")),
    };
    let keys = || VARIABLES.iter().filter_map(|variable| variable.key);
    for key in serve.keys() {
        if let Some(secret) = VARIABLES.iter().find(|one| is_secret(one, key)) {
            return Err(format!(
                "`{key}` in `{shown}` is a secret: set `{}` in the environment instead",
                secret.name
            ));
        }
        if !keys().any(|known| known == key) {
            let known: Vec<_> = keys().collect();
            let hint = config_file::hint(key, &known);
            let known = known.join(", ");
            return Err(format!(
                "`{key}` in `{shown}` is not known{hint}: `[serve]` takes {known}"
            ));
        }
    }
    Ok((serve, overrides))
}

/// Whether a key is a setting's that has no place in a file.
fn is_secret(variable: &Variable, key: &str) -> bool {
    *variable == var::API_TOKEN && key == "api_token"
        || *variable == var::SLACK_WEBHOOK && key == "slack_webhook"
}

/// Names that only the functions read.
pub(super) const FUNCTIONS: [&str; 12] = [
    "INFRAAUDIT_ATTEMPTS",
    "INFRAAUDIT_AUDIT_ROLE_NAME",
    "INFRAAUDIT_BUCKET",
    "INFRAAUDIT_JOBS_QUEUE_URL",
    "INFRAAUDIT_LEASE_SECONDS",
    "INFRAAUDIT_PATIENCE_SECONDS",
    "INFRAAUDIT_PUBLIC_URL",
    "INFRAAUDIT_QUEUE_URL",
    "INFRAAUDIT_SLACK_ALONE",
    "INFRAAUDIT_SLACK_WEBHOOK_SECRET",
    "INFRAAUDIT_TABLE",
    "INFRAAUDIT_TOPIC_ARN",
];

fn unknown(environment: &[(String, String)]) -> Vec<String> {
    let ours = |name: &str| VARIABLES.iter().any(|variable| variable.name == name);
    let names = environment.iter().map(|(name, _)| name);
    names
        .filter(|name| name.starts_with("INFRAAUDIT_"))
        .filter(|name| !ours(name) && !FUNCTIONS.contains(&name.as_str()))
        .cloned()
        .collect()
}
