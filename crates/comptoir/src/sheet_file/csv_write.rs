//! CSV as spreadsheets read it.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};

use super::FileError;
use crate::arguments::Separator;

/// Without it spreadsheets take UTF-8 for something else.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

pub(super) struct CsvWriter(csv::Writer<BufWriter<File>>);

impl CsvWriter {
    pub(super) fn begin(
        file: File,
        separator: Separator,
        columns: &[String],
    ) -> Result<Self, csv::Error> {
        let mut file = BufWriter::new(file);
        file.write_all(BYTE_ORDER_MARK)?;
        let mut writer = csv::WriterBuilder::new()
            .delimiter(separator.byte())
            .terminator(csv::Terminator::CRLF)
            .from_writer(file);
        writer.write_record(columns)?;
        Ok(Self(writer))
    }

    pub(super) fn row(&mut self, cells: &[String]) -> Result<(), FileError> {
        Ok(self.0.write_record(cells)?)
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.0.flush()
    }
}
