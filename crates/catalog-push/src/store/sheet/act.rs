//! What callers have done with a sheet.

use retail::catalogue::sheet::{Column, Fault, Header, Terms};
use retail::{ConnectionId, RetailerId, SheetId};
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::{ROWS_LIMIT, SheetError, SheetState, SheetView, fault_str, mark_str, read};
use crate::store::{Once, channels, row};

/// A sheet by its first row.
#[derive(Clone, Debug)]
pub struct BeginSheet {
    pub id: SheetId,
    pub header: Header,
    pub ignore_unknown: bool,
    pub terms: Terms,
}

/// A row that comes in.
#[derive(Clone, Debug)]
pub struct NewRow {
    pub number: i32,
    pub cells: Vec<String>,
    pub faults: Vec<(i32, Fault)>,
}

impl Once {
    /// Begins it, or goes on with the one that was begun so.
    pub async fn begin_sheet(&mut self, begin: &BeginSheet) -> Result<SheetView, SheetError> {
        let (retailer, now) = (self.retailer(), self.now());
        let db = self.db();
        let shop = |column| {
            if let Column::Online(shop) = column {
                return Some(shop);
            }
            None
        };
        let shops: Vec<ConnectionId> = begin.header.columns().filter_map(shop).collect();
        if let Some(unknown) = channels::unknown(db, retailer, &shops).await? {
            return Err(SheetError::UnknownConnection(unknown));
        }
        let made = sqlx::query!(
            "insert into catalog.sheet (sheet_id, retailer_id, columns, decimal_mark, ignore_unknown,
                overwrite_newer, state, attempt, rows, done, total, findings, new_products, changed_products,
                changed_rows, refusal, actor, note, changed_at)
            values ($1, $2, $3, $4, $5, $6, 'filling', 0, 0, 0, 0, 0, 0, 0, 0, '', '', '', $7)
            on conflict on constraint sheet_pkey do nothing",
            begin.id.uuid(),
            retailer.uuid(),
            begin.header.names(),
            mark_str(begin.terms.mark),
            begin.ignore_unknown,
            begin.terms.overwrite_newer,
            row::at(now) as _,
        )
        .execute(&mut *db)
        .await?;
        let sheet = held(db, retailer, begin.id).await?;
        if made.rows_affected() == 0 && sheet.columns != begin.header.names() {
            return Err(SheetError::Begun(begin.id));
        }
        self.note_change(None, told(&sheet));
        Ok(sheet)
    }

    /// Keeps rows; those that are kept stay. Gives how many are new.
    pub async fn put_sheet_rows(
        &mut self,
        id: SheetId,
        rows: &[NewRow],
    ) -> Result<u64, SheetError> {
        let (retailer, now) = (self.retailer(), self.now());
        let db = self.db();
        let sheet = held(db, retailer, id).await?;
        if sheet.state != SheetState::Filling {
            return Err(SheetError::Closed(sheet.state.as_str()));
        }
        let of_faults = |read: fn(&(i32, Fault)) -> Value| -> Vec<Value> {
            let faults = rows.iter().map(|row| row.faults.iter().map(read).collect());
            faults.collect()
        };
        let written = sqlx::query!(
            "insert into catalog.sheet_row (sheet_id, number, cells, fault_places, fault_kinds)
            select $1, n.number, n.cells,
                array(select place::integer from jsonb_array_elements_text(n.places) with ordinality e (place, o)
                    order by o),
                array(select kind from jsonb_array_elements_text(n.kinds) with ordinality e (kind, o) order by o)
            from unnest($2::integer[], $3::jsonb[], $4::jsonb[], $5::jsonb[]) n (number, cells, places, kinds)
            order by n.number
            on conflict on constraint sheet_row_pkey do nothing",
            id.uuid(),
            &rows.iter().map(|row| row.number).collect::<Vec<_>>(),
            &rows.iter().map(|row| json!(row.cells)).collect::<Vec<_>>(),
            &of_faults(|(place, _)| json!(place)),
            &of_faults(|(_, fault)| json!(fault_str(*fault))),
        )
        .execute(&mut *db)
        .await?;
        let kept = written.rows_affected();
        if sheet.rows.saturating_add_unsigned(kept) > ROWS_LIMIT {
            return Err(SheetError::TooManyRows);
        }
        sqlx::query!(
            "update catalog.sheet set rows = rows + $2, changed_at = $3 where sheet_id = $1",
            id.uuid(),
            i64::try_from(kept).unwrap_or(i64::MAX),
            row::at(now) as _,
        )
        .execute(db)
        .await?;
        self.note_change(None, json!({"sheet_id": id.to_string(), "kept": kept}));
        Ok(kept)
    }

    /// Has it checked, with so many rows.
    pub async fn check_sheet(&mut self, id: SheetId, rows: i64) -> Result<SheetView, SheetError> {
        let (retailer, now) = (self.retailer(), self.now());
        let db = self.db();
        let sheet = held(db, retailer, id).await?;
        match sheet.state {
            SheetState::Filling | SheetState::Checked | SheetState::Refused => {}
            SheetState::Checking => {
                self.note_change(None, told(&sheet));
                return Ok(sheet);
            }
            SheetState::Registering
            | SheetState::Writing
            | SheetState::Reverting
            | SheetState::Applied
            | SheetState::Expired => return Err(SheetError::Closed(sheet.state.as_str())),
        }
        if sheet.rows != rows {
            return Err(SheetError::RowsMissing {
                kept: sheet.rows,
                told: rows,
            });
        }
        sqlx::query!(
            "update catalog.sheet set state = 'checking', done = 0, total = rows, refusal = '', changed_at = $2
            where sheet_id = $1",
            id.uuid(),
            row::at(now) as _,
        )
        .execute(&mut *db)
        .await?;
        let sheet = held(db, retailer, id).await?;
        self.note_change(None, told(&sheet));
        Ok(sheet)
    }

    /// Has it applied.
    pub async fn apply_sheet(
        &mut self,
        id: SheetId,
        expected_rows: i64,
    ) -> Result<SheetView, SheetError> {
        let (retailer, now, act) = (self.retailer(), self.now(), self.act().clone());
        let db = self.db();
        let sheet = held(db, retailer, id).await?;
        if sheet.state != SheetState::Checked || sheet.count.findings > 0 {
            return Err(SheetError::NotReady {
                state: sheet.state.as_str(),
                findings: sheet.count.findings,
            });
        }
        let found = sheet.count.changed_rows;
        if found != expected_rows {
            return Err(SheetError::Differs {
                found,
                expected: expected_rows,
            });
        }
        sqlx::query!(
            "update catalog.sheet set state = 'registering', attempt = attempt + 1, done = 0, told_up_to = null,
                total = (select count(*) from catalog.sheet_variant v where v.sheet_id = $1 and v.is_told),
                actor = $2, note = $3, changed_at = $4
            where sheet_id = $1",
            id.uuid(),
            act.actor,
            act.note,
            row::at(now) as _,
        )
        .execute(&mut *db)
        .await?;
        let sheet = held(db, retailer, id).await?;
        self.note_change(None, told(&sheet));
        Ok(sheet)
    }
}

/// As it is; it stays so until the transaction ends.
async fn held(
    db: &mut PgConnection,
    retailer: RetailerId,
    id: SheetId,
) -> Result<SheetView, SheetError> {
    sqlx::query!(
        "select from catalog.sheet where sheet_id = $1 and retailer_id = $2 for no key update",
        id.uuid(),
        retailer.uuid(),
    )
    .fetch_optional(&mut *db)
    .await?;
    let sheet = read::sheet(db, retailer, id).await?;
    sheet.ok_or(SheetError::Unknown(id))
}

/// As the audit log tells it.
fn told(sheet: &SheetView) -> serde_json::Value {
    json!({
        "sheet_id": sheet.id.to_string(),
        "state": sheet.state.as_str(),
        "rows": sheet.rows,
        "new_products": sheet.count.new_products,
        "changed_products": sheet.count.changed_products,
        "changed_rows": sheet.count.changed_rows,
    })
}
