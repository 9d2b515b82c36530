use std::{collections::BTreeMap, fmt, str::FromStr, sync::LazyLock};

use domain::{Invalid, Service};
use serde::Deserialize;

use crate::Check;

/// The words of one check.
#[derive(Debug, Deserialize)]
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
}

/// A language that every check is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Korean.
    Ko,
}

impl Lang {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::En, Self::Ko];

    /// Its ISO 639-1 code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ko => "ko",
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl FromStr for Lang {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL
            .into_iter()
            .find(|lang| lang.code() == text)
            .ok_or_else(|| Invalid::new("language", text, "en or ko"))
    }
}

type Book = BTreeMap<String, Texts>;

/// Where a text is missing nothing is shown; a test demands every text in every language.
static MISSING: Texts = Texts {
    headline: String::new(),
    requirement: String::new(),
    risk: String::new(),
    remedy: String::new(),
};

macro_rules! book {
    ($lang:literal) => {
        LazyLock::new(|| {
            Service::ALL.map(|service| {
                let source = match service {
                    Service::Iam => include_str!(concat!("../texts/", $lang, "/iam.toml")),
                    Service::S3 => include_str!(concat!("../texts/", $lang, "/s3.toml")),
                    Service::Ec2 => include_str!(concat!("../texts/", $lang, "/ec2.toml")),
                };
                (service, toml::from_str(source).unwrap_or_default())
            })
        })
    };
}

static EN: LazyLock<[(Service, Book); 3]> = book!("en");
static KO: LazyLock<[(Service, Book); 3]> = book!("ko");

pub(crate) fn of(check: &Check, lang: Lang) -> &'static Texts {
    let books = match lang {
        Lang::En => &*EN,
        Lang::Ko => &*KO,
    };
    let stem = check.id.split_once('_').map_or(check.id, |(_, stem)| stem);
    books
        .iter()
        .find(|(service, _)| *service == check.service())
        .and_then(|(_, book)| book.get(stem))
        .unwrap_or(&MISSING)
}
