//! The list of a statement's resources.

use super::{Subject, code::codes, cover, report::Report, statement::Statement};

pub(super) fn check(_: &Subject<'_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    let Some(clause) = statement.resource else { return };
    for group in cover::covers(clause.texts(), false) {
        let (count, such) = (group.items.len(), group.redundant.as_str().unwrap_or(""));
        let message = format!(
            "{count} resources overlap; remove those that another covers, such as `{such}`"
        );
        let mut items = group.items.iter();
        let Some(first) = items.next() else { continue };
        let found = report.add(&codes::REDUNDANT_RESOURCE, first.span, message);
        for item in items {
            found.also(item.span);
        }
    }
}
