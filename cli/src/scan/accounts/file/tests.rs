use super::*;

const HEADER: &str = "account_id,name,role_name,external_id,regions\n";

fn problems(text: &str, needs: Needs) -> String {
    parse(text.as_bytes(), needs).unwrap_err().to_string()
}

#[test]
fn a_spreadsheets_file_is_read() {
    let text = "\u{feff}Account_ID,name,external_id,regions,role_name\r\n\
                111122223333,\"Kim, Lee & Co\",kim-1,eu-west-1  us-east-1 us-east-1,Reader\r\n\
                ,,,,\r\n\
                \r\n\
                000022223333,,,,\r\n";
    let lines = parse(text.as_bytes(), Needs::default()).unwrap();
    let first = Line {
        account: "111122223333".parse().unwrap(),
        name: Some("Kim, Lee & Co".into()),
        role_name: Some("Reader".parse().unwrap()),
        external_id: Some("kim-1".parse().unwrap()),
        regions: vec!["eu-west-1".into(), "us-east-1".into()],
    };
    let second = Line {
        account: "000022223333".parse().unwrap(),
        name: None,
        role_name: None,
        external_id: None,
        regions: Vec::new(),
    };
    assert_eq!(lines, [first, second]);
}

#[test]
fn only_the_account_is_needed() {
    assert_eq!(parse(b"account_id\n111122223333\n", Needs::default()).unwrap().len(), 1);
}

#[test]
fn every_problem_is_told_with_its_line() {
    let text = format!(
        "{HEADER}\
         111122223333,A,,a-1,\n\
         \n\
         22223333,B,,b-1,\n\
         1.11122E+11,C,,c-1,\n\
         111122223333,D,,d-1,\n\
         444455556666,E,no role,no id,eu-west-1;us-east-1\n\
         555566667777,F\n\
         ,G,,g-1,\n"
    );
    let told = problems(&text, Needs::default());
    let lines: Vec<_> = told.lines().collect();
    let wanted = [
        ("  line 4: account id `22223333`", "takes zeros off the front"),
        ("  line 5: account id `1.11122E+11`", "shortens long numbers"),
        ("  line 6: account `111122223333`", "on line 2 already"),
        ("  line 7: role name `no role`", "letters, digits"),
        ("  line 7: external id `…`", "letters, digits"),
        ("  line 7: there is no region `eu-west-1;us-east-1`", "spaces between"),
        ("  line 8: it has 2 columns", "5"),
        ("  line 9: account_id is empty", ""),
    ];
    assert_eq!(lines.len(), wanted.len(), "{told}");
    for (line, (start, rest)) in lines.iter().zip(wanted) {
        assert!(line.starts_with(start) && line.contains(rest), "{line}");
    }
    assert!(!told.contains("no id"), "an ExternalId is a secret: {told}");
}

#[test]
fn regions_look_like_regions_and_are_known_where_aws_is_not_asked() {
    let with = |regions| format!("{HEADER}111122223333,,,,{regions}\n");
    for wrong in ["eu-west-1;us-east-1", "Seoul", "eu-west", "eu--1", "euw-west-1"] {
        assert!(problems(&with(wrong), Needs::default()).contains("line 2"), "{wrong}");
    }
    for right in ["us-gov-west-1", "eusc-de-east-1 us-isob-east-1", "ap-northeast-2 xx-nowhere-9"] {
        assert!(parse(with(right).as_bytes(), Needs::default()).is_ok(), "{right}");
    }
    let needs = Needs { known_regions: true, ..Needs::default() };
    assert!(problems(&with("xx-nowhere-9"), needs).contains("`xx-nowhere-9`"));
    assert!(parse(with("eu-west-1").as_bytes(), needs).is_ok());
}

#[test]
fn a_proof_needs_every_external_id() {
    let needs = Needs { external_ids: true, ..Needs::default() };
    let text = format!("{HEADER}111122223333,,,a-1,\n222233334444,,,,\n");
    assert!(problems(&text, needs).starts_with("  line 3: external_id is empty"));
    assert!(parse(text.as_bytes(), Needs::default()).is_ok());
}

#[test]
fn a_header_that_is_wrong_is_told_and_a_missing_one_repeats_no_secret() {
    for (text, said) in [
        ("account_id,owner\n111122223333,x\n", "`owner`"),
        ("account_id,name,name\n111122223333,x,y\n", "`name` is there twice"),
        ("111122223333,Acme,,secret-id,\n", "`account_id`"),
        ("account_id;name\n111122223333;Acme\n", "commas"),
        ("", "`account_id`"),
        ("account_id,name\n", "no account below"),
    ] {
        let told = problems(text, Needs::default());
        assert!(told.starts_with("  line 1: ") && told.contains(said), "{text}: {told}");
        assert!(!told.contains("secret-id"), "{told}");
    }
    let told = parse(b"account_id,name\n111122223333,\xb1\xe8\n", Needs::default()).unwrap_err();
    assert!(told.to_string().contains("UTF-8"), "{told}");
}
