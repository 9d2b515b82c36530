use super::*;
use crate::{Style, page::tests::report};
use domain::{Lang, Verdict};

/// Four accounts: two that were not audited, one with a gap and one that is well.
fn accounts() -> Accounts {
    let of = |account: &str| {
        let mut report = report();
        report.account = account.parse().unwrap();
        for finding in &mut report.findings {
            finding.resource.account = report.account.clone();
        }
        report
    };
    let mut well = of("333333333333");
    well.findings.retain(|finding| finding.verdict == Verdict::Pass);
    well.receipt.retain(|row| !row.outcome.is_gap());
    well.summary = Summary::of(&well.findings);
    well.status = Status::Complete;
    let result = |account: &str, name: Option<&str>, result| AccountResult {
        account: account.parse().unwrap(),
        name: name.map(Into::into),
        result,
    };
    let results = vec![
        result("333333333333", Some("=well()"), Ok(well)),
        result("444444444444", None, Err("could not assume `role`: no".into())),
        result("222222222222", Some("Sick"), Ok(of("222222222222"))),
        result("111111111111", Some("Gone"), Err("stopped before it was read".into())),
    ];
    Accounts::new(Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH, results)
}

fn written(write: impl FnOnce(&Accounts, &mut Vec<u8>) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&accounts(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_page_leads_with_the_worst_account() {
    let page = Page { style: Style { width: 120, color: false }, passes: false, lang: Lang::En };
    insta::assert_snapshot!(written(|accounts, out| accounts.page(page, out)));
}

#[test]
fn an_old_stack_is_told_beside_its_account() {
    let mut accounts = accounts();
    accounts.suppress(|report| {
        report.outdated_role = Some(domain::OutdatedRole {
            level: 1,
            update_to: 2,
            denied: ["iam:ListUsers".to_owned()].into(),
        });
    });
    let page = Page { style: Style { width: 200, color: false }, passes: false, lang: Lang::En };
    let mut out = Vec::new();
    accounts.page(page, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("update the stack to level 2; 1 gap, see below"), "{text}");
    assert!(!text.contains("iam:ListUsers"), "its rows are not listed: {text}");
}

#[test]
fn json_has_every_account_with_a_report_or_an_error() {
    insta::assert_snapshot!(written(|accounts, out| accounts.json(Lang::En, out)));
}

#[test]
fn csv_has_a_row_for_every_finding_and_every_account_that_was_not_audited() {
    let text = written(|accounts, out| accounts.csv(Lang::En, out));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let at = |name| header.iter().position(|column| column == name).unwrap();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    let cells = ["account", "verdict", "severity"].map(at);
    let cells: Vec<_> = rows.iter().map(|row| cells.map(|at| &row[at])).collect();
    let wanted = [
        ["111111111111", "unknown", ""],
        ["444444444444", "unknown", ""],
        ["222222222222", "fail", "critical"],
        ["222222222222", "unknown", "high"],
        ["222222222222", "pass", "medium"],
        ["333333333333", "pass", "medium"],
    ];
    assert_eq!(cells, wanted);
    assert_eq!(&rows[0][at("evidence")], "stopped before it was read");
}

#[test]
fn it_is_complete_only_where_every_account_is() {
    let all = accounts();
    assert_eq!(all.status(), Status::Incomplete);
    let well = all.results().last().unwrap().clone();
    let well = Accounts::new(Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH, vec![well]);
    assert_eq!(well.status(), Status::Complete);
    let mut sums = all.summary();
    sums.by_severity.retain(|_, count| *count > 0);
    assert_eq!((sums.fail, sums.unknown, sums.pass), (1, 1, 2));
    assert_eq!(sums.by_severity.into_iter().collect::<Vec<_>>(), [(Severity::Critical, 1)]);
}
