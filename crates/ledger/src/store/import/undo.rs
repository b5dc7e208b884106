//! Takes an import back, a page of orders in a transaction.

use jiff::Timestamp;
use retail::{ConnectionId, ImportId, RetailerId, ShopOrderId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{ImportError, ImportState, ImportView, entry, lock_alone, withdrawn};
use crate::decide::{
    Delivery, DeliveryRow, Dirty, Group, Kept, MovementRow, Outcome, PaymentRow, RecordedSale,
    Withdrawal, WithdrawnSale, withdraw,
};
use crate::store::{
    Store, StoreError, audit, connection, delivery, head, level, outbox, row, sale,
};

/// Orders of one transaction.
const PAGE_LIMIT: i64 = 200;
/// What the receipt of an order calls its being taken back (R-1).
pub(in crate::store) const TOPIC: &str = "import.undone";

/// How far taking back has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    pub import: ImportView,
    /// Orders that are still to be taken back.
    pub remaining: i64,
}

/// An order that the import made a sale of.
struct Made {
    order: ShopOrderId,
    revision: i32,
}

impl Store {
    /// Takes back the next orders. To be repeated until the import is undone, which a repeat does not change.
    pub async fn undo_import(
        &self,
        retailer: RetailerId,
        import: ImportId,
    ) -> Result<Undone, ImportError> {
        let mut db = self.pool.begin().await?;
        let now = self.clock.now();
        let (of, state) = lock_alone(&mut db, retailer.uuid(), import.uuid()).await?;
        match state {
            ImportState::Running => return Err(ImportError::Is(state)),
            ImportState::Complete | ImportState::Cancelled => start(&mut db, import).await?,
            ImportState::Undoing | ImportState::Undone => {}
        }
        let page = next_page(&mut db, import).await?;
        if !page.is_empty() {
            self.take_back(&mut db, retailer, ConnectionId::new(of), import, &page, now)
                .await?;
        }
        let remaining = sqlx::query_scalar!(
            r#"select count(*) as "remaining!" from ledger.import_order
            where import_id = $1 and outcome = 'made' and undo is null"#,
            import.uuid(),
        )
        .fetch_one(&mut *db)
        .await?;
        if remaining == 0 {
            sqlx::query!(
                "update ledger.import set state = 'undone', undone_at = $2
                where import_id = $1 and state = 'undoing'",
                import.uuid(),
                row::at(now) as _,
            )
            .execute(&mut *db)
            .await?;
        }
        let import = ImportView::find(&mut db, retailer.uuid(), import.uuid()).await?;
        let import = import.ok_or(ImportError::Unknown)?;
        if state != ImportState::Undone {
            let entry = entry(self.ids.next(), "Imports.UndoImport", &import, Some(state));
            audit::enter(&mut db, entry, now).await?;
        }
        db.commit().await?;
        Ok(Undone { import, remaining })
    }

    async fn take_back(
        &self,
        db: &mut PgConnection,
        retailer: RetailerId,
        connection: ConnectionId,
        import: ImportId,
        page: &[Made],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let ids = [connection.uuid()];
        let settings = connection::by_id(db, &ids).await?;
        let settings = *settings.get(&connection).ok_or_else(|| {
            StoreError::corrupt("import", "connection_id", "a missing connection")
        })?;
        let groups: Vec<Group<'_>> = page
            .iter()
            .map(|made| Group {
                connection,
                order: &made.order,
                settings,
                messages: Vec::new(),
            })
            .collect();
        let heads = head::lock(db, &groups).await?;
        let sales: Vec<RecordedSale> = heads
            .into_iter()
            .map(|head| head.and_then(|head| head.sale))
            .collect::<Option<_>>()
            .ok_or_else(|| StoreError::corrupt("import_order", "sale_id", "a missing sale"))?;
        let moved = moved_since(db, &sales, page).await?;

        let (mut withdrawn_sales, mut orders, mut kept) = (Vec::new(), Vec::new(), Vec::new());
        for ((made, sale), has_moved_since) in page.iter().zip(sales).zip(moved) {
            let withdrawal = Withdrawal {
                retailer,
                connection,
                order: &made.order,
                sale,
                has_moved_since,
            };
            match withdraw(&withdrawal, &*self.ids) {
                Ok(sale) => {
                    withdrawn_sales.push(sale);
                    orders.push(&made.order);
                }
                Err(why) => kept.push((made.order.as_str(), why)),
            }
        }
        write(db, import, connection, &orders, withdrawn_sales, now).await?;
        keep(db, import, &kept).await?;
        Ok(())
    }
}

