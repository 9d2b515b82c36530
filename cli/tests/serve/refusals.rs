//! Services that do not start, each with one sentence.

use std::{fs, process::Output};

use crate::support::{Service, command, refused};

fn sentence(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.starts_with("error: "), "{text}");
    text
}

#[test]
fn other_machines_are_not_let_in_unasked() {
    let data = tempfile::tempdir().unwrap();
    for listen in ["0.0.0.0:0", "[::]:0"] {
        let text = sentence(&refused(command(data.path(), &[]).args(["--listen", listen])));
        assert!(
            text.contains("INFRAAUDIT_API_TOKEN") && text.contains("INFRAAUDIT_JWT_ISSUER"),
            "{text}"
        );
    }
    assert!(fs::read_dir(data.path()).unwrap().next().is_none(), "nothing was written");
}

#[test]
fn a_wrong_setting_is_told() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("infraaudit.toml");
    fs::write(&file, "[serve]\nlissen = '127.0.0.1:0'\n").unwrap();
    let text = sentence(&refused(command(data.path(), &[]).arg("--config").arg(&file)));
    assert!(text.contains("`lissen`"), "{text}");
    let text = sentence(&refused(&mut command(data.path(), &[("INFRAAUDIT_LOG", "loud")])));
    assert!(text.contains("INFRAAUDIT_LOG"), "{text}");
    let issuer = [
        ("INFRAAUDIT_JWT_ISSUER", "http://id.example.com"),
        ("INFRAAUDIT_JWT_AUDIENCE", "infraaudit"),
    ];
    let text = sentence(&refused(&mut command(data.path(), &issuer)));
    assert!(text.contains("https://"), "{text}");
    refused(command(data.path(), &[]).args(["--listen", "nonsense"]));
}

#[test]
fn a_data_directory_has_one_service() {
    let data = tempfile::tempdir().unwrap();
    let service = Service::start(data.path(), &[]);
    let second = &mut command(data.path(), &[("INFRAAUDIT_LISTEN", "127.0.0.1:0")]);
    let text = sentence(&refused(second));
    assert!(text.contains("in use by another process"), "{text}");
    service.terminate();
}
