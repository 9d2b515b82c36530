//! Promises that hold for every check, tested over the whole catalogue.

use std::{collections::BTreeSet, fs, path::Path};

use checks::{Check, Risk, all};
use domain::{Lang, Service, Threshold, Thresholds};

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

/// A check names requirements that its frameworks have, in order and once.
#[test]
fn frameworks_have_the_requirements_that_checks_name() {
    let mut known = BTreeSet::new();
    for file in fs::read_dir(format!("{HERE}/frameworks")).unwrap() {
        let path = file.unwrap().path();
        let framework = path.file_stem().unwrap().to_str().unwrap();
        let page: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        let requirements = page["requirements"].as_array().unwrap().iter();
        let requirements = requirements.map(|one| format!("{framework}:{}", one.as_str().unwrap()));
        known.extend(requirements);
    }
    for check in all() {
        let named = check.frameworks();
        assert!(named.is_sorted_by(|a, b| a < b), "{}: in order, and once: {named:?}", check.id);
        for one in named {
            assert!(known.contains(one), "{}: there is no requirement `{one}`", check.id);
        }
    }
    let answered = all().flat_map(Check::frameworks).filter_map(|one| one.split(':').next());
    let frameworks = known.iter().filter_map(|one| one.split(':').next());
    assert_eq!(
        answered.collect::<BTreeSet<_>>(),
        frameworks.collect(),
        "one that no check answers"
    );
}

#[test]
fn references_cite_aws_and_severities_are_ordered() {
    for check in all() {
        let cites = check.reference.starts_with("https://docs.aws.amazon.com/");
        assert!(cites, "{}: cite AWS", check.id);
        let worst = check.worst.map(Risk::score);
        let is_worse = worst.is_none_or(|worst| worst > check.risk.score());
        assert!(is_worse, "{}: the worst is not the worst", check.id);
        assert!(!check.actions().is_empty(), "{}: needs no action", check.id);
        let own = check.reads.first().map(|read| read.service);
        assert_eq!(own, Some(check.service()), "{}: its own service is read first", check.id);
        let known = check.reads.iter().all(|read| read.service.reads().contains(read));
        assert!(known, "{}: a read that its service does not list in `READS`", check.id);
    }
}

#[test]
fn every_check_has_a_remedy_of_every_form_or_the_reason_why_not() {
    for check in all() {
        for (form, remedy) in check.remedies().forms() {
            for lang in Lang::ALL {
                let id = format!("{}: {form} in {lang}", check.id);
                let why = check.texts(lang).without.get(form);
                assert!(remedy.is_some() != why.is_some(), "{id}: a remedy, or why there is none");
                let korean = why.is_some_and(|why| why.chars().any(|c| ('가'..='힣').contains(&c)));
                assert_eq!(korean, why.is_some() && lang == Lang::Ko, "{id}: wrong language");
            }
        }
        for lang in Lang::ALL {
            let known = check.remedies().forms().map(|(form, _)| form);
            let strange =
                check.texts(lang).without.keys().find(|form| !known.contains(&form.as_str()));
            assert_eq!(strange, None, "{}: no form of a remedy", check.id);
        }
    }
}

/// What follows `=` is a value to the AWS CLI, whatever it looks like.
#[test]
fn no_placeholder_of_a_command_can_be_taken_for_an_option() {
    for check in all() {
        let Some(cli) = &check.remedies().cli else { continue };
        assert!(cli.starts_with("aws "), "{}: {cli}", check.id);
        for (before, after) in placeholders(cli) {
            assert!(before.ends_with('='), "{}: write `--option={{…}}`: {before}", check.id);
            let ends = after.is_empty() || after.starts_with([' ', '\n', ')']);
            assert!(ends, "{}: a value is a word of its own: {after}", check.id);
        }
    }
}

/// What stands before and after each placeholder.
fn placeholders(template: &str) -> Vec<(&str, &str)> {
    let open = template.match_indices('{').filter_map(|(at, _)| {
        let (name, after) = template[at + 1..].split_once('}')?;
        let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        is_name.then_some((&template[..at], after))
    });
    open.collect()
}

#[test]
fn thresholds_are_known_and_used() {
    let named: BTreeSet<_> = all().flat_map(|check| check.thresholds).copied().collect();
    let known = Thresholds::ALL.iter().map(|threshold| threshold.name).collect();
    assert_eq!(named, known, "checks name thresholds that there are, and each is a check's");
}

/// What the severity of a check is computed from.
fn basis(risk: Risk) -> String {
    let Risk { exposure, privilege, exploitability } = risk;
    format!(
        "{} {} (exposure {} {}, privilege {} {}, exploitability {} {})",
        risk.severity(),
        risk.score(),
        exposure.name(),
        exposure as u8,
        privilege.name(),
        privilege as u8,
        exploitability.name(),
        exploitability as u8,
    )
}

fn threshold(threshold: &Threshold) -> String {
    format!("`{}` ({})", threshold.name, threshold.default)
}

