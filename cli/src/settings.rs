//! `[thresholds]`, `[trust]` and `[checks]` of `infraaudit.toml`: what audits judge by.

use std::path::Path;

use checks::SettingError;
use domain::AuditOverrides;

/// Takes the three tables out of a file's; the error is one sentence about the first thing that is wrong.
pub(crate) fn take(path: &Path, file: &mut toml::Table) -> Result<AuditOverrides, String> {
    Ok(AuditOverrides {
        thresholds: table(path, file, "thresholds", checks::read_thresholds)?.unwrap_or_default(),
        trust: table(path, file, "trust", checks::read_trust)?.unwrap_or_default(),
        checks: table(path, file, "checks", checks::read_checks)?.unwrap_or_default(),
    })
}

fn table<T>(
    path: &Path,
    file: &mut toml::Table,
    name: &str,
    read: impl FnOnce(&serde_json::Value) -> checks::SettingResult<T>,
) -> Result<Option<T>, String> {
    let Some(table) = file.remove(name) else { return Ok(None) };
    let shown = path.display();
    let value = serde_json::to_value(table)
        .map_err(|error| format!("`[{name}]` in `{shown}` cannot be read: {error}"))?;
    let told = |errors: Vec<SettingError>| {
        let first = errors.into_iter().next();
        first.map(|SettingError { field, problem, accepted }| {
            let field = if field.is_empty() { name.to_owned() } else { format!("{name}.{field}") };
            format!("`{field}` in `{shown}` is wrong: {problem}; it takes {accepted}")
        })
    };
    read(&value).map(Some).map_err(|errors| told(errors).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use domain::Severity;

    use super::*;

    fn taken(text: &str) -> Result<AuditOverrides, String> {
        let mut file: toml::Table = text.parse().unwrap();
        let taken = take(Path::new("infraaudit.toml"), &mut file);
        assert!(taken.is_err() || file.keys().all(|key| key == "serve"), "{file:?}");
        taken
    }

    #[test]
    fn the_three_tables_are_read() {
        let read = taken(
            "[serve]\n[thresholds]\naccess_key_days = 30\n[trust]\norganizations = ['o-a1b2c3d4e5']\n\
             [trust.accounts]\n'444455556666' = 'shared'\n[checks]\nenable = ['ec2_imdsv2']\n\
             disable = { ec2_public_ip = 'bastions' }\n\
             [checks.severity]\ns3_encryption = { severity = 'low', reason = 'public data' }\n",
        )
        .unwrap();
        assert_eq!(read.thresholds.access_key_days, Some(30));
        assert_eq!(read.trust.accounts.unwrap().len(), 1);
        assert_eq!(read.checks.severity["s3_encryption"].severity, Severity::Low);
        assert!(taken("[serve]\n").unwrap().is_empty());
    }

    #[test]
    fn what_is_wrong_is_told_in_a_sentence() {
        for (text, sign) in [
            ("[thresholds]\naccess_key_day = 30", "did you mean `access_key_days`"),
            ("[thresholds]\naccess_key_days = 2026-01-01", "`thresholds.access_key_days`"),
            ("thresholds = 3", "`thresholds` in `infraaudit.toml` is wrong"),
            ("[trust]\nvpcs = ['vpc-1']", "17 hexadecimal digits"),
            ("[checks]\ndisable = { s3_encrypton = 'x' }", "did you mean `s3_encryption`"),
            ("[checks]\ndisable = ['s3_encryption']", "it is a list, not a table"),
        ] {
            let told = taken(text).unwrap_err();
            assert!(told.contains(sign) && !told.contains('\n'), "{told}");
        }
    }
}
