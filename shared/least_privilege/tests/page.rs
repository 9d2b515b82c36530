//! `docs/least-privilege-calls.md` is written from the tables.

#![expect(clippy::unwrap_used, reason = "a test stops at what is wrong")]

use std::{fmt::Write as _, fs};

use least_privilege::{
    BY_PARAMETER, DATA_EVENTS, NOT_TOLD, On, SERVICES, TABLE, TAGGING, VERSIONS,
};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/least-privilege-calls.md");

fn named(list: &[&str]) -> String {
    list.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn page() -> String {
    let mut page = String::from(
        "# Calls whose IAM action has another name\n\n\
         <!-- Written by `cargo test -p least_privilege`. -->\n\n\
         `infraaudit policy generate` finds the IAM action of a CloudTrail record. These tables are for calls whose action has\n\
         another name than the call. Any other call has the action of its own name, or is listed as unknown:\n\
         [least-privilege.md](least-privilege.md). The API's date at the end of the names of Lambda and CloudFront calls is\n\
         ignored (`CreateFunction20150331`). Calls of API Gateway need the action of their HTTP method (`apigateway:POST` for\n\
         `Create…`), on the path that follows from their names and parameters.\n\n\
         ## Services\n\n| `eventSource` | actions | source |\n|---|---|---|\n",
    );
    for row in SERVICES {
        let link = format!("[AWS]({})", row.documented);
        writeln!(page, "| `{}` | {} | {link} |", row.source, named(row.prefixes)).unwrap();
    }
    page += "\n## Calls\n\n| call | actions | on what it copies | source |\n|---|---|---|---|\n";
    for row in TABLE {
        let (call, link) = (format!("{} {}", row.service, row.call), row.documented);
        let (own, copied) = (named(row.actions), named(row.copied));
        writeln!(page, "| `{call}` | {own} | {copied} | [AWS]({link}) |").unwrap();
    }
    page += "\n## What parameters ask for\n\nBesides its own action, a call needs the actions that its parameters ask for. These leave no \
             records of their own.\n\n| a call of | with | takes | on | source |\n|---|---|---|---|---|\n";
    for row in BY_PARAMETER {
        let on = match row.on {
            On::Own => "what the call names".to_owned(),
            On::Everything => "`*`".to_owned(),
            On::Key => "the key".to_owned(),
            On::Bucket => "the bucket".to_owned(),
            On::Arn(service) => format!("it, where it is an ARN of `{service}`"),
            On::Destination(service) => format!("`*`, where it is an ARN of `{service}`"),
        };
        let only = row.only.map(|only| format!(" (`{only}`)")).unwrap_or_default();
        let except = row.except.map(|value| format!(", not `{value}`")).unwrap_or_default();
        let with = if row.parameter == "*" {
            "a destination".into()
        } else {
            format!("`{}`", row.parameter)
        };
        let (of, takes, link) = (named(row.of), named(row.actions), row.documented);
        writeln!(page, "| {of}{only} | {with}{except} | {takes} | {on} | [AWS]({link}) |").unwrap();
    }
    page += "\n### Tags at creation\n\nSome actions have the condition key `aws:RequestTag` in the Service Authorization Reference. If \
             the parameters of such a\ncall contain tags, it also needs the service's `TagResource`, `AddTagsToResource`, `AddTags` \
             or `CreateTags`, or:\n\n\
             | service | action | takes | source |\n|---|---|---|---|\n";
    for row in TAGGING {
        let action = row.action.map_or("any".to_owned(), |action| format!("`{action}`"));
        let takes = row.takes.unwrap_or("nothing");
        writeln!(page, "| `{}` | {action} | `{takes}` | [AWS]({}) |", row.service, row.documented)
            .unwrap();
    }
    page += "\n### Versions\n\nWith `versionId` (or `?versionId=` in the source of a copy) another action is needed:\n\n\
             | action | with a version |\n|---|---|\n";
    for (own, versioned) in VERSIONS {
        writeln!(page, "| `{own}` | `{versioned}` |").unwrap();
    }
    page += "\n### What records do not show\n\nThese are listed as `not_told`, and not granted. With `--strict` the exit code is 4.\n\n| action | parameter | what |\n|---|---|---|\n";
    for row in NOT_TOLD {
        let action =
            row.only.map_or(row.action.to_owned(), |only| format!("{} ({only})", row.action));
        let parameter = row.parameter.map(|name| format!("`{name}`")).unwrap_or_default();
        let starts = row.starts.map(|start| format!(" of `{start}…`")).unwrap_or_default();
        writeln!(page, "| `{action}` | {parameter}{starts} | {} |", row.why).unwrap();
    }
    page += "\n## Data events\n\nA trail contains these calls only if it selects them:\n\
             [AWS](https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html)\n\n\
             | service | calls |\n|---|---|\n";
    for row in DATA_EVENTS {
        writeln!(page, "| `{}` | {} |", row.prefix, row.calls).unwrap();
    }
    page
}

#[test]
fn the_page_is_written_from_the_tables() {
    let page = page();
    if fs::read_to_string(PAGE).ok().as_deref() != Some(&page) {
        fs::write(PAGE, page).unwrap();
        panic!("docs/least-privilege-calls.md was stale; it is rewritten, commit it");
    }
}
