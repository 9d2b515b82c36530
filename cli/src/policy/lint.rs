//! `infraaudit policy lint`: policies as IAM Access Analyzer's validation looks at them.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args as ClapArgs, ValueEnum};
use policy::{
    facts::Facts,
    lint::{
        self, AttachedTo, Finding, FindingType, Fix, Location, Options, PathStep, PolicyType,
        Source,
    },
};
use serde_json::{Value, json};

use crate::{failure::Failure, output::Output};

mod sarif;

/// Checks policies for mistakes: errors, security warnings, warnings, suggestions.
///
/// The exit code is 3 if a policy has errors.
#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    /// Files with one policy each; `-` reads standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The kind of policy.
    #[arg(long = "type", value_enum, default_value_t, value_name = "TYPE")]
    kind: Kind,
    /// The type of resource that a resource policy is attached to, such as `AWS::S3::Bucket`.
    #[arg(long, value_parser = attached_to)]
    resource_type: Option<AttachedTo>,
    /// Checks SCPs against the narrower grammar from before September 2025.
    #[arg(long)]
    classic_scp: bool,
    /// Whose codes to report; use `access-analyzer` to compare with Access Analyzer's findings.
    #[arg(long, value_enum, default_value_t, value_name = "SOURCE")]
    source: Whose,
    /// A file of facts about AWS that is newer than the built-in one.
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
    /// The format of the findings.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Kind {
    /// Of users, groups and roles.
    #[default]
    Identity,
    /// Of resources such as buckets.
    Resource,
    /// A service control policy.
    Scp,
    /// A resource control policy.
    Rcp,
    /// Who may assume a role.
    Trust,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    #[default]
    Table,
    Json,
    Sarif,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Whose {
    /// Access Analyzer's and InfraAudit's own.
    #[default]
    All,
    /// Those that IAM Access Analyzer has too.
    AccessAnalyzer,
}

impl From<Kind> for PolicyType {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Identity => Self::Identity,
            Kind::Resource => Self::Resource,
            Kind::Scp => Self::ServiceControl,
            Kind::Rcp => Self::ResourceControl,
            Kind::Trust => Self::Trust,
        }
    }
}

fn attached_to(name: &str) -> Result<AttachedTo, String> {
    AttachedTo::parse(name).ok_or_else(|| {
        let known: Vec<_> = AttachedTo::all().map(AttachedTo::name).collect();
        format!("use one of {}", known.join(", "))
    })
}

/// One file with what was found in it.
struct Linted {
    name: String,
    text: String,
    findings: Vec<Finding>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let facts = match &args.facts {
        Some(path) => Facts::from_bytes(&fs::read(path).map_err(unreadable(path))?),
        None => Facts::bundled(),
    };
    let facts = facts.map_err(Failure::usage)?;
    let options = Options {
        policy_type: args.kind.into(),
        attached_to: args.resource_type,
        classic_scp: args.classic_scp,
    };
    let mut linted = Vec::with_capacity(args.files.len());
    for path in &args.files {
        let (name, text) = read(path)?;
        let mut findings = lint::lint(&text, options, &facts);
        if args.source == Whose::AccessAnalyzer {
            findings.retain(|finding| finding.code().source == Source::AccessAnalyzer);
        }
        linted.push(Linted { name, text, findings });
    }
    let output = Output::Standard;
    match args.format {
        Format::Table => {
            let table = table(&output, &linted);
            output.write(|out| out.write_all(table.as_bytes()))?;
            eprintln!("{}", summary(&linted));
        }
        Format::Json => write_json(&output, &json(&linted))?,
        Format::Sarif => write_json(&output, &sarif::log(&linted))?,
    }
    let failed = count(&linted, FindingType::Error) > 0;
    Ok(if failed { ExitCode::from(3) } else { ExitCode::SUCCESS })
}

fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> Failure {
    move |error| Failure::usage(format!("could not read `{}`: {error}", path.display()))
}

fn read(path: &Path) -> Result<(String, String), Failure> {
    if path.as_os_str() == "-" {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map_err(unreadable(Path::new("standard input")))?;
        return Ok(("stdin".into(), text));
    }
    let text = fs::read_to_string(path).map_err(unreadable(path))?;
    Ok((path.display().to_string(), text))
}

