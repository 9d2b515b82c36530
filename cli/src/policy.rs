mod explain;
mod generate;
mod lint;
mod simulate;

use std::process::ExitCode;

use clap::Subcommand;

use crate::Failure;

#[derive(Debug, Subcommand)]
// Their texts stand where their arguments are: one here would hide those, and the exit codes with them.
pub(crate) enum Command {
    Simulate(simulate::Args),
    Explain(explain::Args),
    Lint(lint::Args),
    Generate(Box<generate::Args>),
}

pub(crate) fn run(command: &Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Simulate(args) => simulate::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Lint(args) => lint::run(args),
        Command::Generate(args) => generate::run(args),
    }
}
