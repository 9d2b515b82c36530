//! What somebody may do and has not done: the policies' side by the policy engine, the other by
//! IAM's last-accessed reports.
//!
//! What IAM tracks, and since when, is in `docs/least-privilege.md`.

mod account;

use std::fmt;

use policy::{
    Request,
    facts::{AccessLevel, Action, Facts, Service},
    gaad::PrincipalDetails,
};

pub use account::{Account, Entity, EntityKind};

/// How many days back IAM tells of services, at most.
///
/// Source: IAM API Reference, `GenerateServiceLastAccessedDetails`: "at least the last 400 days".
pub const TRACKED_DAYS: u32 = 400;

/// Since when IAM tracks single actions: S3's, EC2's, IAM's and Lambda's earlier, all others since
/// the last of these days. Only actions that manage are tracked, and of the listed services only.
///
/// Source: IAM User Guide, *Refine permissions in AWS using last accessed information*, "tracking
/// period for actions".
pub const ACTIONS_SINCE: [(&str, &str); 5] = [
    ("s3", "2020-04-12"),
    ("ec2", "2021-04-07"),
    ("iam", "2021-04-07"),
    ("lambda", "2021-04-07"),
    ("", "2023-05-23"),
];

/// When a service was last tried, in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The prefix of its actions.
    pub prefix: String,
    /// Its name.
    pub name: String,
    /// The last attempt.
    pub last: Option<i64>,
    /// Each action that IAM tracks, with its last attempt; empty where it tracks none.
    pub actions: Vec<(String, Option<i64>)>,
}

/// How a permission was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing of the service was tried for so long.
    Unused,
    /// The service was, these of its actions were not.
    ActionsUnused,
    /// Whoever it is was created since, so that not having used it says nothing.
    TooYoung,
    /// The service was used, and IAM does not tell which of its actions.
    ActionsUntold,
    /// All that IAM tracks was used.
    Used,
}

impl Verdict {
    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unused => "unused",
            Self::ActionsUnused => "actions_unused",
            Self::TooYoung => "too_young",
            Self::ActionsUntold => "actions_untold",
            Self::Used => "used",
        }
    }
}

/// What is known of one service and somebody who may use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Who.
    pub arn: String,
    /// The service's prefix.
    pub service: String,
    /// The service's name.
    pub name: String,
    /// How it was used.
    pub verdict: Verdict,
    /// The worst that could be done with what was not used; nothing where all was, or nobody knows.
    pub worst: Option<AccessLevel>,
    /// The last attempt, in seconds since 1970; nothing where IAM tells of none.
    pub last: Option<i64>,
    /// The actions that may be done, are tracked and were not tried.
    pub unused: Vec<String>,
    /// How many tracked actions may be done.
    pub tracked: usize,
}

/// The moment to judge at, and how long nothing may have happened.
#[derive(Debug, Clone, Copy)]
pub struct Since {
    /// Seconds since 1970.
    pub now: i64,
    /// Days.
    pub days: u32,
}

impl Since {
    fn start(self) -> i64 {
        self.now - i64::from(self.days) * 86_400
    }

    fn is_old(self, last: Option<i64>) -> bool {
        last.is_none_or(|last| last < self.start())
    }
}

/// Why nobody can tell what somebody may do: what was not read of their policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotJudged {
    /// Each thing that was not read, such as "the attached policy `arn:…`".
    pub unread: Vec<String>,
}

impl fmt::Display for NotJudged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "what it may do is not known, not read was {}", self.unread.join("; "))
    }
}

impl std::error::Error for NotJudged {}

/// Judges every service that a report names and that the policies allow, worst first.
///
/// # Errors
/// When some of the policies were not read: they may allow anything, and a boundary among them may deny it.
pub fn advise(
    facts: &Facts,
    entity: &Entity,
    accesses: &[Access],
    since: Since,
) -> Result<Vec<Row>, NotJudged> {
    let may = May { facts, principal: entity.known()? };
    let mut rows: Vec<Row> =
        accesses.iter().filter_map(|access| may.judge(entity, access, since)).collect();
    sort(&mut rows);
    Ok(rows)
}

