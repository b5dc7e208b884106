//! Sheets between wire and domain.

use proto::catalog as wire;
use proto::convert::instant_into;
use retail::catalogue::sheet::{Fault, Header, Mark, Terms};
use tonic::Status;

use super::ask::{each_once, text};
use super::error::bad_field;
use crate::store::{ChangeView, FindingView, NewRow, SheetCount, SheetState, SheetView};

/// Columns of a sheet at most.
const COLUMNS_LIMIT: usize = 300;
/// Longest name of a column, in bytes.
const NAME_LIMIT_BYTES: usize = 255;
/// Rows of one request at most.
const ROWS_LIMIT: usize = 1_000;
/// A spreadsheet has no more rows.
const NUMBER_LIMIT: i32 = 1_048_576;
/// Longest cell, in bytes: more than a description has.
const CELL_LIMIT_BYTES: usize = 65_000;

pub fn header_from(names: &[String], ignore_unknown: bool) -> Result<Header, Status> {
    if !(1..=COLUMNS_LIMIT).contains(&names.len()) {
        let problem = format!("must be from 1 to {COLUMNS_LIMIT}, not {}", names.len());
        return Err(bad_field("columns", problem));
    }
    for name in names {
        text("columns", name.clone(), NAME_LIMIT_BYTES)?;
    }
    Header::read(names, ignore_unknown).map_err(|error| bad_field("columns", error))
}

pub fn terms_from(mark: i32, overwrite_newer: bool) -> Result<Terms, Status> {
    let mark = match wire::DecimalMark::try_from(mark) {
        Ok(wire::DecimalMark::Unspecified) => Mark::Either,
        Ok(wire::DecimalMark::Point) => Mark::Point,
        Ok(wire::DecimalMark::Comma) => Mark::Comma,
        Err(error) => return Err(bad_field("decimal_mark", error)),
    };
    Ok(Terms {
        mark,
        overwrite_newer,
    })
}

pub fn rows_from(rows: Vec<wire::SheetRow>) -> Result<Vec<NewRow>, Status> {
    if rows.is_empty() {
        return Err(bad_field("rows", "is missing"));
    }
    let numbers: Vec<i32> = rows.iter().map(|row| row.number).collect();
    each_once("rows", &numbers, ROWS_LIMIT)?;
    rows.into_iter().map(row_from).collect()
}

fn row_from(row: wire::SheetRow) -> Result<NewRow, Status> {
    let wire::SheetRow {
        number,
        cells,
        faults,
    } = row;
    if !(2..=NUMBER_LIMIT).contains(&number) {
        let problem = format!("must be from 2 to {NUMBER_LIMIT}, not {number}");
        return Err(bad_field("rows.number", problem));
    }
    if cells.len() > COLUMNS_LIMIT || faults.len() > COLUMNS_LIMIT {
        let problem = format!("of row {number} are more than {COLUMNS_LIMIT}");
        return Err(bad_field("rows.cells", problem));
    }
    let field = format!("rows[number={number}].cells");
    let cell = |cell| text(&field, cell, CELL_LIMIT_BYTES);
    Ok(NewRow {
        number,
        cells: cells.into_iter().map(cell).collect::<Result<_, _>>()?,
        faults: faults
            .into_iter()
            .map(fault_from)
            .collect::<Result<_, _>>()?,
    })
}

fn fault_from(fault: wire::SheetFault) -> Result<(i32, Fault), Status> {
    let wire::SheetFault { column, kind } = fault;
    let field = "rows.faults";
    let kind = match wire::SheetFaultKind::try_from(kind) {
        Ok(wire::SheetFaultKind::Date) => Fault::Date,
        Ok(wire::SheetFaultKind::Rounded) => Fault::Rounded,
        Ok(wire::SheetFaultKind::Formula) => Fault::Formula,
        Ok(wire::SheetFaultKind::Unspecified) => return Err(bad_field(field, "has no kind")),
        Err(error) => return Err(bad_field(field, error)),
    };
    if usize::try_from(column).is_ok_and(|column| column < COLUMNS_LIMIT) {
        return Ok((column, kind));
    }
    Err(bad_field(field, "is of no column"))
}

pub fn sheet_into(sheet: SheetView) -> wire::Sheet {
    let SheetView {
        id,
        state,
        columns,
        rows,
        done,
        total,
        count:
            SheetCount {
                findings,
                new_products,
                changed_products,
                changed_rows,
            },
        refusal,
        changed_at,
    } = sheet;
    // It was read when the sheet was begun.
    let ignored = Header::read(&columns, true).map(|header| header.ignored().to_vec());
    wire::Sheet {
        sheet_id: id.to_string(),
        state: state_into(state).into(),
        ignored_columns: ignored.unwrap_or_default(),
        rows,
        done,
        total,
        findings,
        new_products,
        changed_products,
        changed_rows,
        refusal,
        changed_at: Some(instant_into(changed_at)),
    }
}

const fn state_into(state: SheetState) -> wire::SheetState {
    match state {
        SheetState::Filling => wire::SheetState::Filling,
        SheetState::Checking => wire::SheetState::Checking,
        SheetState::Checked => wire::SheetState::Checked,
        SheetState::Registering => wire::SheetState::Registering,
        SheetState::Writing => wire::SheetState::Writing,
        SheetState::Reverting => wire::SheetState::Reverting,
        SheetState::Applied => wire::SheetState::Applied,
        SheetState::Refused => wire::SheetState::Refused,
        SheetState::Expired => wire::SheetState::Expired,
    }
}

pub fn finding_into(finding: FindingView, columns: &[String]) -> wire::SheetFinding {
    let FindingView {
        place: _,
        row,
        cell,
        kind,
        message,
    } = finding;
    let column = cell.and_then(|cell| columns.get(cell).cloned());
    wire::SheetFinding {
        row,
        column: column.unwrap_or_default(),
        kind,
        message,
    }
}

pub fn change_into(change: ChangeView) -> wire::SheetChange {
    let ChangeView {
        place: _,
        row,
        product,
        is_new,
        column,
        before,
        after,
    } = change;
    wire::SheetChange {
        row,
        product_id: product.to_string(),
        is_new,
        column,
        before,
        after,
    }
}
