//! The virtual environment that the stand-in runs in, made once and shared by all test binaries.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The Python that has what `requirements.txt` asks for.
///
/// The environment is made again when that file changes, and a lock keeps test binaries that start
/// at the same time from making it twice.
pub(super) fn python() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a target directory");
    let lock = File::create(target.join("venv-moto.lock")).expect("a lock file in target/");
    lock.lock().expect("the lock");

    let venv = target.join("venv-moto");
    let python = venv.join("bin/python");
    let requirements = super::standin::folder().join("requirements.txt");
    let wanted = fs::read_to_string(&requirements).expect("cli/tests/standin/requirements.txt");
    let stamp = venv.join("requirements.installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return python;
    }
    eprintln!("making a virtual environment for the AWS stand-in in {}", venv.display());
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv));
    run(Command::new(&python)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
        .arg(&requirements));
    fs::write(stamp, wanted).expect("a stamp in the virtual environment");
    python
}

fn run(command: &mut Command) {
    let status = command.stdin(Stdio::null()).status();
    let ok = status.as_ref().is_ok_and(std::process::ExitStatus::success);
    assert!(ok, "{command:?} ended with {status:?}; the tests need python3 (3.10+) and PyPI");
}
