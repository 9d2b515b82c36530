use std::{
    io::{self, BufWriter, IsTerminal as _, Write},
    path::{Path, PathBuf},
};

use report::Style;

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
                data(&mut out)
                    .and_then(|()| out.flush())
                    .map_err(Failure::write("to standard output"))
            }
            Self::File(path) => {
                write_whole(path, data).map_err(Failure::write(format!("`{}`", path.display())))
            }
        }
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

fn write_whole(path: &Path, data: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    let mut out = BufWriter::new(file.as_file_mut());
    data(&mut out)?;
    out.flush()?;
    drop(out);
    file.persist(path)?;
    Ok(())
}
