//! A sale with everything people see of it.

use std::collections::HashMap;

use jiff::Timestamp;
use retail::fulfilment::Progress;
use retail::{Balance, Currency, Money, PaymentKind, Quantity, SaleState, StockRule};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{ChangeKey, Reader};
use crate::decide::ItemKind;
use crate::store::row::SqlTimestamp;
use crate::store::{InvoiceView, StoreError, row};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleView {
    pub sale: Uuid,
    pub retailer: Uuid,
    pub outlet: Uuid,
    pub register: Uuid,
    pub connection: Uuid,
    pub order: String,
    pub receipt_number: String,
    pub state: SaleState,
    pub balance: Balance,
    pub total: Money,
    pub tax: Money,
    /// What the shop tells and what people recorded, counted once.
    pub received: Money,
    /// How much of what the shop tells people had recorded (SH-13).
    pub covered: Money,
    pub refunded: Money,
    pub customer: Uuid,
    pub customer_name: String,
    pub placed_at: Timestamp,
    pub recorded_at: Timestamp,
    pub changed_at: Timestamp,
    pub revision: i32,
    pub shop_status: String,
    pub warning_not_imported: bool,
    pub stock_rule: StockRule,
    pub has_invoice: bool,
    /// Empty unless asked for.
    pub lines: Vec<LineView>,
    /// Empty unless asked for.
    pub payments: Vec<PaymentView>,
    /// Empty unless asked for.
    pub invoices: Vec<InvoiceView>,
}

/// How much of a sale is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaleParts {
    /// Neither lines nor payments.
    Head,
    All,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineView {
    pub key: String,
    pub item: Uuid,
    pub sku: Option<String>,
    pub name: String,
    pub kind: ItemKind,
    pub quantity: Quantity,
    pub restocked: Quantity,
    pub fulfilled: Quantity,
    /// How far it has come by what the shop says and people did.
    pub progress: Progress,
    pub deducted: Quantity,
    /// Held besides, and taken once it is invoiced.
    pub awaiting: Quantity,
    pub net: Money,
    pub tax: Money,
}

/// What is booked under one payment key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentView {
    pub key: String,
    pub kind: PaymentKind,
    pub method: String,
    pub amount: Money,
    pub paid_at: Option<Timestamp>,
    /// By a person, and not told by the shop.
    pub is_by_hand: bool,
}

/// A sale and its customer's name, as they lie in the database.
pub(super) struct SaleRow {
    pub(super) sale_id: Uuid,
    pub(super) retailer_id: Uuid,
    pub(super) outlet_id: Uuid,
    pub(super) register_id: Uuid,
    pub(super) connection_id: Uuid,
    pub(super) shop_order_id: String,
    pub(super) receipt_number: String,
    pub(super) state: String,
    pub(super) balance: String,
    pub(super) currency: String,
    pub(super) total_minor: i64,
    pub(super) tax_minor: i64,
    pub(super) received_minor: i64,
    pub(super) applied_minor: i64,
    pub(super) covered_minor: i64,
    pub(super) refunded_minor: i64,
    pub(super) customer_id: Uuid,
    pub(super) customer_name: String,
    pub(super) shop_status: String,
    pub(super) warning_not_imported: bool,
    pub(super) revision: i32,
    pub(super) stock_rule: String,
    pub(super) has_invoice: bool,
    pub(super) placed_at: SqlTimestamp,
    pub(super) recorded_at: SqlTimestamp,
    pub(super) changed_at: SqlTimestamp,
    pub(super) changed_xid: i64,
}

/// Asks for the [`SaleRow`]s of a sale `s` and its customer `c`, wherever they come from.
macro_rules! sale_rows {
    ($from:tt, $($argument:tt)*) => {
        sqlx::query_as!(
            $crate::store::read::sale_view::SaleRow,
            r#"select s.sale_id, s.retailer_id, s.outlet_id, s.register_id, s.connection_id,
                s.shop_order_id, s.receipt_number, s.state, s.balance, s.currency, s.total_minor,
                s.tax_minor, s.received_minor, s.applied_minor,
                s.covered_minor, s.refunded_minor, s.customer_id,
                c.name as customer_name, s.shop_status, s.warning_not_imported, s.revision,
                s.stock_rule, s.has_invoice,
                s.placed_at as "placed_at: SqlTimestamp",
                s.recorded_at as "recorded_at: SqlTimestamp",
                s.changed_at as "changed_at: SqlTimestamp",
                s.changed_xid "# + $from,
            $($argument)*
        )
    };
}
pub(super) use sale_rows;

