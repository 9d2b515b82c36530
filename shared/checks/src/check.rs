use std::collections::{BTreeMap, BTreeSet};

use domain::{CheckSettings, Lang, Service, Severity};
use inventory::Read;

use crate::{Remedies, Risk, Rule, Texts, page};

/// One requirement, and how to decide whether a resource meets it.
pub struct Check {
    /// Stable name, `<service>_<file name>`; never reused.
    pub id: &'static str,
    /// Names that it had before, the oldest first: they are accepted where a check is named, and findings keep
    /// the fingerprint of the first.
    pub aliases: &'static [&'static str],
    /// What the severity of a failure is computed from.
    pub risk: Risk,
    /// The same of a failure as bad as can be, where the rule tells degrees apart.
    pub worst: Option<Risk>,
    /// Whether it runs only where somebody enables it.
    pub opt_in: bool,
    /// The names of the thresholds that its rule compares with.
    pub thresholds: &'static [&'static str],
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
    /// How bad a failure is.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.risk.severity()
    }

    /// How bad a failure can be at worst.
    #[must_use]
    pub const fn worst_severity(&self) -> Severity {
        match self.worst {
            Some(worst) => worst.severity(),
            None => self.severity(),
        }
    }

    /// How bad a failure is, and how bad at worst, by what somebody says of the check.
    #[must_use]
    pub fn rated(&self, settings: &CheckSettings) -> (Severity, Severity) {
        let rated = self.named_in(&settings.severity).map(|rated| rated.severity);
        rated.map_or((self.severity(), self.worst_severity()), |rated| (rated, rated))
    }

    /// Why it does not run, where somebody switched it off.
    #[must_use]
    pub fn disabled<'a>(&self, settings: &'a CheckSettings) -> Option<&'a str> {
        self.named_in(&settings.disable).map(String::as_str)
    }

    /// Whether it runs where nobody asks for it by name.
    #[must_use]
    pub fn is_enabled(&self, settings: &CheckSettings) -> bool {
        let is_asked_for = || settings.enable.iter().any(|id| self.is_called(id));
        self.disabled(settings).is_none() && (!self.opt_in || is_asked_for())
    }

    /// What is said of it, by whichever of its names.
    fn named_in<'a, T>(&self, said: &'a BTreeMap<String, T>) -> Option<&'a T> {
        said.iter().find_map(|(id, said)| self.is_called(id).then_some(said))
    }

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
        page::of(self).texts(lang)
    }

    /// How to mend a failure from a command line or in a template; the same in every language.
    #[must_use]
    pub fn remedies(&self) -> &'static Remedies {
        &page::of(self).remedies
    }

    /// The requirements of frameworks it answers, as `<name>-<version>:<requirement>`.
    #[must_use]
    pub fn frameworks(&self) -> &'static [String] {
        &page::of(self).frameworks
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
