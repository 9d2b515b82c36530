use super::*;
use proptest::prelude::*;

/// The header of a real report of 2026; the last column is there only with more than two keys.
const HEADER: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated";
const ROOT_ROW: &str = "<root_account>,arn:aws:iam::111122223333:root,2019-01-02T03:04:05Z,not_supported,2026-11-01T00:00:00Z,not_supported,not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A";

fn read(report: &str) -> Result<Vec<Row>, Malformed> {
    rows(report.as_bytes())?.collect()
}

/// A report with the columns that are needed, and one row of a user `x`.
fn one(keys: &str) -> Result<Row, Malformed> {
    let header = "user,access_key_1_active,access_key_1_last_rotated,access_key_2_active,access_key_2_last_rotated";
    Ok(read(&format!("{header}\nx,{keys}\n"))?.remove(0))
}

fn date(text: &str) -> Told<Timestamp> {
    Told::Is(text.parse().unwrap())
}

#[test]
fn a_real_report_is_read() {
    let kim = "kim,arn:aws:iam::111122223333:user/team/kim,2020-01-01T00:00:00+00:00,true,no_information,2020-01-01T00:00:00+00:00,N/A,false,true,2021-02-03T04:05:06Z,2026-01-01T00:00:00Z,us-east-1,s3,false,2020-01-01T00:00:00+00:00,N/A,N/A,N/A,false,N/A,false,N/A";
    // As AWS sends it: without a line break at the end.
    let rows = read(&format!("{HEADER}\n{ROOT_ROW}\n{kim}")).unwrap();
    assert_eq!(rows[0], Row { user: ROOT.into(), keys: vec![], more: None });
    let first = Key {
        slot: 1,
        active: Told::Is(true),
        created: date("2021-02-03T04:05:06Z"),
        used: date("2026-01-01T00:00:00Z"),
        used_region: Told::Is("us-east-1".into()),
        used_service: Told::Is("s3".into()),
    };
    let second = Key {
        slot: 2,
        active: Told::Is(false),
        created: date("2020-01-01T00:00:00Z"),
        used: Told::NotApplicable,
        used_region: Told::NotApplicable,
        used_service: Told::NotApplicable,
    };
    assert_eq!(rows[1], Row { user: "kim".into(), keys: vec![first, second], more: None });
}

#[test]
fn a_column_that_tells_of_keys_may_not_be_missing_or_doubled() {
    for column in
        ["user", "access_key_1_active", "access_key_2_active", "access_key_2_last_rotated"]
    {
        let renamed: Vec<_> =
            HEADER.split(',').map(|name| if name == column { "other" } else { name }).collect();
        let told = read(&format!("{}\n{ROOT_ROW}\n", renamed.join(","))).unwrap_err().to_string();
        assert_eq!(told, format!("it has no column `{column}`"));
    }
    let twice = HEADER.replace("cert_1_active", "access_key_1_active");
    assert_eq!(read(&twice).unwrap_err(), Malformed::Twice("access_key_1_active"));
    assert_eq!(read("").unwrap_err(), Malformed::NoColumn("user"));
}

#[test]
fn a_key_is_there_where_anything_says_so() {
    let keys = |cells: &str| one(cells).unwrap().keys;
    assert_eq!(keys("false,N/A,false,N/A"), []);
    assert_eq!(keys("FALSE,,False,"), []);
    assert_eq!(keys("not_supported,not_supported,N/A,N/A"), []);
    // Active without a date; inactive with one; a status that is not told.
    assert_eq!(keys("true,N/A,false,N/A")[0].active, Told::Is(true));
    assert_eq!(keys("false,2020-01-01T00:00:00Z,false,N/A")[0].active, Told::Is(false));
    assert_eq!(keys("false,no_information,false,N/A")[0].created, Told::NoInformation);
    let unsure = &keys("no_information,N/A,false,N/A")[0];
    assert_eq!((&unsure.active, &unsure.created), (&Told::NoInformation, &Told::NotApplicable));
    assert_eq!(keys("N/A,2020-01-01T00:00:00Z,false,N/A")[0].active, Told::NotApplicable);
    assert_eq!(keys("false,N/A,TRUE,2020-01-01T00:00:00Z")[0].slot, 2);
}

#[test]
fn what_is_no_date_and_no_status_is_an_error_and_not_a_user_without_keys() {
    let told = |cells: &str| one(cells).unwrap_err().to_string();
    assert_eq!(
        told("true,yesterday,false,N/A"),
        "`access_key_1_last_rotated` of `x` is `yesterday`, which is no date"
    );
    assert_eq!(
        told("false,N/A,maybe,N/A"),
        "`access_key_2_active` of `x` is `maybe`, which is no TRUE or FALSE"
    );
}

