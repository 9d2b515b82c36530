mod config;
mod deliver;
mod jwt;
mod keys;
mod onboarding;
mod runner;
mod variables;
mod verify;

use std::{
    future::IntoFuture, io, net::SocketAddr, path::PathBuf, process::ExitCode, sync::Arc,
    time::Duration,
};

use checks::EvaluateOptions;
use collect::Limits;
use domain::{Service, with_causes};
use store::Store;
use tokio::{net::TcpListener, sync::oneshot, task::JoinError};
use tokio_util::sync::CancellationToken;

use crate::{Failure, runtime, signals};
use config::{Authentication, Config, Options};
pub(crate) use deliver::Deliver;
pub(crate) use runner::Runner;

/// How long requests that are being answered may take once the service stops.
const LAST_ANSWERS: Duration = Duration::from_secs(10);
/// How long audits may take to stop. One that waits longer for AWS is left, and taken up again at the
/// next start like one whose process died.
const LAST_CALLS: Duration = Duration::from_secs(10);

/// Serves the HTTP API on this machine, and runs the requested audits.
#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    /// The address and port to listen on [default: 127.0.0.1:8000]. Beyond loopback an API token or a JWT issuer is
    /// required.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// The directory of audits and results [default: data].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// A TOML file of settings; docs/configuration.md lists them and their environment variables.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Serves until SIGTERM or Ctrl-C.
pub(crate) fn run(args: Serve) -> Result<ExitCode, Failure> {
    let options = Options { listen: args.listen, data: args.data, config: args.config };
    let environment: Vec<_> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let config = config::read(options, &environment).map_err(Failure::usage)?;
    telemetry::of_command(config.log);
    for name in &config.unknown {
        tracing::warn!("`{name}` is not a setting: docs/configuration.md lists them");
    }
    let store = Store::open(&config.data).map_err(Failure::usage)?.keep_days(config.keep_days);
    let runtime = runtime::on_all_cores()?;
    let served = runtime.block_on(serve(config, store));
    // A lookup that hangs in a thread of its own does not keep the program.
    runtime.shutdown_timeout(Duration::from_secs(1));
    served
}

