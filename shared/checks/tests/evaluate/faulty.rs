//! The faulty account, and where its facts are.

use inventory::Snapshot;
use serde_json::Value;

pub(crate) fn faulty_json() -> Value {
    serde_json::from_str(include_str!("../accounts/faulty.json")).unwrap()
}

pub(crate) fn faulty() -> Snapshot {
    serde_json::from_value(faulty_json()).unwrap()
}

/// The JSON pointers of all facts and lists, parents before what is in them.
pub(crate) fn places_of_facts(account: &Value) -> Vec<String> {
    let mut places = Vec::new();
    let parts = account["parts"].as_array().unwrap();
    for number in 0..parts.len() {
        let path = format!("/parts/{number}/facts");
        walk(account.pointer(&path).unwrap(), &path, &mut places);
    }
    places
}

fn walk(value: &Value, path: &str, places: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            let is_known = map.len() == 1 && map.contains_key("read");
            let is_list = map.contains_key("items") && map.contains_key("gaps");
            if is_known || is_list {
                places.push(path.to_owned());
            }
            for (name, inner) in map {
                walk(inner, &format!("{path}/{name}"), places);
            }
        }
        Value::Array(items) => {
            for (number, inner) in items.iter().enumerate() {
                walk(inner, &format!("{path}/{number}"), places);
            }
        }
        _ => {}
    }
}
