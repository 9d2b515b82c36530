mod explain;
mod generate;
mod lint;
mod simulate;

use std::process::ExitCode;

use clap::Subcommand;

use crate::Failure;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Decides the requests of case files, and compares with what they expect.
    Simulate(simulate::Args),
    /// Tells why a principal may or may not do something.
    Explain(explain::Args),
    /// Finds what is wrong with policies.
    Lint(lint::Args),
    /// Makes a policy of what CloudTrail says was used.
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
