//! The AWS-managed policies, as moto carries them: AWS wrote them, so hardly any has errors.
//!
//! Runs where moto is installed: in the folder `INFRAAUDIT_MOTO_SITE` names (a `site-packages`), or
//! in a virtual environment under `target/`. Elsewhere it says that it did not run.

#![expect(clippy::unwrap_used, reason = "a test stops at what is wrong")]

#[path = "managed/resources.rs"]
mod resources;
#[path = "managed/witness.rs"]
mod witness;

use std::{
    collections::BTreeMap,
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use policy::{
    facts::Facts,
    lint::{self, FindingType, PolicyType},
};

/// The policies with errors, and which; `docs/policy-lint.md` explains each.
const WITH_ERRORS: [(&str, &[&str]); 15] = [
    ("AWSAuditManagerAdministratorAccess", &["MISSING_QUALIFIER"]),
    ("AWSCodeStarFullAccess", &["INVALID_ACTION"]),
    ("AWSIAMIdentityCenterAllowListForIdentityContext", &["INVALID_ACTION"]),
    ("AWSManagedSettingsAdminAccess", &["INVALID_ACTION"]),
    ("AmazonDataZoneGlueManageAccessRolePolicy", &["INVALID_SERVICE_CONDITION_KEY"]),
    ("AmazonDataZoneSageMakerEnvironmentRolePermissionsBoundary", &["INVALID_SERVICE_IN_ACTION"]),
    ("AmazonSageMakerFullAccess", &["INVALID_SERVICE_IN_ACTION"]),
    ("BatchServiceRolePolicy", &["INVALID_SERVICE"]),
    ("CloudTrailEventContext", &["MISSING_QUALIFIER"]),
    ("CloudWatchApplicationSignalsFullAccess", &["INVALID_SERVICE_PRINCIPAL_FORMAT"]),
    ("CloudWatchApplicationSignalsReadOnlyAccess", &["INVALID_SERVICE_PRINCIPAL_FORMAT"]),
    ("MemoryDBServiceRolePolicy", &["INVALID_ACTION"]),
    ("RDSCloudHsmAuthorizationRole", &["INVALID_ACTION"]),
    ("ResourceGroupsTaggingAPITagUntagSupportedResources", &["INVALID_SERVICE_IN_ACTION"]),
    ("SageMakerStudioProjectProvisioningRolePolicy", &["MISSING_QUALIFIER"]),
];

#[test]
fn hardly_any_managed_policy_has_errors() {
    let Some(policies) = managed_policies() else {
        let hint = "moto is not installed, so the AWS-managed policies were not linted; set INFRAAUDIT_MOTO_SITE";
        writeln!(std::io::stderr(), "skipped: {hint}").unwrap();
        return;
    };
    assert!(policies.len() > 1_000, "only {} policies were read", policies.len());
    let facts = Facts::bundled().unwrap();
    let mut with_errors: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, policy) in &policies {
        let text = policy["Document"].to_string();
        for finding in lint::lint(&text, PolicyType::Identity, &facts) {
            if finding.code().kind == FindingType::Error {
                let codes = with_errors.entry(name).or_default();
                if !codes.contains(&finding.code().name) {
                    codes.push(finding.code().name);
                }
            }
        }
    }
    assert!(with_errors.len() <= WITH_ERRORS.len(), "{with_errors:#?}");
    for (name, codes) in with_errors {
        let known = WITH_ERRORS.iter().find(|(known, _)| *known == name);
        assert_eq!(known.map(|(_, codes)| *codes), Some(&*codes), "{name} is not explained");
    }
}

#[test]
fn every_policy_with_errors_is_explained() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lint/page.md");
    let page = fs::read_to_string(page).unwrap();
    for (name, codes) in WITH_ERRORS {
        let row = page.lines().find(|line| line.contains(&format!("`{name}`")));
        let row = row.unwrap_or_else(|| panic!("{name} is not in the page"));
        assert!(codes.iter().all(|code| row.contains(code)), "{row}");
    }
}

type Policies = BTreeMap<String, serde_json::Value>;

fn managed_policies() -> Option<Policies> {
    let site = env::var_os("INFRAAUDIT_MOTO_SITE").map(PathBuf::from).or_else(find_site)?;
    let module = fs::read_to_string(site.join("moto/iam/aws_managed_policies.py")).ok()?;
    // The module is one JSON object in a triple-quoted string.
    let (_, rest) = module.split_once("\"\"\"")?;
    let (json, _) = rest.rsplit_once("\"\"\"")?;
    Some(serde_json::from_str(json).unwrap())
}

fn find_site() -> Option<PathBuf> {
    let target = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target"));
    let venvs = fs::read_dir(target).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    let libraries = venvs.filter_map(|venv| fs::read_dir(venv.join("lib")).ok()).flatten();
    let sites = libraries.filter_map(Result::ok).map(|python| python.path().join("site-packages"));
    sites.into_iter().find(|site| site.join("moto/iam/aws_managed_policies.py").exists())
}
