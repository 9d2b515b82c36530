//! What an operator or an account sets, read strictly: of `infraaudit.toml` and of requests alike.

mod reader;

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    AccountId, AuditOverrides, AuditSettings, CheckSettings, Severity, SeverityOverride, Threshold,
    ThresholdOverrides, Thresholds, TrustOverrides,
};
use serde_json::Value;

use crate::find;
use reader::Reader;

/// What is wrong with a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingError {
    /// Its name, with those around it: `severity.s3_encryption.reason`; empty for the whole.
    pub field: String,
    /// What is wrong.
    pub problem: String,
    /// What it takes.
    pub accepted: String,
}

/// What is read: all that is wrong is told at once.
pub type SettingResult<T> = Result<T, Vec<SettingError>>;

/// Reads `thresholds`.
///
/// # Errors
///
/// All that is wrong with them.
pub fn read_thresholds(value: &Value) -> SettingResult<ThresholdOverrides> {
    let mut reader = Reader::default();
    let mut read = ThresholdOverrides::default();
    let names: Vec<_> = Thresholds::ALL.iter().map(|threshold| threshold.name).collect();
    for (name, value) in reader.table("", value, Some(&names)) {
        let threshold = Thresholds::ALL.iter().find(|threshold| threshold.name == name);
        if let Some(threshold) = threshold
            && let Err(problem) = set(threshold, &mut read, value)
        {
            reader.wrong(name, problem, threshold.accepted());
        }
    }
    reader.done(read)
}

fn set(threshold: &Threshold, read: &mut ThresholdOverrides, value: &Value) -> Result<(), String> {
    let number = value.as_u64().ok_or_else(|| reader::not("a whole number", value))?;
    threshold.set(read, number)
}

/// Reads `trust`.
///
/// # Errors
///
/// All that is wrong with it.
pub fn read_trust(value: &Value) -> SettingResult<TrustOverrides> {
    let mut reader = Reader::default();
    let mut read = TrustOverrides::default();
    let known = ["organizations", "accounts", "vpc_endpoints", "vpcs"];
    for (name, value) in reader.table("", value, Some(&known)) {
        match name {
            "organizations" => read.organizations = Some(reader.ids(name, value)),
            "vpc_endpoints" => read.vpc_endpoints = Some(reader.ids(name, value)),
            "vpcs" => read.vpcs = Some(reader.ids(name, value)),
            _ => read.accounts = Some(accounts(&mut reader, name, value)),
        }
    }
    reader.done(read)
}

fn accounts(reader: &mut Reader, field: &str, value: &Value) -> BTreeMap<AccountId, String> {
    let mut accounts = BTreeMap::new();
    for (id, name) in reader.table(field, value, None) {
        let field = format!("{field}.{}", reader::shown(id));
        match id.parse::<AccountId>() {
            Ok(id) => accounts.extend(reader.text(&field, name).map(|name| (id, name))),
            Err(invalid) => reader.invalid(&field, &invalid),
        }
    }
    accounts
}

/// Reads `checks`. Former names of checks are accepted and taken for the present ones.
///
/// # Errors
///
/// All that is wrong with it.
pub fn read_checks(value: &Value) -> SettingResult<CheckSettings> {
    let mut reader = Reader::default();
    let mut read = CheckSettings::default();
    for (name, value) in reader.table("", value, Some(&["enable", "disable", "severity"])) {
        match name {
            "enable" => read.enable = enabled(&mut reader, name, value),
            "disable" => {
                read.disable = by_check(&mut reader, name, value, |reader, field, value| {
                    reader.text(field, value)
                });
            }
            _ => read.severity = by_check(&mut reader, name, value, rated),
        }
    }
    for id in read.enable.iter().filter(|id| read.disable.contains_key(*id)) {
        let problem = "it is in `enable` too";
        reader.wrong(&format!("disable.{id}"), problem, "a check in one of the two");
    }
    reader.done(read)
}

fn enabled(reader: &mut Reader, field: &str, value: &Value) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for (place, value) in reader.list(field, value) {
        if let Some(name) = reader.text(&place, value) {
            ids.extend(check_id(reader, &place, &name));
        }
    }
    ids
}

fn by_check<T>(
    reader: &mut Reader,
    field: &str,
    value: &Value,
    mut read: impl FnMut(&mut Reader, &str, &Value) -> Option<T>,
) -> BTreeMap<String, T> {
    let mut by_check = BTreeMap::new();
    for (name, value) in reader.table(field, value, None) {
        let field = format!("{field}.{}", reader::shown(name));
        let (id, value) = (check_id(reader, &field, name), read(reader, &field, value));
        if let (Some(id), Some(value)) = (id, value)
            && by_check.insert(id.clone(), value).is_some()
        {
            reader.wrong(&field, format!("it is a former name of `{id}`"), "each check once");
        }
    }
    by_check
}

fn rated(reader: &mut Reader, field: &str, value: &Value) -> Option<SeverityOverride> {
    let (mut severity, mut reason) = (None, None);
    let known = ["severity", "reason"];
    let table = reader.table(field, value, Some(&known));
    for name in known.iter().filter(|name| value.is_object() && value.get(name).is_none()) {
        reader.wrong(&format!("{field}.{name}"), "it is missing", "a severity and a reason");
    }
    for (name, value) in table {
        let field = format!("{field}.{name}");
        match name {
            "severity" => severity = reader.parsed::<Severity>(&field, value),
            _ => reason = reader.text(&field, value),
        }
    }
    Some(SeverityOverride { severity: severity?, reason: reason? })
}

/// The id of a check by any of its names.
fn check_id(reader: &mut Reader, field: &str, name: &str) -> Option<String> {
    let found = find(name).map(|check| check.id.to_owned());
    if found.is_none() {
        let hint = crate::nearest(name).map(|near| format!("; did you mean `{near}`"));
        let problem =
            format!("there is no check `{}`{}", reader::shown(name), hint.unwrap_or_default());
        reader.wrong(field, problem, "ids of `infraaudit checks list`");
    }
    found
}

/// Settings, but for what somebody sets: about a check the later word counts, by whichever of its names.
#[must_use]
pub fn overridden(settings: &AuditSettings, overrides: &AuditOverrides) -> AuditSettings {
    let named = |id: &String| find(id).map_or_else(|| id.clone(), |check| check.id.to_owned());
    // What was stored under a former name is meant for the check as it is called now.
    let present = |said: &CheckSettings| CheckSettings {
        enable: said.enable.iter().map(named).collect(),
        disable: said.disable.iter().map(|(id, why)| (named(id), why.clone())).collect(),
        severity: said.severity.iter().map(|(id, rated)| (named(id), rated.clone())).collect(),
    };
    let settings = AuditSettings { checks: present(&settings.checks), ..settings.clone() };
    settings.with(&AuditOverrides { checks: present(&overrides.checks), ..overrides.clone() })
}

#[cfg(test)]
mod tests;
