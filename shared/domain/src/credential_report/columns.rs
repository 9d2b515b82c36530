use csv::StringRecord;
use jiff::Timestamp;

use super::{Key, Malformed, Row, Told};

/// The names of one key's columns.
struct Names {
    slot: u8,
    active: &'static str,
    rotated: &'static str,
    used: &'static str,
    used_region: &'static str,
    used_service: &'static str,
}

const NAMES: [Names; 2] = [
    Names {
        slot: 1,
        active: "access_key_1_active",
        rotated: "access_key_1_last_rotated",
        used: "access_key_1_last_used_date",
        used_region: "access_key_1_last_used_region",
        used_service: "access_key_1_last_used_service",
    },
    Names {
        slot: 2,
        active: "access_key_2_active",
        rotated: "access_key_2_last_rotated",
        used: "access_key_2_last_used_date",
        used_region: "access_key_2_last_used_region",
        used_service: "access_key_2_last_used_service",
    },
];

/// Where in a row things are.
#[derive(Debug)]
pub(super) struct Columns {
    user: usize,
    keys: [KeyColumns; 2],
    more: Option<usize>,
}

#[derive(Debug)]
struct KeyColumns {
    active: usize,
    rotated: usize,
    used: Option<usize>,
    used_region: Option<usize>,
    used_service: Option<usize>,
}

impl Columns {
    pub(super) fn of(header: &StringRecord) -> Result<Self, Malformed> {
        let find = |wanted: &'static str| {
            let mut places = header
                .iter()
                .enumerate()
                .filter(|(_, name)| name.trim() == wanted)
                .map(|(at, _)| at);
            match (places.next(), places.next()) {
                (_, Some(_)) => Err(Malformed::Twice(wanted)),
                (place, None) => Ok(place),
            }
        };
        let need = |wanted| find(wanted)?.ok_or(Malformed::NoColumn(wanted));
        let key = |names: &Names| {
            Ok(KeyColumns {
                active: need(names.active)?,
                rotated: need(names.rotated)?,
                used: find(names.used)?,
                used_region: find(names.used_region)?,
                used_service: find(names.used_service)?,
            })
        };
        let [first, second] = &NAMES;
        Ok(Self {
            user: need("user")?,
            keys: [key(first)?, key(second)?],
            more: find("additional_credentials_info")?,
        })
    }

    pub(super) fn row(&self, record: &StringRecord) -> Result<Row, Malformed> {
        let user = record.get(self.user).unwrap_or_default();
        let mut keys = Vec::new();
        for (columns, names) in self.keys.iter().zip(&NAMES) {
            keys.extend(columns.key(names, user, record)?);
        }
        let more = self.more.and_then(|column| record.get(column)).map(str::trim);
        let more = more.filter(|text| {
            !["", "0", "N/A", "no_information", "not_supported", "FALSE", "false"].contains(text)
        });
        Ok(Row { user: user.to_owned(), keys, more: more.map(str::to_owned) })
    }
}

impl KeyColumns {
    /// The key, if the row has one: an active one, or one with a date or at least not without any.
    fn key(
        &self,
        names: &Names,
        user: &str,
        record: &StringRecord,
    ) -> Result<Option<Key>, Malformed> {
        let cell = |column: Option<usize>| column.and_then(|column| record.get(column));
        let wrong = |column, value: &str, wanted| Malformed::Cell {
            user: user.chars().take(80).collect(),
            column,
            value: value.chars().take(80).collect(),
            wanted,
        };
        let date = |column, name| {
            Told::of(cell(column), |text| {
                text.parse::<Timestamp>().map_err(|_| wrong(name, text, "date"))
            })
        };
        let text = |column| {
            let told: Result<_, Malformed> = Told::of(cell(column), |text| Ok(text.to_owned()));
            told
        };
        let active = Told::of(cell(Some(self.active)), |text| {
            if text.eq_ignore_ascii_case("true") {
                Ok(true)
            } else if text.eq_ignore_ascii_case("false") {
                Ok(false)
            } else {
                Err(wrong(names.active, text, "TRUE or FALSE"))
            }
        })?;
        let created = date(Some(self.rotated), names.rotated)?;
        let is_there = match (&active, &created) {
            (Told::Is(true), _) | (_, Told::Is(_) | Told::NoInformation) => true,
            (Told::Is(false), _) => false,
            (status, date) => !(status.is_absent() && date.is_absent()),
        };
        if !is_there {
            return Ok(None);
        }
        Ok(Some(Key {
            slot: names.slot,
            active,
            created,
            used: date(self.used, names.used)?,
            used_region: text(self.used_region)?,
            used_service: text(self.used_service)?,
        }))
    }
}
