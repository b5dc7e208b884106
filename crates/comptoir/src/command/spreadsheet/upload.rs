//! A file becomes a sheet that is checked.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use proto::catalog as wire;
use proto::ledger::Act;
use retail::catalogue::sheet::{Fault, Mark};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::api::{Catalog, SheetBegun};
use crate::arguments::{DecimalMark, ImportArguments};
use crate::command::parked::new_id;
use crate::output::Screen;
use crate::sheet_file::{self, FileError, FileRow, Part};

/// Rows told at once.
const ROWS_AT_ONCE: usize = 500;
/// Their texts together, unless one row has more, in bytes.
const BYTES_AT_ONCE: usize = 2 << 20;
/// Parts that are read before they are told.
const READ_AHEAD: usize = 1_000;
/// Between two looks at a sheet that is worked on.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Brings the file to the catalogue and has it checked. The same file, read the same way, is the same sheet: one that
/// was interrupted goes on.
pub(super) async fn upload(
    screen: Screen,
    catalog: &Catalog,
    asked: &ImportArguments,
    act: &Act,
) -> anyhow::Result<wire::Sheet> {
    let id = if asked.again {
        new_id()
    } else {
        sheet_id(catalog, asked)?
    };
    let mark = match asked.decimal {
        None => Mark::Either,
        Some(DecimalMark::Point) => Mark::Point,
        Some(DecimalMark::Comma) => Mark::Comma,
    };
    let (parts, mut read) = mpsc::channel(READ_AHEAD);
    let path: PathBuf = asked.file.clone();
    let reading = tokio::task::spawn_blocking(move || {
        let mut take = |part| parts.blocking_send(part).is_ok();
        sheet_file::read(&path, mark, &mut take)
    });
    let spinner = screen.spinner();
    let look = |rows: i64| spinner.set_message(format!("{rows} rows read"));
    let told = tell(catalog, asked, act, id, &mut read, &look).await;
    read.close();
    let end: Result<(), FileError> = reading.await.context("the file's reader died")?;
    spinner.finish_and_clear();
    // What is wrong with the file comes before what came of the part of it that was told.
    end?;
    let rows = told?;
    let sheet = catalog.sheet(id).await?;
    match sheet.state() {
        wire::SheetState::Applied => bail!(
            "{} was imported already; --again imports it once more",
            asked.file.display()
        ),
        wire::SheetState::Expired => bail!(
            "{} was brought here long ago, and is forgotten; --again brings it once more",
            asked.file.display()
        ),
        wire::SheetState::Unspecified
        | wire::SheetState::Filling
        | wire::SheetState::Checking
        | wire::SheetState::Checked
        | wire::SheetState::Refused => {
            catalog.check_sheet(id, rows, fresh(act)).await?;
        }
        // It was let happen before.
        wire::SheetState::Registering | wire::SheetState::Writing | wire::SheetState::Reverting => {
        }
    }
    follow(screen, catalog, id, "rows checked").await
}

/// Waits until nothing is done with the sheet any more.
pub(super) async fn follow(
    screen: Screen,
    catalog: &Catalog,
    id: Uuid,
    what: &'static str,
) -> anyhow::Result<wire::Sheet> {
    let bar = screen.bar(0, what);
    loop {
        let sheet = catalog.sheet(id).await?;
        bar.set_length(u64::try_from(sheet.total).unwrap_or_default());
        bar.set_position(u64::try_from(sheet.done).unwrap_or_default());
        match sheet.state() {
            wire::SheetState::Checking
            | wire::SheetState::Registering
            | wire::SheetState::Writing
            | wire::SheetState::Reverting => tokio::time::sleep(LOOK_EVERY).await,
            wire::SheetState::Unspecified
            | wire::SheetState::Filling
            | wire::SheetState::Checked
            | wire::SheetState::Applied
            | wire::SheetState::Refused
            | wire::SheetState::Expired => {
                bar.finish_and_clear();
                return Ok(sheet);
            }
        }
    }
}

