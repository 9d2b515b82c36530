mod accounts;
mod args;
mod progress;
mod suppressions;

use std::{fs, io::Write as _, path::Path, process::ExitCode, sync::Arc};

use audit::{AuditScope, Credentials, ScanError, evaluate};
use aws::SessionName;
use aws_config::SdkConfig;
use domain::{Finding, Status, Verdict};
use inventory::Snapshot;
use tokio_util::sync::CancellationToken;

use crate::{Failure, config_file, output::Output, runtime, settings, signals};
pub(crate) use args::Args;
use args::{Format, Input};
use progress::Progress;
use suppressions::Suppressions;

/// Exit code: a failing finding is as bad as `--fail-on` says.
const FAILED_ON: u8 = 3;
/// Exit code: `--strict`, and not everything was read.
const INCOMPLETE: u8 = 4;
/// Exit code: stopped by Ctrl-C or SIGTERM, as shells have it (128 + SIGINT).
const STOPPED: u8 = 130;

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let (path, mut file) = config_file::of_scan(args.config.as_deref()).map_err(Failure::usage)?;
    let overrides = settings::take(&path, &mut file).map_err(Failure::usage)?;
    let options = args.evaluate_options(overrides);
    let scope = args.scope(&options.settings).map_err(Failure::usage)?;
    for path in [&args.output, &args.snapshot_out].into_iter().flatten() {
        Output::File(path.clone()).check()?;
    }
    if args.output.is_some() && args.output == args.snapshot_out {
        return Err(Failure::usage(
            "--output and --snapshot-out name the same file; give them two",
        ));
    }
    let quiet = Suppressions::of(&path, &mut file).map_err(Failure::usage)?;
    let way = args.way().map_err(Failure::usage)?;
    let asked = matches!(way, Input::Aws(_));
    let (snapshot, stopped) = match way {
        Input::Accounts(path) => {
            return accounts::run(args, &path, &accounts::Terms { scope, options }, &quiet);
        }
        Input::Snapshot(path) => (load(&path)?, false),
        Input::Aws(way) => runtime::on_one_thread()?.block_on(read(args, way, &scope))?,
    };
    let mut report = evaluate(&snapshot, &scope.checks, &options);
    let now = jiff::Timestamp::now();
    audit::suppress(&mut report, &quiet.all, now);
    for line in quiet.idle(&report.findings.iter(), args.tags, now) {
        eprintln!("{line}");
    }
    let output = Output::new(args.output.clone());
    output.write(|out| match args.format {
        Format::Json => export::json(&report, args.lang, out),
        Format::Csv => export::csv(&report, args.lang, out),
        Format::Table => {
            let (style, passes, lang) = (output.style(), args.passes, args.lang);
            export::Page { style, passes, lang }.write(&report, out)
        }
    })?;
    if let Some(path) = &args.snapshot_out {
        Output::File(path.clone()).write(|out| Ok(serde_json::to_writer(out, &snapshot)?))?;
    }
    let unread = report.findings.iter().all(|finding| finding.verdict == Verdict::Unknown)
        && report.receipt.iter().all(|row| row.outcome.is_gap());
    if asked && unread && !stopped {
        return Err(Failure::audit("nothing of the account could be read; the report says why"));
    }
    Ok(ending(args, &report.findings, report.status, stopped).into())
}

/// The exit code of what was audited.
fn ending<'a>(
    args: &Args,
    findings: impl IntoIterator<Item = &'a Finding>,
    status: Status,
    stopped: bool,
) -> u8 {
    let mut failing = findings
        .into_iter()
        .filter(|finding| finding.verdict == Verdict::Fail && finding.suppressed.is_none());
    if stopped {
        STOPPED
    } else if args.fail_on.is_some_and(|least| failing.any(|finding| finding.severity >= least)) {
        FAILED_ON
    } else if args.strict && status == Status::Incomplete {
        INCOMPLETE
    } else {
        0
    }
}

/// Proves that the role of the entry enforces its ExternalId; why not is one sentence.
async fn prove(config: &SdkConfig, entry: &Credentials) -> Result<(), String> {
    let Credentials::Role { role, external_id: Some(external_id), name } = entry else {
        return Err("only a role that is assumed with an external id can be proven".into());
    };
    aws::prove(config, role, external_id, name).await.map_err(|doubt| doubt.to_string())
}

/// Reads the account; tells whether it was stopped on the way.
async fn read(
    args: &Args,
    way: args::Source,
    scope: &AuditScope,
) -> Result<(Snapshot, bool), Failure> {
    let options = aws::ClientOptions { profile: args.profile.clone(), near: None };
    let role = way.role().filter(|_| args.names_partition());
    let config = aws::config(&options.near(&scope.regions, role)).await;
    let entry = match way {
        args::Source::Caller => {
            let caller = aws::caller(&config).await.map_err(Failure::audit)?;
            eprintln!(
                "no role given: auditing the caller's own account {} as {}",
                caller.account.id, caller.arn
            );
            Credentials::Caller(caller.account)
        }
        args::Source::Role { role, external_id } => {
            let name = SessionName::new("scan").map_err(Failure::usage)?;
            Credentials::Role { role: args.settled(role, &config), external_id, name }
        }
    };
    if args.prove_external_id {
        prove(&config, &entry).await.map_err(Failure::audit)?;
        eprintln!("proven: the role can be assumed with its external id only");
    }
    let stop = CancellationToken::new();
    let listening = tokio::spawn(listen(stop.clone()));
    let progress = Progress::new(args.quiet);
    let observer = Arc::new(move |event: audit::Event<'_>| progress.see(&event));
    let scanned = audit::scan(&config, &entry, scope, stop.clone(), observer).await;
    listening.abort();
    match scanned {
        Ok(snapshot) => Ok((snapshot, stop.is_cancelled())),
        Err(error @ ScanError::UnknownRegion { .. }) => Err(Failure::usage(error)),
        Err(error @ ScanError::AssumeRole(_)) => Err(Failure::audit(error)),
    }
}

/// Stops the reading at the first signal (Ctrl-C or SIGTERM), and the program at the second.
async fn listen(stop: CancellationToken) {
    if let Ok(first) = signals::first() {
        first.await;
        let _ = writeln!(std::io::stderr(), "stopping: what was read so far is reported");
        stop.cancel();
        std::future::pending::<()>().await;
    }
}

/// What every version of a snapshot has.
#[derive(serde::Deserialize)]
struct Head {
    version: u32,
}

/// A snapshot of an earlier scan.
fn load(path: &Path) -> Result<Snapshot, Failure> {
    let shown = path.display();
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("could not read `{shown}`: {error}")))?;
    let unreadable = |error| {
        Failure::usage(format!("`{shown}` is no snapshot of `scan --snapshot-out`: {error}"))
    };
    let head: Head = serde_json::from_str(&text).map_err(unreadable)?;
    Snapshot::check_version(head.version)
        .map_err(|mismatch| Failure::usage(format!("`{shown}`: {mismatch}")))?;
    serde_json::from_str(&text).map_err(unreadable)
}
