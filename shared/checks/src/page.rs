//! What is written about every check: `catalogue/<service>.toml` has a section for each.

use std::{collections::BTreeMap, sync::LazyLock};

use domain::Lang;
use inventory::for_each_service;
use serde::Deserialize;

use crate::{Check, Remedies, Texts};

/// What is written about one check.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    /// The requirements of frameworks that it answers, as `<name>-<version>:<requirement>`.
    pub(crate) frameworks: Vec<String>,
    en: Texts,
    ko: Texts,
    /// What is the same in every language.
    #[serde(default)]
    pub(crate) remedies: Remedies,
}

impl Page {
    pub(crate) const fn texts(&self, lang: Lang) -> &Texts {
        match lang {
            Lang::En => &self.en,
            Lang::Ko => &self.ko,
        }
    }
}

/// Where a page is missing nothing is shown; a test demands one for every check.
static MISSING: LazyLock<Page> = LazyLock::new(Page::default);

macro_rules! sources {
    ($($module:ident: $Service:ident, $name:literal, $scope:ident, $requests:literal;)+) => {
        [$(($name, include_str!(concat!("../catalogue/", $name, ".toml")))),+]
    };
}

static PAGES: LazyLock<BTreeMap<String, Page>> = LazyLock::new(|| {
    let services = for_each_service!(sources).into_iter();
    let pages = services.flat_map(|(service, source)| {
        let pages: BTreeMap<String, Page> = toml::from_str(source).unwrap_or_default();
        pages.into_iter().map(move |(stem, page)| (format!("{service}_{stem}"), page))
    });
    pages.collect()
});

pub(crate) fn of(check: &Check) -> &'static Page {
    PAGES.get(check.id).unwrap_or(&MISSING)
}

/// The sentences of what any rule may have seen, by language and message.
static SHARED: LazyLock<BTreeMap<String, BTreeMap<String, String>>> = LazyLock::new(|| {
    toml::from_str(include_str!("../catalogue/evidence.toml")).unwrap_or_default()
});

/// The sentence of a message that any rule may use.
pub(crate) fn shared(message: &str, lang: Lang) -> Option<&'static str> {
    SHARED.get(lang.code())?.get(message).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_readable_and_of_a_check() {
        for (service, source) in for_each_service!(sources) {
            let pages: BTreeMap<String, Page> =
                toml::from_str(source).unwrap_or_else(|error| panic!("{service}: {error}"));
            for stem in pages.keys() {
                let id = format!("{service}_{stem}");
                assert!(crate::all().any(|check| check.id == id), "there is no check `{id}`");
            }
        }
        assert!(Lang::ALL.iter().all(|lang| shared("denied", *lang).is_some()));
    }
}
