use proto::catalog as wire;
use proto::convert::WireError;
use serde::Serialize;

/// A spreadsheet that came in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Spreadsheet {
    pub(crate) sheet_id: String,
    pub(crate) state: &'static str,
    pub(crate) ignored_columns: Vec<String>,
    pub(crate) rows: i64,
    pub(crate) new_products: i64,
    pub(crate) changed_products: i64,
    pub(crate) changed_rows: i64,
    /// Of all that is wrong, the first.
    pub(crate) findings: Vec<SheetFinding>,
    pub(crate) finding_count: i64,
    /// Of all that changes, the first.
    pub(crate) changes: Vec<SheetChange>,
    pub(crate) refusal: Option<String>,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct SheetFinding {
    pub(crate) row: i32,
    pub(crate) column: String,
    pub(crate) kind: String,
    pub(crate) message: String,
}

/// A field that changes, or a product that is new.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct SheetChange {
    pub(crate) row: i32,
    pub(crate) product_id: String,
    pub(crate) is_new: bool,
    pub(crate) column: String,
    pub(crate) before: String,
    pub(crate) after: String,
}

impl Spreadsheet {
    pub(crate) fn new(
        sheet: wire::Sheet,
        findings: Vec<wire::SheetFinding>,
        changes: Vec<wire::SheetChange>,
    ) -> Result<Self, WireError> {
        let state = state(sheet.state)?;
        let wire::Sheet {
            sheet_id,
            state: _,
            ignored_columns,
            rows,
            done: _,
            total: _,
            findings: finding_count,
            new_products,
            changed_products,
            changed_rows,
            refusal,
            changed_at: _,
        } = sheet;
        Ok(Self {
            sheet_id,
            state,
            ignored_columns,
            rows,
            new_products,
            changed_products,
            changed_rows,
            findings: findings.into_iter().map(SheetFinding::from).collect(),
            finding_count,
            changes: changes.into_iter().map(SheetChange::from).collect(),
            refusal: Some(refusal).filter(|refusal| !refusal.is_empty()),
        })
    }
}

fn state(state: i32) -> Result<&'static str, WireError> {
    let state = wire::SheetState::try_from(state);
    Ok(
        match state.map_err(|error| WireError::invalid("state", error))? {
            wire::SheetState::Unspecified => "unspecified",
            wire::SheetState::Filling => "filling",
            wire::SheetState::Checking => "checking",
            wire::SheetState::Checked => "checked",
            wire::SheetState::Registering => "registering",
            wire::SheetState::Writing => "writing",
            wire::SheetState::Reverting => "reverting",
            wire::SheetState::Applied => "applied",
            wire::SheetState::Refused => "refused",
            wire::SheetState::Expired => "expired",
        },
    )
}

impl From<wire::SheetFinding> for SheetFinding {
    fn from(finding: wire::SheetFinding) -> Self {
        let wire::SheetFinding {
            row,
            column,
            kind,
            message,
        } = finding;
        Self {
            row,
            column,
            kind,
            message,
        }
    }
}

impl From<wire::SheetChange> for SheetChange {
    fn from(change: wire::SheetChange) -> Self {
        let wire::SheetChange {
            row,
            product_id,
            is_new,
            column,
            before,
            after,
        } = change;
        Self {
            row,
            product_id,
            is_new,
            column,
            before,
            after,
        }
    }
}
