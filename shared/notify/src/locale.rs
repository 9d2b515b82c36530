use domain::{Alert, AlertState, Severity};

/// The words around an alert's own texts, in one language.
pub(super) struct Words {
    pub(super) korean: bool,
    pub(super) account: &'static str,
    pub(super) region: &'static str,
    pub(super) owner: &'static str,
    pub(super) since: &'static str,
    pub(super) evidence: &'static str,
    pub(super) risk: &'static str,
    pub(super) remedy: &'static str,
    pub(super) reference: &'static str,
    pub(super) details: &'static str,
    pub(super) reason: &'static str,
    pub(super) check: &'static str,
    pub(super) audit: &'static str,
    pub(super) gone: &'static str,
    pub(super) suspended: AccountWords,
    pub(super) paused: AccountWords,
    pub(super) delayed: AccountWords,
}

/// The words about something that happened to an account.
pub(super) struct AccountWords {
    pub(super) news: &'static str,
    pub(super) risk: &'static str,
    pub(super) remedy: &'static str,
}

const ENGLISH: Words = Words {
    korean: false,
    account: "Account",
    region: "Region",
    owner: "Owner",
    since: "First seen",
    evidence: "Evidence",
    risk: "Risk",
    remedy: "How to fix it",
    reference: "AWS documentation",
    details: "In InfraAudit",
    reason: "Reason",
    check: "check",
    audit: "audit",
    gone: "They were seen by an earlier audit, and are gone.",
    suspended: AccountWords {
        news: "The account is suspended",
        risk: "The role opens without the right ExternalId, so others may be able to use it. \
                     InfraAudit does not use it any more: the account is not audited.",
        remedy: "Update the role from the onboarding template, whose trust policy asks for the \
                       ExternalId, and verify the account again.",
    },
    paused: AccountWords {
        news: "The account is audited no more",
        risk: "Nothing is known of what is wrong in the account. Its role has never opened since it was registered, \
               and InfraAudit does not try it any more by itself.",
        remedy: "Create the role from the onboarding template, and verify the account: from then on it is audited. \
                 Delete the account where it is not to be audited.",
    },
    delayed: AccountWords {
        news: "Audits by schedule had to wait",
        risk: "What is new in the accounts that wait is told later. An audit that is six hours late is left out.",
        remedy: "Give accounts schedules that come less often, begin fewer audits on request, or raise \
                 INFRAAUDIT_AUDITS_PER_DAY.",
    },
};

const KOREAN: Words = Words {
    korean: true,
    account: "계정",
    region: "리전",
    owner: "담당자",
    since: "최초 발견",
    evidence: "근거",
    risk: "위험",
    remedy: "조치 방법",
    reference: "AWS 문서",
    details: "InfraAudit에서 보기",
    reason: "사유",
    check: "점검 항목",
    audit: "감사",
    gone: "이전 감사에서 발견되었고, 지금은 해소된 항목입니다.",
    suspended: AccountWords {
        news: "계정 감사가 중단됨",
        risk: "올바른 ExternalId 없이도 역할을 사용할 수 있어 제3자가 악용할 수 있습니다. \
                     InfraAudit은 이 역할을 더 이상 사용하지 않으며, 계정은 감사되지 않습니다.",
        remedy: "신뢰 정책에서 ExternalId를 요구하는 온보딩 템플릿으로 역할을 업데이트한 뒤 \
                       계정을 다시 확인하세요.",
    },
    paused: AccountWords {
        news: "계정이 더 이상 감사되지 않음",
        risk: "등록 이후 역할이 한 번도 열리지 않아 계정의 상태를 알 수 없으며, InfraAudit은 더 이상 자동으로 시도하지 \
               않습니다.",
        remedy: "온보딩 템플릿으로 역할을 만든 뒤 계정을 확인하면 다시 감사됩니다. 감사하지 않을 계정이라면 삭제하세요.",
    },
    delayed: AccountWords {
        news: "예약된 감사가 지연됨",
        risk: "대기 중인 계정의 새로운 문제가 늦게 알려집니다. 6시간 이상 늦은 감사는 건너뜁니다.",
        remedy: "계정의 감사 주기를 늘리거나, 요청에 의한 감사를 줄이거나, INFRAAUDIT_AUDITS_PER_DAY를 늘리세요.",
    },
};

impl Words {
    /// The words of a language; English where it is not known.
    pub(super) fn in_language(lang: &str) -> &'static Self {
        if lang == "ko" { &KOREAN } else { &ENGLISH }
    }

    pub(super) const fn severity(&self, severity: Severity) -> &'static str {
        match (severity, self.korean) {
            (Severity::Critical, false) => "Critical",
            (Severity::High, false) => "High",
            (Severity::Medium, false) => "Medium",
            (Severity::Low, false) => "Low",
            (Severity::Critical, true) => "심각",
            (Severity::High, true) => "높음",
            (Severity::Medium, true) => "보통",
            (Severity::Low, true) => "낮음",
        }
    }

    /// What stands in brackets before a headline: how bad it is, or that it is over.
    pub(super) const fn mark(&self, alert: &Alert) -> &'static str {
        match (alert.state, self.korean) {
            (AlertState::Resolved, false) => "Resolved",
            (AlertState::Resolved, true) => "해결",
            _ => self.severity(alert.severity),
        }
    }

    /// What happened, in a few words.
    pub(super) fn news(&self, state: AlertState, count: u32) -> String {
        if self.korean {
            return match state {
                AlertState::New => format!("새로 발견된 항목 {count}건"),
                AlertState::Reopened => format!("다시 발생한 항목 {count}건"),
                AlertState::Worse => format!("더 심각해진 항목 {count}건"),
                AlertState::Resolved => format!("해결된 항목 {count}건"),
                AlertState::Suspended => self.suspended.news.to_owned(),
                AlertState::Paused => self.paused.news.to_owned(),
                AlertState::Delayed => self.delayed.news.to_owned(),
            };
        }
        let findings = if count == 1 { "finding" } else { "findings" };
        match state {
            AlertState::New => format!("{count} new {findings}"),
            AlertState::Reopened => format!("{count} {findings} reopened"),
            AlertState::Worse => format!("{count} {findings} more severe than before"),
            AlertState::Resolved => format!("{count} {findings} resolved"),
            AlertState::Suspended => self.suspended.news.to_owned(),
            AlertState::Paused => self.paused.news.to_owned(),
            AlertState::Delayed => self.delayed.news.to_owned(),
        }
    }

    /// That the list does not hold all of them.
    pub(super) fn rest(&self, rest: u32) -> String {
        if self.korean {
            format!("… 외 {rest}건은 감사 결과에서 확인하세요.")
        } else {
            format!("… and {rest} more, which the audit's result lists.")
        }
    }
}
