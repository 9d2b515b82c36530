use domain::{
    Account, AlertFinding, AlertState, AuditId, Delivery, Fingerprint, Partition, Service,
    Severity, Tenant,
};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const ARN: &str = "arn:aws:s3:::payroll";

fn finding(resource: &str) -> AlertFinding {
    let account = Account { partition: Partition::Aws, id: "111122223333".parse().unwrap() };
    AlertFinding {
        fingerprint: Fingerprint::new(&account, "eu-west-1", "s3_public_access", resource, None),
        check_id: "s3_public_access".into(),
        severity: Severity::Critical,
        headline: "Bucket is open to the public".into(),
        resource: resource.into(),
        sub_resource: None,
        region: "eu-west-1".into(),
        owner: None,
        evidence: "the policy lets `*` read".into(),
        first_seen: "2026-11-22T02:00:11.5Z".parse().unwrap(),
    }
}

fn alert() -> Alert {
    Alert {
        tenant: Tenant::local(),
        id: "s3_public_access.new.1.0".into(),
        audit_id: AuditId(Uuid::from_u128(1)),
        account: "111122223333".parse().unwrap(),
        account_name: Some("Payroll".into()),
        state: AlertState::New,
        severity: Severity::Critical,
        check_id: Some("s3_public_access".into()),
        category: Some(Service::S3),
        headline: "Bucket is open to the public".into(),
        risk: "Anyone can copy it.".into(),
        remedy: "Block public access.".into(),
        reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/".into(),
        findings: vec![finding(ARN)],
        count: 1,
        covers: vec![finding(ARN).fingerprint],
        created_at: "2026-11-23T02:00:11Z".parse().unwrap(),
        lang: "en".into(),
        delivery: Delivery::Unsent,
        resent: 0,
    }
}

/// An alert about `count` buckets, of which the store keeps as many as it does.
fn group(count: u32) -> Alert {
    let listed = count.min(u32::try_from(Alert::TOLD).unwrap());
    let findings = (0..listed).map(|n| finding(&format!("{ARN}-{n}"))).collect();
    Alert { findings, count, ..alert() }
}

fn korean(alert: Alert) -> Alert {
    let headline = "버킷이 공개되어 있음".to_owned();
    let findings = alert.findings.into_iter();
    let findings = findings
        .map(|finding| AlertFinding {
            headline: headline.clone(),
            evidence: "정책이 `*`에 읽기를 허용함".into(),
            ..finding
        })
        .collect();
    Alert {
        lang: "ko".into(),
        headline,
        risk: "누구나 복사할 수 있습니다.".into(),
        remedy: "퍼블릭 액세스를 차단하세요.".into(),
        findings,
        ..alert
    }
}

fn resolved() -> Alert {
    let user = AlertFinding {
        check_id: "iam_user_mfa".into(),
        severity: Severity::High,
        headline: "User has no MFA".into(),
        region: "global".into(),
        ..finding("arn:aws:iam::111122223333:user/ops/kim")
    };
    Alert {
        id: "resolved".into(),
        state: AlertState::Resolved,
        check_id: None,
        category: None,
        headline: String::new(),
        risk: String::new(),
        remedy: String::new(),
        reference: String::new(),
        findings: vec![finding(ARN), finding("arn:aws:s3:::web"), user],
        count: 3,
        ..alert()
    }
}

fn suspended() -> Alert {
    Alert {
        id: "suspended".into(),
        state: AlertState::Suspended,
        check_id: None,
        category: None,
        headline: "the role opens without an ExternalId".into(),
        risk: String::new(),
        remedy: String::new(),
        findings: vec![],
        count: 0,
        ..alert()
    }
}

#[test]
fn a_mail_tells_what_where_since_when_and_how_to_fix_it() {
    insta::assert_snapshot!("one_en", Notice::of(&alert()).text);
    insta::assert_snapshot!("one_ko", Notice::of(&korean(alert())).text);
}

