//! How to mend a failure, ready to be pasted: an AWS CLI command, CloudFormation and Terraform, filled in with
//! the resource's own values.

mod quote;

use std::collections::BTreeMap;

use domain::{Finding, Lang, Value};
use serde::{Deserialize, Serialize};

use crate::{Check, page, render::fill};
use quote::Form;

/// The remedies of one check that are the same in every language. `{name}`, `{arn}`, `{region}`, `{account}` and
/// `{part}` stand for the resource's, any other `{word}` for a value of the evidence.
///
/// One that is not there is told why in the texts, under `without`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remedies {
    /// A command of the AWS CLI for a POSIX shell; a placeholder follows `=`, so that no value is taken for an
    /// option.
    pub cli: Option<String>,
    /// Resources of a CloudFormation template, in YAML.
    pub cloudformation: Option<String>,
    /// Arguments of a Terraform resource.
    pub terraform: Option<String>,
}

impl Remedies {
    /// The names of the forms, and what there is of each.
    #[must_use]
    pub fn forms(&self) -> [(&'static str, Option<&str>); 3] {
        [
            ("cli", self.cli.as_deref()),
            ("cloudformation", self.cloudformation.as_deref()),
            ("terraform", self.terraform.as_deref()),
        ]
    }
}

/// How to mend one failing finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Remedies))]
pub struct PresentedRemedies {
    /// What to change in the console.
    pub console: String,
    /// A command of the AWS CLI for a POSIX shell; null where `without` says why.
    pub cli: Option<String>,
    /// Resources of a CloudFormation template, in YAML; null where `without` says why.
    pub cloudformation: Option<String>,
    /// Arguments of a Terraform resource; null where `without` says why.
    pub terraform: Option<String>,
    /// Why a form is null, by its name.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, String>))]
    pub without: BTreeMap<&'static str, String>,
}

impl PresentedRemedies {
    /// The remedies of a finding of a check, in a language.
    #[must_use]
    pub fn new(check: &Check, finding: &Finding, lang: Lang) -> Self {
        let (texts, remedies) = (check.texts(lang), check.remedies());
        let mut without = BTreeMap::new();
        let [cli, cloudformation, terraform] = [Form::Shell, Form::Yaml, Form::Hcl]
            .map(|form| form.of(remedies))
            .map(|(form, template)| {
                let Some(template) = template else {
                    without.insert(
                        form.name(),
                        texts.without.get(form.name()).cloned().unwrap_or_default(),
                    );
                    return None;
                };
                match filled(template, form, finding) {
                    Ok(text) => Some(text),
                    Err(missing) => {
                        let sentence = page::shared("remedy_lacks", lang).unwrap_or("{value}");
                        let value = |name: &str| (name == "value").then(|| missing.clone().into());
                        without.insert(form.name(), fill(sentence, value));
                        None
                    }
                }
            });
        Self { console: texts.remedy.clone(), cli, cloudformation, terraform, without }
    }
}

/// A template with the values of a finding; or the name of one that there is not, or that may not stand there.
fn filled(template: &str, form: Form, finding: &Finding) -> Result<String, String> {
    let mut text = String::with_capacity(template.len());
    for piece in pieces(template.trim_end()) {
        match piece {
            Piece::Text(piece) => text.push_str(piece),
            Piece::Placeholder(name) => {
                let value = value(finding, name).and_then(|value| form.quoted(&value));
                text.push_str(&value.ok_or_else(|| name.to_owned())?);
            }
        }
    }
    Ok(text)
}

/// A value of a finding, by the name of its placeholder.
fn value(finding: &Finding, name: &str) -> Option<String> {
    let resource = &finding.resource;
    match name {
        "name" => Some(name_of(&resource.arn, &resource.kind).to_owned()),
        "arn" => Some(resource.arn.clone()),
        "region" => Some(resource.region.clone()),
        "account" => Some(resource.account.to_string()),
        "part" => finding.sub_resource.clone(),
        seen => match finding.evidence.value(seen)? {
            Value::Text(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::List(_) | Value::Unread(_) => None,
        },
    }
}

/// What a resource is called by, of its ARN: what follows the type, without the path that IAM's names may have.
fn name_of<'a>(arn: &'a str, kind: &str) -> &'a str {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or(arn);
    let name = resource.split_once(['/', ':']).map_or(resource, |(_, name)| name);
    match name.rsplit_once('/') {
        Some((_, name)) if kind.starts_with("AWS::IAM::") => name,
        _ => name,
    }
}

enum Piece<'a> {
    Text(&'a str),
    Placeholder(&'a str),
}

/// What a template is made of. Other braces than a placeholder's stand for themselves: JSON and Terraform have them.
fn pieces(template: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((name, after)) = placeholder(rest) {
            rest = after;
            return Some(Piece::Placeholder(name));
        }
        let mut braces = rest.match_indices('{').map(|(at, _)| at);
        let end = braces.find(|at| placeholder(rest.get(*at..).unwrap_or_default()).is_some());
        let (text, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        Some(Piece::Text(text))
    })
}

/// The placeholder that a text begins with, and what follows it.
fn placeholder(text: &str) -> Option<(&str, &str)> {
    let (name, after) = text.strip_prefix('{')?.split_once('}')?;
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    is_name.then_some((name, after))
}

#[cfg(test)]
mod tests;