/// Orders rows: what was not used before what was, the worst first.
pub fn sort(rows: &mut [Row]) {
    rows.sort_by(|a, b| {
        let key = |row: &Row| (row.verdict, std::cmp::Reverse(row.worst.map(weight)));
        key(a).cmp(&key(b)).then_with(|| (&a.arn, &a.service).cmp(&(&b.arn, &b.service)))
    });
}

/// How bad it is that somebody may do it who does not.
fn weight(level: AccessLevel) -> u8 {
    match level {
        AccessLevel::PermissionsManagement => 4,
        AccessLevel::Write => 3,
        AccessLevel::Tagging => 2,
        AccessLevel::Read => 1,
        AccessLevel::List => 0,
    }
}

/// What somebody's policies allow.
struct May<'a> {
    facts: &'a Facts,
    principal: &'a PrincipalDetails,
}

impl May<'_> {
    fn judge(&self, entity: &Entity, access: &Access, since: Since) -> Option<Row> {
        let service = self.facts.service(&access.prefix);
        let worst = service.and_then(|service| self.worst(service, |_| true));
        if service.is_some() && worst.is_none() {
            // IAM lists it for a policy whose every grant something else denies.
            return None;
        }
        let old = since.is_old(access.last);
        let tracked: Vec<&(String, Option<i64>)> = access
            .actions
            .iter()
            .filter(|(name, _)| {
                let action = service.and_then(|service| Some((service, service.action(name)?)));
                action.is_none_or(|(service, action)| self.could(service, action))
            })
            .collect();
        let unused = tracked.iter().filter(|(_, last)| since.is_old(*last));
        let unused: Vec<String> = unused.map(|(name, _)| name.clone()).collect();
        let verdict = if old && entity.created.is_some_and(|created| created > since.start()) {
            Verdict::TooYoung
        } else if old {
            Verdict::Unused
        } else if tracked.is_empty() {
            Verdict::ActionsUntold
        } else if unused.is_empty() {
            Verdict::Used
        } else {
            Verdict::ActionsUnused
        };
        let worst = match verdict {
            Verdict::Unused | Verdict::TooYoung => worst,
            Verdict::ActionsUnused => service.and_then(|service| {
                self.worst(service, |action| {
                    unused.iter().any(|name| name.eq_ignore_ascii_case(action.name()))
                })
            }),
            Verdict::ActionsUntold | Verdict::Used => None,
        };
        Some(Row {
            arn: entity.arn.clone(),
            service: access.prefix.clone(),
            name: access.name.clone(),
            verdict,
            worst,
            last: access.last,
            unused,
            tracked: tracked.len(),
        })
    }

    /// The worst that could be done with some of a service's actions.
    fn worst(&self, service: &Service, chosen: impl Fn(&Action) -> bool) -> Option<AccessLevel> {
        let levels = [
            AccessLevel::PermissionsManagement,
            AccessLevel::Write,
            AccessLevel::Tagging,
            AccessLevel::Read,
            AccessLevel::List,
        ];
        levels.into_iter().find(|level| {
            let mut of_level = service
                .actions()
                .iter()
                .filter(|action| action.level() == *level && chosen(action));
            of_level.any(|action| self.could(service, action))
        })
    }

    /// Whether its own policies could allow an action on some resource, in some circumstances: those of resources
    /// and of the organization are not asked.
    ///
    /// The engine takes a pattern as the resource: it is allowed where some of what it covers is.
    fn could(&self, service: &Service, action: &Action) -> bool {
        let principal = self.principal;
        let name = format!("{}:{}", service.prefix(), action.name());
        let on = |resource: &str| {
            let request: Request = principal.request(&name, resource);
            let request = request.wildcard_only_action(action.is_wildcard_only());
            principal.policies().evaluate(&request).could_be_allowed()
        };
        on("*") || service.resource_types_of(action).any(|(kind, _)| on(kind.pattern()))
    }
}

#[cfg(test)]
mod tests;
