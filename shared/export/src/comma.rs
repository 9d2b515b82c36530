use std::{
    borrow::Cow,
    io::{self, Write},
};

use checks::PresentedFinding;
use domain::{AccountId, Finding, Lang, Verdict};

const HEADER: [&str; 18] = [
    "fingerprint",
    "check_id",
    "service",
    "severity",
    "verdict",
    "resource_arn",
    "resource_type",
    "region",
    "account",
    "sub_resource",
    "evidence",
    "headline",
    "requirement",
    "risk",
    "remedy",
    "reference",
    "frameworks",
    "tags",
];

/// Writes accounts that could not be audited, each with the reason, and findings.
pub(crate) fn write<'a>(
    failed: impl IntoIterator<Item = (&'a AccountId, &'a str)>,
    findings: impl IntoIterator<Item = &'a Finding>,
    lang: Lang,
    out: impl Write,
) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(HEADER)?;
    for (account, reason) in failed {
        let cell = |column| match column {
            "verdict" => Verdict::Unknown.name(),
            "resource_type" => "AWS::Account",
            "account" => account.as_str(),
            "evidence" => reason,
            _ => "",
        };
        csv.write_record(HEADER.map(|column| plain(cell(column)).into_owned()))?;
    }
    for finding in findings {
        let finding = PresentedFinding::new(finding, lang);
        let resource = &finding.resource;
        let tags = resource.tags.as_ref().map(serde_json::to_string).transpose()?;
        let record = [
            &finding.fingerprint.to_string(),
            &finding.check_id,
            finding.service.name(),
            finding.severity.name(),
            finding.verdict.name(),
            &resource.arn,
            &resource.kind,
            &resource.region,
            resource.account.as_str(),
            finding.sub_resource.as_deref().unwrap_or_default(),
            &finding.evidence,
            &finding.headline,
            &finding.requirement,
            &finding.risk,
            &finding.remedy,
            &finding.reference,
            &finding.frameworks.join(" "),
            tags.as_deref().unwrap_or_default(),
        ];
        csv.write_record(record.map(|cell| plain(cell).into_owned()))?;
    }
    csv.flush()
}

/// Keeps a spreadsheet from running what a customer's resource is named.
///
/// Source: *CSV Injection*, OWASP.
pub(crate) fn plain(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_text() {
        assert_eq!(plain("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        assert_eq!(plain("arn:aws:s3:::x"), "arn:aws:s3:::x");
    }
}
