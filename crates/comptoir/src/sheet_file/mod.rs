//! Spreadsheets as files. Read row by row and written row by row: a large one takes no more memory than a small one.

mod csv_read;
mod csv_write;
mod unpacked;
mod xlsx_read;
mod xlsx_write;

use std::fs::File;
use std::path::{Path, PathBuf};

use retail::catalogue::sheet::{Fault, Mark};

use crate::arguments::Separator;

/// Largest file that is read, in bytes.
const FILE_LIMIT_BYTES: u64 = 256 << 20;

/// A row of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileRow {
    /// As the spreadsheet counts: the first row, with the names of the columns, is 1.
    pub(crate) number: u32,
    /// One for each column.
    pub(crate) cells: Vec<String>,
    /// Cells that are no text, by their places.
    pub(crate) faults: Vec<(usize, Fault)>,
}

/// A part of a file, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// First, once.
    Columns(Vec<String>),
    /// A row that says something.
    Row(FileRow),
}

/// Takes parts; `false`: no more of them.
pub(crate) type Take<'a> = dyn FnMut(Part) -> bool + 'a;

/// Why a file cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    #[error("{}: {source}", .path.display())]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{} is there already; --force overwrites it", .0.display())]
    Exists(PathBuf),
    #[error("the file has {size} bytes, more than {FILE_LIMIT_BYTES}")]
    TooLarge { size: u64 },
    #[error("the file unpacks to more than {0} bytes")]
    UnpacksTooLarge(u64),
    #[error("the file has no first row with the names of the columns")]
    Empty,
    #[error("row {0} is not UTF-8: save the file as CSV UTF-8, or as a workbook")]
    NotUtf8(u64),
    #[error("the file is UTF-16: save it as CSV UTF-8, or as a workbook")]
    Utf16,
    #[error("row {row} has {found} cells, and the first one {columns}: is a quote missing?")]
    Cells {
        row: u64,
        found: usize,
        columns: usize,
    },
    #[error("row {row} says something in column {column}, which has no name")]
    BeyondColumns { row: u32, column: usize },
    #[error("rows of the workbook are not in their order")]
    Disordered,
    #[error("the file is no CSV: {0}")]
    Csv(#[from] csv::Error),
    #[error("the file is no workbook: {0}")]
    Workbook(#[from] calamine::XlsxError),
    #[error("the file is no workbook: {0}")]
    Packed(#[from] zip::result::ZipError),
    #[error("the workbook cannot be written: {0}")]
    NotWritten(#[from] rust_xlsxwriter::XlsxError),
}

/// Gives the parts of a file, by its name CSV or a workbook. `mark` is what its numbers are to have before decimals.
pub(crate) fn read(path: &Path, mark: Mark, take: &mut Take<'_>) -> Result<(), FileError> {
    let file = File::open(path).map_err(|source| failed(path, source))?;
    let size = file
        .metadata()
        .map_err(|source| failed(path, source))?
        .len();
    if size > FILE_LIMIT_BYTES {
        return Err(FileError::TooLarge { size });
    }
    if is_workbook(path) {
        xlsx_read::read(file, mark, take)
    } else {
        csv_read::read(path, file, take)
    }
}

/// A file that is being written. It has its name when it is whole, and is not there before.
pub(crate) struct Writing {
    path: PathBuf,
    part: PathBuf,
    kind: Kind,
}

enum Kind {
    Csv(Box<csv_write::CsvWriter>),
    Workbook(Box<xlsx_write::XlsxWriter>),
}

impl Writing {
    /// With these columns.
    pub(crate) fn begin(
        path: &Path,
        separator: Separator,
        force: bool,
        columns: &[String],
    ) -> Result<Self, FileError> {
        if !force && path.exists() {
            return Err(FileError::Exists(path.to_owned()));
        }
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let kind = if is_workbook(path) {
            Kind::Workbook(Box::new(xlsx_write::XlsxWriter::begin(columns)?))
        } else {
            let file = File::create(&part).map_err(|source| failed(&part, source))?;
            let begun = csv_write::CsvWriter::begin(file, separator, columns);
            Kind::Csv(Box::new(begun.map_err(|error| into_file(&part, error))?))
        };
        Ok(Self {
            path: path.to_owned(),
            part,
            kind,
        })
    }

    /// Gives how many cells were left empty, because the file cannot hold them.
    pub(crate) fn row(&mut self, cells: &[String]) -> Result<usize, FileError> {
        match &mut self.kind {
            Kind::Csv(writer) => writer.row(cells).map(|()| 0),
            Kind::Workbook(writer) => writer.row(cells),
        }
    }

    /// Gives the file its name.
    pub(crate) fn finish(self) -> Result<(), FileError> {
        let Self { path, part, kind } = self;
        match kind {
            Kind::Csv(writer) => writer.finish().map_err(|source| failed(&part, source))?,
            Kind::Workbook(writer) => writer.finish(&part)?,
        }
        std::fs::rename(&part, &path).map_err(|source| failed(&path, source))
    }
}

fn is_workbook(path: &Path) -> bool {
    let ending = path.extension();
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx"))
}

fn failed(path: &Path, source: std::io::Error) -> FileError {
    FileError::File {
        path: path.to_owned(),
        source,
    }
}

/// What the disk says is the disk's.
fn into_file(path: &Path, error: csv::Error) -> FileError {
    match error.into_kind() {
        csv::ErrorKind::Io(source) => failed(path, source),
        other => failed(path, std::io::Error::other(format!("{other:?}"))),
    }
}

#[cfg(test)]
mod tests;
