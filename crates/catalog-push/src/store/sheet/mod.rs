//! Spreadsheets that came in, and what becomes of them (EC-12).

mod act;
mod apply;
mod export;
mod read;
mod resolve;
mod stage;
mod work;

use jiff::Timestamp;
use retail::catalogue::sheet::{Fault, Mark, Terms};
use retail::{Barcode, ConnectionId, ProductId, RetailerId, SheetId, Sku};

use super::{Act, StoreError};

pub use act::{BeginSheet, NewRow};
pub use apply::{ToldItem, Write};
pub use export::SheetPage;
pub use resolve::{ItemFound, RowKeys};
pub use stage::{KeptRow, Staged, StagedVariant, Step};
pub use work::Lead;

/// Rows of one sheet at most.
pub const ROWS_LIMIT: i64 = 200_000;
/// Of more findings only the first are kept.
pub const FINDINGS_LIMIT: i64 = 10_000;
/// Of more changes only the first are kept.
pub const CHANGES_LIMIT: i64 = 100_000;

/// How far a sheet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SheetState {
    Filling,
    Checking,
    Checked,
    Registering,
    Writing,
    Reverting,
    Applied,
    Refused,
    Expired,
}

/// A sheet as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetView {
    pub id: SheetId,
    pub state: SheetState,
    pub columns: Vec<String>,
    pub rows: i64,
    pub done: i64,
    pub total: i64,
    pub count: SheetCount,
    pub refusal: String,
    pub changed_at: Timestamp,
}

/// What a check counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SheetCount {
    pub findings: i64,
    pub new_products: i64,
    pub changed_products: i64,
    pub changed_rows: i64,
}

/// A sheet that something is to be done with.
#[derive(Clone, Debug)]
pub struct SheetWork {
    pub id: SheetId,
    pub retailer: RetailerId,
    pub state: SheetState,
    pub columns: Vec<String>,
    pub terms: Terms,
    pub attempt: i32,
    /// The last product that the ledger was told of.
    pub told_up_to: Option<ProductId>,
    /// Who has it applied; its request id is the sheet's.
    pub act: Act,
    pub refusal: String,
}

/// What the ledger knows an item by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub sku: Option<Sku>,
    pub barcode: Option<Barcode>,
    pub name: String,
}

/// Something that is wrong, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingView {
    pub place: i64,
    pub row: i32,
    /// The cell's place.
    pub cell: Option<usize>,
    pub kind: String,
    pub message: String,
}

/// A change, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeView {
    pub place: i64,
    pub row: i32,
    pub product: ProductId,
    pub is_new: bool,
    pub column: String,
    pub before: String,
    pub after: String,
}

/// A finding's or a change's place in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SheetPlace(pub i64);

/// A shop that has a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetShop {
    pub connection: ConnectionId,
    pub platform: String,
}

/// Why nothing is done with a sheet.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    #[error("there is no sheet {0}")]
    Unknown(SheetId),
    #[error("sheet {0} was begun with other columns")]
    Begun(SheetId),
    #[error("there is no connection {0}")]
    UnknownConnection(ConnectionId),
    #[error("nothing can be done with the sheet while it is {0}")]
    Closed(&'static str),
    #[error("a sheet has at most {ROWS_LIMIT} rows")]
    TooManyRows,
    #[error("{kept} rows are kept, not {told}")]
    RowsMissing { kept: i64, told: i64 },
    #[error("the sheet is {state} and has {findings} findings")]
    NotReady { state: &'static str, findings: i64 },
    #[error("the sheet changes {found} rows by now, not {expected}")]
    Differs { found: i64, expected: i64 },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for SheetError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl SheetState {
    const ALL: [Self; 9] = [
        Self::Filling,
        Self::Checking,
        Self::Checked,
        Self::Registering,
        Self::Writing,
        Self::Reverting,
        Self::Applied,
        Self::Refused,
        Self::Expired,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Filling => "filling",
            Self::Checking => "checking",
            Self::Checked => "checked",
            Self::Registering => "registering",
            Self::Writing => "writing",
            Self::Reverting => "reverting",
            Self::Applied => "applied",
            Self::Refused => "refused",
            Self::Expired => "expired",
        }
    }

    fn read(text: &str) -> Result<Self, StoreError> {
        let mut all = Self::ALL.into_iter();
        let found = all.find(|state| state.as_str() == text);
        found.ok_or_else(|| StoreError::corrupt("sheet", "state", text))
    }
}

const fn mark_str(mark: Mark) -> &'static str {
    match mark {
        Mark::Either => "either",
        Mark::Point => "point",
        Mark::Comma => "comma",
    }
}

fn mark_from(text: &str) -> Result<Mark, StoreError> {
    let mut all = [Mark::Either, Mark::Point, Mark::Comma].into_iter();
    let found = all.find(|mark| mark_str(*mark) == text);
    found.ok_or_else(|| StoreError::corrupt("sheet", "decimal_mark", text))
}

const fn fault_str(fault: Fault) -> &'static str {
    match fault {
        Fault::Date => "date",
        Fault::Rounded => "rounded",
        Fault::Formula => "formula",
    }
}

/// The faults of a row.
fn faults_from(places: Vec<i32>, kinds: Vec<String>) -> Result<Vec<(usize, Fault)>, StoreError> {
    let fault = |(place, kind): (i32, String)| {
        let mut all = [Fault::Date, Fault::Rounded, Fault::Formula].into_iter();
        let found = all.find(|fault| fault_str(*fault) == kind);
        let fault = found.ok_or_else(|| StoreError::corrupt("sheet_row", "fault_kinds", &kind))?;
        let place = usize::try_from(place)
            .map_err(|_| StoreError::corrupt("sheet_row", "fault_places", "below zero"))?;
        Ok((place, fault))
    };
    places.into_iter().zip(kinds).map(fault).collect()
}

/// As a finding of a whole row is kept.
const WHOLE_ROW: i32 = -1;

fn cell_into(cell: Option<usize>) -> i32 {
    cell.map_or(WHOLE_ROW, |cell| i32::try_from(cell).unwrap_or(i32::MAX))
}

/// A row's number is far below what an `i32` holds.
fn number_into(row: u32) -> i32 {
    i32::try_from(row).unwrap_or(i32::MAX)
}
