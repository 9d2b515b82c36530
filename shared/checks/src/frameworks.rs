use std::{collections::BTreeMap, sync::LazyLock};

use crate::Check;

/// One file per framework and version, because numbering changes between versions.
const SOURCES: [(&str, &str); 4] = [
    ("aws-fsbp-1.0", include_str!("../frameworks/aws-fsbp-1.0.toml")),
    ("cis-aws-5.0", include_str!("../frameworks/cis-aws-5.0.toml")),
    ("cis-aws-7.0", include_str!("../frameworks/cis-aws-7.0.toml")),
    ("isms-p-2023", include_str!("../frameworks/isms-p-2023.toml")),
];

static BY_CHECK: LazyLock<BTreeMap<String, Vec<String>>> = LazyLock::new(|| {
    let mut by_check: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (framework, source) in SOURCES {
        let requirements: BTreeMap<String, Vec<String>> =
            toml::from_str(source).unwrap_or_default();
        for (requirement, checks) in requirements {
            for check in checks {
                by_check.entry(check).or_default().push(format!("{framework}:{requirement}"));
            }
        }
    }
    by_check
});

pub(crate) fn of(check: &Check) -> &'static [String] {
    BY_CHECK.get(check.id).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_readable_and_names_only_checks() {
        for (framework, source) in SOURCES {
            let requirements: BTreeMap<String, Vec<String>> =
                toml::from_str(source).unwrap_or_else(|error| panic!("{framework}: {error}"));
            assert!(!requirements.is_empty(), "{framework} maps nothing");
            for id in requirements.values().flatten() {
                assert!(crate::find(id).is_some(), "{framework}: there is no check `{id}`");
            }
        }
    }
}
