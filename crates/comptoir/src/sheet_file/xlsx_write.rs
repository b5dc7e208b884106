//! A workbook with one sheet, all of whose cells are texts: a spreadsheet makes no number of a SKU.

use std::path::Path;

use rust_xlsxwriter::{Format, Workbook};

use super::FileError;

/// A cell holds no more, in characters.
const CELL_LIMIT_CHARS: usize = 32_767;

pub(super) struct XlsxWriter {
    workbook: Workbook,
    text: Format,
    rows: u32,
}

impl XlsxWriter {
    pub(super) fn begin(columns: &[String]) -> Result<Self, FileError> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name("Catalogue")?;
        sheet.set_freeze_panes(1, 0)?;
        let mut writer = Self {
            workbook,
            text: Format::new().set_num_format("@"),
            rows: 0,
        };
        writer.row(columns)?;
        Ok(writer)
    }

    /// What is too long for a cell is left out, which changes nothing when it is read again.
    pub(super) fn row(&mut self, cells: &[String]) -> Result<usize, FileError> {
        let sheet = self.workbook.worksheet_from_index(0)?;
        let mut left_out = 0;
        for (column, cell) in (0..).zip(cells) {
            if cell.is_empty() {
                continue;
            }
            if cell.encode_utf16().count() > CELL_LIMIT_CHARS {
                left_out += 1;
                continue;
            }
            sheet.write_string_with_format(self.rows, column, cell, &self.text)?;
        }
        self.rows += 1;
        Ok(left_out)
    }

    pub(super) fn finish(mut self, path: &Path) -> Result<(), FileError> {
        Ok(self.workbook.save(path)?)
    }
}
