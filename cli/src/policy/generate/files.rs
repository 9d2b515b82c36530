//! Where logs lie: files, folders, and buckets.

use std::{
    fs::{self, File},
    io::Read as _,
    path::Path,
};

use collect::{ConcurrencyLimits, Piece, Target};
use least_privilege::{LogFile, Usage};

use super::report::Coverage;
use crate::Failure;

/// How much is read at once.
const PIECE: usize = 64 << 10;

/// Whether a name may be that of a log; CloudTrail puts digests of its logs beside them.
fn is_log(name: &str) -> bool {
    let json = [".json.gz", ".json", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz"];
    json.iter().any(|end| name.ends_with(end)) && !name.contains("CloudTrail-Digest")
}

/// Reads a file, or every log of a folder and those below it, in the order of their names.
pub(super) fn read(
    path: &Path,
    usage: &mut Usage<'_>,
    coverage: &mut Coverage,
) -> Result<(), Failure> {
    let shown = path.display();
    let there = fs::metadata(path)
        .map_err(|error| Failure::usage(format!("could not read `{shown}`: {error}")))?;
    if there.is_dir() {
        let before = usage.counts().files;
        read_folder(path, usage, coverage);
        if usage.counts().files == before {
            coverage.gap(format!("there is no log in `{shown}`"));
        }
    } else {
        read_file(path, usage);
    }
    Ok(())
}

fn read_folder(folder: &Path, usage: &mut Usage<'_>, coverage: &mut Coverage) {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut entries = match entries {
        Ok(entries) => entries,
        Err(error) => {
            return coverage.gap(format!("could not list `{}`: {error}", folder.display()));
        }
    };
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // Links to folders are not followed: they may lead in a circle.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            read_folder(&path, usage, coverage);
        } else if is_log(&entry.file_name().to_string_lossy()) {
            read_file(&path, usage);
        } else {
            coverage.passed_over += 1;
        }
    }
}

fn read_file(path: &Path, usage: &mut Usage<'_>) {
    let mut log = LogFile::new(&path.display().to_string());
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) => return log.broke_off(usage, &error.to_string()),
    };
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece) {
            Ok(0) => return log.finish(usage),
            Ok(length) => log.feed(usage, piece.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return log.broke_off(usage, &error.to_string()),
        }
    }
}

/// Reads every log under `s3://bucket/prefix`.
pub(super) async fn read_bucket(
    url: &str,
    target: &Target,
    limits: &ConcurrencyLimits,
    usage: &mut Usage<'_>,
    coverage: &mut Coverage,
) -> Result<(), Failure> {
    let place = url.strip_prefix("s3://").unwrap_or_default();
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    if bucket.is_empty() {
        return Err(Failure::usage(format!("`{url}` names no bucket, write s3://bucket/prefix")));
    }
    let (mut log, before) = (None::<LogFile>, usage.counts().files);
    let mut passed_over = 0;
    let wanted = |key: &str| {
        let log = is_log(key);
        passed_over += u64::from(!log);
        log
    };
    let listed =
        collect::read_logs(target, limits, (bucket, prefix), wanted, |piece| match piece {
            Piece::Begin(key) => log = Some(LogFile::new(&format!("s3://{bucket}/{key}"))),
            Piece::Bytes(bytes) => {
                if let Some(log) = &mut log {
                    log.feed(usage, bytes);
                }
            }
            Piece::End => {
                if let Some(log) = log.take() {
                    log.finish(usage);
                }
            }
            Piece::Broken(why) => {
                if let Some(log) = log.take() {
                    log.broke_off(usage, why);
                }
            }
        });
    let listed = listed.await;
    coverage.passed_over += passed_over;
    match listed {
        Err(unread) => coverage.unread(format!("`{url}` was not listed to its end: {unread}")),
        Ok(()) if usage.counts().files == before => {
            coverage.gap(format!("there is no log under `{url}`"));
        }
        Ok(()) => {}
    }
    Ok(())
}
