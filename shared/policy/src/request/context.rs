//! The context keys of a request.

/// Condition keys and their values. Keys compare without case.
///
/// A context is *complete* (the default): a key that is not in it is absent from the request. Or it is
/// *partial*: a key that is not in it may be anything, and decisions say on which keys they depend.
///
/// ```
/// use policy::{Context, Lookup};
/// let context = Context::new().with("aws:SourceIp", "10.0.0.1").with_many("aws:TagKeys", ["a", "b"]);
/// assert!(matches!(context.lookup("aws:sourceip"), Lookup::One("10.0.0.1")));
/// assert!(matches!(context.lookup("aws:viaawsservice"), Lookup::Missing));
/// assert!(matches!(Context::partial().lookup("aws:viaawsservice"), Lookup::Unknown));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// By key in lower case, sorted.
    entries: Vec<(Box<str>, Values)>,
    partial: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Values {
    Absent,
    One(Box<str>),
    Many(Vec<Box<str>>),
}

/// What a context knows of one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup<'a> {
    /// The request has no such key.
    Missing,
    /// A single value.
    One(&'a str),
    /// A list of values, maybe of one or none.
    Many(&'a [Box<str>]),
    /// It was not given, and the context is partial.
    Unknown,
}

impl Context {
    /// A complete context without keys.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A partial context: what is not in it is not known.
    #[must_use]
    pub fn partial() -> Self {
        Self { entries: Vec::new(), partial: true }
    }

    /// The same keys, the rest unknown.
    #[must_use]
    pub fn into_partial(self) -> Self {
        Self { partial: true, ..self }
    }

    /// The same keys, the rest absent.
    #[must_use]
    pub fn into_complete(self) -> Self {
        Self { partial: false, ..self }
    }

    /// Whether keys that are not in it are unknown rather than absent.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.partial
    }

    /// Adds or replaces a single-valued key.
    #[must_use]
    pub fn with(self, key: &str, value: &str) -> Self {
        self.put(key, Values::One(value.into()))
    }

    /// Adds or replaces a multivalued key.
    #[must_use]
    pub fn with_many<'v>(self, key: &str, values: impl IntoIterator<Item = &'v str>) -> Self {
        self.put(key, Values::Many(values.into_iter().map(Into::into).collect()))
    }

    /// Says that the request has no such key; in a complete context that goes without saying.
    #[must_use]
    pub fn without(self, key: &str) -> Self {
        self.put(key, Values::Absent)
    }

    /// Adds a key unless it is there.
    #[must_use]
    pub fn with_default(self, key: &str, value: &str) -> Self {
        if self.entries.binary_search_by(|(known, _)| (**known).cmp(&key.to_lowercase())).is_ok() {
            return self;
        }
        self.with(key, value)
    }

    /// What is known of a key, given in lower case.
    #[must_use]
    pub fn lookup(&self, key: &str) -> Lookup<'_> {
        let found = self.entries.binary_search_by(|(known, _)| (**known).cmp(key));
        match found.ok().and_then(|at| self.entries.get(at)).map(|(_, values)| values) {
            Some(Values::One(value)) => Lookup::One(value),
            Some(Values::Many(values)) => Lookup::Many(values),
            None if self.partial => Lookup::Unknown,
            Some(Values::Absent) | None => Lookup::Missing,
        }
    }

    /// The keys it has, in lower case.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(key, _)| &**key)
    }

    fn put(mut self, key: &str, values: Values) -> Self {
        let key: Box<str> = key.to_lowercase().into();
        match self.entries.binary_search_by(|(known, _)| known.cmp(&key)) {
            Ok(at) => {
                if let Some(entry) = self.entries.get_mut(at) {
                    entry.1 = values;
                }
            }
            Err(at) => self.entries.insert(at, (key, values)),
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_compare_without_case_and_the_last_value_wins() {
        let context = Context::new()
            .with("s3:Prefix", "a")
            .with("S3:PREFIX", "b")
            .with_default("s3:prefix", "c");
        assert_eq!(context.lookup("s3:prefix"), Lookup::One("b"));
        assert_eq!(context.keys().collect::<Vec<_>>(), ["s3:prefix"]);
        let partial = context.into_partial().without("aws:username");
        assert_eq!(partial.lookup("aws:username"), Lookup::Missing);
        assert_eq!(partial.lookup("aws:userid"), Lookup::Unknown);
    }
}
