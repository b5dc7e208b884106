//! Order heads: the lock that puts one order's snapshots in a row, and what is recorded of it.

use std::collections::{BTreeMap, HashMap};

use retail::sale::{Recorded, RecordedLine, RecordedPayment};
use retail::settlement::Applied;
use retail::{
    CustomerId, ItemId, LineKey, Money, OutletId, PaymentKey, Quantity, SaleId, SaleState,
    StockRule, Version,
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::row::{self, SqlTimestamp};
use super::{StoreError, fulfilment, invoice, kit, register, row::place};
use crate::decide::{Group, Head, HeadRow, Naming, Open, RecordedSale};

/// Locks the heads of the orders that have one, sorted by key, and reads their sales.
///
/// The sales are read by statements of their own: under READ COMMITTED a statement that had to wait
/// for a lock sees the locked row anew, but everything else as it was before the wait.
pub(super) async fn lock(
    db: &mut PgConnection,
    groups: &[Group<'_>],
) -> Result<Vec<Option<Head>>, StoreError> {
    let connections: Vec<Uuid> = groups.iter().map(|group| group.connection.uuid()).collect();
    let orders: Vec<&str> = groups.iter().map(|group| group.order.as_str()).collect();
    let found = sqlx::query!(
        r#"select k.place as "place!", h.sale_id, h.revision,
            h.version_at as "version_at: SqlTimestamp", h.version_hash,
            h.draft_at as "draft_at: SqlTimestamp", h.draft_hash,
            h.open_at as "open_at: SqlTimestamp", h.open_hash, h.open_cause,
            w.version_at as "held_at?: SqlTimestamp", w.version_hash as "held_hash?"
        from unnest($1::uuid[], $2::text[]) with ordinality k (connection_id, shop_order_id, place)
        join ledger.shop_order h
            on h.connection_id = k.connection_id and h.shop_order_id = k.shop_order_id
        left join ledger.held_order w
            on w.connection_id = h.connection_id and w.shop_order_id = h.shop_order_id
        order by h.connection_id, h.shop_order_id
        for update of h"#,
        &connections,
        &orders as _,
    )
    .fetch_all(&mut *db)
    .await?;

    let mut heads = vec![None; groups.len()];
    if found.is_empty() {
        return Ok(heads);
    }
    let ids: Vec<Uuid> = found.iter().filter_map(|head| head.sale_id).collect();
    let mut sales = sales(db, &ids).await?;
    let mut lines = lines(db, &ids).await?;
    let mut payments = payments(db, &ids).await?;
    let mut by_hand = by_hand(db, &sales).await?;
    let worked = sales.iter().filter(|(_, booked)| booked.has_work);
    let worked: Vec<Uuid> = worked.map(|(id, _)| *id).collect();
    let mut work = fulfilment::work(db, &worked).await?;
    let of_kits = sales.iter().filter(|(_, booked)| booked.has_kit);
    let of_kits: Vec<Uuid> = of_kits.map(|(id, _)| *id).collect();
    let mut made = kit::made_of(db, &of_kits).await?;
    let mut invoiced = invoiced(db, &sales).await?;
    for head in found {
        let version = row::version_from(head.version_at, head.version_hash)?;
        let draft = row::version_from(head.draft_at, head.draft_hash)?;
        let held = row::version_from(head.held_at, head.held_hash)?;
        let open = row::version_from(head.open_at, head.open_hash)?
            .zip(head.open_cause)
            .map(|(version, cause)| {
                let cause = row::cause_from(&cause)?;
                Ok::<_, StoreError>(Open { version, cause })
            })
            .transpose()?;
        let sale = match (head.sale_id, version) {
            (Some(id), Some(version)) => {
                let Booked {
                    outlet,
                    state,
                    total,
                    stock_rule,
                    erased_customer,
                    has_by_hand: _,
                    has_work: _,
                    has_kit: _,
                    has_invoice: _,
                } = sales.remove(&id).ok_or_else(|| {
                    StoreError::corrupt("shop_order", "sale_id", "a missing sale")
                })?;
                Some(RecordedSale {
                    sale: SaleId::new(id),
                    outlet,
                    revision: head.revision,
                    recorded: Recorded {
                        version,
                        state,
                        total,
                        stock_rule,
                        invoiced: invoiced.remove(&id).unwrap_or_default(),
                        lines: recorded_lines(lines.remove(&id).unwrap_or_default(), version),
                        payments: payments.remove(&id).unwrap_or_default(),
                    },
                    erased_customer,
                    by_hand: by_hand.remove(&id).unwrap_or_default(),
                    work: work.remove(&id).unwrap_or_default(),
                    made: made.remove(&id).unwrap_or_default(),
                })
            }
            _ => None,
        };
        if let Some(slot) = heads.get_mut(place(head.place)) {
            *slot = Some(Head {
                draft,
                sale,
                held,
                open,
            });
        }
    }
    Ok(heads)
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "one for each table in which few sales have rows: the others are not asked for"
)]
struct Booked {
    outlet: OutletId,
    state: SaleState,
    total: Money,
    stock_rule: StockRule,
    erased_customer: Option<CustomerId>,
    /// People recorded something as paid.
    has_by_hand: bool,
    /// People have begun to hand it over.
    has_work: bool,
    /// It sold kits.
    has_kit: bool,
    has_invoice: bool,
}

async fn sales(db: &mut PgConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Booked>, StoreError> {
    sqlx::query!(
        r#"select sale_id, outlet_id, state, currency, total_minor, has_till_payment, stock_rule,
            has_invoice, fulfilment_steps is not null as "has_work!",
            exists (select from ledger.sale_kit_part p where p.sale_id = s.sale_id) as "has_kit!",
            (select c.customer_id from ledger.customer c
                where c.customer_id = s.customer_id and c.erased_at is not null) as erased_customer
        from ledger.sale s where sale_id = any($1)"#,
        ids,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|sale| {
        let booked = Booked {
            outlet: OutletId::new(sale.outlet_id),
            state: row::state_from(&sale.state)?,
            total: Money::new(sale.total_minor, row::currency_from(&sale.currency)?),
            stock_rule: row::stock_rule_from(&sale.stock_rule)?,
            erased_customer: sale.erased_customer.map(CustomerId::new),
            has_by_hand: sale.has_till_payment,
            has_work: sale.has_work,
            has_kit: sale.has_kit,
            has_invoice: sale.has_invoice,
        };
        Ok((sale.sale_id, booked))
    })
    .collect()
}

/// Of few sales people recorded a payment: for the others nothing is asked.
async fn by_hand(
    db: &mut PgConnection,
    sales: &HashMap<Uuid, Booked>,
) -> Result<HashMap<Uuid, Vec<Applied>>, StoreError> {
    let some = sales.iter().filter(|(_, booked)| booked.has_by_hand);
    let ids: Vec<Uuid> = some.map(|(id, _)| *id).collect();
    let mut by_hand: HashMap<Uuid, Vec<Applied>> = HashMap::new();
    if ids.is_empty() {
        return Ok(by_hand);
    }
    for (sale, applied) in register::applied_to(db, &ids).await? {
        by_hand.entry(sale).or_default().push(applied);
    }
    Ok(by_hand)
}

/// Likewise.
async fn invoiced(
    db: &mut PgConnection,
    sales: &HashMap<Uuid, Booked>,
) -> Result<HashMap<Uuid, BTreeMap<LineKey, Quantity>>, StoreError> {
    let some = sales.iter().filter(|(_, booked)| booked.has_invoice);
    let ids: Vec<Uuid> = some.map(|(id, _)| *id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    invoice::invoiced(db, &ids).await
}

struct BookedLine {
    key: LineKey,
    item: ItemId,
    naming: Naming,
    deducted: Quantity,
    awaiting: Quantity,
}

/// Each sale's rows are sought on their own, for the reason given in `read::sale_view`.
async fn lines(
    db: &mut PgConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<BookedLine>>, StoreError> {
    let rows = sqlx::query!(
        r#"select l.sale_id, line_key, item_id, deducted_milli, awaiting_milli,
            named_at as "named_at: SqlTimestamp", named_hash, is_stand_in
        from unnest($1::uuid[]) k (sale_id)
        cross join lateral (
            select * from ledger.sale_line line where line.sale_id = k.sale_id offset 0) l
        order by l.sale_id, position"#,
        ids,
    )
    .fetch_all(db)
    .await?;
    let mut lines: HashMap<Uuid, Vec<BookedLine>> = HashMap::new();
    for line in rows {
        lines.entry(line.sale_id).or_default().push(BookedLine {
            key: LineKey::new(&line.line_key)
                .map_err(|_| StoreError::corrupt("sale_line", "line_key", &line.line_key))?,
            item: ItemId::new(line.item_id),
            naming: row::naming_from(line.named_at, line.named_hash, line.is_stand_in)?,
            deducted: Quantity::from_milli(line.deducted_milli),
            awaiting: Quantity::from_milli(line.awaiting_milli),
        });
    }
    Ok(lines)
}

/// The lines of a sale at `version`.
fn recorded_lines(lines: Vec<BookedLine>, version: Version) -> Vec<RecordedLine> {
    lines
        .into_iter()
        .map(|line| {
            let BookedLine {
                key,
                item,
                naming,
                deducted,
                awaiting,
            } = line;
            RecordedLine {
                key,
                item,
                named: naming.named(version),
                deducted,
                awaiting,
            }
        })
        .collect()
}

async fn payments(
    db: &mut PgConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<RecordedPayment>>, StoreError> {
    let rows = sqlx::query!(
        r#"select p.sale_id, payment_key, kind, currency,
            sum(amount_minor)::bigint as "amount_minor!",
            (array_agg(method order by revision desc))[1] as "method!",
            (array_agg(paid_at order by revision desc))[1] as "paid_at: SqlTimestamp"
        from unnest($1::uuid[]) k (sale_id)
        cross join lateral (
            select * from ledger.payment paid where paid.sale_id = k.sale_id offset 0) p
        group by p.sale_id, payment_key, kind, currency"#,
        ids,
    )
    .fetch_all(db)
    .await?;
    let mut payments: HashMap<Uuid, Vec<RecordedPayment>> = HashMap::new();
    for payment in rows {
        let currency = row::currency_from(&payment.currency)?;
        payments
            .entry(payment.sale_id)
            .or_default()
            .push(RecordedPayment {
                key: PaymentKey::new(&payment.payment_key).map_err(|_| {
                    StoreError::corrupt("payment", "payment_key", &payment.payment_key)
                })?,
                kind: row::payment_kind_from(&payment.kind)?,
                amount: Money::new(payment.amount_minor, currency),
                method: payment.method,
                paid_at: payment.paid_at.map(SqlTimestamp::to_jiff),
            });
    }
    Ok(payments)
}

/// Inserts the heads that are new, then updates the others. A head that came to be meanwhile is a
/// lost race: what was decided for its order was decided on too little.
pub(super) async fn write(db: &mut PgConnection, heads: &[HeadRow<'_>]) -> Result<(), StoreError> {
    let (new, changed): (Vec<&HeadRow<'_>>, Vec<&HeadRow<'_>>) =
        heads.iter().partition(|head| head.is_new);
    if !new.is_empty() {
        let Columns {
            connections,
            orders,
            sales,
            revisions,
            version_at,
            version_hash,
            draft_at,
            draft_hash,
            open_at,
            open_hash,
            open_causes,
        } = Columns::of(&new);
        let inserted = sqlx::query!(
            "insert into ledger.shop_order (connection_id, shop_order_id, sale_id, revision,
                version_at, version_hash, draft_at, draft_hash, open_at, open_hash, open_cause)
            select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::integer[],
                $5::timestamptz[], $6::bytea[], $7::timestamptz[], $8::bytea[],
                $9::timestamptz[], $10::bytea[], $11::text[])
            on conflict on constraint shop_order_pkey do nothing",
            &connections,
            &orders as _,
            &sales as _,
            &revisions,
            &version_at as _,
            &version_hash as _,
            &draft_at as _,
            &draft_hash as _,
            &open_at as _,
            &open_hash as _,
            &open_causes as _,
        )
        .execute(&mut *db)
        .await?;
        if inserted.rows_affected() != new.len() as u64 {
            return Err(StoreError::Race);
        }
    }
    if !changed.is_empty() {
        let Columns {
            connections,
            orders,
            sales,
            revisions,
            version_at,
            version_hash,
            draft_at,
            draft_hash,
            open_at,
            open_hash,
            open_causes,
        } = Columns::of(&changed);
        sqlx::query!(
            "update ledger.shop_order h
            set sale_id = n.sale_id, revision = n.revision, version_at = n.version_at,
                version_hash = n.version_hash, draft_at = n.draft_at, draft_hash = n.draft_hash,
                open_at = n.open_at, open_hash = n.open_hash, open_cause = n.open_cause
            from unnest($1::uuid[], $2::text[], $3::uuid[], $4::integer[],
                $5::timestamptz[], $6::bytea[], $7::timestamptz[], $8::bytea[],
                $9::timestamptz[], $10::bytea[], $11::text[])
                n (connection_id, shop_order_id, sale_id, revision, version_at, version_hash,
                    draft_at, draft_hash, open_at, open_hash, open_cause)
            where h.connection_id = n.connection_id and h.shop_order_id = n.shop_order_id",
            &connections,
            &orders as _,
            &sales as _,
            &revisions,
            &version_at as _,
            &version_hash as _,
            &draft_at as _,
            &draft_hash as _,
            &open_at as _,
            &open_hash as _,
            &open_causes as _,
        )
        .execute(db)
        .await?;
    }
    Ok(())
}

struct Columns<'a> {
    connections: Vec<Uuid>,
    orders: Vec<&'a str>,
    sales: Vec<Option<Uuid>>,
    revisions: Vec<i32>,
    version_at: Vec<Option<SqlTimestamp>>,
    version_hash: Vec<Option<&'a [u8]>>,
    draft_at: Vec<Option<SqlTimestamp>>,
    draft_hash: Vec<Option<&'a [u8]>>,
    open_at: Vec<Option<SqlTimestamp>>,
    open_hash: Vec<Option<&'a [u8]>>,
    open_causes: Vec<Option<&'static str>>,
}

impl<'a> Columns<'a> {
    fn of(heads: &[&'a HeadRow<'_>]) -> Self {
        let (version_at, version_hash) = heads
            .iter()
            .map(|head| row::version_columns(head.version.as_ref()))
            .unzip();
        let (draft_at, draft_hash) = heads
            .iter()
            .map(|head| row::version_columns(head.draft.as_ref()))
            .unzip();
        let (open_at, open_hash) = heads
            .iter()
            .map(|head| row::version_columns(head.open.as_ref().map(|open| &open.version)))
            .unzip();
        Self {
            connections: heads.iter().map(|head| head.connection.uuid()).collect(),
            orders: heads.iter().map(|head| head.order.as_str()).collect(),
            sales: heads
                .iter()
                .map(|head| head.sale.map(SaleId::uuid))
                .collect(),
            revisions: heads.iter().map(|head| head.revision).collect(),
            version_at,
            version_hash,
            draft_at,
            draft_hash,
            open_at,
            open_hash,
            open_causes: heads
                .iter()
                .map(|head| head.open.map(|open| open.cause.as_str()))
                .collect(),
        }
    }
}
