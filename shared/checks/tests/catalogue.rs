//! Promises that hold for every check, tested over the whole catalogue.

use std::{collections::BTreeSet, fs, path::Path};

use checks::{Check, all};
use domain::{Lang, Service};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn ids_are_the_file_names() {
    let mut files = BTreeSet::new();
    for service in Service::ALL {
        for rule in fs::read_dir(Path::new(HERE).join("src").join(service.name())).unwrap() {
            let path = rule.unwrap().path();
            if path.is_file() {
                files.insert(format!("{service}_{}", path.file_stem().unwrap().to_str().unwrap()));
            }
        }
    }
    let ids: BTreeSet<_> = all().map(|check| check.id.to_owned()).collect();
    assert_eq!(ids.len(), all().count(), "an id is listed twice");
    assert_eq!(ids, files, "a file without a check, or a check without a file");
    for check in all() {
        assert!(check.id.starts_with(check.service().name()), "{} is elsewhere", check.id);
    }
}

#[test]
fn every_check_is_written_in_every_language() {
    for (check, lang) in all().flat_map(|check| Lang::ALL.map(|lang| (check, lang))) {
        let id = format!("{} in {lang}", check.id);
        let texts = check.texts(lang);
        for text in [&texts.headline, &texts.requirement, &texts.risk, &texts.remedy] {
            assert!(!text.is_empty(), "{id}: a text is missing");
            let korean = text.chars().any(|c| ('가'..='힣').contains(&c));
            assert_eq!(korean, lang == Lang::Ko, "{id}: wrong language: {text}");
        }
        for line in [&texts.headline, &texts.requirement] {
            assert!(!line.ends_with('.'), "{id}: a line has no full stop: {line}");
            assert!(line.chars().count() <= 80, "{id}: {line} fits no line");
        }
        for sentence in [&texts.risk, &texts.remedy] {
            assert!(sentence.ends_with('.'), "{id}: not a sentence: {sentence}");
        }
    }
}

#[test]
fn no_text_is_left_over() {
    for (service, lang) in Service::ALL.iter().flat_map(|s| Lang::ALL.map(|lang| (s, lang))) {
        let path = format!("{HERE}/texts/{lang}/{service}.toml");
        let book: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        let ids: BTreeSet<_> = book.keys().map(|stem| format!("{service}_{stem}")).collect();
        let known = all().filter(|check| check.service() == *service);
        assert_eq!(ids, known.map(|check| check.id.to_owned()).collect(), "{path}");
    }
}

#[test]
fn references_cite_aws_and_severities_are_ordered() {
    for check in all() {
        let cites = check.reference.starts_with("https://docs.aws.amazon.com/");
        assert!(cites, "{}: cite AWS", check.id);
        assert!(check.worst >= check.severity, "{}: the worst is not the worst", check.id);
        assert!(!check.actions().is_empty(), "{}: needs no action", check.id);
        let own = check.reads.first().map(|read| read.service);
        assert_eq!(own, Some(check.service()), "{}: its own service is read first", check.id);
        let known = check.reads.iter().all(|read| read.service.reads().contains(read));
        assert!(known, "{}: a read that its service does not list in `READS`", check.id);
    }
}

fn section(check: &Check) -> String {
    let (en, ko) = (check.texts(Lang::En), check.texts(Lang::Ko));
    let worst = if check.worst == check.severity {
        String::new()
    } else {
        format!(", {} at worst", check.worst)
    };
    let actions: Vec<_> = check.actions().iter().map(|action| format!("`{action}`")).collect();
    format!(
        "\n## {}\n\n`{}` · {}{worst}\n\n{}. {}\n\n**Remedy.** {}\n\n\
         **한국어.** {}. {} **조치.** {}\n\n\
         **Reads.** {}\n\n**Frameworks.** {}\n\n[AWS documentation]({})\n",
        en.requirement,
        check.id,
        check.severity,
        en.headline,
        en.risk,
        en.remedy,
        ko.headline,
        ko.risk,
        ko.remedy,
        actions.join(", "),
        check.frameworks().join(", "),
        check.reference,
    )
}

#[test]
fn the_documented_catalogue_is_current() {
    let mut page = String::from(
        "# Checks\n\nWritten by `cargo test -p checks`; change the checks, not this page.\n",
    );
    page.extend(all().map(section));
    let path = format!("{HERE}/../../docs/checks.md");
    if fs::read_to_string(&path).unwrap_or_default() != page {
        fs::write(&path, page).unwrap();
        panic!("docs/checks.md was stale; it is rewritten, commit it");
    }
}

#[test]
fn aws_knows_every_action_that_is_read() {
    let aws = policy::facts::Facts::bundled().unwrap();
    let reads = inventory::all_reads().flat_map(|read| read.actions).copied();
    for action in reads.chain(domain::keys::Method::all_actions()) {
        assert!(aws.action(action).is_some(), "AWS documents no action `{action}`");
    }
    assert!(aws.action("s3:GetBucketEncryption").is_none(), "an API's name is no action's name");
}
