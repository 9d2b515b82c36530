//! Several accounts in one go: a file names them, each is audited for itself, and nothing that is
//! read of one reaches another.

mod file;
mod progress;

use std::{path::Path, process::ExitCode, sync::Arc};

use audit::{AuditScope, Credentials, evaluate};
use aws::SessionName;
use aws_config::SdkConfig;
use checks::EvaluateOptions;
use domain::{Account, Report, RoleArn};
use export::{AccountResult, Accounts, Page};
use futures::{StreamExt as _, stream};
use jiff::{Timestamp, Unit};
use tokio_util::sync::CancellationToken;

use super::{Args, Suppressions, ending, listen, prove};
use crate::{Failure, output::Output, runtime, scan::args::Format};
use file::{Line, Needs};
use progress::{Progress, Watched};

/// Exit code: an account could not be audited.
const NOT_AUDITED: u8 = 2;

/// What to read of every account, and how to judge it.
pub(super) struct Terms {
    pub(super) scope: AuditScope,
    pub(super) options: EvaluateOptions,
}

pub(super) fn run(
    args: &Args,
    path: &Path,
    terms: &Terms,
    quiet: &Suppressions,
) -> Result<ExitCode, Failure> {
    let known_regions = !terms.scope.has_regions();
    let needs = Needs { external_ids: args.prove_external_id, known_regions };
    let lines = file::load(path, needs).map_err(Failure::usage)?;
    let stop = CancellationToken::new();
    let mut accounts =
        runtime::on_one_thread()?.block_on(audit_all(args, &lines, terms, stop.clone()))?;
    let now = Timestamp::now();
    accounts.suppress(|report| audit::suppress(report, &quiet.all, now));
    let reports = accounts.results().iter().filter_map(|one| one.result.as_ref().ok());
    for line in quiet.idle(&reports.flat_map(|report| &report.findings), args.tags, now) {
        eprintln!("{line}");
    }
    let output = Output::new(args.output.clone());
    let page = Page { style: output.style(), passes: args.passes, lang: args.lang };
    output.write(|out| match args.format {
        Format::Json => accounts.json(args.lang, out),
        Format::Csv => accounts.csv(args.lang, out),
        Format::Table => accounts.page(page, out),
    })?;
    let failed = accounts.results().iter().filter(|one| one.result.is_err()).count();
    if failed > 0 {
        let all = accounts.results().len();
        eprintln!("{failed} of {all} accounts could not be audited; the result says why");
    }
    let reports = accounts.results().iter().filter_map(|one| one.result.as_ref().ok());
    let findings = reports.flat_map(|report| &report.findings);
    Ok(match ending(args, findings, accounts.status(), stop.is_cancelled()) {
        0 if failed > 0 => NOT_AUDITED.into(),
        code => code.into(),
    })
}

async fn audit_all(
    args: &Args,
    lines: &[Line],
    terms: &Terms,
    stop: CancellationToken,
) -> Result<Accounts, Failure> {
    let options = aws::ClientOptions { profile: args.profile.clone(), near: None };
    let regions: Vec<_> = lines.iter().flat_map(|line| &line.regions).cloned().collect();
    let narrowed = &terms.scope.regions;
    let regions = if narrowed.is_empty() { &regions } else { narrowed };
    let config = aws::config(&options.near(regions, None)).await;
    // Without credentials no account opens: that is told once, and not of each.
    aws::caller(&config).await.map_err(Failure::audit)?;
    let listening = tokio::spawn(listen(stop.clone()));
    let started_at = now();
    let progress = Progress::new(args.quiet, lines.len());
    let auditing = stream::iter(lines).map(async |line| {
        let watched = Arc::new(progress.begin(line));
        let result = Box::pin(audit_one(args, &config, line, terms, &stop, &watched)).await;
        watched.end(&result);
        AccountResult { account: line.account.clone(), name: line.name.clone(), result }
    });
    let at_once = args.account_concurrency.into();
    let results = auditing.buffer_unordered(at_once).collect().await;
    listening.abort();
    progress.clear();
    Ok(Accounts::new(started_at, now(), results))
}

/// The time in milliseconds, as reports have it.
fn now() -> Timestamp {
    let now = Timestamp::now();
    now.round(Unit::Millisecond).unwrap_or(now)
}

/// Audits one account; why it could not be is one sentence.
async fn audit_one(
    args: &Args,
    config: &SdkConfig,
    line: &Line,
    terms: &Terms,
    stop: &CancellationToken,
    watched: &Arc<Watched>,
) -> Result<Report, String> {
    let Terms { scope, options } = terms;
    let stopped = || "stopped before it was read".to_owned();
    let regions =
        if line.regions.is_empty() { scope.regions.clone() } else { line.regions.clone() };
    // An account that is narrowed to no region is one of the caller's partition.
    let account = match Args::partition(&regions) {
        Some(partition) => Account { partition, id: line.account.clone() },
        None => aws::beside(config, &line.account),
    };
    let scope = AuditScope { regions, ..scope.clone() };
    let entry = Credentials::Role {
        role: RoleArn::new(account, &line.role_name.clone().unwrap_or_default()),
        external_id: line.external_id.clone(),
        name: SessionName::new("scan").map_err(|error| error.to_string())?,
    };
    if stop.is_cancelled() {
        return Err(stopped());
    }
    if args.prove_external_id {
        tokio::select! {
            proven = prove(config, &entry) => proven?,
            () = stop.cancelled() => return Err(stopped()),
        }
    }
    let observer = {
        let watched = Arc::clone(watched);
        Arc::new(move |event: audit::Event<'_>| watched.see(&event))
    };
    let scanned = audit::scan(config, &entry, &scope, stop.clone(), observer).await;
    let snapshot = scanned.map_err(|error| error.to_string())?;
    Ok(evaluate(&snapshot, &scope.checks, options))
}
