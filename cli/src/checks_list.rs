use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use domain::Lang;
use serde::Serialize;

use crate::{Failure, output::Output};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Lists every check: id, service, severity, requirement, and the IAM actions that it needs.
    List {
        /// The format of the list.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
        /// The language of the requirements: en or ko.
        #[arg(long, default_value_t)]
        lang: Lang,
    },
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Table,
    Json,
}

#[derive(Serialize)]
struct Row {
    id: &'static str,
    service: domain::Service,
    severity: domain::Severity,
    worst: domain::Severity,
    /// What the severity is computed from.
    basis: checks::Risk,
    /// What the worst is computed from, where that is another.
    worst_basis: Option<checks::Risk>,
    opt_in: bool,
    thresholds: &'static [&'static str],
    requirement: &'static str,
    actions: Vec<&'static str>,
    frameworks: &'static [String],
    reference: &'static str,
}

pub(crate) fn run(command: &Command) -> Result<ExitCode, Failure> {
    let Command::List { format, lang } = command;
    let rows: Vec<_> = checks::all()
        .map(|check| Row {
            id: check.id,
            service: check.service(),
            severity: check.severity(),
            worst: check.worst_severity(),
            basis: check.risk,
            worst_basis: check.worst,
            opt_in: check.opt_in,
            thresholds: check.thresholds,
            requirement: &check.texts(*lang).requirement,
            actions: check.actions().into_iter().collect(),
            frameworks: check.frameworks(),
            reference: check.reference,
        })
        .collect();
    let output = Output::Standard;
    match format {
        Format::Json => output.write(|out| {
            serde_json::to_writer_pretty(&mut *out, &rows)?;
            writeln!(out)
        })?,
        Format::Table => {
            let cells = rows.iter().map(|row| {
                let service = row.service.to_string();
                let severity = row.severity.to_string();
                let actions = row.actions.join(" ");
                [row.id.into(), service, severity, row.requirement.into(), actions]
            });
            let header = ["ID", "SERVICE", "SEVERITY", "REQUIREMENT", "ACTIONS"];
            let table = export::table(output.style(), header, cells);
            output.write(|out| writeln!(out, "{table}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
