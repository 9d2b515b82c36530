use std::collections::BTreeSet;

use domain::{Lang, Service, Severity};
use inventory::Read;

use crate::{Rule, Texts, frameworks, texts};

/// One requirement, and how to decide whether a resource meets it.
pub struct Check {
    /// Stable name, `<service>_<file name>`; never reused.
    pub id: &'static str,
    /// Names that it had before, the oldest first: they are accepted where a check is named, and findings keep
    /// the fingerprint of the first.
    pub aliases: &'static [&'static str],
    /// How bad a failure is.
    pub severity: Severity,
    /// How bad it can be at worst, where the rule tells degrees apart; else the same.
    pub worst: Severity,
    /// What has to be read for it: of its own service first, then of others.
    pub reads: &'static [Read],
    /// AWS documentation of the setting.
    pub reference: &'static str,
    /// The decision itself.
    pub rule: &'static dyn Rule,
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Check").field(&self.id).finish()
    }
}

impl Check {
    /// The service it belongs to.
    #[must_use]
    pub fn service(&self) -> Service {
        self.rule.service()
    }

    /// The services that it needs something of.
    pub fn services(&self) -> impl Iterator<Item = Service> {
        let services: BTreeSet<_> = self.reads.iter().map(|read| read.service).collect();
        services.into_iter()
    }

    /// The IAM actions that reading its facts may use, in alphabetical order.
    #[must_use]
    pub fn actions(&self) -> BTreeSet<&'static str> {
        self.reads.iter().flat_map(|read| read.actions).copied().collect()
    }

    /// Its texts.
    #[must_use]
    pub fn texts(&self, lang: Lang) -> &'static Texts {
        texts::of(self, lang)
    }

    /// The requirements of frameworks it answers, as `<name>-<version>:<requirement>`.
    #[must_use]
    pub fn frameworks(&self) -> &'static [String] {
        frameworks::of(self)
    }

    /// Whether this is its name, or was.
    #[must_use]
    pub fn is_called(&self, id: &str) -> bool {
        self.id == id || self.aliases.contains(&id)
    }

    /// The name that fingerprints are made of: it outlives every renaming.
    pub(crate) fn first_id(&self) -> &'static str {
        self.aliases.first().copied().unwrap_or(self.id)
    }
}
