//! `infraaudit access`: who may do what they do not.

mod page;

use std::{fmt::Display, path::PathBuf, process::ExitCode};

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use collect::{ConcurrencyLimits, LastAccessed, Limits, ServiceAccess, Target};
use domain::Unread;
use futures::{StreamExt as _, stream};
use jiff::Timestamp;
use least_privilege::advice::{self, Access, Account, Entity, Row, Since, TRACKED_DAYS};
use policy::facts::Facts;

use crate::{credentials, failure::Failure, output::Output, runtime};

/// Exit code: `--strict`, and not everything was read.
const INCOMPLETE: u8 = 4;

/// How many reports are in the making at once; the pace bounds the requests themselves.
const SIDE_BY_SIDE: usize = 16;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Advisor(Box<Args>),
}

/// Lists permissions that users, roles and groups have not used for some time, worst first. Compares their policies
/// with what they last accessed according to IAM.
///
/// A user, role or group whose policies or report could not be read is not evaluated, and a warning names what was
/// not read.
///
/// Exit codes: 0 done, 2 nobody could be evaluated, 4 somebody was not evaluated, with `--strict`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    /// The user, role or group [default: all of the account].
    #[arg(long, value_name = "ARN")]
    principal: Option<String>,
    /// How many days a permission must be unused to be listed.
    #[arg(long, value_name = "N", default_value_t = 90,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(TRACKED_DAYS)))]
    days: u32,
    #[command(flatten)]
    credentials: credentials::Credentials,
    /// The format of the list.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Writes to a file instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Also lists permissions that were used.
    #[arg(long)]
    used: bool,
    /// Ends with exit code 4 if not everything was read.
    #[arg(long)]
    strict: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    #[default]
    Table,
    Json,
    Csv,
}

/// What was found out of an account.
pub(crate) struct Advice {
    account: String,
    at: Timestamp,
    days: u32,
    /// How many users, roles and groups were judged, and how many there are to judge.
    judged: usize,
    entities: usize,
    service_linked: usize,
    rows: Vec<Row>,
    /// What could not be read, and of whom.
    gaps: Vec<String>,
    calls: u32,
}

pub(crate) fn run(Command::Advisor(args): &Command) -> Result<ExitCode, Failure> {
    let output = Output::new(args.output.clone());
    output.check()?;
    let facts = Facts::bundled().map_err(Failure::audit)?;
    let mut advice = runtime::on_one_thread()?.block_on(ask(args, &facts))?;
    if !args.used {
        advice.rows.retain(|row| row.verdict != advice::Verdict::Used);
    }
    output.write(|out| match args.format {
        Format::Table => page::table(&advice, output.style(), out),
        Format::Json => page::json(&advice, out),
        Format::Csv => page::csv(&advice, out),
    })?;
    for gap in &advice.gaps {
        eprintln!("warning: {gap}");
    }
    let incomplete = !advice.gaps.is_empty();
    if advice.judged == 0 && incomplete {
        return Err(Failure::audit("nobody could be evaluated, the warnings say why"));
    }
    Ok(if args.strict && incomplete { INCOMPLETE.into() } else { ExitCode::SUCCESS })
}

async fn ask(args: &Args, facts: &Facts) -> Result<Advice, Failure> {
    let mut actions = vec!["iam:GetAccountAuthorizationDetails"];
    actions.extend(collect::LAST_ACCESSED_ACTIONS);
    let target = args.credentials.open(&[], &actions).await?;
    let limits = ConcurrencyLimits::new(&Limits::default());
    let from = format!("account `{}`", target.account.id);
    let details = collect::authorization_details(&target, &limits).await;
    let details = details.map_err(|unread| Failure::audit(format!("{from}: {unread}")))?;
    let mut account =
        Account::read(&details).map_err(|error| Failure::audit(format!("{from}: {error}")))?;
    if let Some(arn) = &args.principal {
        account.entities.retain(|entity| entity.arn == *arn);
        if account.entities.is_empty() {
            return Err(Failure::usage(format!(
                "`{arn}` is no user, role or group of {from} whose policies can be changed"
            )));
        }
    }
    dated(&mut account);
    let known = account.entities.iter().filter(|entity| entity.can_be_judged().is_ok()).count();
    eprintln!("asking IAM what {known} users, roles and groups last accessed");
    Ok(judge(args, facts, &target, &limits, account).await)
}

async fn judge(
    args: &Args,
    facts: &Facts,
    target: &Target,
    limits: &ConcurrencyLimits,
    account: Account,
) -> Advice {
    let at = Timestamp::now();
    let since = Since { now: at.as_second(), days: args.days };
    let asker = LastAccessed::new(target, limits);
    let mut advice = Advice {
        account: target.account.id.to_string(),
        at,
        days: args.days,
        judged: 0,
        entities: account.entities.len(),
        service_linked: account.service_linked,
        rows: Vec::new(),
        gaps: Vec::new(),
        calls: 0,
    };
    let mut entities = Vec::with_capacity(account.entities.len());
    for entity in &account.entities {
        match entity.can_be_judged() {
            Ok(()) => entities.push(entity),
            Err(why) => advice.not_judged(entity, &why),
        }
    }
    let reports = stream::iter(entities).map(async |entity| (entity, asker.of(&entity.arn).await));
    let mut reports = std::pin::pin!(reports.buffered(SIDE_BY_SIDE));
    while let Some((entity, report)) = reports.next().await {
        advice.add(facts, entity, report, since);
    }
    advice.calls = asker.calls();
    advice::sort(&mut advice.rows);
    advice
}

impl Advice {
    fn add(
        &mut self,
        facts: &Facts,
        entity: &Entity,
        report: Result<Option<Vec<ServiceAccess>>, Unread>,
        since: Since,
    ) {
        match report {
            Ok(Some(services)) => {
                let accesses: Vec<Access> = services.into_iter().map(access).collect();
                match advice::advise(facts, entity, &accesses, since) {
                    Ok(rows) => {
                        self.judged += 1;
                        self.rows.extend(rows);
                    }
                    Err(why) => self.not_judged(entity, &why),
                }
            }
            // Deleted since it was listed: nothing of it can be used any more.
            Ok(None) => self.entities -= 1,
            Err(unread) => self.not_judged(entity, &unread),
        }
    }

    fn not_judged(&mut self, entity: &Entity, why: &dyn Display) {
        self.gaps.push(format!("`{}` was not evaluated: {why}", entity.arn));
    }
}

fn access(service: ServiceAccess) -> Access {
    let seconds = |time: Option<Timestamp>| time.map(Timestamp::as_second);
    let actions = service.actions.into_iter().map(|action| (action.name, seconds(action.last)));
    Access {
        prefix: service.prefix,
        name: service.name,
        last: seconds(service.last),
        actions: actions.collect(),
    }
}

/// Reads the dates that the details have as text.
fn dated(account: &mut Account) {
    for entity in &mut account.entities {
        let created = entity.created_at.as_ref().and_then(|text| text.parse::<Timestamp>().ok());
        entity.created = created.map(Timestamp::as_second);
    }
}
