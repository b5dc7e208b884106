//! CSV as spreadsheets write it: with a byte order mark or without, and with any of three separators.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use retail::catalogue::sheet::Column;

use super::{FileError, FileRow, Part, Take, failed};
use crate::arguments::Separator;

/// So much of the file is looked at to find its separator, in bytes.
const LOOK_BYTES: usize = 64 << 10;
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
const UTF_16_MARKS: [&[u8]; 2] = [&[0xff, 0xfe], &[0xfe, 0xff]];

pub(super) fn read(path: &Path, file: File, take: &mut Take<'_>) -> Result<(), FileError> {
    let mut file = BufReader::with_capacity(LOOK_BYTES, file);
    let head = file.fill_buf().map_err(|source| failed(path, source))?;
    if UTF_16_MARKS.iter().any(|mark| head.starts_with(mark)) {
        return Err(FileError::Utf16);
    }
    let mark = if head.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    };
    let (separator, said) = separator(&head[mark..]);
    let skipped = u64::try_from(mark + said).unwrap_or(u64::MAX);
    let skipping = std::io::copy(&mut file.by_ref().take(skipped), &mut std::io::sink());
    skipping.map_err(|source| failed(path, source))?;
    // A line that says the separator is a row to spreadsheets.
    rows(file, separator, u64::from(said > 0), take)
}

fn rows(
    file: BufReader<File>,
    separator: u8,
    before: u64,
    take: &mut Take<'_>,
) -> Result<(), FileError> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(file);
    let mut record = csv::ByteRecord::new();
    let (mut number, mut columns) = (before, None);
    while reader.read_byte_record(&mut record)? {
        number += 1;
        let mut cells = Vec::with_capacity(record.len());
        for cell in &record {
            let cell = std::str::from_utf8(cell).map_err(|_| FileError::NotUtf8(number))?;
            cells.push(cell.to_owned());
        }
        let Some(columns) = columns else {
            columns = Some(cells.len());
            if !take(Part::Columns(cells)) {
                return Ok(());
            }
            continue;
        };
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        while cells.len() > columns && cells.last().is_some_and(String::is_empty) {
            cells.pop();
        }
        if cells.len() != columns {
            return Err(FileError::Cells {
                row: number,
                found: cells.len(),
                columns,
            });
        }
        let row = FileRow {
            number: u32::try_from(number).unwrap_or(u32::MAX),
            cells,
            faults: Vec::new(),
        };
        if !take(Part::Row(row)) {
            return Ok(());
        }
    }
    columns.map(drop).ok_or(FileError::Empty)
}

/// What stands between cells, and the length of a first line that says so and no more.
fn separator(head: &[u8]) -> (u8, usize) {
    let line = head.split_inclusive(|byte| *byte == b'\n').next();
    let line = line.unwrap_or_default();
    if let Some([separator, rest @ ..]) = line.strip_prefix(b"sep=")
        && rest.trim_ascii().is_empty()
    {
        return (*separator, line.len());
    }
    let known = |separator: &Separator| {
        let cells = line.split(|byte| *byte == separator.byte());
        let name = |cell| {
            String::from_utf8_lossy(cell)
                .trim()
                .trim_matches('"')
                .to_owned()
        };
        cells
            .filter(|cell| Column::read(&name(cell)).is_some())
            .count()
    };
    // Of several that do as well the first one.
    let best = Separator::ALL.iter().rev().max_by_key(|one| known(one));
    (best.copied().unwrap_or_default().byte(), 0)
}
