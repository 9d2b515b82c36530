use std::{collections::BTreeMap, sync::LazyLock};

use domain::Lang;
use inventory::for_each_service;
use serde::Deserialize;

use crate::Check;

/// The words of one check.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// What is wrong when it fails, in one line.
    pub headline: String,
    /// What it asks for, as a sentence that is true of a resource that passes.
    pub requirement: String,
    /// What a failure lets an attacker or an accident do.
    pub risk: String,
    /// What to change.
    pub remedy: String,
    /// Why there is no command or template for it, by the form of the remedy.
    #[serde(default)]
    pub without: BTreeMap<String, String>,
    /// What its rule may have seen, by message; `{name}` stands for a value.
    #[serde(default)]
    pub evidence: BTreeMap<String, String>,
}

/// The words of all checks in one language.
struct Book {
    checks: BTreeMap<String, Texts>,
    /// What any rule may have seen.
    shared: BTreeMap<String, String>,
}

/// Where a text is missing nothing is shown; a test demands every text in every language.
static MISSING: LazyLock<Texts> = LazyLock::new(Texts::default);

macro_rules! sources {
    ($lang:literal: $($module:ident: $Service:ident, $name:literal, $scope:ident, $requests:literal;)+) => {
        [$(($name, include_str!(concat!("../texts/", $lang, "/", $name, ".toml")))),+]
    };
}
macro_rules! english {
    ($($service:tt)+) => { sources!("en": $($service)+) };
}
macro_rules! korean {
    ($($service:tt)+) => { sources!("ko": $($service)+) };
}

static EN: LazyLock<Book> =
    LazyLock::new(|| book(&for_each_service!(english), include_str!("../texts/en/evidence.toml")));
static KO: LazyLock<Book> =
    LazyLock::new(|| book(&for_each_service!(korean), include_str!("../texts/ko/evidence.toml")));

fn book(services: &[(&str, &str)], shared: &str) -> Book {
    let checks = services.iter().flat_map(|(service, source)| {
        let page: BTreeMap<String, Texts> = toml::from_str(source).unwrap_or_default();
        page.into_iter().map(move |(stem, texts)| (format!("{service}_{stem}"), texts))
    });
    Book { checks: checks.collect(), shared: toml::from_str(shared).unwrap_or_default() }
}

fn book_of(lang: Lang) -> &'static Book {
    match lang {
        Lang::En => &EN,
        Lang::Ko => &KO,
    }
}

pub(crate) fn of(check: &Check, lang: Lang) -> &'static Texts {
    book_of(lang).checks.get(check.id).unwrap_or(&MISSING)
}

/// The sentence of a message that any rule may use.
pub(crate) fn shared(message: &str, lang: Lang) -> Option<&'static str> {
    book_of(lang).shared.get(message).map(String::as_str)
}
