//! `docs/least-privilege-calls.md` is written from the tables.

#![expect(clippy::unwrap_used, reason = "a test stops at what is wrong")]

use std::{fmt::Write as _, fs};

use least_privilege::{DATA_EVENTS, SERVICES, TABLE};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/least-privilege-calls.md");

fn named(list: &[&str]) -> String {
    list.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn page() -> String {
    let mut page = String::from(
        "# Calls whose IAM action has another name\n\n\
         <!-- Written by `cargo test -p usage`. -->\n\n\
         What `infraaudit policy generate` takes a record of CloudTrail for, where the name of the call is not the name of the\n\
         action. All other calls have the action of their own name, or are listed as unknown: [least-privilege.md](least-privilege.md).\n\
         Calls of Lambda and CloudFront lose the date of their API (`CreateFunction20150331`).\n\n\
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
    page += "\n## Data events\n\nWhat a trail has only where it selects them \
             ([AWS](https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html)):\n\n\
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