#[test]
fn what_happens_to_an_account_is_told_with_its_reason_and_what_to_do() {
    for (state, subject, english, korean_news) in [
        (
            AlertState::Paused,
            "audited no more",
            "The account is audited no more",
            "더 이상 감사되지 않음",
        ),
        (
            AlertState::Delayed,
            "had to wait",
            "Audits by schedule had to wait",
            "예약된 감사가 지연됨",
        ),
    ] {
        let told = Alert { state, headline: "the reason of it".into(), ..suspended() };
        let notice = Notice::of(&told);
        assert!(notice.subject.contains(subject), "{}", notice.subject);
        for part in [english, "Reason: the reason of it", "Risk: ", "How to fix it: "] {
            assert!(notice.text.contains(part), "{part}: {}", notice.text);
        }
        let notice = Notice::of(&korean(told));
        for part in [korean_news, "사유: ", "위험: ", "조치 방법: "] {
            assert!(notice.text.contains(part), "{part}: {}", notice.text);
        }
    }
}

#[test]
fn every_channel_names_the_owner_where_there_is_one() {
    let owned = AlertFinding { owner: Some("kim@example.com".into()), ..finding(ARN) };
    for (alert, label) in [(alert(), "Owner: "), (korean(alert()), "담당자: ")]
        .map(|(alert, label)| (Alert { findings: vec![owned.clone()], ..alert }, label))
    {
        let notice = Notice::of(&alert);
        assert!(notice.text.contains(&format!("{label}kim@example.com")), "{}", notice.text);
        assert_eq!(notice.machine["findings"][0]["owner"], "kim@example.com");
        for chat in [notice.slack.to_string(), notice.amazon_q.to_string()] {
            assert!(chat.contains("kim@example.com"), "{chat}");
        }
    }
    assert!(!Notice::of(&alert()).text.contains("Owner"));
}

#[test]
fn a_mail_about_many_lists_the_first_and_counts_the_rest() {
    for (name, alert) in [("many_en", group(200)), ("many_ko", korean(group(200)))] {
        let text = Notice::of(&alert).text;
        assert_eq!(text.matches("arn:aws:s3:::payroll-").count(), 20, "{text}");
        insta::assert_snapshot!(name, text);
    }
    let text = Notice::of(&group(20)).text;
    assert!(!text.contains(" more, which"), "{text}");
}

#[test]
fn the_digest_and_a_suspension_have_a_wording_of_their_own() {
    insta::assert_snapshot!("resolved_en", Notice::of(&resolved()).text);
    insta::assert_snapshot!("suspended_en", Notice::of(&suspended()).text);
    insta::assert_snapshot!("resolved_ko", Notice::of(&korean(resolved())).text);
    let suspended = Alert { lang: "ko".into(), ..suspended() };
    insta::assert_snapshot!("suspended_ko", Notice::of(&suspended).text);
}

#[test]
fn what_no_audit_raised_names_none() {
    let notice = Notice::of(&Alert { audit_id: AuditId::NONE, ..suspended() });
    let said = format!("{} {}", notice.text, notice.slack);
    assert!(notice.text.ends_with("\n-- \nInfraAudit\n"), "{said}");
    assert!(!said.contains("00000000-0000"), "{said}");
}

#[test]
fn subjects_and_sms_say_which_alert_it_is() {
    let reopened = Alert { state: AlertState::Reopened, ..group(3) };
    let worse = Alert { state: AlertState::Worse, ..alert() };
    let all = [alert(), reopened, worse, resolved(), suspended()];
    let lines = all.map(|alert| {
        let (english, korean) = (Notice::of(&alert), Notice::of(&korean(alert)));
        assert_eq!(english.subject, korean.subject);
        [english.subject, english.sms, korean.sms].join("\n")
    });
    insta::assert_snapshot!("lines", lines.join("\n\n"));
}

#[test]
fn chats_get_what_they_can_show() {
    insta::assert_json_snapshot!("amazon_q", Notice::of(&alert()).amazon_q);
    insta::assert_json_snapshot!("slack", Notice::of(&korean(group(12))).slack);
    insta::assert_json_snapshot!("slack_resolved", Notice::of(&resolved()).slack);
}

