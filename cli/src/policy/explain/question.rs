//! Whether there is such a thing as what is asked, before anybody is asked.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args as ClapArgs;
use policy::{
    Arn, Policy, PolicyKind,
    facts::Facts,
    gaad::{ControlPolicies, OtherPolicies, ResourcePolicy},
    json::Node,
};

use super::Args;
use crate::failure::Failure;

/// What is known of policies that authorization details do not hold.
#[derive(Debug, ClapArgs)]
pub(super) struct Other {
    /// The resource's policy: a bucket, key, queue or trust policy. The output of
    /// `aws s3api get-bucket-policy` or `aws kms get-key-policy` is accepted too.
    #[arg(long, value_name = "FILE")]
    resource_policy: Option<PathBuf>,
    /// The resource has no policy.
    #[arg(long, conflicts_with = "resource_policy")]
    no_resource_policy: bool,
    /// No control policy applies to the caller or the resource: their accounts are in no organization.
    #[arg(long)]
    no_organization: bool,
    /// The answer also depends on policies that may not exist and could only deny.
    #[arg(long)]
    strict: bool,
}

/// A question that can be answered.
pub(super) struct Question {
    /// The action works on no resource of its own.
    pub(super) wildcard_only: bool,
    /// What the command line says of policies that authorization details do not hold.
    pub(super) other: OtherPolicies,
}

pub(super) fn ask(args: &Args, facts: &Facts) -> Result<Question, Failure> {
    let known = match facts.asked_action(&args.action) {
        Ok(known) => Some(known),
        Err(error) if !error.may_be_newer() => return Err(Failure::usage(error)),
        Err(error) => {
            let date = &facts.source().date;
            if !args.allow_unknown {
                return Err(Failure::usage(format!(
                    "{error}; what AWS has added since {date} is answered for with `--allow-unknown`"
                )));
            }
            eprintln!("warning: {error}, as of {date}");
            None
        }
    };
    if let Some((service, action)) = known {
        match facts.asked_resource(service, action, &args.resource) {
            Ok(()) => {}
            Err(error) if error.may_be_newer() => eprintln!("warning: {error}"),
            Err(error) => return Err(Failure::usage(error)),
        }
    } else if args.resource != "*" {
        Arn::parse(&args.resource).map_err(Failure::usage)?;
    }
    for (key, _) in &args.context {
        if facts.condition_key(key).is_none() {
            eprintln!("warning: there is no condition key `{key}`, as of {}", facts.source().date);
        }
    }
    let resource = match &args.other.resource_policy {
        Some(file) => ResourcePolicy::Read(read(file)?.into()),
        None if args.other.no_resource_policy => ResourcePolicy::None,
        None if known.is_none() => ResourcePolicy::Unknown,
        None => ResourcePolicy::Unread,
    };
    let control = match known {
        _ if args.other.no_organization => ControlPolicies::None,
        Some((service, _)) if !facts.has_rcp_support(service.prefix()) => {
            ControlPolicies::UnreadWithoutRcps
        }
        _ => ControlPolicies::Unread,
    };
    Ok(Question {
        wildcard_only: known.is_some_and(|(_, action)| action.is_wildcard_only()),
        other: OtherPolicies { resource, control, strict: args.other.strict },
    })
}

/// Reads a resource's policy, alone or as AWS's command line prints it: as text in `Policy`.
fn read(file: &Path) -> Result<Policy, Failure> {
    let shown = file.display();
    let wrong = |error: &dyn std::fmt::Display| Failure::usage(format!("`{shown}`: {error}"));
    let text = fs::read_to_string(file)
        .map_err(|error| Failure::usage(format!("could not read `{shown}`: {error}")))?;
    let mut document = Node::parse(&text).map_err(|error| wrong(&error))?;
    if let Some(inner) = document.get("Policy").and_then(Node::as_str) {
        document = Node::parse(inner).map_err(|error| wrong(&error))?;
    }
    let (policy, problems) = Policy::read(&shown.to_string(), PolicyKind::Resource, &document);
    match problems.first() {
        Some(problem) => Err(wrong(problem)),
        None => Ok(policy),
    }
}
