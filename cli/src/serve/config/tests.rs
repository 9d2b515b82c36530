use super::*;

fn with(environment: &[(&str, &str)]) -> Result<Config, String> {
    from(Options::default(), environment)
}

fn from(options: Options, environment: &[(&str, &str)]) -> Result<Config, String> {
    let environment: Vec<_> =
        environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    read(options, &environment)
}

/// The configuration that a file with these lines makes.
fn in_file(lines: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("infraaudit.toml");
    std::fs::write(&path, lines).unwrap();
    from(Options { config: Some(path), ..Options::default() }, environment)
}

#[test]
fn nothing_has_to_be_said() {
    let config = with(&[("INFRAAUDIT_LISTEN", ""), ("PATH", "/bin")]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8000");
    assert_eq!((config.data.to_str(), config.log), (Some("data"), LevelFilter::INFO));
    assert!(matches!(config.authentication, Authentication::Open));
    assert_eq!((config.concurrent_audits.get(), config.iam_requests.get()), (4, 5));
    assert_eq!(config.limits, api::Limits::default());
    assert_eq!(config.alert_severity, Severity::High);
    assert!(config.overrides.is_empty());
    assert!(config.unknown.is_empty());
}

#[test]
fn options_go_before_environment_before_file() {
    let lines = "[serve]\nlisten = '127.0.0.1:1'\nlog = 'warn'\niam_requests = 2\nlang = 'ko'\n";
    let config = in_file(lines, &[("INFRAAUDIT_LOG", "debug")]).unwrap();
    assert_eq!((config.listen.port(), config.log), (1, LevelFilter::DEBUG));
    assert_eq!((config.iam_requests.get(), config.lang), (2, Lang::Ko));
    let options = Options { listen: Some(([127, 0, 0, 1], 3).into()), ..Options::default() };
    let config = from(options, &[("INFRAAUDIT_LISTEN", "127.0.0.1:2")]).unwrap();
    assert_eq!(config.listen.port(), 3);
}

#[test]
fn what_audits_judge_by_stands_in_tables_of_its_own() {
    let days = |lines: &str, environment: &[(&str, &str)]| {
        in_file(lines, environment).map(|config| config.overrides.thresholds.access_key_days)
    };
    let file = "[thresholds]\naccess_key_days = 60\n";
    assert_eq!(days(file, &[]), Ok(Some(60)));
    assert_eq!(days(file, &[("INFRAAUDIT_ACCESS_KEY_DAYS", "30")]), Ok(Some(30)));
    assert_eq!(days("[serve]\naccess_key_days = 45\n", &[]), Ok(Some(45)));
    let both = "[serve]\naccess_key_days = 45\n[thresholds]\naccess_key_days = 60\n";
    assert!(days(both, &[]).unwrap_err().contains("keep the one in `[thresholds]`"));
    let disabled = in_file("[checks]\ndisable = { ec2_public_ip = 'bastions' }\n", &[]).unwrap();
    assert_eq!(disabled.overrides.checks.disable["ec2_public_ip"], "bastions");
    let wrong = in_file("[thresholds]\naccess_key = 60\n", &[]).unwrap_err();
    assert!(wrong.contains("`thresholds.access_key`"), "{wrong}");
}

#[test]
fn other_machines_need_a_door_that_closes() {
    let token = ("INFRAAUDIT_API_TOKEN", "0123456789abcdef");
    let issuer = ("INFRAAUDIT_JWT_ISSUER", "https://id.example.com");
    let audience = ("INFRAAUDIT_JWT_AUDIENCE", "infraaudit");
    for address in ["0.0.0.0:8000", "192.0.2.1:80", "[::]:8000", "[2001:db8::1]:80"] {
        let listen = ("INFRAAUDIT_LISTEN", address);
        let refused = with(&[listen]).unwrap_err();
        assert!(refused.contains("other machines") && refused.contains(address), "{refused}");
        assert!(matches!(with(&[listen, token]).unwrap().authentication, Authentication::Token(_)));
        let jwt = with(&[listen, issuer, audience]).unwrap();
        assert!(
            matches!(jwt.authentication, Authentication::Jwt { tenant_claim, .. } if tenant_claim == "sub")
        );
        assert!(with(&[listen, audience]).is_err());
    }
    assert!(matches!(
        with(&[("INFRAAUDIT_LISTEN", "[::1]:1")]).unwrap().authentication,
        Authentication::Open
    ));
    assert!(
        matches!(with(&[token]).unwrap().authentication, Authentication::Token(_)),
        "also on this machine"
    );
    let scope = ("INFRAAUDIT_SCOPE_READ", "read");
    let some = with(&[issuer, audience, scope]).unwrap_err();
    assert!(some.contains("INFRAAUDIT_SCOPE_ADMIN") && some.contains("set together"), "{some}");
    let (write, admin) = (("INFRAAUDIT_SCOPE_WRITE", "write"), ("INFRAAUDIT_SCOPE_ADMIN", "admin"));
    let all = with(&[issuer, audience, scope, write, admin]).unwrap().authentication;
    assert!(matches!(all, Authentication::Jwt { scopes: Some(_), .. }), "{all:?}");
    assert!(with(&[token, issuer, audience]).unwrap_err().contains("exclude each other"));
    assert!(with(&[issuer]).unwrap_err().contains("INFRAAUDIT_JWT_AUDIENCE"));
    let short = with(&[("INFRAAUDIT_API_TOKEN", "hush")]).unwrap_err();
    assert!(short.contains("too short") && !short.contains("hush"), "{short}");
}

#[test]
fn a_wrong_value_is_told_with_its_place() {
    for (name, value) in [
        ("INFRAAUDIT_LISTEN", "8000"),
        ("INFRAAUDIT_LOG", "loud"),
        ("INFRAAUDIT_LANG", "de"),
        ("INFRAAUDIT_ALERT_SEVERITY", "HIGH"),
        ("INFRAAUDIT_ACCESS_KEY_DAYS", "-1"),
        ("INFRAAUDIT_CONCURRENT_AUDITS", "0"),
        ("INFRAAUDIT_IAM_REQUESTS", "0"),
        ("INFRAAUDIT_ACCOUNTS_PER_TENANT", "many"),
        ("INFRAAUDIT_AUDITS_PER_DAY", "0"),
        ("INFRAAUDIT_NIGHTLY", "*/10 2 * * ? *"),
        ("INFRAAUDIT_WAITING_AUDITS", "0"),
        ("INFRAAUDIT_REQUESTS_PER_SECOND", "0"),
    ] {
        let wrong = with(&[(name, value)]).unwrap_err();
        assert!(wrong.contains(name), "{wrong}");
    }
    for (lines, sign) in [
        ("[serve]\nlisten = 8000\n", "`listen` in"),
        ("[serve]\nlisten = ['127.0.0.1:1']\n", "string or a whole number"),
        ("[serve]\nlissen = 'x'\n", "`[serve]` takes listen"),
        ("[serve]\napi_token = 'hush-hush-hush-hush'\n", "INFRAAUDIT_API_TOKEN"),
        (
            "listen = 'x'\n",
            "the file takes `serve`, `suppressions`, `thresholds`, `trust` and `checks`",
        ),
        ("serve = 1\n", "has to be a table"),
        ("[serve\n", "is not TOML"),
    ] {
        let wrong = in_file(lines, &[]).unwrap_err();
        assert!(wrong.contains(sign) && !wrong.contains("hush"), "{wrong}");
        assert!(!wrong.contains('\n'), "{wrong}");
    }
    let missing = with(&[("INFRAAUDIT_CONFIG", "/nowhere/infraaudit.toml")]).unwrap_err();
    assert!(missing.contains("/nowhere/infraaudit.toml"), "{missing}");
}

#[test]
fn a_misspelt_variable_is_noticed() {
    let config = with(&[("INFRAAUDIT_APITOKEN", "x"), ("INFRAAUDIT_TABLE", "x")]).unwrap();
    assert_eq!(config.unknown, ["INFRAAUDIT_APITOKEN"]);
}
