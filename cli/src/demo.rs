//! The main job on a sample account: serve, audit through the API, findings, the alert.

use std::{io::Write as _, num::NonZeroUsize, process::ExitCode, sync::Arc, time::Duration};

use domain::{Audit, AuditState, Lang, Progress, Tenant};
use export::Page;
use indicatif::{ProgressBar, ProgressStyle};
use inventory::Snapshot;
use notify::Notice;
use serde::Deserialize;
use serde_json::json;
use store::Store;
use tokio::net::TcpListener;

use crate::{
    Failure,
    output::Output,
    runtime,
    serve::{Deliver, Runner},
};

/// A made-up account of a small company, as `scan --snapshot-out` keeps one.
const ACCOUNT: &str = include_str!("../demo/account.json");

/// How long the demo lets each region and service seem to take.
const STEP: Duration = Duration::from_millis(700);

/// How long an audit of the sample account may take at most.
const PATIENCE: Duration = Duration::from_secs(30);

/// The options of `infraaudit demo`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The language of the texts: en or ko.
    #[arg(long, default_value_t)]
    lang: Lang,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    runtime::on_all_cores()?.block_on(demo(args.lang))?;
    Ok(ExitCode::SUCCESS)
}

/// What the API says of an audit; only what the demo shows.
#[derive(Debug, Deserialize)]
struct Answer {
    status: AuditState,
    progress: Progress,
    error: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Started {
    audit_id: String,
}

async fn demo(lang: Lang) -> Result<(), Failure> {
    let folder = tempfile::tempdir()
        .map_err(|e| Failure::usage(format!("could not create a temporary directory: {e}")))?;
    let store = Store::open(folder.path()).map_err(Failure::usage)?;
    let snapshot: Arc<Snapshot> = Arc::new(serde_json::from_str(ACCOUNT).map_err(Failure::audit)?);
    let address = serve(store.clone(), Arc::clone(&snapshot), lang).await?;
    say(&format!(
        "A sample account, served on http://{address} with an embedded store; AWS is not asked.\n"
    ));

    let url = format!("http://{address}/api/audit");
    let order = json!({
        "account_id": snapshot.account.id,
        "role_name": "CloudDoctorAuditRole",
        "external_id": "demo-external-id",
    });
    say(&format!("POST /api/audit/start {order}"));
    let client = reqwest::Client::new();
    let started: Started = answer(client.post(format!("{url}/start")).json(&order)).await?;
    let status = format!("{url}/status/{}?limit=1000", started.audit_id);
    let ended = tokio::time::timeout(PATIENCE, watch(&client, &status))
        .await
        .map_err(|_| Failure::audit("the demo's audit did not end; run it again"))??;
    say(&format!("GET /api/audit/status/{} {}\n", started.audit_id, ended.status));
    if let Some(error) = ended.error {
        return Err(Failure::audit(error));
    }

    let id = started.audit_id.parse().map_err(Failure::audit)?;
    let audit = store.audit(&Tenant::local(), id).await.map_err(Failure::audit)?;
    let gone = || Failure::audit("the demo's audit is gone; run it again");
    let audit = audit.ok_or_else(gone)?;
    let report = store.report(&audit).await.map_err(Failure::audit)?.ok_or_else(gone)?;
    let output = Output::Standard;
    let page = Page { style: output.style(), passes: false, lang };
    output.write(|out| page.write(&report, out))?;
    tell_alert(&store, &audit, &output).await
}

/// Serves the API on a free port of this machine, with the sample in place of AWS.
async fn serve(
    store: Store,
    snapshot: Arc<Snapshot>,
    lang: Lang,
) -> Result<std::net::SocketAddr, Failure> {
    let with = audit::Settings { lang, ..audit::Settings::default() };
    let source = audit::Source::Recorded { snapshot, tempo: STEP };
    let pipeline = audit::Pipeline::new(store.clone(), source, with);
    let runner = Runner::new(pipeline, Deliver::default(), NonZeroUsize::MIN, |_| ());
    let mut settings = api::Settings::new(api::Open, NoAws);
    // The sample account is not registered, and any way in is taken.
    settings.registration = false;
    settings.lang = lang;
    settings.started = Arc::new(move |audit| runner.begin(audit));
    let refused = |error| Failure::usage(format!("could not listen on this machine: {error}"));
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    let routes = api::router(store, settings);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(address)
}

/// The demo asks AWS nothing.
struct NoAws;

#[async_trait::async_trait]
impl api::Verify for NoAws {
    async fn verify(&self, _: &domain::RegisteredAccount) -> domain::Proof {
        domain::Proof {
            tried_at: jiff::Timestamp::now(),
            outcome: domain::ProofOutcome::Unproven,
            reason: Some("the demo does not ask AWS; use `infraaudit serve`".into()),
        }
    }
}

async fn answer<T: for<'a> Deserialize<'a>>(
    request: reqwest::RequestBuilder,
) -> Result<T, Failure> {
    let refused = |error| Failure::audit(format!("the demo's own API refused: {error}"));
    let response = request.send().await.and_then(reqwest::Response::error_for_status);
    response.map_err(refused)?.json().await.map_err(refused)
}

/// Asks until the audit has ended, and shows how far it is.
async fn watch(client: &reqwest::Client, status: &str) -> Result<Answer, Failure> {
    let bar = ProgressBar::new(0);
    let look = ProgressStyle::with_template("{spinner} {bar:30} {pos} of {len} region × service");
    bar.set_style(look.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut told = Progress::default();
    loop {
        let now: Answer = answer(client.get(status)).await?;
        if bar.is_hidden() && now.progress != told {
            told = now.progress;
            say(&format!("{} of {} region × service", told.done, told.total));
        }
        bar.set_length(now.progress.total.into());
        bar.set_position(now.progress.done.into());
        if now.status.is_final() {
            bar.finish_and_clear();
            return Ok(now);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Shows the message about the worst problem, as a subscriber of the topic would get it.
async fn tell_alert(store: &Store, audit: &Audit, output: &Output) -> Result<(), Failure> {
    let mut alerts = store.alerts(audit).await.map_err(Failure::audit)?;
    alerts.sort_by_key(|alert| std::cmp::Reverse(alert.severity));
    let Some(worst) = alerts.first() else {
        return Err(Failure::audit("the sample account raised no alert; this is a defect"));
    };
    let notice = Notice::of(worst);
    let attributes: Vec<_> =
        notice.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
    output.write(|out| {
        writeln!(out, "\nSNS would get {} alerts. The first:\n", alerts.len())?;
        writeln!(out, "  Attributes: {}", attributes.join(", "))?;
        writeln!(out, "  Subject: {}\n", notice.subject)?;
        for line in notice.text.lines() {
            writeln!(out, "  {line}")?;
        }
        Ok(())
    })
}

/// Speaks to the person, who may have closed standard error.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