impl SaleRow {
    /// Its place in the order of changes.
    pub(super) const fn place(&self) -> ChangeKey {
        ChangeKey {
            xid: self.changed_xid,
            sale: self.sale_id,
        }
    }

    /// Without lines, payments and invoices.
    pub(super) fn view(self) -> Result<SaleView, StoreError> {
        let currency = row::currency_from(&self.currency)?;
        Ok(SaleView {
            sale: self.sale_id,
            retailer: self.retailer_id,
            outlet: self.outlet_id,
            register: self.register_id,
            connection: self.connection_id,
            order: self.shop_order_id,
            receipt_number: self.receipt_number,
            state: row::state_from(&self.state)?,
            balance: row::balance_from(&self.balance)?,
            total: Money::new(self.total_minor, currency),
            tax: Money::new(self.tax_minor, currency),
            received: Money::new(
                self.received_minor + self.applied_minor - self.covered_minor,
                currency,
            ),
            covered: Money::new(self.covered_minor, currency),
            refunded: Money::new(self.refunded_minor, currency),
            customer: self.customer_id,
            customer_name: self.customer_name,
            placed_at: self.placed_at.to_jiff(),
            recorded_at: self.recorded_at.to_jiff(),
            changed_at: self.changed_at.to_jiff(),
            revision: self.revision,
            shop_status: self.shop_status,
            warning_not_imported: self.warning_not_imported,
            stock_rule: row::stock_rule_from(&self.stock_rule)?,
            has_invoice: self.has_invoice,
            lines: Vec::new(),
            payments: Vec::new(),
            invoices: Vec::new(),
        })
    }
}

impl Reader {
    /// One sale, with its lines and payments.
    pub async fn sale(&self, retailer: Uuid, sale: Uuid) -> Result<Option<SaleView>, StoreError> {
        let mut db = self.snapshot().await?;
        let mut found = SaleView::load(&mut db, &[sale]).await?;
        found.retain(|sale| sale.retailer == retailer);
        SaleView::fill(&mut db, &mut found).await?;
        Ok(found.pop())
    }
}

impl SaleView {
    /// For answers that are kept: what is personal stands nowhere but with the customers.
    #[must_use]
    pub fn without_name(self) -> Self {
        Self {
            customer_name: String::new(),
            ..self
        }
    }

    /// The sales of these ids, in their order, without lines and payments.
    pub(in crate::store) async fn load(
        db: &mut PgConnection,
        ids: &[Uuid],
    ) -> Result<Vec<Self>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        sale_rows!(
            "from unnest($1::uuid[]) with ordinality k (sale_id, place)
            join ledger.sale s on s.sale_id = k.sale_id
            join ledger.customer c on c.customer_id = s.customer_id
            order by k.place",
            ids,
        )
        .fetch_all(db)
        .await?
        .into_iter()
        .map(SaleRow::view)
        .collect()
    }

    /// Adds lines, payments and invoices.
    pub(in crate::store) async fn fill(
        db: &mut PgConnection,
        sales: &mut [Self],
    ) -> Result<(), StoreError> {
        let currencies: HashMap<Uuid, Currency> = sales
            .iter()
            .map(|sale| (sale.sale, sale.total.currency()))
            .collect();
        let ids: Vec<Uuid> = currencies.keys().copied().collect();
        let mut lines = lines(db, &ids, &currencies).await?;
        let mut payments = payments(db, &ids).await?;
        let some = sales.iter().filter(|sale| sale.has_invoice);
        let ids: Vec<Uuid> = some.map(|sale| sale.sale).collect();
        let mut invoices = InvoiceView::of_sales(db, &ids).await?;
        for sale in sales {
            sale.lines = lines.remove(&sale.sale).unwrap_or_default();
            sale.payments = payments.remove(&sale.sale).unwrap_or_default();
            sale.invoices = invoices.remove(&sale.sale).unwrap_or_default();
        }
        Ok(())
    }
}