#[test]
fn a_thread_is_a_findings_life_or_what_a_check_says_of_an_account() {
    let thread = |alert| Notice::of(&alert).amazon_q["metadata"]["threadId"].clone();
    assert_eq!(thread(alert()), finding(ARN).fingerprint.to_string());
    assert_eq!(thread(Alert { state: AlertState::Reopened, ..alert() }), thread(alert()));
    assert_eq!(
        thread(Alert { count: 1, findings: vec![finding(ARN)], ..resolved() }),
        thread(alert())
    );
    assert_eq!(thread(group(3)), "111122223333-s3_public_access");
    assert_eq!(thread(resolved()), "111122223333-resolved");
    assert_eq!(thread(suspended()), "111122223333-suspended");
}

#[test]
fn subscribers_can_filter() {
    let of = |alert| {
        let attributes = Notice::of(&alert).attributes.into_iter();
        attributes.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    };
    let common = "severity=critical category=s3 account=111122223333 state=new";
    assert_eq!(of(alert()), format!("{common} check=s3_public_access"));
    let digest = "severity=critical category=account account=111122223333 state=resolved";
    assert_eq!(of(resolved()), digest);
}

#[test]
fn programs_get_the_alert_without_the_outbox() {
    let machine = Notice::of(&group(200)).machine;
    assert_eq!(machine["findings"].as_array().unwrap().len(), Alert::TOLD);
    assert_eq!(machine["omitted"], 100);
    for inner in ["covers", "delivery", "nudged"] {
        assert_eq!(machine.get(inner), None, "{inner}");
    }
}

#[test]
fn five_thousand_long_findings_fit() {
    let long = |evidence: &str, resource: &str| {
        let finding =
            AlertFinding { evidence: evidence.repeat(2_000 / evidence.len()), ..finding(resource) };
        let findings = vec![finding; 5_000];
        let notice = Notice::of(&Alert { findings, count: 5_000, ..korean(alert()) });
        assert_fits(&notice);
        let listed = notice.machine["findings"].as_array().unwrap().len();
        assert_eq!(notice.machine["omitted"], 5_000 - listed);
        listed
    };
    assert!(long("공개된 버킷 ", ARN) >= 25);
    assert!(long("\"\\😀", &"\\\"".repeat(1_000)) >= 1);
}

#[test]
fn a_name_is_not_read_as_a_link_or_a_mention() {
    let hostile = "<!channel> @here `x` & <https://evil.example|AWS>";
    let named = AlertFinding { resource: hostile.into(), evidence: hostile.into(), ..finding(ARN) };
    let notice = Notice::of(&Alert {
        findings: vec![named],
        account_name: Some(hostile.into()),
        headline: hostile.into(),
        reference: "https://evil.example|AWS>".into(),
        ..alert()
    });
    let slack = notice.slack["blocks"][1].to_string() + &notice.slack["text"].to_string();
    for shown in [slack, notice.amazon_q["content"].to_string()] {
        for sign in ["<", "@here", "@channel"] {
            assert!(!shown.contains(sign), "{sign} in {shown}");
        }
        assert!(shown.contains("&lt;!channel&gt;"), "{shown}");
    }
}