fn remedies(check: &Check) -> String {
    let (remedies, texts) = (check.remedies(), check.texts(Lang::En));
    let titles = [("AWS CLI", "sh"), ("CloudFormation", "yaml"), ("Terraform", "hcl")];
    let shown = remedies.forms().into_iter().zip(titles).map(|((form, remedy), (title, code))| {
        remedy.map_or_else(
            || {
                let why = texts.without.get(form).map_or("", String::as_str);
                format!("{title}: none, because {why}.\n")
            },
            |remedy| format!("{title}:\n\n```{code}\n{}\n```\n", remedy.trim_end()),
        )
    });
    shown.collect::<Vec<_>>().join("\n")
}

fn section(check: &Check) -> String {
    let (en, ko) = (check.texts(Lang::En), check.texts(Lang::Ko));
    let worst = check.worst.map(|worst| format!("; at worst {}", basis(worst))).unwrap_or_default();
    let opt_in = if check.opt_in { " · runs only if it is enabled" } else { "" };
    let used = Thresholds::ALL.iter().filter(|one| check.thresholds.contains(&one.name));
    let used: Vec<_> = used.map(threshold).collect();
    let used = if used.is_empty() {
        String::new()
    } else {
        format!("**Thresholds.** {}\n\n", used.join(", "))
    };
    let actions: Vec<_> = check.actions().iter().map(|action| format!("`{action}`")).collect();
    format!(
        "\n## {}\n\n`{}` · {}{opt_in}\n\n{}. {}\n\n\
         **Severity.** {}{worst}\n\n{used}**Remedy.** {}\n\n{}\n\
         **한국어.** {}. {} **조치.** {}\n\n\
         **Reads.** {}\n\n**Frameworks.** {}\n\n[AWS documentation]({})\n",
        en.requirement,
        check.id,
        levels(check),
        en.headline,
        en.risk,
        basis(check.risk),
        en.remedy,
        remedies(check),
        ko.headline,
        ko.risk,
        ko.remedy,
        actions.join(", "),
        check.frameworks().join(", "),
        check.reference,
    )
}

/// How bad a failure is, and at worst.
fn levels(check: &Check) -> String {
    match (check.severity(), check.worst_severity()) {
        (usual, worst) if usual == worst => usual.to_string(),
        (usual, worst) => format!("{usual}, {worst} at worst"),
    }
}

/// The most characters of a line, as `.ci/check_markdown.py` has it.
const WIDTH: usize = 120;

/// The same Markdown with its paragraphs wrapped. Blocks of code and links stay as they are.
fn wrapped(text: &str) -> String {
    let (mut page, mut code) = (String::new(), false);
    for line in text.lines() {
        code ^= line.starts_with("```");
        let (link, mut column) = (line.starts_with('['), 0);
        for (at, word) in line.split(' ').enumerate() {
            let length = word.chars().count();
            let breaks = !code && !link && column + 1 + length > WIDTH;
            if at > 0 {
                page.push(if breaks { '\n' } else { ' ' });
                column = if breaks { 0 } else { column + 1 };
            }
            page.push_str(word);
            column += length;
        }
        page.push('\n');
    }
    page
}

const INTRODUCTION: &str = "\
# Checks

Written by `cargo test -p checks`; change the checks, not this page.

## Severity

The severity of a failure is computed: exposure, privilege and exploitability give 0 to 2 points each. A sum of 0 or 1
is `low`, 2 or 3 `medium`, 4 `high`, 5 or 6 `critical`. A check with several degrees of failure has a second basis, for
the worst failure. `[checks.severity]` sets another severity for a check.

| | 0 | 1 | 2 |
|---|---|---|---|
| exposure: who can make use of it | `inside`: somebody with rights in the account | `credential`: somebody with a \
credential or another AWS account | `internet`: anyone on the internet |
| privilege: what they gain | `availability`: harm to availability or detection only | `resource`: the data of one \
resource | `account`: the account, or all resources of a kind |
| exploitability: what it takes | `conditional`: one more fault | `known`: a known technique | `direct`: nothing, it \
works as it is |

## Thresholds

Checks compare with these numbers. How to set them: [configuration.md](configuration.md#thresholds-trust-and-checks).

| key in `[thresholds]` | default | least | most | what it is |
|---|---|---|---|---|
";

const PLACEHOLDERS: &str = "
## Remedies

A failing finding has remedies with the resource's values filled in: an AWS CLI command for a POSIX shell,
CloudFormation in YAML, and Terraform. `{name}`, `{arn}`, `{region}` and `{account}` are those of the resource. `{part}`
is the part of the resource that the finding is about. Any other name is a value that the check has read. Values are
quoted, so a resource's name cannot end a command.
";

fn threshold_row(threshold: &Threshold) -> String {
    let Threshold { name, default, least, most, doc, .. } = threshold;
    format!("| `{name}` | {default} | {least} | {most} | {doc} |\n")
}

#[test]
fn the_documented_catalogue_is_current() {
    let mut page = String::from(INTRODUCTION);
    page.extend(Thresholds::ALL.iter().map(threshold_row));
    page += PLACEHOLDERS;
    page.extend(all().map(|check| wrapped(&section(check))));
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
