//! `infraaudit policy simulate`: files of test vectors, run against the policy engine.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args as ClapArgs;
use policy::vectors::{self, CaseResult};

use crate::{failure::Failure, output::Output};

/// Runs files of cases, each with a request, policies and the expected decision.
///
/// The exit code is 3 if a case fails.
#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    /// Files of test vectors; `-` reads standard input.
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    input: Vec<PathBuf>,
    /// Prints one line of JSON for each case.
    #[arg(long)]
    json: bool,
    /// Also prints the reason of each decision.
    #[arg(long, conflicts_with = "json")]
    explain: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let mut results = Vec::new();
    for file in &args.input {
        let text = read(file)?;
        let cases = vectors::run(&text)
            .map_err(|error| Failure::usage(format!("`{}`: {error}", file.display())))?;
        results.extend(cases);
    }
    let failed = results.iter().filter(|result| !result.pass).count();
    Output::new(None).write(|out| {
        for result in &results {
            if args.json {
                writeln!(out, "{result}")?;
            } else {
                print(out, result, args.explain)?;
            }
        }
        if args.json {
            Ok(())
        } else {
            writeln!(out, "{} passed, {failed} failed", results.len() - failed)
        }
    })?;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::from(3) })
}

fn print(out: &mut dyn io::Write, result: &CaseResult, explain: bool) -> io::Result<()> {
    let CaseResult { id, answer, expected, pass, detail, .. } = result;
    if *pass {
        writeln!(out, "passed  {id}: {answer}")?;
    } else {
        writeln!(out, "FAILED  {id}: {answer}, expected {expected}")?;
    }
    if explain || !pass {
        for line in detail.lines() {
            writeln!(out, "        {line}")?;
        }
    }
    Ok(())
}

fn read(file: &Path) -> Result<String, Failure> {
    let read = if file == Path::new("-") {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(file)
    };
    read.map_err(|error| Failure::usage(format!("could not read `{}`: {error}", file.display())))
}