async fn serve(config: Config, store: Store) -> Result<ExitCode, Failure> {
    let (stopping, stop) = oneshot::channel::<()>();
    let signals = signals::first()
        .map_err(|error| Failure::audit(format!("could not listen for signals: {error}")))?;

    let aws = aws::config(&aws::ClientOptions::default()).await;
    let settings = settings(&config);
    let source = audit::Source::Aws(Box::new(aws.clone()));
    let pipeline = audit::Pipeline::new(store.clone(), source, settings);
    let deliver = match config.slack_webhook {
        Some(config::Webhook(url)) => deliver::Deliver::to_slack(url).map_err(Failure::usage)?,
        None => deliver::Deliver::default(),
    };
    let limits = Limits::default().with(Service::Iam, config.iam_requests.get());
    let reader: Arc<dyn access_keys::ReadKeys> = Arc::new(access_keys::Accounts::new(
        aws.clone(),
        None,
        collect::ConcurrencyLimits::new(&limits),
        access_keys::CALL_TIMEOUT,
    ));
    let stop_keys = CancellationToken::new();
    let jobs = keys::KeyJobs::new(store.clone(), Arc::clone(&reader), stop_keys.clone());
    let again = jobs.clone();
    let dropped = move |step| again.begin(step);
    let runner = Runner::new(pipeline, deliver, config.concurrent_audits, dropped);
    let begun = runner.clone();
    let own_account = match (&config.authentication, config.operator_tenant) {
        (Authentication::Open | Authentication::Token(_), _) => api::OwnAccount::Everybody,
        (Authentication::Jwt { .. }, Some(config::Operator(tenant))) => {
            api::OwnAccount::Only(tenant)
        }
        (Authentication::Jwt { .. }, None) => api::OwnAccount::Nobody,
    };
    let registration = !matches!(config.authentication, Authentication::Open);
    let verify = verify::Verifier::new(aws.clone());
    let mut api = match config.authentication {
        Authentication::Open => api::Settings::new(api::Open, verify),
        Authentication::Token(token) => api::Settings::new(token, verify),
        Authentication::Jwt { issuer, audience, tenant_claim } => api::Settings::new(
            jwt::Jwt::new(issuer, audience, tenant_claim).map_err(Failure::usage)?,
            verify,
        ),
    };
    api.limits = config.limits;
    api.registration = registration;
    api.purge_days = config.purge_days;
    api.lang = config.lang;
    // Last of all, when every setting is known to be right: it asks AWS.
    api.onboarding =
        onboarding::onboarding(&aws, config.worker_role, config.onboarding_template_url).await;
    api.started = Arc::new(move |audit| begun.begin(audit));
    let new = jobs.clone();
    let requests = keys::Requests { reader, stop: stop_keys.clone() };
    api.keys = Some(api::Keys {
        started: Arc::new(move |step| new.begin(step)),
        ..api::Keys::new(Arc::new(requests), own_account)
    });
    let routes = api::router(store, api);

    let listen = config.listen;
    let refused = |error| Failure::usage(format!("could not listen on `{listen}`: {error}"));
    let listener = TcpListener::bind(listen).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    let resumed = runner.resume().await.map_err(Failure::audit)?;
    let jobs_resumed = jobs.resume().await.map_err(Failure::audit)?;
    tracing::info!(%address, resumed, jobs_resumed, "serving");
    eprintln!("listening on http://{address}");

    let server = axum::serve(listener, routes).with_graceful_shutdown(async {
        let _ = stop.await;
    });
    let mut server = tokio::spawn(server.into_future());
    tokio::select! {
        () = signals => {}
        ended = &mut server => {
            return Err(Failure::audit(by_itself(ended)));
        }
    }
    eprintln!("stopping: running audits continue at the next start");
    let _ = stopping.send(());
    // Requests about keys end with what was read so far, which becomes a job.
    stop_keys.cancel();
    let (answered, audits, jobs) = tokio::join!(
        tokio::time::timeout(LAST_ANSWERS, server),
        runner.stop(LAST_CALLS),
        jobs.stopped(LAST_CALLS)
    );
    if answered.is_err() || !audits || !jobs {
        tracing::warn!("stopped without waiting any longer; audits continue at the next start");
    }
    Ok(ExitCode::SUCCESS)
}

/// Why the server ended without having been asked to.
fn by_itself(ended: Result<io::Result<()>, JoinError>) -> String {
    let why = match ended {
        Ok(Ok(())) => "it gave no reason".to_owned(),
        Ok(Err(error)) => with_causes(&error),
        Err(error) if error.is_panic() => "it met a defect, see standard error".to_owned(),
        Err(_) => "it was cancelled".to_owned(),
    };
    format!("the server ended by itself: {why}; start it again")
}

fn settings(config: &Config) -> audit::Settings {
    audit::Settings {
        evaluate: EvaluateOptions::default().with(&config.overrides),
        lang: config.lang,
        alert_severity: config.alert_severity,
        limits: Limits::default().with(Service::Iam, config.iam_requests.get()),
        nightly: config.nightly.clone(),
        ..audit::Settings::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_server_that_ends_by_itself_says_why_in_plain_words() {
        let panicked = tokio::spawn(async { assert!(String::new().len() > 1) }).await.unwrap_err();
        let handle = tokio::spawn(std::future::pending::<()>());
        handle.abort();
        let cancelled = handle.await.unwrap_err();
        let refused = io::Error::other("too many open files");
        for (ended, why) in [
            (Ok(Ok(())), "no reason"),
            (Ok(Err(refused)), "too many open files"),
            (Err(panicked), "a defect"),
            (Err(cancelled), "cancelled"),
        ] {
            let said = by_itself(ended);
            assert!(said.contains(why) && said.ends_with("start it again"), "{said}");
            assert!(
                !said.contains("Err(") && !said.contains("Ok(") && !said.contains("Error"),
                "{said}"
            );
        }
    }
}
