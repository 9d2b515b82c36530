use domain::Severity;

/// The words around an alert's own texts, in one language.
pub(super) struct Words {
    critical: &'static str,
    high: &'static str,
    medium: &'static str,
    low: &'static str,
    pub(super) resource: &'static str,
    pub(super) account: &'static str,
    pub(super) region: &'static str,
    pub(super) since: &'static str,
    pub(super) evidence: &'static str,
    pub(super) risk: &'static str,
    pub(super) remedy: &'static str,
    pub(super) reference: &'static str,
    pub(super) check: &'static str,
    pub(super) audit: &'static str,
}

const ENGLISH: Words = Words {
    critical: "Critical",
    high: "High",
    medium: "Medium",
    low: "Low",
    resource: "Resource",
    account: "Account",
    region: "region",
    since: "First seen",
    evidence: "Evidence",
    risk: "Risk",
    remedy: "How to fix it",
    reference: "AWS documentation",
    check: "check",
    audit: "audit",
};

const KOREAN: Words = Words {
    critical: "심각",
    high: "높음",
    medium: "보통",
    low: "낮음",
    resource: "리소스",
    account: "계정",
    region: "리전",
    since: "최초 발견",
    evidence: "근거",
    risk: "위험",
    remedy: "조치 방법",
    reference: "AWS 문서",
    check: "점검 항목",
    audit: "감사",
};

impl Words {
    /// The words of a language; English where it is not known.
    pub(super) fn in_language(lang: &str) -> &'static Self {
        if lang == "ko" { &KOREAN } else { &ENGLISH }
    }

    pub(super) const fn severity(&self, severity: Severity) -> &'static str {
        match severity {
            Severity::Critical => self.critical,
            Severity::High => self.high,
            Severity::Medium => self.medium,
            Severity::Low => self.low,
        }
    }
}
