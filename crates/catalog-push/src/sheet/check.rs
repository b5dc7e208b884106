//! A sheet is held against what there is.

use std::collections::HashMap;

use retail::catalogue::sheet::{Changed, Header, Listed, RowSaid, change};
use retail::{ConnectionId, ItemId, ProductId};

use super::resolve::{Placed, Resolved};
use super::{Failure, Worker, listed};
use crate::store::{
    ChangeView, Identity, KeptRow, ProductView, SheetCount, SheetWork, Staged, StagedVariant, Step,
    StoreError,
};

/// Products of one step at most; one ends before if it has more rows than that.
const PRODUCTS_AT_ONCE: usize = 200;
const ROWS_AT_ONCE: usize = 500;
/// Longest text of a change that is shown, in characters.
const SHOWN_LIMIT_CHARS: usize = 200;

impl Worker {
    /// Finds out what the sheet changes, or what is wrong with it.
    pub(super) async fn check(&self, work: &SheetWork) -> Result<(), Failure> {
        self.store.clear_sheet(work.id).await?;
        let header = Header::read(&work.columns, true)
            .map_err(|_| StoreError::corrupt("sheet", "columns", "no columns"))?;
        let Resolved {
            rows,
            adopted,
            findings,
        } = self.resolve(work, &header).await?;
        let mut told = Told::default();
        let unplaced = Step {
            findings,
            ..Step::default()
        };
        self.keep(work, &mut told, &unplaced).await?;
        let mut rest = rows.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(part(rest));
            let step = self.judge(work, &header, now, &adopted).await?;
            self.keep(work, &mut told, &step).await?;
            rest = later;
        }
        Ok(self.store.end_check(work.id).await?)
    }

    /// What some products become, whole.
    async fn judge(
        &self,
        work: &SheetWork,
        header: &Header,
        placed: &[Placed],
        adopted: &HashMap<ItemId, Identity>,
    ) -> Result<Step, Failure> {
        let numbers: Vec<u32> = placed.iter().map(|row| row.number).collect();
        let kept = self.store.sheet_cells(work.id, &numbers).await?;
        let kept: HashMap<u32, KeptRow> = kept.into_iter().map(|row| (row.number, row)).collect();
        let products = by_product(placed);
        let ids: Vec<ProductId> = products.iter().map(|rows| rows[0].product).collect();
        let views = self.store.whole_products(work.retailer, &ids).await?;
        let views: HashMap<ProductId, ProductView> = views
            .into_iter()
            .map(|view| (view.product.id, view))
            .collect();
        let mut step = Step {
            rows: i64::try_from(placed.len()).unwrap_or(i64::MAX),
            ..Step::default()
        };
        for rows in products {
            let id = rows[0].product;
            let before = views.get(&id).map(listed);
            let said = |row: &Placed| {
                let kept = kept.get(&row.number)?;
                Some(RowSaid {
                    number: row.number,
                    item: row.item,
                    cells: &kept.cells,
                    faults: &kept.faults,
                })
            };
            let said: Vec<RowSaid<'_>> = rows.iter().filter_map(said).collect();
            match change(before.as_ref(), id, header, work.terms, &said) {
                Err(findings) => step.findings.extend(findings),
                Ok(changed) if changed.changes.is_empty() => {}
                Ok(changed) => stage(
                    &mut step,
                    rows,
                    views.get(&id),
                    before.as_ref(),
                    changed,
                    adopted,
                    header,
                ),
            }
        }
        Ok(step)
    }

    async fn keep(&self, work: &SheetWork, told: &mut Told, step: &Step) -> Result<(), Failure> {
        let store = &self.store;
        store
            .stage_sheet(work.id, told.count, told.changes, step)
            .await?;
        let length = |of: usize| i64::try_from(of).unwrap_or(i64::MAX);
        let new = step.staged.iter().filter(|staged| staged.revision == 0);
        let new = length(new.count());
        told.done += step.rows;
        told.changes += length(step.changes.len());
        told.count.findings += length(step.findings.len());
        told.count.new_products += new;
        told.count.changed_products += length(step.staged.len()) - new;
        told.count.changed_rows += step.changed_rows;
        store.note_check(work.id, told.done, told.count).await?;
        Ok(())
    }
}

/// What was told so far.
#[derive(Default)]
struct Told {
    done: i64,
    changes: i64,
    count: SheetCount,
}

/// How many rows are judged at once: products whole.
fn part(rows: &[Placed]) -> usize {
    let (mut products, mut last) = (0, None);
    let fits = |(place, row): &(usize, &Placed)| {
        if last != Some(row.product) {
            last = Some(row.product);
            products += 1;
            return *place == 0 || (products <= PRODUCTS_AT_ONCE && *place < ROWS_AT_ONCE);
        }
        true
    };
    rows.iter().enumerate().take_while(fits).count()
}

fn by_product(placed: &[Placed]) -> Vec<&[Placed]> {
    placed
        .chunk_by(|one, next| one.product == next.product)
        .collect()
}

fn stage(
    step: &mut Step,
    rows: &[Placed],
    view: Option<&ProductView>,
    before: Option<&Listed>,
    changed: Changed,
    adopted: &HashMap<ItemId, Identity>,
    header: &Header,
) {
    let Changed { after, changes } = changed;
    let product = after.product.id;
    let mut changed_rows: Vec<u32> = changes.iter().map(|change| change.row).collect();
    if before.is_none() {
        changed_rows = rows.iter().map(|row| row.number).collect();
        step.changes.push(ChangeView {
            place: 0,
            row: row_number(rows[0].number),
            product,
            is_new: true,
            column: String::new(),
            before: String::new(),
            after: shown(&after.product.name),
        });
    } else {
        step.changes.extend(changes.iter().map(|change| {
            ChangeView {
                place: 0,
                row: row_number(change.row),
                product,
                is_new: false,
                column: header
                    .place(change.column)
                    .and_then(|place| header.names().get(place).cloned())
                    .unwrap_or_default(),
                before: shown(&change.before),
                after: shown(&change.after),
            }
        }));
    }
    changed_rows.sort_unstable();
    changed_rows.dedup();
    step.changed_rows += i64::try_from(changed_rows.len()).unwrap_or(i64::MAX);
    let identity = |variant: &retail::catalogue::Variant| StagedVariant {
        now: Identity {
            sku: variant.sku.clone(),
            barcode: variant.barcode.clone(),
            name: after.product.item_name(variant),
        },
        was: view
            .and_then(|view| Identity::of(view, variant.item))
            .or_else(|| adopted.get(&variant.item).cloned()),
    };
    step.staged.push(Staged {
        revision: view.map_or(0, |view| view.revision),
        variants: after.product.variants.iter().map(identity).collect(),
        channels: differences(before, &after),
        after,
    });
}

/// Shops in which it is otherwise sold than before.
fn differences(before: Option<&Listed>, after: &Listed) -> Vec<(ConnectionId, Option<bool>)> {
    let was = |shop| before.and_then(|before| before.online.get(&shop).copied());
    let before = before.into_iter().flat_map(|before| before.online.keys());
    let mut shops: Vec<ConnectionId> = before.chain(after.online.keys()).copied().collect();
    shops.sort_unstable();
    shops.dedup();
    let now = |shop| after.online.get(&shop).copied();
    let differs = shops.into_iter().filter(|shop| was(*shop) != now(*shop));
    differs.map(|shop| (shop, now(shop))).collect()
}

fn row_number(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn shown(text: &str) -> String {
    text.chars().take(SHOWN_LIMIT_CHARS).collect()
}