/// From now on nothing of it comes in. What was a sale before is none of its own.
async fn start(db: &mut PgConnection, import: ImportId) -> Result<(), ImportError> {
    sqlx::query!(
        "update ledger.import set state = 'undoing' where import_id = $1",
        import.uuid(),
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update ledger.import_order set undo = 'kept', kept_reason = $2
        where import_id = $1 and outcome = 'changed'",
        import.uuid(),
        Kept::SaleBefore.as_str(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// By id, as heads are locked.
async fn next_page(db: &mut PgConnection, import: ImportId) -> Result<Vec<Made>, StoreError> {
    sqlx::query!(
        r#"select shop_order_id, revision as "revision!" from ledger.import_order
        where import_id = $1 and outcome = 'made' and undo is null
        order by shop_order_id
        limit $2"#,
        import.uuid(),
        PAGE_LIMIT,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|made| {
        Ok(Made {
            order: ShopOrderId::new(&made.shop_order_id).map_err(|_| {
                StoreError::corrupt("import_order", "shop_order_id", &made.shop_order_id)
            })?,
            revision: made.revision,
        })
    })
    .collect()
}

/// Which of the sales, each by its place, moved stock after the revision that the import made, or had something
/// returned at a till.
async fn moved_since(
    db: &mut PgConnection,
    sales: &[RecordedSale],
    page: &[Made],
) -> Result<Vec<bool>, StoreError> {
    let ids: Vec<Uuid> = sales.iter().map(|sale| sale.sale.uuid()).collect();
    let revisions: Vec<i32> = page.iter().map(|made| made.revision).collect();
    let places = sqlx::query_scalar!(
        r#"select k.place as "place!"
        from unnest($1::uuid[], $2::integer[]) with ordinality k (sale_id, revision, place)
        where exists (
            select from ledger.stock_movement m
            where m.sale_id = k.sale_id and m.revision > k.revision)
            or exists (
                select from ledger.till_line t
                join ledger.sale x on x.sale_id = t.sale_id
                where t.returned_sale_id = k.sale_id and x.state = 'closed')"#,
        &ids,
        &revisions,
    )
    .fetch_all(db)
    .await?;
    let mut moved = vec![false; sales.len()];
    for place in places {
        if let Some(slot) = moved.get_mut(row::place(place)) {
            *slot = true;
        }
    }
    Ok(moved)
}

async fn write(
    db: &mut PgConnection,
    import: ImportId,
    of: ConnectionId,
    orders: &[&ShopOrderId],
    sales: Vec<WithdrawnSale>,
    now: Timestamp,
) -> Result<(), StoreError> {
    if sales.is_empty() {
        return Ok(());
    }
    let cause = Delivery {
        id: format!("{TOPIC}:{import}"),
        topic: TOPIC.to_owned(),
        received_at: now,
    };
    let rows = orders.iter().zip(&sales).map(|(order, sale)| DeliveryRow {
        connection: of,
        order,
        delivery: &cause,
        version: None,
        outcome: Outcome::Recorded,
        revision: Some(sale.revision),
    });
    let deliveries: Vec<DeliveryRow<'_>> = rows.collect();
    let texts: Vec<&str> = orders.iter().map(|order| order.as_str()).collect();
    void(db, of, &texts, &sales, now).await?;

    let (mut movements, mut payments, mut dirty) = (Vec::new(), Vec::new(), Vec::new());
    for sale in sales {
        let WithdrawnSale {
            sale: _,
            revision: _,
            state: _,
            balance: _,
            movements: moved,
            payments: paid,
            dirty: changed,
        } = sale;
        let moved: Vec<MovementRow> = moved;
        let paid: Vec<PaymentRow> = paid;
        movements.extend(moved);
        payments.extend(paid);
        dirty.extend(changed);
    }
    sort_once(&mut dirty);
    sale::write_payments(db, &payments, now).await?;
    delivery::write(db, &deliveries).await?;
    withdrawn::write(db, import, of, &texts, now).await?;
    sqlx::query!(
        "update ledger.import_order set undo = 'undone'
        where import_id = $1 and shop_order_id = any($2)",
        import.uuid(),
        &texts as _,
    )
    .execute(&mut *db)
    .await?;
    level::move_stock(db, &movements, now).await?;
    outbox::mark(db, &dirty, now).await
}

/// The outbox takes each key once, in order.
fn sort_once(dirty: &mut Vec<Dirty>) {
    dirty.sort_unstable();
    dirty.dedup();
}

/// Void, with nothing received and nothing taken from stock; their movements are written apart.
pub(in crate::store) async fn void(
    db: &mut PgConnection,
    of: ConnectionId,
    orders: &[&str],
    sales: &[WithdrawnSale],
    now: Timestamp,
) -> Result<(), StoreError> {
    let ids: Vec<Uuid> = sales.iter().map(|sale| sale.sale.uuid()).collect();
    let revisions: Vec<i32> = sales.iter().map(|sale| sale.revision).collect();
    let states: Vec<&str> = sales.iter().map(|sale| sale.state.as_str()).collect();
    let balances: Vec<&str> = sales.iter().map(|sale| sale.balance.as_str()).collect();
    sqlx::query!(
        "update ledger.shop_order h set revision = n.revision
        from unnest($2::text[], $3::integer[]) n (shop_order_id, revision)
        where h.connection_id = $1 and h.shop_order_id = n.shop_order_id",
        of.uuid(),
        orders as _,
        &revisions,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update ledger.sale s
        set state = n.state, balance = n.balance, received_minor = 0, refunded_minor = 0,
            revision = n.revision, changed_at = $5,
            changed_xid = (select pg_current_xact_id()::text::bigint)
        from unnest($1::uuid[], $2::integer[], $3::text[], $4::text[])
            n (sale_id, revision, state, balance)
        where s.sale_id = n.sale_id",
        &ids,
        &revisions,
        &states as _,
        &balances as _,
        row::at(now) as _,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update ledger.sale_line set deducted_milli = 0, awaiting_milli = 0
        where sale_id = any($1) and (deducted_milli <> 0 or awaiting_milli <> 0)",
        &ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn keep(
    db: &mut PgConnection,
    import: ImportId,
    kept: &[(&str, Kept)],
) -> Result<(), StoreError> {
    if kept.is_empty() {
        return Ok(());
    }
    let orders: Vec<&str> = kept.iter().map(|(order, _)| *order).collect();
    let reasons: Vec<&str> = kept.iter().map(|(_, why)| why.as_str()).collect();
    sqlx::query!(
        "update ledger.import_order o set undo = 'kept', kept_reason = n.reason
        from unnest($2::text[], $3::text[]) n (shop_order_id, reason)
        where o.import_id = $1 and o.shop_order_id = n.shop_order_id",
        import.uuid(),
        &orders as _,
        &reasons as _,
    )
    .execute(db)
    .await?;
    Ok(())
}
