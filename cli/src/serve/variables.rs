//! The settings of `serve`, each by its names. `docs/configuration.md` and `.env.example` tell the
//! same, and tests compare them.

/// One setting.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Variable {
    /// Its name in the environment.
    pub(super) name: &'static str,
    /// Its name in the file's table `[serve]`; nothing where it may not be there.
    pub(super) key: Option<&'static str>,
}

const fn variable(name: &'static str, key: &'static str) -> Variable {
    Variable { name, key: Some(key) }
}

const fn only_environment(name: &'static str) -> Variable {
    Variable { name, key: None }
}

pub(super) static LISTEN: Variable = variable("INFRAAUDIT_LISTEN", "listen");
pub(super) static DATA: Variable = variable("INFRAAUDIT_DATA", "data");
/// A secret: files are copied, committed and backed up.
pub(super) static API_TOKEN: Variable = only_environment("INFRAAUDIT_API_TOKEN");
pub(super) static JWT_ISSUER: Variable = variable("INFRAAUDIT_JWT_ISSUER", "jwt_issuer");
pub(super) static JWT_AUDIENCE: Variable = variable("INFRAAUDIT_JWT_AUDIENCE", "jwt_audience");
pub(super) static TENANT_CLAIM: Variable = variable("INFRAAUDIT_TENANT_CLAIM", "tenant_claim");
pub(super) static OPERATOR_TENANT: Variable =
    variable("INFRAAUDIT_OPERATOR_TENANT", "operator_tenant");
pub(super) static LOG: Variable = variable("INFRAAUDIT_LOG", "log");
pub(super) static LANG: Variable = variable("INFRAAUDIT_LANG", "lang");
pub(super) static ALERT_SEVERITY: Variable =
    variable("INFRAAUDIT_ALERT_SEVERITY", "alert_severity");
pub(super) static ACCESS_KEY_DAYS: Variable =
    variable("INFRAAUDIT_ACCESS_KEY_DAYS", "access_key_days");
pub(super) static CONCURRENT_AUDITS: Variable =
    variable("INFRAAUDIT_CONCURRENT_AUDITS", "concurrent_audits");
pub(super) static IAM_REQUESTS: Variable = variable("INFRAAUDIT_IAM_REQUESTS", "iam_requests");
pub(super) static ACCOUNTS_PER_TENANT: Variable =
    variable("INFRAAUDIT_ACCOUNTS_PER_TENANT", "accounts_per_tenant");
pub(super) static AUDITS_PER_DAY: Variable =
    variable("INFRAAUDIT_AUDITS_PER_DAY", "audits_per_day");
pub(super) static WAITING_AUDITS: Variable =
    variable("INFRAAUDIT_WAITING_AUDITS", "waiting_audits");
pub(super) static REQUESTS_PER_SECOND: Variable =
    variable("INFRAAUDIT_REQUESTS_PER_SECOND", "requests_per_second");
pub(super) static STARTS_PER_MINUTE: Variable =
    variable("INFRAAUDIT_STARTS_PER_MINUTE", "starts_per_minute");
pub(super) static VERIFICATIONS_PER_MINUTE: Variable =
    variable("INFRAAUDIT_VERIFICATIONS_PER_MINUTE", "verifications_per_minute");
pub(super) static KEY_REQUESTS_PER_MINUTE: Variable =
    variable("INFRAAUDIT_KEY_REQUESTS_PER_MINUTE", "key_requests_per_minute");
pub(super) static SCOPE_READ: Variable = variable("INFRAAUDIT_SCOPE_READ", "scope_read");
pub(super) static SCOPE_WRITE: Variable = variable("INFRAAUDIT_SCOPE_WRITE", "scope_write");
pub(super) static SCOPE_ADMIN: Variable = variable("INFRAAUDIT_SCOPE_ADMIN", "scope_admin");
pub(super) static NIGHTLY: Variable = variable("INFRAAUDIT_NIGHTLY", "nightly");
pub(super) static NIGHTLY_TIMEZONE: Variable =
    variable("INFRAAUDIT_NIGHTLY_TIMEZONE", "nightly_timezone");
pub(super) static KEEP_DAYS: Variable = variable("INFRAAUDIT_KEEP_DAYS", "keep_days");
pub(super) static PURGE_DAYS: Variable = variable("INFRAAUDIT_PURGE_DAYS", "purge_days");
pub(super) static ONBOARDING_TEMPLATE_URL: Variable =
    variable("INFRAAUDIT_ONBOARDING_TEMPLATE_URL", "onboarding_template_url");
pub(super) static WORKER_ROLE_ARN: Variable =
    variable("INFRAAUDIT_WORKER_ROLE_ARN", "worker_role_arn");
/// A secret: whoever has it can write into the channel.
pub(super) static SLACK_WEBHOOK: Variable = only_environment("INFRAAUDIT_SLACK_WEBHOOK");
/// Where the file is: it cannot say that itself.
pub(super) static CONFIG: Variable = only_environment("INFRAAUDIT_CONFIG");