/// Each sale's rows are sought on their own (`offset 0` keeps them so): statistics lag behind a table that
/// grows fast, and by old ones a plan for all of them at once reads the whole table.
async fn lines(
    db: &mut PgConnection,
    ids: &[Uuid],
    currencies: &HashMap<Uuid, Currency>,
) -> Result<HashMap<Uuid, Vec<LineView>>, StoreError> {
    let rows = sqlx::query!(
        "select l.sale_id, l.line_key, l.item_id, i.sku, l.name, i.kind, l.quantity_milli,
            l.restocked_milli, l.fulfilled_milli, l.picked_milli, l.packed_milli, l.handed_over_milli,
            l.deducted_milli, l.awaiting_milli, l.net_minor, l.tax_minor
        from unnest($1::uuid[]) k (sale_id)
        cross join lateral (
            select * from ledger.sale_line line where line.sale_id = k.sale_id offset 0) l
        join ledger.item i on i.item_id = l.item_id
        order by l.sale_id, l.position",
        ids,
    )
    .fetch_all(db)
    .await?;
    let mut lines: HashMap<Uuid, Vec<LineView>> = HashMap::new();
    for line in rows {
        let Some(currency) = currencies.get(&line.sale_id) else {
            continue;
        };
        lines.entry(line.sale_id).or_default().push(LineView {
            key: line.line_key,
            item: line.item_id,
            sku: line.sku,
            name: line.name,
            kind: row::item_kind_from(&line.kind)?,
            quantity: Quantity::from_milli(line.quantity_milli),
            restocked: Quantity::from_milli(line.restocked_milli),
            fulfilled: Quantity::from_milli(line.fulfilled_milli),
            progress: Progress {
                kept: Quantity::from_milli(line.quantity_milli - line.restocked_milli)
                    .max(Quantity::ZERO),
                picked: Quantity::from_milli(line.picked_milli.unwrap_or(line.fulfilled_milli)),
                packed: Quantity::from_milli(line.packed_milli.unwrap_or(line.fulfilled_milli)),
                handed_over: Quantity::from_milli(
                    line.handed_over_milli.unwrap_or(line.fulfilled_milli),
                ),
            },
            deducted: Quantity::from_milli(line.deducted_milli),
            awaiting: Quantity::from_milli(line.awaiting_milli),
            net: Money::new(line.net_minor, *currency),
            tax: Money::new(line.tax_minor, *currency),
        });
    }
    Ok(lines)
}

/// Of an order that changed its currency, what was booked in the old one is booked back and not shown.
async fn payments(
    db: &mut PgConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<PaymentView>>, StoreError> {
    let rows = sqlx::query!(
        r#"select p.sale_id, payment_key, kind, currency,
            sum(amount_minor)::bigint as "amount_minor!",
            (array_agg(method order by revision desc))[1] as "method!",
            (array_agg(paid_at order by revision desc))[1] as "paid_at: SqlTimestamp"
        from unnest($1::uuid[]) k (sale_id)
        cross join lateral (
            select * from ledger.payment paid where paid.sale_id = k.sale_id offset 0) p
        group by p.sale_id, payment_key, kind, currency
        having sum(amount_minor) <> 0
        order by p.sale_id, min(revision), payment_key, kind, currency"#,
        ids,
    )
    .fetch_all(&mut *db)
    .await?;
    let mut payments: HashMap<Uuid, Vec<PaymentView>> = HashMap::new();
    for payment in rows {
        payments
            .entry(payment.sale_id)
            .or_default()
            .push(PaymentView {
                key: payment.payment_key,
                kind: row::payment_kind_from(&payment.kind)?,
                method: payment.method,
                amount: Money::new(payment.amount_minor, row::currency_from(&payment.currency)?),
                paid_at: payment.paid_at.map(SqlTimestamp::to_jiff),
                is_by_hand: false,
            });
    }
    let by_hand = sqlx::query!(
        r#"select p.sale_id, p.payment_id, p.payment_type, p.currency, p.amount_minor,
            p.paid_at as "paid_at: SqlTimestamp"
        from unnest($1::uuid[]) k (sale_id)
        cross join lateral (
            select * from ledger.till_payment paid where paid.sale_id = k.sale_id offset 0) p
        order by p.recorded_at, p.payment_id"#,
        ids,
    )
    .fetch_all(db)
    .await?;
    for payment in by_hand {
        payments
            .entry(payment.sale_id)
            .or_default()
            .push(PaymentView {
                key: payment.payment_id.to_string(),
                kind: if payment.amount_minor < 0 {
                    PaymentKind::Refunded
                } else {
                    PaymentKind::Received
                },
                method: payment.payment_type,
                amount: Money::new(
                    payment.amount_minor.saturating_abs(),
                    row::currency_from(&payment.currency)?,
                ),
                paid_at: Some(payment.paid_at.to_jiff()),
                is_by_hand: true,
            });
    }
    Ok(payments)
}
