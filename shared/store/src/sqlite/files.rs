use std::{
    fs::{self, DirBuilder, File},
    io::{self, ErrorKind, Read, Seek, SeekFrom, Write},
    ops::Range,
    path::Path,
    time::SystemTime,
};

use tempfile::NamedTempFile;

/// Makes a directory that only its owner can enter: orders hold external ids.
pub(super) fn private_directory(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes an empty file that only its owner can read, unless there is one.
pub(super) fn private_file(path: &Path) -> io::Result<()> {
    let mut options = File::options();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ())
}

/// Writes a whole file or none, and has it on disk before returning.
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    private_directory(directory)?;
    let mut file = NamedTempFile::new_in(directory)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    File::open(directory)?.sync_all()
}

/// The bytes of a file in a range, cut off at its end; nothing where there is no file.
pub(super) fn read(path: &Path, range: Range<u64>) -> io::Result<Option<Vec<u8>>> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    file.seek(SeekFrom::Start(range.start))?;
    let mut bytes = Vec::new();
    file.take(range.end.saturating_sub(range.start)).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Removes a file, if it is there.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Removes every file below `directory` whose path there begins with `prefix`.
pub(super) fn remove_all(directory: &Path, prefix: &str) -> io::Result<()> {
    // Only the folder that the prefix leads into can hold such files.
    let folder = prefix.rsplit_once('/').map_or("", |(folder, _)| folder);
    each_file(&directory.join(folder), &mut |path| {
        let below = path.strip_prefix(directory).unwrap_or(path).to_string_lossy();
        if below.starts_with(prefix) { remove(path) } else { Ok(()) }
    })
}

/// Removes every compressed object below `directory` that was last written before `before`.
pub(super) fn remove_older(directory: &Path, before: SystemTime) -> io::Result<()> {
    each_file(directory, &mut |path| {
        let is_object = path.extension().is_some_and(|extension| extension == "zst");
        if is_object && fs::metadata(path)?.modified()? < before { remove(path) } else { Ok(()) }
    })
}

fn each_file(directory: &Path, work: &mut impl FnMut(&Path) -> io::Result<()>) -> io::Result<()> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            each_file(&path, work)?;
        } else {
            work(&path)?;
        }
    }
    Ok(())
}