/// Every setting of `serve`.
pub(super) static VARIABLES: [&Variable; 31] = [
    &CONFIG,
    &LISTEN,
    &DATA,
    &API_TOKEN,
    &JWT_ISSUER,
    &JWT_AUDIENCE,
    &TENANT_CLAIM,
    &SCOPE_READ,
    &SCOPE_WRITE,
    &SCOPE_ADMIN,
    &OPERATOR_TENANT,
    &LOG,
    &LANG,
    &ALERT_SEVERITY,
    &ACCESS_KEY_DAYS,
    &CONCURRENT_AUDITS,
    &IAM_REQUESTS,
    &ACCOUNTS_PER_TENANT,
    &AUDITS_PER_DAY,
    &WAITING_AUDITS,
    &REQUESTS_PER_SECOND,
    &STARTS_PER_MINUTE,
    &VERIFICATIONS_PER_MINUTE,
    &KEY_REQUESTS_PER_MINUTE,
    &NIGHTLY,
    &NIGHTLY_TIMEZONE,
    &KEEP_DAYS,
    &PURGE_DAYS,
    &ONBOARDING_TEMPLATE_URL,
    &WORKER_ROLE_ARN,
    &SLACK_WEBHOOK,
];

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    fn root() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
    }

    fn read(path: &str) -> String {
        fs::read_to_string(root().join(path)).unwrap()
    }

    fn ours() -> BTreeSet<String> {
        VARIABLES.iter().map(|variable| variable.name.to_owned()).collect()
    }

    /// The cells of the rows of a Markdown table whose first cell is a variable.
    fn rows(text: &str) -> Vec<Vec<String>> {
        let cells = |line: &str| {
            let cells = line.trim_matches('|').split('|');
            cells.map(|cell| cell.trim().trim_matches('`').to_owned()).collect()
        };
        text.lines().filter(|line| line.starts_with("| `INFRAAUDIT_")).map(cells).collect()
    }

    #[test]
    fn the_example_environment_has_every_variable() {
        let text = read(".env.example");
        let names = text.lines().filter_map(|line| {
            let line = line.trim_start_matches("# ").trim_start_matches('#');
            line.split_once('=').map(|(name, _)| name.to_owned())
        });
        let names: BTreeSet<String> =
            names.filter(|name| name.starts_with("INFRAAUDIT_")).collect();
        assert_eq!(names, ours());
        assert!(
            text.lines().all(|line| line.is_empty() || line.starts_with('#') || line.contains('='))
        );
    }

    #[test]
    fn the_documented_table_has_every_variable() {
        let rows = rows(&read("docs/configuration.md"));
        let serve = rows.iter().filter(|row| row[3].contains("serve"));
        let named: BTreeSet<String> = serve.clone().map(|row| row[0].clone()).collect();
        assert_eq!(named, ours());
        for row in serve {
            let variable = VARIABLES.iter().find(|variable| variable.name == row[0]).unwrap();
            assert_eq!(row[1], variable.key.unwrap_or("—"), "{}", variable.name);
        }
    }

    const LAMBDAS: [&str; 4] = ["access_keys", "api", "notifier", "worker"];

    /// The sources below a folder, without their tests.
    fn sources(folder: &Path) -> String {
        let mut text = String::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                text += &sources(&path);
            } else if path.file_name().is_some_and(|name| name != "tests.rs") {
                let source = fs::read_to_string(&path).unwrap();
                text += source.split("#[cfg(test)]\nmod tests {").next().unwrap();
            }
        }
        text
    }

    /// The variables that a function's sources name.
    fn read_by(function: &str) -> BTreeSet<String> {
        let text = sources(&root().join("functions").join(function).join("src"));
        let names = text.split('"').filter(|part| {
            let rest = part.strip_prefix("INFRAAUDIT_").unwrap_or_default();
            !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        });
        let mut names: BTreeSet<String> = names.map(str::to_owned).collect();
        if text.contains("telemetry::run_function(") {
            names.insert(LOG.name.to_owned());
        }
        names
    }

    #[test]
    fn what_the_functions_read_is_what_their_sources_name() {
        let rows = rows(&read("docs/configuration.md"));
        let mut all = BTreeSet::new();
        for function in LAMBDAS {
            let named = read_by(function);
            assert!(named.contains("INFRAAUDIT_TABLE") && named.contains(LOG.name), "{named:?}");
            let told =
                rows.iter().filter(|row| row[3].split(", ").any(|reader| reader == function));
            let told: BTreeSet<String> = told.map(|row| row[0].clone()).collect();
            assert_eq!(told, named, "docs/configuration.md, read by {function}");
            all.extend(named);
        }
        let only = all.difference(&ours()).cloned().collect::<Vec<_>>();
        assert_eq!(only, super::super::config::FUNCTIONS);
    }

    #[test]
    fn the_documented_table_has_what_the_functions_read() {
        let documented: BTreeSet<String> =
            rows(&read("docs/configuration.md")).into_iter().map(|row| row[0].clone()).collect();
        let template = read("template.yaml");
        let set = template.lines().filter_map(|line| line.trim().split_once(": "));
        let set: BTreeSet<String> = set
            .map(|(name, _)| name.to_owned())
            .filter(|name| name.starts_with("INFRAAUDIT_"))
            .collect();
        assert!(!set.is_empty());
        let missing: Vec<_> = set.difference(&documented).collect();
        assert!(missing.is_empty(), "not in docs/configuration.md: {missing:?}");
    }

    #[test]
    fn the_container_and_its_manifests_set_what_is_read() {
        let names = |text: &str| -> BTreeSet<String> {
            let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            words.filter(|word| word.starts_with("INFRAAUDIT_")).map(ToOwned::to_owned).collect()
        };
        let manifests = ["config-map.yaml", "deployment.yaml"];
        let manifests = manifests.map(|name| format!("deploy/kubernetes/base/{name}"));
        for path in manifests.iter().map(String::as_str).chain(["Dockerfile"]) {
            let found = names(&read(path));
            assert!(!found.is_empty(), "{path}");
            let known = ours();
            let unknown: Vec<_> = found.difference(&known).collect();
            assert!(unknown.is_empty(), "{path}: {unknown:?}");
        }
        let image = format!("image: infraaudit:{}\n", env!("CARGO_PKG_VERSION"));
        assert!(read(&manifests[1]).contains(&image));
    }
}
