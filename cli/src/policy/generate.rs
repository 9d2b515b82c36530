//! `infraaudit policy generate`: a policy from what CloudTrail says was used.

mod check;
mod files;
mod live;
mod report;

use std::{path::PathBuf, process::ExitCode};

use ::policy::{CallerKind, facts::Facts};
use clap::{Args as ClapArgs, ValueEnum};
use collect::{ConcurrencyLimits, Limits};
use least_privilege::{Principal, Usage, UsageOptions};

use crate::{credentials, failure::Failure, output::Output, runtime};
use report::Coverage;

/// Exit code: `--strict`, and not everything was read or granted.
const INCOMPLETE: u8 = 4;

/// Generates the policy that grants what a principal used, from CloudTrail records.
///
/// Standard output has the policy. Standard error lists what was read, what was left out and what could not
/// be determined. docs/least-privilege.md says what is exact and what is not.
#[derive(Debug, ClapArgs)]
#[expect(clippy::struct_excessive_bools, reason = "four independent switches of a command line")]
pub(crate) struct Args {
    /// A log file, a folder of log files (with its subfolders), or `s3://bucket/prefix`; can be repeated.
    #[arg(long, value_name = "PATH", num_args = 1.., required_unless_present = "live")]
    cloudtrail: Vec<String>,
    /// Reads CloudTrail's event history, which has only management events.
    #[arg(long)]
    live: bool,
    /// How many days `--live` reads back.
    #[arg(long, value_name = "N", default_value_t = 90, requires = "live",
        value_parser = clap::value_parser!(u8).range(1..=90))]
    days: u8,
    /// Reads the event history of this region; can be repeated [default: every enabled region].
    #[arg(long, value_name = "REGION", requires = "live")]
    region: Vec<String>,
    /// The ARN of the user, role, role session, federated user or root user whose events count.
    #[arg(long, value_name = "ARN", value_parser = principal)]
    principal: Principal,
    /// Also grants what was denied.
    #[arg(long)]
    include_denied: bool,
    /// Maximum number of resources of one type that an action is granted on by name; above it, a wider
    /// pattern takes their place, and is reported.
    #[arg(long, value_name = "N", default_value_t = UsageOptions::default().resources)]
    max_resources: usize,
    /// Also asks IAM which services were last accessed, and lists those without a record.
    #[arg(long)]
    last_accessed: bool,
    #[command(flatten)]
    credentials: credentials::Credentials,
    /// What to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Writes to a file instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Ends with exit code 4 if records could not be read, calls have no known action, or AWS did not
    /// answer.
    #[arg(long)]
    strict: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The policy; a list of policies if one would be too long.
    #[default]
    Policy,
    /// The policies, with everything that is reported about them.
    Json,
}

fn principal(arn: &str) -> Result<Principal, String> {
    Principal::parse(arn).map_err(|error| error.to_string())
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let output = Output::new(args.output.clone());
    output.check()?;
    let facts = Facts::bundled().map_err(Failure::audit)?;
    let options = UsageOptions { denied: args.include_denied, resources: args.max_resources };
    let mut usage = Usage::new(&facts, args.principal.clone(), options);
    let mut coverage = Coverage::default();
    let (buckets, paths): (Vec<_>, Vec<_>) =
        args.cloudtrail.iter().partition(|path| path.starts_with("s3://"));
    for path in paths {
        files::read(path.as_ref(), &mut usage, &mut coverage)?;
    }
    if args.live || args.last_accessed || !buckets.is_empty() {
        let asking = ask(args, &buckets, &mut usage, &mut coverage);
        runtime::on_one_thread()?.block_on(asking)?;
    }
    coverage.finish(&usage);
    if usage.counts().used == 0 {
        coverage.print(&usage, args.live);
        return Err(nothing(&usage, &coverage));
    }
    let policies = usage.policies();
    check::verify(&facts, &usage, &policies).map_err(Failure::audit)?;
    match args.format {
        Format::Policy => output.write(|out| match policies.documents() {
            [one] => writeln!(out, "{one}"),
            several => writeln!(out, "[\n{}\n]", several.join(",\n")),
        })?,
        Format::Json => output.write(|out| {
            let report = report::json(&usage, &policies, &coverage)?;
            serde_json::to_writer_pretty(&mut *out, &report)?;
            writeln!(out)
        })?,
    }
    coverage.print(&usage, args.live);
    report::print_policies(&policies);
    let incomplete = coverage.is_incomplete(&usage);
    Ok(if args.strict && incomplete { INCOMPLETE.into() } else { ExitCode::SUCCESS })
}

/// Asks AWS for what the command line wants of it.
async fn ask(
    args: &Args,
    buckets: &[&String],
    usage: &mut Usage<'_>,
    coverage: &mut Coverage,
) -> Result<(), Failure> {
    let mut actions = vec!["s3:ListBucket", "s3:GetObject", "s3:GetBucketLocation"];
    actions.extend(["cloudtrail:LookupEvents", "ec2:DescribeRegions"]);
    actions.extend(collect::LAST_ACCESSED_ACTIONS);
    let target = args.credentials.open(&args.region, &actions).await?;
    let limits = ConcurrencyLimits::new(&Limits::default());
    for bucket in buckets {
        files::read_bucket(bucket, &target, &limits, usage, coverage).await?;
    }
    if args.live {
        let lookup = live::lookup(&args.principal, args.days);
        live::read(&target, &limits, &args.region, &lookup, usage, coverage).await;
    }
    if args.last_accessed {
        if matches!(args.principal.kind(), CallerKind::User | CallerKind::Role) {
            live::last_accessed(&target, &limits, args.principal.arn(), coverage).await;
        } else {
            coverage.gap("IAM records the last access of users and roles only".to_owned());
        }
    }
    Ok(())
}

/// Why there is no policy.
fn nothing(usage: &Usage<'_>, coverage: &Coverage) -> Failure {
    let counts = usage.counts();
    let why = if counts.records == 0 {
        "no record of CloudTrail was read".to_owned()
    } else if counts.own == 0 {
        let others: Vec<_> = usage.others().map(|other| format!("`{other}`")).collect();
        let others =
            if others.is_empty() { "nobody with an ARN".into() } else { others.join(", ") };
        format!(
            "none of {} records is of `{}`; there are records of {others}",
            counts.records,
            usage.principal()
        )
    } else {
        format!("none of the {} records of `{}` can be granted", counts.own, usage.principal())
    };
    let message = format!("{why}: there is nothing to generate a policy from");
    if coverage.asked_in_vain() { Failure::audit(message) } else { Failure::usage(message) }
}
