use store::DynamoStore;

/// What the environment says.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) table: String,
    pub(crate) bucket: String,
    /// The claim of a caller's token that names the tenant.
    pub(crate) tenant_claim: String,
    pub(crate) keep_days: u32,
}

/// What is wrong with the environment.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Wrong {
    #[error("the environment variable `{0}` is missing; the template sets it")]
    Missing(&'static str),
    #[error("the environment variable `{0}` has to be a number of days")]
    Days(&'static str),
}

impl Settings {
    /// Reads the variables; an empty one counts as missing.
    pub(crate) fn read(var: impl Fn(&str) -> Option<String>) -> Result<Self, Wrong> {
        let var = |name| var(name).filter(|value| !value.is_empty());
        let needed = |name| var(name).ok_or(Wrong::Missing(name));
        let days = "INFRAAUDIT_KEEP_DAYS";
        Ok(Self {
            table: needed("INFRAAUDIT_TABLE")?,
            bucket: needed("INFRAAUDIT_BUCKET")?,
            tenant_claim: var("INFRAAUDIT_TENANT_CLAIM").unwrap_or_else(|| "sub".into()),
            keep_days: match var(days) {
                None => DynamoStore::KEEP_DAYS,
                Some(value) => value.parse().map_err(|_| Wrong::Days(days))?,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(given: &[(&str, &str)]) -> Result<Settings, Wrong> {
        Settings::read(|name| {
            let found = given.iter().find(|(given, _)| *given == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn table_and_bucket_are_needed() {
        let (table, bucket) = (("INFRAAUDIT_TABLE", "t"), ("INFRAAUDIT_BUCKET", "b"));
        let settings = read(&[table, bucket, ("INFRAAUDIT_TENANT_CLAIM", "")]).unwrap();
        assert_eq!((settings.table.as_str(), settings.bucket.as_str()), ("t", "b"));
        assert_eq!((settings.tenant_claim.as_str(), settings.keep_days), ("sub", 400));
        assert_eq!(read(&[table]).unwrap_err(), Wrong::Missing("INFRAAUDIT_BUCKET"));
        assert_eq!(read(&[bucket]).unwrap_err(), Wrong::Missing("INFRAAUDIT_TABLE"));
        let days = read(&[table, bucket, ("INFRAAUDIT_KEEP_DAYS", "-1")]).unwrap_err();
        assert_eq!(days, Wrong::Days("INFRAAUDIT_KEEP_DAYS"));
    }
}