/// That every channel takes the notice.
fn assert_fits(notice: &Notice) {
    assert!((1..100).contains(&notice.subject.len()));
    assert!(notice.subject.bytes().all(|byte| (0x20..=0x7e).contains(&byte)));
    let message = notice.message_json();
    assert!(message.len() <= Notice::LIMIT, "{} bytes", message.len());
    let message: Value = serde_json::from_str(&message).unwrap();
    let names: Vec<_> = message.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["default", "email", "http", "https", "sms"]);
    for program in ["default", "http", "https"] {
        serde_json::from_str::<Value>(message[program].as_str().unwrap()).unwrap();
    }
    let content = &notice.amazon_q["content"];
    let units = |value: &Value| sanitize::units(value.as_str().unwrap());
    assert!(units(&content["title"]) <= 150);
    assert!(units(&content["description"]) <= 3_000, "{content}");
    for block in notice.slack["blocks"].as_array().unwrap() {
        match block["type"].as_str().unwrap() {
            "header" => assert!((1..=150).contains(&units(&block["text"]["text"]))),
            "section" => assert!((1..=3_000).contains(&units(&block["text"]["text"])), "{block}"),
            _ => assert!(units(&block["elements"][0]["text"]) <= 3_000),
        }
    }
    for (_, value) in &notice.attributes {
        assert!(!value.is_empty());
    }
}

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        r"[\PC\n\r\t<>&@`|가힣😀]{0,60}",
        (r"[\PC]{1,8}", 1..400_usize).prop_map(|(text, times)| text.repeat(times)),
        Just("감사😀\"\\\n<&@here".repeat(300)),
    ]
}

fn state() -> impl Strategy<Value = AlertState> {
    prop::sample::select(vec![
        AlertState::New,
        AlertState::Reopened,
        AlertState::Worse,
        AlertState::Resolved,
        AlertState::Suspended,
        AlertState::Paused,
        AlertState::Delayed,
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_is_told_fits_every_channel(
        texts in prop::array::uniform6(hostile()),
        state in state(),
        (count, listed) in (0_u32..6_000, 0_usize..120),
        lang in prop::sample::select(vec!["en", "ko", ""]),
    ) {
        let [headline, risk, resource, evidence, name, check_id] = texts;
        let finding = AlertFinding {
            evidence,
            check_id: check_id.clone(),
            sub_resource: Some(name.clone()),
            region: name.clone(),
            headline: headline.clone(),
            ..finding(&resource)
        };
        let notice = Notice::of(&Alert {
            id: check_id.clone(),
            state,
            headline,
            remedy: risk.clone(),
            reference: risk.clone(),
            risk,
            account_name: Some(name),
            check_id: Some(check_id),
            findings: vec![finding; listed],
            count,
            lang: lang.into(),
            ..alert()
        });
        assert_fits(&notice);
        if lang == "ko" {
            prop_assert!(sanitize::units(&notice.sms) <= 70, "{}", notice.sms);
        } else {
            prop_assert!(notice.sms.len() <= 140 && notice.sms.is_ascii(), "{}", notice.sms);
            prop_assert!(!notice.sms.contains(['`', '[', '\\', '\n']), "{}", notice.sms);
        }
        prop_assert!(notice.sms.contains("111122223333"));
    }
}

/// Where each kind of alert is told of, in every text that a person reads.
#[test]
fn links_lead_to_what_is_told_of() {
    let of = |change: fn(&mut Alert)| {
        let mut alert = alert();
        change(&mut alert);
        Notice::linked(&alert, Some("https://audit.example.com"))
    };
    let audit = format!("/api/audits/{}/findings", AuditId(Uuid::from_u128(1)));
    let one = format!("{audit}?check=s3_public_access");
    for (notice, place) in [
        (of(|_| ()), &*one),
        (of(|alert| alert.state = AlertState::Resolved), &*audit),
        (of(|alert| alert.state = AlertState::Suspended), "/api/accounts/111122223333"),
        (of(|alert| alert.audit_id = AuditId::NONE), "/api/accounts/111122223333"),
        (of(|alert| alert.check_id = Some("a&b=c".into())), &*audit),
    ] {
        let link = format!("https://audit.example.com{place}");
        assert_eq!(notice.machine["url"], *link);
        assert!(notice.text.contains(&format!("{link}\n")), "{}", notice.text);
        let shown = format!("<{link}|In InfraAudit>");
        for chat in [&notice.slack, &notice.amazon_q] {
            assert!(chat.to_string().contains(&shown), "{chat}");
        }
    }
    assert!(Notice::of(&alert()).machine.get("url").is_none());
}