/// The same act, asked for once more.
pub(super) fn fresh(act: &Act) -> Act {
    Act {
        request_id: new_id().to_string(),
        ..act.clone()
    }
}

/// Tells what is read. Gives how many rows there are.
async fn tell(
    catalog: &Catalog,
    asked: &ImportArguments,
    act: &Act,
    id: Uuid,
    read: &mut mpsc::Receiver<Part>,
    look: &(dyn Fn(i64) + Sync),
) -> anyhow::Result<i64> {
    let (mut rows, mut is_open) = (0, true);
    let mut batch = Batch::default();
    while let Some(part) = read.recv().await {
        match part {
            Part::Columns(columns) => {
                let begun = SheetBegun {
                    id,
                    columns,
                    mark: mark_into(asked.decimal),
                    ignore_unknown: asked.ignore_unknown,
                    overwrite_newer: asked.overwrite_newer,
                };
                catalog.begin_sheet(begun, fresh(act)).await?;
                is_open = catalog.sheet(id).await?.state() == wire::SheetState::Filling;
            }
            Part::Row(row) => {
                rows += 1;
                if is_open && batch.is_full_with(row) {
                    let full = batch.take();
                    catalog.put_sheet_rows(id, full, fresh(act)).await?;
                    look(rows);
                }
            }
        }
    }
    let rest = batch.take();
    if !rest.is_empty() {
        catalog.put_sheet_rows(id, rest, fresh(act)).await?;
    }
    Ok(rows)
}

/// Rows that are told together.
#[derive(Default)]
struct Batch {
    rows: Vec<wire::SheetRow>,
    bytes: usize,
}

impl Batch {
    fn is_full_with(&mut self, row: FileRow) -> bool {
        self.bytes += row.cells.iter().map(String::len).sum::<usize>();
        self.rows.push(row_into(row));
        self.rows.len() >= ROWS_AT_ONCE || self.bytes >= BYTES_AT_ONCE
    }

    fn take(&mut self) -> Vec<wire::SheetRow> {
        self.bytes = 0;
        std::mem::take(&mut self.rows)
    }
}

/// Made of the retailer, the file's bytes and how it is read.
fn sheet_id(catalog: &Catalog, asked: &ImportArguments) -> anyhow::Result<Uuid> {
    let digest = digest(&asked.file)?;
    let how = format!(
        "{:?} {} {}",
        asked.decimal, asked.ignore_unknown, asked.overwrite_newer
    );
    let name = [digest.as_slice(), how.as_bytes()].concat();
    Ok(Uuid::new_v5(&catalog.retailer().uuid(), &name))
}

fn digest(path: &Path) -> anyhow::Result<[u8; 32]> {
    let told = || path.display().to_string();
    let mut file = std::fs::File::open(path).with_context(told)?;
    let mut digest = Sha256::new();
    let mut block = vec![0; 1 << 16];
    loop {
        let read = std::io::Read::read(&mut file, &mut block).with_context(told)?;
        if read == 0 {
            return Ok(digest.finalize().into());
        }
        digest.update(&block[..read]);
    }
}

const fn mark_into(mark: Option<DecimalMark>) -> wire::DecimalMark {
    match mark {
        None => wire::DecimalMark::Unspecified,
        Some(DecimalMark::Point) => wire::DecimalMark::Point,
        Some(DecimalMark::Comma) => wire::DecimalMark::Comma,
    }
}

fn row_into(row: FileRow) -> wire::SheetRow {
    let FileRow {
        number,
        cells,
        faults,
    } = row;
    let fault = |(column, fault): (usize, Fault)| wire::SheetFault {
        column: i32::try_from(column).unwrap_or(i32::MAX),
        kind: match fault {
            Fault::Date => wire::SheetFaultKind::Date,
            Fault::Rounded => wire::SheetFaultKind::Rounded,
            Fault::Formula => wire::SheetFaultKind::Formula,
        }
        .into(),
    };
    wire::SheetRow {
        number: i32::try_from(number).unwrap_or(i32::MAX),
        cells,
        faults: faults.into_iter().map(fault).collect(),
    }
}
