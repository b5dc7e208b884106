//! The first sheet of a workbook, cell by cell.

use std::fs::File;
use std::io::{BufReader, Seek as _, SeekFrom};

use calamine::{DataRef, Reader as _, Xlsx};
use retail::catalogue::sheet::{Column, Fault, Mark, number};

use super::{FileError, FileRow, Part, Take, unpacked};

/// A spreadsheet keeps no more digits of a number.
const DIGITS_LIMIT: usize = 15;

pub(super) fn read(mut file: File, mark: Mark, take: &mut Take<'_>) -> Result<(), FileError> {
    unpacked::check(&file)?;
    file.seek(SeekFrom::Start(0))
        .map_err(calamine::XlsxError::Io)?;
    let mut workbook: Xlsx<_> = Xlsx::new(BufReader::new(file))?;
    let name = workbook.sheet_names().into_iter().next();
    let name = name.ok_or(FileError::Empty)?;
    let mut cells = workbook.worksheet_cells_reader(&name)?;
    let mut reading = Reading {
        mark,
        columns: Vec::new(),
        now: None,
        take,
    };
    while let Some(cell) = cells.next_cell_with_formula()? {
        let is_formula = cell.formula.is_some();
        let said = said(&cell.value, is_formula);
        if !reading.cell(cell.pos, said)? {
            return Ok(());
        }
    }
    reading.end()
}

/// What stands in a cell.
enum Said {
    Nothing,
    Text(String),
    /// With a point before its decimals.
    Number(String),
    Fault(Fault),
}

struct Reading<'a, 'b> {
    mark: Mark,
    /// By their places; `None`: not known. Empty until the first row is over.
    columns: Vec<Option<Column>>,
    /// The row that is being read, by its place.
    now: Option<(u32, FileRow)>,
    take: &'a mut Take<'b>,
}

impl Reading<'_, '_> {
    /// Whether more is wanted.
    fn cell(&mut self, (row, column): (u32, u32), said: Said) -> Result<bool, FileError> {
        let before = self.now.as_ref().map(|(place, _)| *place);
        if before.is_some_and(|before| before > row) {
            return Err(FileError::Disordered);
        }
        if before != Some(row) {
            if !self.row_is_over()? {
                return Ok(false);
            }
            self.now = Some((row, self.empty(row)));
        }
        let place = usize::try_from(column).unwrap_or(usize::MAX);
        let is_first = self.columns.is_empty();
        let Some((_, now)) = &mut self.now else {
            return Ok(true);
        };
        let known = self.columns.get(place);
        if known.is_none() && !is_first {
            return match said {
                Said::Nothing => Ok(true),
                Said::Text(_) | Said::Number(_) | Said::Fault(_) => Err(FileError::BeyondColumns {
                    row: now.number,
                    column: place + 1,
                }),
            };
        }
        if now.cells.len() <= place {
            now.cells.resize(place + 1, String::new());
        }
        match said {
            Said::Nothing => {}
            Said::Text(text) => now.cells[place] = text,
            Said::Number(number) => {
                let column = known.copied().flatten();
                now.cells[place] = written(number, column, self.mark);
            }
            Said::Fault(fault) => now.faults.push((place, fault)),
        }
        Ok(true)
    }

    fn row_is_over(&mut self) -> Result<bool, FileError> {
        let Some((_, row)) = self.now.take() else {
            return Ok(true);
        };
        if self.columns.is_empty() {
            if row.number > 1 || row.cells.iter().all(|cell| cell.trim().is_empty()) {
                return Err(FileError::Empty);
            }
            self.columns = row.cells.iter().map(|name| Column::read(name)).collect();
            return Ok((self.take)(Part::Columns(row.cells)));
        }
        let is_empty = row.cells.iter().all(|cell| cell.trim().is_empty());
        if is_empty && row.faults.is_empty() {
            return Ok(true);
        }
        Ok((self.take)(Part::Row(row)))
    }

    fn end(mut self) -> Result<(), FileError> {
        if !self.row_is_over()? || !self.columns.is_empty() {
            return Ok(());
        }
        Err(FileError::Empty)
    }

    fn empty(&self, place: u32) -> FileRow {
        FileRow {
            number: place.saturating_add(1),
            cells: vec![String::new(); self.columns.len()],
            faults: Vec::new(),
        }
    }
}

fn said(value: &DataRef<'_>, is_formula: bool) -> Said {
    match value {
        DataRef::Empty if is_formula => Said::Fault(Fault::Formula),
        DataRef::Empty => Said::Nothing,
        DataRef::String(text) => Said::Text(text.clone()),
        DataRef::SharedString(text) => Said::Text((*text).to_owned()),
        DataRef::Bool(is) => Said::Text(if *is { "yes" } else { "no" }.to_owned()),
        DataRef::Int(number) => counted(number.to_string()),
        DataRef::Float(number) => counted(number.to_string()),
        DataRef::DateTime(_) | DataRef::DateTimeIso(_) | DataRef::DurationIso(_) => {
            Said::Fault(Fault::Date)
        }
        DataRef::Error(_) => Said::Fault(Fault::Formula),
    }
}

/// A workbook holds numbers as binary floating point; of up to fifteen digits that is exact.
fn counted(number: String) -> Said {
    let digits = number.bytes().filter(u8::is_ascii_digit);
    let digits = digits.skip_while(|digit| *digit == b'0').count();
    if digits > DIGITS_LIMIT {
        return Said::Fault(Fault::Rounded);
    }
    Said::Number(number)
}

/// As the sheet's numbers are written. A code is left as it is.
fn written(number: String, column: Option<Column>, mark: Mark) -> String {
    if !column.is_some_and(Column::is_number) {
        return number;
    }
    match mark {
        Mark::Either | Mark::Point => number::unambiguous(number),
        Mark::Comma => number.replace('.', ","),
    }
}
