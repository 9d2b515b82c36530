//! `infraaudit policy explain`: why somebody may, or may not, do something.

mod hints;
mod question;

use std::{fs, path::PathBuf, process::ExitCode, sync::Arc};

use clap::Args as ClapArgs;
use collect::{ConcurrencyLimits, Limits, Target};
use policy::{
    Caller, CallerKind, Context, Outcome, Request, facts::Facts, gaad::AuthorizationDetails,
};
use tokio_util::sync::CancellationToken;

use crate::{failure::Failure, output::Output, runtime};

/// Exit code: the answer depends on something that was not given.
const DEPENDS: u8 = 4;

/// Says whether a user or role may call an action on a resource, and which statements decide this.
///
/// Context keys that are not given count as unknown. So do policies that were not read: attached policies that are
/// not in the file, the policy of the resource, control policies, session policies. The answer names those that it
/// depends on, and those that could still deny what is allowed.
///
/// Exit codes: 0 it may or it may not, 4 it depends on missing keys or policies, 1 the question is wrong, 2 IAM did
/// not answer.
#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    /// The output of `aws iam get-account-authorization-details` [default: IAM is asked, with the caller's
    /// own credentials].
    #[arg(long, value_name = "FILE")]
    gaad: Option<PathBuf>,
    /// The profile to take credentials from, if IAM is asked.
    #[arg(long, conflicts_with = "gaad")]
    profile: Option<String>,
    /// The user, role or role session that makes the request.
    #[arg(long, value_name = "ARN")]
    principal: String,
    /// The action, such as `s3:GetObject`.
    #[arg(long)]
    action: String,
    /// The resource's ARN, or `*`.
    #[arg(long)]
    resource: String,
    /// The account that owns the resource, if its ARN does not say so.
    #[arg(long, value_name = "ID", value_parser = account)]
    resource_account: Option<String>,
    /// A context key and its value; repeat a key to give it several values.
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    context: Vec<(String, String)>,
    /// Treats every key that is not given as absent.
    #[arg(long)]
    complete: bool,
    #[command(flatten)]
    other: question::Other,
    /// Also answers for a service or action that this program does not know, because it may be newer.
    #[arg(long)]
    allow_unknown: bool,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(format!("`{text}` is not a context key, write it as key=value")),
    }
}

fn account(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    Err(format!("`{text}` is not an account, give its 12 digits"))
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let facts = Facts::bundled().map_err(Failure::audit)?;
    let question = question::ask(args, &facts)?;
    let (text, from) = match &args.gaad {
        Some(path) => {
            let shown = format!("`{}`", path.display());
            let unreadable = |error| Failure::usage(format!("could not read {shown}: {error}"));
            (fs::read_to_string(path).map_err(unreadable)?, shown)
        }
        None => ask(args.profile.clone())?,
    };
    let details = AuthorizationDetails::parse(&text)
        .map_err(|error| Failure::usage(format!("{from}: {error}")))?;
    let principal = details.principal(&args.principal).ok_or_else(|| {
        Failure::usage(format!(
            "`{}` is not in {from}, name a user or role that is",
            args.principal
        ))
    })?;
    let known = principal.request(&args.action, &args.resource);
    let mut context = with_given(known.context().clone(), &args.context);
    if args.complete {
        context = context.into_complete();
    }
    let caller = Caller::parse(&args.principal);
    // Where a role is named, its sessions are meant: a session's own ARN decides in resource policies.
    let caller =
        if caller.kind() == CallerKind::RoleSession { caller } else { known.caller().clone() };
    let mut request = Request::new(caller, &args.action, &args.resource)
        .with_context(context)
        .wildcard_only_action(question.wildcard_only);
    if let Some(account) = &args.resource_account {
        request = request.in_account(account);
    }
    let decision = principal.evaluate_with(&details, &request, &question.other);
    for gap in principal.gaps() {
        eprintln!("warning: not read: {gap}");
    }
    Output::new(None).write(|out| write!(out, "{}", decision.explain(&request)))?;
    for hint in hints::of(args, &request, &decision) {
        eprintln!("hint: {hint}");
    }
    let depends = decision.outcome == Outcome::Depends && decision.could_be_allowed();
    Ok(if depends { ExitCode::from(DEPENDS) } else { ExitCode::SUCCESS })
}

/// Asks IAM for the account's users, roles and policies; tells which account it was.
fn ask(profile: Option<String>) -> Result<(String, String), Failure> {
    runtime::on_one_thread()?.block_on(async {
        let config = aws::config(&aws::ClientOptions { profile, near: None }).await;
        let caller = aws::caller(&config).await.map_err(Failure::audit)?;
        let from = format!("account `{}`", caller.account.id);
        let target = Target {
            account: caller.account,
            config,
            session: None,
            regions: Vec::new(),
            patience: audit::REGION_TIMEOUT,
            watch: Arc::new(|_, _, _| {}),
            stop: CancellationToken::new(),
        };
        let limits = ConcurrencyLimits::new(&Limits::default());
        let details = collect::authorization_details(&target, &limits).await;
        let details = details.map_err(|unread| Failure::audit(format!("{from}: {unread}")))?;
        Ok((details.to_string(), from))
    })
}

/// A key that is given once is a single value, given more often a list.
fn with_given(mut context: Context, given: &[(String, String)]) -> Context {
    for (key, value) in given {
        let values: Vec<&str> = given
            .iter()
            .filter(|(other, _)| other.eq_ignore_ascii_case(key))
            .map(|(_, value)| value.as_str())
            .collect();
        context = if values.len() == 1 {
            context.with(key, value)
        } else {
            context.with_many(key, values)
        };
    }
    context
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy::Lookup;

    #[test]
    fn a_key_given_twice_is_a_list() {
        let pairs = ["aws:TagKeys=a", "s3:prefix=x=y", "AWS:tagkeys=b"]
            .map(|text| key_value(text).unwrap());
        let context = with_given(Context::new(), &pairs);
        assert_eq!(context.lookup("s3:prefix"), Lookup::One("x=y"));
        assert!(
            matches!(context.lookup("aws:tagkeys"), Lookup::Many([a, b]) if &**a == "a" && &**b == "b")
        );
        assert!(key_value("=x").is_err() && key_value("x").is_err());
        assert!(account("111122223333").is_ok() && account("1111-2222-3333").is_err());
    }
}
