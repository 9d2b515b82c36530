use std::{
    fs,
    io::{self, BufWriter, IsTerminal as _, Write},
    path::{Path, PathBuf},
};

use export::Style;

use crate::Failure;

/// Where a command's data goes.
#[derive(Clone, Debug)]
pub(crate) enum Output {
    Standard,
    File(PathBuf),
}

impl Output {
    pub(crate) fn new(file: Option<PathBuf>) -> Self {
        file.map_or(Self::Standard, Self::File)
    }

    /// Writes all of the data or, to a file, nothing of it: a file that was there before is
    /// replaced only by a whole one.
    pub(crate) fn write(
        &self,
        data: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        match self {
            Self::Standard => {
                let mut out = BufWriter::new(io::stdout().lock());
                match data(&mut out).and_then(|()| out.flush()) {
                    // A reader that has seen enough changes nothing of what was found.
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                    written => written.map_err(Failure::write("to standard output")),
                }
            }
            Self::File(path) => {
                write_whole(path, data).map_err(Failure::write(format!("`{}`", path.display())))
            }
        }
    }

    /// Finds out whether there is a place to write to, before the work whose result goes there.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let Self::File(path) = self else { return Ok(()) };
        let path = path.canonicalize().unwrap_or_else(|_| path.clone());
        if fs::metadata(&path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
            return Ok(());
        }
        let place = if path.is_dir() {
            Err(io::ErrorKind::IsADirectory.into())
        } else {
            tempfile::tempfile_in(folder(&path)).map(drop)
        };
        place.map_err(Failure::write(format!("`{}`", path.display())))
    }

    /// How people see it.
    pub(crate) fn style(&self) -> Style {
        let terminal = matches!(self, Self::Standard) && io::stdout().is_terminal();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let width = columns.or_else(|| terminal.then(console_width).flatten()).unwrap_or(160);
        Style { width: width.max(60), color: terminal && !plain }
    }
}

fn console_width() -> Option<u16> {
    terminal_size::terminal_size().map(|(width, _)| width.0)
}

/// The folder that a file lies in.
fn folder(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

fn write_whole(path: &Path, data: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // What a link names is replaced, not the link.
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mode = match fs::metadata(path) {
        // A device or a pipe cannot be replaced: it is written to.
        Ok(there) if !there.is_file() => {
            let mut out = BufWriter::new(fs::OpenOptions::new().write(true).open(path)?);
            data(&mut out)?;
            return out.flush();
        }
        there => there.ok().map(|there| there.permissions()),
    };
    let mut file = tempfile::NamedTempFile::new_in(folder(path))?;
    let mut out = BufWriter::new(file.as_file_mut());
    data(&mut out)?;
    out.flush()?;
    drop(out);
    if let Some(mode) = mode {
        file.as_file().set_permissions(mode)?;
    }
    file.persist(path)?;
    Ok(())
}
