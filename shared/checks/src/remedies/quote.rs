//! Values of a customer's in commands and templates, so that none is more than a value.

use std::fmt::Write as _;

use crate::Remedies;

/// The language that a remedy is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A command for a POSIX shell.
    Shell,
    /// A CloudFormation template.
    Yaml,
    /// Terraform's language.
    Hcl,
}

impl Form {
    /// The name of the remedy.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Shell => "cli",
            Self::Yaml => "cloudformation",
            Self::Hcl => "terraform",
        }
    }

    /// It, and the remedy that is written in it.
    pub(super) fn of(self, remedies: &Remedies) -> (Self, Option<&str>) {
        let remedy = match self {
            Self::Shell => &remedies.cli,
            Self::Yaml => &remedies.cloudformation,
            Self::Hcl => &remedies.terraform,
        };
        (self, remedy.as_deref())
    }

    /// A value as it is written there; nothing for one that would be read as something else than itself.
    pub(super) fn quoted(self, value: &str) -> Option<String> {
        // The AWS CLI takes such a value for the name of a file to read.
        //
        // Source: *Loading a parameter from a file*, AWS CLI User Guide.
        let is_file = value.starts_with("file://") || value.starts_with("fileb://");
        let is_number = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
        match self {
            Self::Shell => (!is_file).then(|| shell(value)),
            // A number of at most nine digits; an account's twelve may begin with a zero, and are text.
            Self::Yaml | Self::Hcl if is_number && value.len() < 10 => Some(value.to_owned()),
            Self::Yaml => Some(double_quoted(value, &[])),
            // `${` and `%{` begin an expression.
            Self::Hcl => Some(double_quoted(value, &['$', '%'])),
        }
    }
}

/// A word of a shell: nothing in single quotes means anything to it, but the quote itself.
fn shell(value: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"_-./:@%+,".contains(&b);
    if !value.is_empty() && value.bytes().all(is_plain) {
        return value.to_owned();
    }
    // A terminal that is pasted into would act on it.
    if value.chars().any(char::is_control) {
        return ansi_quoted(value);
    }
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// A word of `bash`, `zsh` or `ksh`, which read `\xhh` as a byte.
fn ansi_quoted(value: &str) -> String {
    let mut quoted = String::from("$'");
    for c in value.chars() {
        match c {
            '\\' | '\'' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(quoted, "\\x{byte:02x}");
                }
            }
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

/// A text in double quotes; each of `doubled` is, where a brace follows it.
fn double_quoted(value: &str, doubled: &[char]) -> String {
    let mut quoted = String::from('"');
    let mut characters = value.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => {
                quoted.push(c);
                if doubled.contains(&c) && characters.peek() == Some(&'{') {
                    quoted.push(c);
                }
            }
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_plain_stays_readable() {
        let quoted = |form: Form, value| form.quoted(value).unwrap();
        assert_eq!(quoted(Form::Shell, "my-bucket.logs"), "my-bucket.logs");
        assert_eq!(quoted(Form::Shell, "365"), "365");
        assert_eq!(quoted(Form::Yaml, "my-bucket"), "\"my-bucket\"");
        assert_eq!(quoted(Form::Hcl, "365"), "365");
        assert_eq!(quoted(Form::Hcl, "012345678901"), "\"012345678901\"");
    }

    #[test]
    fn nothing_breaks_out() {
        let quoted = |form: Form, value| form.quoted(value).unwrap();
        assert_eq!(quoted(Form::Shell, "a'; rm -rf / #"), r"'a'\''; rm -rf / #'");
        assert_eq!(quoted(Form::Shell, "$(id)`id`"), "'$(id)`id`'");
        assert_eq!(quoted(Form::Shell, "a\u{1b}[201~'"), r"$'a\x1b[201~\''");
        assert_eq!(quoted(Form::Shell, ""), "''");
        assert_eq!(Form::Shell.quoted("file:///etc/passwd"), None);
        assert_eq!(quoted(Form::Yaml, "a\"\n- b: !Sub x"), "\"a\\\"\\u000a- b: !Sub x\"");
        assert_eq!(
            quoted(Form::Hcl, "${file(\"x\")} $a %{if}"),
            "\"$${file(\\\"x\\\")} $a %%{if}\""
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// What a shell makes of it is what it was.
        #[test]
        fn a_shell_reads_a_value_as_it_is(value in r#"[ -~\n\t\x1b가-힣'"$`\\!;&|<>(){}]{0,12}"#) {
            let quoted = shell(&value);
            let script = format!("printf %s {quoted}x");
            let told = Command::new("bash").args(["-c", &script]).output().unwrap();
            prop_assert_eq!(String::from_utf8(told.stdout).unwrap(), format!("{value}x"));
            prop_assert!(!quoted.chars().any(char::is_control));
        }

        /// JSON is YAML.
        #[test]
        fn yaml_reads_a_value_as_it_is(value in any::<String>()) {
            let quoted = double_quoted(&value, &[]);
            prop_assert_eq!(serde_json::from_str::<String>(&quoted).unwrap(), value);
        }
    }
}
