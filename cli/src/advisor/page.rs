//! The advice as people and programs read it.

use std::io::{self, Write};

use export::Style;
use jiff::Timestamp;
use least_privilege::advice::{ACTIONS_SINCE, Row, TRACKED_DAYS, Verdict};
use policy::{Arn, facts::AccessLevel};
use serde_json::{Value, json};

use super::Advice;

/// How many actions a cell of the table names.
const NAMED: usize = 4;

/// What holds of every report, so that nobody takes it for more than it is.
fn honest(days: u32) -> Vec<String> {
    let since: Vec<String> = ACTIONS_SINCE
        .iter()
        .map(|(service, day)| match *service {
            "" => format!("other services since {day}"),
            service => format!("{service} since {day}"),
        })
        .collect();
    vec![
        format!(
            "IAM tracks services for {TRACKED_DAYS} days, less where a region is younger; something not used for {days} days is listed."
        ),
        format!(
            "It tracks single actions of some services only, and of those the actions that manage: {}.",
            since.join(", ")
        ),
        "A service without such data is `actions_untold`, not unused. Attempts that were denied count as uses; the last four hours may be missing; service control policies are not looked at.".to_owned(),
    ]
}

fn level(level: AccessLevel) -> &'static str {
    match level {
        AccessLevel::PermissionsManagement => "permissions",
        AccessLevel::Write => "write",
        AccessLevel::Tagging => "tagging",
        AccessLevel::Read => "read",
        AccessLevel::List => "list",
    }
}

fn day(last: Option<i64>) -> Option<String> {
    let time = Timestamp::from_second(last?).ok()?;
    Some(time.strftime("%Y-%m-%d").to_string())
}

pub(super) fn table_rows(advice: &Advice) -> impl Iterator<Item = [String; 6]> {
    let shown = advice.rows.iter();
    shown.map(|row| {
        let what = match row.verdict {
            Verdict::ActionsUnused => {
                let named = row.unused.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
                let more = row.unused.len().saturating_sub(NAMED);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                format!("{} of {} tracked actions: {named}{more}", row.unused.len(), row.tracked)
            }
            Verdict::Unused => "all of it".to_owned(),
            Verdict::TooYoung => "created since".to_owned(),
            Verdict::ActionsUntold => "IAM does not track its actions".to_owned(),
            Verdict::Used => String::new(),
        };
        [
            row.verdict.name().to_owned(),
            row.worst.map(level).unwrap_or_default().to_owned(),
            Arn::split(&row.arn).map_or(&*row.arn, |arn| arn.resource).to_owned(),
            row.service.clone(),
            day(row.last).unwrap_or_else(|| "not recorded".to_owned()),
            what,
        ]
    })
}

pub(super) fn table(advice: &Advice, style: Style, mut out: impl Write) -> io::Result<()> {
    let count = |verdict| advice.rows.iter().filter(|row| row.verdict == verdict).count();
    writeln!(
        out,
        "Account {}, {}: {} services unused for {} days, {} with unused actions, of {} of {} users, roles and groups",
        advice.account,
        advice.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        count(Verdict::Unused),
        advice.days,
        count(Verdict::ActionsUnused),
        advice.judged,
        advice.entities,
    )?;
    let header = ["VERDICT", "WORST", "WHO", "SERVICE", "LAST", "NOT USED"];
    let mut rows = table_rows(advice).peekable();
    if rows.peek().is_some() {
        writeln!(out, "\n{}", export::table(style, header, rows))?;
    }
    if advice.judged < advice.entities {
        let missing = advice.entities - advice.judged;
        writeln!(out, "\nINCOMPLETE: {missing} of {} were not evaluated.", advice.entities)?;
        for gap in &advice.gaps {
            writeln!(out, "- {gap}")?;
        }
    }
    writeln!(out)?;
    for line in honest(advice.days) {
        writeln!(out, "{line}")?;
    }
    if advice.service_linked > 0 {
        writeln!(
            out,
            "{} roles of AWS's services were left out: only AWS may change them.",
            advice.service_linked
        )?;
    }
    Ok(())
}

fn row(row: &Row) -> Value {
    json!({
        "arn": row.arn,
        "service": row.service,
        "service_name": row.name,
        "verdict": row.verdict.name(),
        "worst_unused": row.worst.map(level),
        "last_accessed": row.last.and_then(|last| Timestamp::from_second(last).ok()).map(|time| time.to_string()),
        "unused_actions": row.unused,
        "tracked_actions": row.tracked,
    })
}

pub(super) fn json(advice: &Advice, mut out: impl Write) -> io::Result<()> {
    let value = json!({
        "account": advice.account,
        "at": advice.at.to_string(),
        "days": advice.days,
        "complete": advice.gaps.is_empty(),
        "judged": advice.judged,
        "users_roles_groups": advice.entities,
        "service_linked_roles_left_out": advice.service_linked,
        "calls": advice.calls,
        "rows": advice.rows.iter().map(row).collect::<Vec<_>>(),
        "gaps": advice.gaps,
        "what_iam_tracks": honest(advice.days),
    });
    serde_json::to_writer_pretty(&mut out, &value)?;
    writeln!(out)
}

pub(super) fn csv(advice: &Advice, out: impl Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record([
        "verdict",
        "worst_unused",
        "arn",
        "service",
        "last_accessed",
        "unused_actions",
        "tracked_actions",
    ])?;
    for row in &advice.rows {
        csv.write_record([
            row.verdict.name(),
            row.worst.map(level).unwrap_or_default(),
            &row.arn,
            &row.service,
            &day(row.last).unwrap_or_default(),
            &row.unused.join(" "),
            &row.tracked.to_string(),
        ])?;
    }
    csv.flush()
}