fn write_json(output: &Output, value: &Value) -> Result<(), Failure> {
    output.write(|out| {
        serde_json::to_writer_pretty(&mut *out, value)?;
        writeln!(out)
    })
}

fn count(linted: &[Linted], kind: FindingType) -> usize {
    linted.iter().flat_map(|file| &file.findings).filter(|f| f.code().kind == kind).count()
}

fn summary(linted: &[Linted]) -> String {
    let counted = |kind, one: &str| match count(linted, kind) {
        1 => format!("1 {one}"),
        many => format!("{many} {one}s"),
    };
    let parts = [
        counted(FindingType::Error, "error"),
        counted(FindingType::SecurityWarning, "security warning"),
        counted(FindingType::Warning, "warning"),
        counted(FindingType::Suggestion, "suggestion"),
    ];
    let files = if linted.len() == 1 { "1 policy" } else { &format!("{} policies", linted.len()) };
    format!("{} in {files}", parts.join(", "))
}

fn table(output: &Output, linted: &[Linted]) -> String {
    let row = |name: &str, finding: &Finding| {
        let at = finding.position();
        let mut message = finding.message().to_owned();
        if let Some(Fix { replacement, .. }) = finding.fix() {
            message.push_str("\nfix: ");
            message.push_str(if replacement.is_empty() { "remove it" } else { replacement });
        }
        let kind = finding.code().kind.as_str().to_lowercase().replace('_', " ");
        [format!("{name}:{}:{}", at.line, at.column), kind, finding.code().name.into(), message]
    };
    let rows: Vec<_> = linted
        .iter()
        .flat_map(|file| file.findings.iter().map(|finding| row(&file.name, finding)))
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    export::table(output.style(), ["PLACE", "TYPE", "CODE", "FINDING"], rows) + "\n"
}

/// A list of findings with the names of Access Analyzer's API; lines and columns count from 1. `source`
/// says whether Access Analyzer has the code too.
fn json(linted: &[Linted]) -> Value {
    let finding = |file: &Linted, finding: &Finding| {
        let at = finding.position();
        let path = finding.locations().first().map(Location::path_text);
        let locations: Vec<_> = finding.locations().iter().map(location).collect();
        json!({
            "file": file.name,
            "findingType": finding.code().kind.as_str(),
            "issueCode": finding.code().name,
            "findingDetails": finding.message(),
            "source": finding.code().source.word(),
            "learnMoreLink": finding.code().link(),
            "line": at.line,
            "column": at.column,
            "path": path,
            "locations": locations,
            "fix": finding.fix().map(|fix| json!({
                "start": fix.span.start,
                "end": fix.span.end,
                "replaced": fix.span.slice(&file.text),
                "replacement": fix.replacement,
            })),
        })
    };
    let all = linted.iter().flat_map(|file| file.findings.iter().map(move |f| (file, f)));
    all.map(|(file, f)| finding(file, f)).collect()
}

fn location(location: &Location) -> Value {
    let step = |step: &PathStep| match step {
        PathStep::Value(key) => json!({ "value": key }),
        PathStep::Index(at) => json!({ "index": at }),
        PathStep::Key(key) => json!({ "key": key }),
    };
    let place =
        |at: policy::Position| json!({"line": at.line, "column": at.column, "offset": at.offset});
    json!({
        "path": location.path.iter().map(step).collect::<Vec<_>>(),
        "span": {"start": place(location.start), "end": place(location.end)},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_says_whose_code_it_is() {
        let text = r#"{"Version": "2012-10-17", "Statement":
            {"Effect": "Allow", "Action": ["s3:GetObject", "iam:PassRole"], "Resource": ["arn:aws:s3:::a", "*"]}}"#;
        let facts = Facts::bundled().unwrap();
        let findings = lint::lint(text, PolicyType::Identity, &facts);
        let found = json(&[Linted { name: "p.json".into(), text: text.into(), findings }]);
        let whose = |code: &str| {
            let found = found.as_array().unwrap().iter().find(|found| found["issueCode"] == code);
            found.unwrap_or_else(|| panic!("{code} is not found"))["source"].clone()
        };
        assert_eq!(whose("PASS_ROLE_WITH_STAR_IN_RESOURCE"), "access-analyzer");
        assert_eq!(whose("INFRAAUDIT_RESOURCE_FITS_NO_ACTION"), "infraaudit");
    }
}