#[test]
fn a_row_that_was_cut_off_is_an_error() {
    let told = read(&format!("{HEADER}\n{ROOT_ROW}\nkim,arn:aws:iam::1")).unwrap_err().to_string();
    assert_eq!(told, "it is no whole CSV file: line 3 has 2 cells instead of 22");
    assert!(rows(&b"user\xff"[..]).is_err());
}

#[test]
fn more_keys_than_a_row_has_room_for_are_told() {
    let row = ROOT_ROW.replace("<root_account>", "kim");
    let report = format!(
        "{HEADER},additional_credentials_info\n{ROOT_ROW},N/A\n{row},1 more: ListAccessKeys"
    );
    let more: Vec<_> = read(&report).unwrap().into_iter().map(|row| row.more).collect();
    assert_eq!(more, [None, Some("1 more: ListAccessKeys".into())]);
}

/// A user name with what CSV has to quote, and its keys as (active, seconds).
fn users() -> impl Strategy<Value = Vec<(String, Vec<(bool, u32)>)>> {
    let key = (any::<bool>(), any::<u32>());
    prop::collection::vec(("[a-z+=,.@_\"\n -]{1,20}", prop::collection::vec(key, 0..3)), 0..12)
}

/// The users as a report whose columns are turned round by `turn`, among others.
fn written(users: &[(String, Vec<(bool, u32)>)], turn: usize, others: usize) -> Vec<u8> {
    let mut header: Vec<_> = HEADER.split(',').map(str::to_owned).collect();
    header.extend((0..others).map(|number| format!("column of tomorrow {number}")));
    let turn = turn % header.len();
    header.rotate_left(turn);
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(&header).unwrap();
    for (user, keys) in users {
        let cell = |column: &String| {
            let key = column.strip_prefix("access_key_").and_then(|rest| rest.split_once('_'));
            let key = key.map(|(slot, what)| (keys.get(slot.parse::<usize>().unwrap() - 1), what));
            match key {
                Some((Some((active, _)), "active")) => active.to_string(),
                Some((None, "active")) => "false".into(),
                Some((Some((_, second)), "last_rotated")) => {
                    Timestamp::from_second(i64::from(*second)).unwrap().to_string()
                }
                _ if column == "user" => user.clone(),
                _ => "N/A".into(),
            }
        };
        out.write_record(header.iter().map(cell)).unwrap();
    }
    out.into_inner().unwrap()
}

type Simple = (String, Vec<(u8, bool, Option<i64>)>);

fn simple(row: Row) -> Simple {
    let keys = row.keys.into_iter();
    (
        row.user,
        keys.map(|k| {
            (k.slot, k.active == Told::Is(true), k.created.value().map(Timestamp::as_second))
        })
        .collect(),
    )
}

proptest! {
    #[test]
    fn whatever_the_order_of_columns_the_same_keys_are_read(users in users(), turn: usize, others in 0_usize..5) {
        let report = written(&users, turn, others);
        let read: Result<Vec<_>, _> = rows(report.as_slice()).unwrap().map(|row| row.map(simple)).collect();
        let wanted: Vec<Simple> = users.into_iter().map(|(user, keys)| {
            let keys = keys.into_iter().zip(1..);
            (user, keys.map(|((active, second), slot)| (slot, active, Some(i64::from(second)))).collect())
        }).collect();
        prop_assert_eq!(read.unwrap(), wanted);
    }

    #[test]
    fn a_report_that_breaks_off_is_an_error_or_ends_between_rows(users in users(), cut: usize) {
        let whole = written(&users, 0, 0);
        let cut = cut % (whole.len() + 1);
        let part = &whole[..cut];
        let all: Vec<_> = rows(whole.as_slice()).unwrap().collect();
        let Ok(read) = rows(part) else { return Ok(()) };
        let read: Vec<_> = read.collect();
        if read.iter().all(Result::is_ok) {
            // The last cell may have lost its end, which no reader can tell; no key is in it.
            prop_assert_eq!(&read[..], &all[..read.len()]);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        let report = [HEADER.as_bytes(), b"\n", &bytes].concat();
        for report in [report.as_slice(), &bytes] {
            if let Ok(rows) = rows(report) {
                rows.take(1000).for_each(drop);
            }
        }
    }
}
