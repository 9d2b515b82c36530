//! `infraaudit keys`: access keys that are older than they should be.

mod args;
mod progress;

use std::{io::Write as _, process::ExitCode, time::Duration};

use access_keys::{
    ConcurrencyLimits, Failure as KeysFailure, Limits, Method, Monitor, Partial, Reading, Run, Seen,
};
use aws::SessionName;
use aws_config::SdkConfig;
use clap::Subcommand;
use export::KeysPage;
use jiff::Timestamp;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{Failure, output::Output, runtime, signals};
use args::{Args, Format};
use progress::Progress;

/// Exit code: `--fail-if-any`, and a key is old.
const SOME_OLD: u8 = 3;
/// Exit code: stopped by a signal, as shells have it (128 + SIGINT).
const STOPPED: u8 = 130;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Lists users and their keys: the current state, with one call for each user.
    List(Args),
    /// Reads IAM's credential report: a few calls for any number of users; up to four hours old, without key ids.
    Report(Args),
}

pub(crate) fn run(command: &Command) -> Result<ExitCode, Failure> {
    let (way, args) = match command {
        Command::List(args) => (Method::Live, args),
        Command::Report(args) => (Method::Report, args),
    };
    let ask = args.ask();
    let output = Output::new(args.output.clone());
    output.check()?;
    let answer = runtime::on_one_thread()?.block_on(read(args, way))?;
    output.write(|out| match args.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, &answer)?;
            writeln!(out)
        }
        Format::Csv => export::keys_csv(&answer, out),
        Format::Table => KeysPage { style: output.style(), ask }.write(&answer, out),
    })?;
    let some_old = args.fail_if_any && !answer.old_access_keys.is_empty();
    Ok(ExitCode::from(if some_old { SOME_OLD } else { 0 }))
}

async fn read(args: &Args, way: Method) -> Result<access_keys::OldAccessKeys, Failure> {
    let ask = args.ask();
    let role = args.role().map_err(Failure::usage)?;
    let options = aws::ClientOptions { profile: args.profile.clone(), near: None };
    let options = options.near(&[], role.as_ref().map(|(role, _)| role));
    let config = aws::config(&options).await;
    let (partition, session) = match role {
        None => (aws::partition(&config), None),
        Some((role, external_id)) => {
            let name = SessionName::new("keys").map_err(Failure::usage)?;
            let partition = role.account().partition;
            let session =
                access_keys::session(&config, role, external_id, name, way, ask.include).await;
            (partition, Some(session.map_err(Failure::audit)?))
        }
    };
    let own = session.is_none();
    let limits = Limits::default().with(domain::Service::Iam, args.concurrency.into());
    let limits = ConcurrencyLimits::new(&limits);
    let timeout = Duration::from_secs(args.call_timeout.into());
    let monitor = Monitor::new(&config, partition, session.as_ref(), &limits, timeout);

    let stop = CancellationToken::new();
    let signal = signals::first()
        .map_err(|error| Failure::audit(format!("could not listen for signals: {error}")))?;
    let listening = tokio::spawn({
        let stop = stop.clone();
        async move {
            signal.await;
            let _ = writeln!(std::io::stderr(), "stopping: waiting for the calls under way");
            stop.cancel();
        }
    });
    let progress = Progress::new(args.quiet, way);
    let watch = |seen: Seen| progress.see(seen);
    let deadline = Instant::now() + Duration::from_secs(args.timeout.into());
    let run = Run { deadline, stop: &stop, watch: &watch };
    let reading = monitor.read(Partial::new(way, ask, Timestamp::now()), run);
    let ended = if own {
        Box::pin(beside(reading, whose(&config, &progress))).await
    } else {
        Ok(reading.await)
    };
    listening.abort();
    let ended = ended.inspect_err(|_| progress.clear())?;
    progress.end(&monitor.receipt());
    match ended {
        Ok(Reading::Done(answer)) => Ok(answer),
        Ok(Reading::Unfinished(partial)) if stop.is_cancelled() => {
            let Seen { users, waiting, .. } = partial.seen;
            let what = match way {
                _ if partial.listed => {
                    format!("the keys of {waiting} of {users} users were not read")
                }
                Method::Live => "the list of users was not read to its end".into(),
                Method::Report => "the credential report was not ready".into(),
            };
            let what = format!("{what}, and a part of the answer is not printed");
            let message = KeysFailure::Stopped { what }.to_string();
            Err(Failure { code: STOPPED, message })
        }
        Ok(Reading::Unfinished(partial)) => Err(Failure::audit(partial.out_of_time())),
        Err(failure) => Err(Failure::audit(failure)),
    }
}

/// Tells whose account is read where no role says it.
async fn whose(config: &SdkConfig, progress: &Progress) -> Result<(), Failure> {
    let caller = aws::caller(config).await.map_err(Failure::audit)?;
    let (id, arn) = (&caller.account.id, &caller.arn);
    progress.say(&format!("no role given: reading the caller's own account {id} as {arn}"));
    Ok(())
}

/// Waits for both; where the second fails the first is not waited for.
async fn beside<T>(
    first: impl Future<Output = T>,
    second: impl Future<Output = Result<(), Failure>>,
) -> Result<T, Failure> {
    let first = async { Ok(first.await) };
    let (first, ()) = tokio::try_join!(first, second)?;
    Ok(first)
}
