//! `infraaudit`: the audit on one machine.
//!
//! Standard output is for data and standard error for people. Exit codes: 0 done, 1 the command
//! line or an input is wrong, 2 could not audit (of several accounts: one of them), 3 `--fail-on` is
//! met (or a case of `policy` fails, or `keys` finds an old one), 4 incomplete under `--strict` (or the
//! answer of `policy explain` depends on something that is missing), 130 stopped.

mod advisor;
mod checks_list;
mod config_file;
mod credentials;
mod demo;
mod failure;
mod health;
mod keys;
mod output;
mod policy;
mod runtime;
mod scan;
mod serve;
mod settings;
mod signals;

use std::{io::Write as _, process::ExitCode};

use clap::{Parser, Subcommand};

use failure::Failure;

/// Audits the security of AWS accounts.
#[derive(Debug, Parser)]
#[command(name = "infraaudit", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Audits one account, through a role or with the caller's own credentials.
    Scan(Box<scan::Args>),
    /// Serves the HTTP API on this machine, and runs audits in the background.
    Serve(serve::Serve),
    /// Checks whether a running `serve` answers.
    Health(health::Args),
    /// Shows the main job on a sample account, without any call to AWS.
    Demo(demo::Args),
    /// Lists the checks.
    #[command(subcommand)]
    Checks(checks_list::Command),
    /// Lists access keys that are older than a number of hours.
    #[command(subcommand)]
    Keys(keys::Command),
    /// Evaluates, explains, lints and generates IAM policies.
    #[command(subcommand)]
    Policy(policy::Command),
    /// Lists permissions that users, roles and groups do not use.
    #[command(subcommand)]
    Access(advisor::Command),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // clap's own code for a wrong command line is 2, which here means "could not audit".
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(1) } else { ExitCode::SUCCESS };
        }
    };
    let done = match cli.command {
        Command::Scan(args) => scan::run(&args),
        Command::Serve(args) => serve::run(args),
        Command::Health(args) => health::run(args),
        Command::Demo(args) => demo::run(&args),
        Command::Checks(command) => checks_list::run(&command),
        Command::Keys(command) => keys::run(&command),
        Command::Policy(command) => policy::run(&command),
        Command::Access(command) => advisor::run(&command),
    };
    done.unwrap_or_else(|failure| {
        let _ = writeln!(std::io::stderr(), "error: {}", failure.message);
        ExitCode::from(failure.code)
    })
}
