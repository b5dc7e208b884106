//! Records an invoice, and moves what it moves.

use jiff::Timestamp;
use retail::kit::{self, Moved};
use retail::posting::{InvoiceKind, InvoicedLine, Invoicing, Movement, invoice};
use retail::sale::{Recorded, RecordedLine};
use retail::{ConnectionId, Quantity, RetailerId, SaleId, ShopOrderId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{InvoiceError, InvoiceLineView, InvoiceView};
use crate::decide::{
    Delivery, DeliveryRow, Dirty, Group, MovementCause, MovementRow, Outcome, RecordedSale,
};
use crate::desk::Act;
use crate::store::once::as_kept;
use crate::store::{Once, StoreError, connection, delivery, head, level, outbox, row};

/// What the receipt of an order calls an invoice of it.
const TOPIC: &str = "invoice.recorded";

/// A document that the caller says was made.
#[derive(Clone, Debug)]
pub struct InvoiceAsked {
    pub sale: SaleId,
    /// The document's own id: it is recorded once, under whatever request.
    pub invoice: Uuid,
    pub kind: InvoiceKind,
    pub number: String,
    /// `None`: now.
    pub issued_at: Option<Timestamp>,
    pub lines: Vec<InvoicedLine>,
}

/// A document, and the lines that it speaks of as they are now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedInvoice {
    pub invoice: InvoiceView,
    pub lines: Vec<InvoicedLineView>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoicedLineView {
    pub key: String,
    pub invoiced: Quantity,
    pub deducted: Quantity,
    pub awaiting: Quantity,
}

/// An order and its sale, locked with the order's head.
struct Locked {
    connection: ConnectionId,
    order: ShopOrderId,
    sale: RecordedSale,
}

impl Once {
    /// Records the document and moves what it moves; one that was recorded before is told again.
    pub async fn record_invoice(
        &mut self,
        asked: &InvoiceAsked,
    ) -> Result<RecordedInvoice, InvoiceError> {
        let (retailer, now) = (self.retailer(), self.now());
        let act = self.act().clone();
        let Locked {
            connection,
            order,
            sale,
        } = Locked::find(self.db(), retailer, asked.sale).await?;
        let before = InvoiceView::of_sales(self.db(), &[asked.sale.uuid()]).await?;
        let mut before = before.into_values().flatten();
        if let Some(before) = before.find(|before| before.invoice == asked.invoice) {
            if !asked.is(&before) {
                return Err(InvoiceError::Differs(asked.invoice));
            }
            return Ok(RecordedInvoice::of(before, &sale.recorded));
        }
        let Invoicing {
            invoiced,
            lines,
            movements: _,
        } = invoice(&sale.recorded, asked.kind, &asked.lines)?;
        let changed: Vec<&RecordedLine> = lines
            .iter()
            .zip(&sale.recorded.lines)
            .filter(|(after, before)| after != before)
            .map(|(after, _)| after)
            .collect();
        let revision = (!changed.is_empty()).then(|| sale.revision.saturating_add(1));
        let view = asked.view(now, revision);
        insert(self.db(), retailer, &view, &act).await?;
        touch(self.db(), &view, now).await?;
        if let Some(revision) = revision {
            revise(self.db(), asked.sale, revision, &changed).await?;
            let cause = Delivery {
                id: format!("{TOPIC}:{}", asked.invoice),
                topic: TOPIC.to_owned(),
                received_at: now,
            };
            let delivered = DeliveryRow {
                connection,
                order: &order,
                delivery: &cause,
                version: None,
                outcome: Outcome::Recorded,
                revision: Some(revision),
            };
            delivery::write(self.db(), &[delivered]).await?;
        }
        // What posting says moves, with the parts of kits in their place.
        let rows: Vec<MovementRow> = kit::movements(&sale.recorded.lines, &lines, &sale.made)
            .into_iter()
            .map(|moved| self.row(moved, &sale, revision.unwrap_or(sale.revision)))
            .collect();
        level::move_stock(self.db(), &rows, now).await?;
        let mut dirty = vec![Dirty::Sale(retailer, asked.sale)];
        dirty.extend(
            rows.iter()
                .map(|row| Dirty::Stock(retailer, row.item, row.outlet)),
        );
        dirty.sort_unstable();
        dirty.dedup();
        outbox::mark(self.db(), &dirty, now).await?;
        let recorded = Recorded {
            invoiced,
            lines,
            ..sale.recorded
        };
        Ok(RecordedInvoice::of(view, &recorded))
    }

    fn row(&self, moved: Moved, sale: &RecordedSale, revision: i32) -> MovementRow {
        let Moved { movement, kit } = moved;
        let Movement {
            line,
            item,
            quantity,
        } = movement;
        MovementRow {
            movement: self.new_id(),
            item,
            outlet: sale.outlet,
            quantity,
            cause: MovementCause::Sale {
                sale: sale.sale,
                line,
                revision,
                kit,
            },
        }
    }
}

impl Locked {
    /// The head first, as every writer does.
    async fn find(
        db: &mut PgConnection,
        retailer: RetailerId,
        sale: SaleId,
    ) -> Result<Self, InvoiceError> {
        let found = sqlx::query!(
            "select h.connection_id, h.shop_order_id
            from ledger.sale s
            join ledger.shop_order h
                on h.connection_id = s.connection_id and h.shop_order_id = s.shop_order_id
            where s.sale_id = $1 and s.retailer_id = $2",
            sale.uuid(),
            retailer.uuid(),
        )
        .fetch_optional(&mut *db)
        .await?
        .ok_or(InvoiceError::UnknownSale)?;
        let connection = ConnectionId::new(found.connection_id);
        let order = ShopOrderId::new(&found.shop_order_id).map_err(|_| {
            StoreError::corrupt("shop_order", "shop_order_id", &found.shop_order_id)
        })?;
        let settings = connection::by_id(db, &[connection.uuid()]).await?;
        let settings = *settings
            .get(&connection)
            .ok_or_else(|| StoreError::corrupt("sale", "connection_id", "a missing connection"))?;
        let group = Group {
            connection,
            order: &order,
            settings,
            messages: Vec::new(),
        };
        let heads = head::lock(db, &[group]).await?;
        let sale = heads
            .into_iter()
            .find_map(|head| head?.sale)
            .ok_or_else(|| StoreError::corrupt("shop_order", "sale_id", "a missing sale"))?;
        Ok(Self {
            connection,
            order,
            sale,
        })
    }
}

impl InvoiceAsked {
    fn view(&self, now: Timestamp, revision: Option<i32>) -> InvoiceView {
        InvoiceView {
            invoice: self.invoice,
            sale: self.sale.uuid(),
            kind: self.kind,
            number: self.number.clone(),
            issued_at: self.issued_at.map_or(now, as_kept),
            lines: self.sorted_lines(),
            recorded_at: now,
            revision,
        }
    }

    fn sorted_lines(&self) -> Vec<InvoiceLineView> {
        let lines = self.lines.iter().map(|line| InvoiceLineView {
            key: line.key.as_str().to_owned(),
            quantity: line.quantity,
        });
        let mut lines: Vec<InvoiceLineView> = lines.collect();
        lines.sort_by(|a, b| a.key.cmp(&b.key));
        lines
    }

    /// Whether the document was told like this before.
    fn is(&self, before: &InvoiceView) -> bool {
        self.kind == before.kind
            && self.number == before.number
            && self
                .issued_at
                .is_none_or(|at| as_kept(at) == before.issued_at)
            && self.sorted_lines() == before.lines
    }
}

impl RecordedInvoice {
    fn of(invoice: InvoiceView, recorded: &Recorded) -> Self {
        let lines = invoice.lines.iter().map(|told| {
            let line = recorded
                .lines
                .iter()
                .find(|line| line.key.as_str() == told.key);
            let invoiced = recorded
                .invoiced
                .iter()
                .find(|(key, _)| key.as_str() == told.key);
            InvoicedLineView {
                key: told.key.clone(),
                invoiced: invoiced.map(|(_, quantity)| *quantity).unwrap_or_default(),
                deducted: line.map(|line| line.deducted).unwrap_or_default(),
                awaiting: line.map(|line| line.awaiting).unwrap_or_default(),
            }
        });
        Self {
            lines: lines.collect(),
            invoice,
        }
    }
}

async fn insert(
    db: &mut PgConnection,
    retailer: RetailerId,
    view: &InvoiceView,
    act: &Act,
) -> Result<(), InvoiceError> {
    let InvoiceView {
        invoice,
        sale,
        kind,
        number,
        issued_at,
        lines,
        recorded_at,
        revision,
    } = view;
    let inserted = sqlx::query!(
        "insert into ledger.invoice (retailer_id, invoice_id, sale_id, kind, number, issued_at,
            revision, recorded_at, actor, note)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict on constraint invoice_pkey do nothing",
        retailer.uuid(),
        invoice,
        sale,
        kind.as_str(),
        number,
        row::at(*issued_at) as _,
        *revision,
        row::at(*recorded_at) as _,
        act.actor,
        act.note,
    )
    .execute(&mut *db)
    .await?;
    // The sale's own documents were looked through under its lock: it is another sale's.
    if inserted.rows_affected() == 0 {
        return Err(InvoiceError::Differs(*invoice));
    }
    let keys: Vec<&str> = lines.iter().map(|line| line.key.as_str()).collect();
    let quantities: Vec<i64> = lines.iter().map(|line| line.quantity.milli()).collect();
    sqlx::query!(
        "insert into ledger.invoice_line (retailer_id, invoice_id, line_key, quantity_milli)
        select $1, $2, n.* from unnest($3::text[], $4::bigint[]) n",
        retailer.uuid(),
        invoice,
        &keys as _,
        &quantities,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Readers see the sale anew, whatever the document moves.
async fn touch(
    db: &mut PgConnection,
    view: &InvoiceView,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update ledger.sale
        set has_invoice = true, revision = coalesce($2, revision), changed_at = $3,
            changed_xid = (select pg_current_xact_id()::text::bigint)
        where sale_id = $1",
        view.sale,
        view.revision,
        row::at(now) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives the order its new revision and the lines what they hold now.
async fn revise(
    db: &mut PgConnection,
    sale: SaleId,
    revision: i32,
    changed: &[&RecordedLine],
) -> Result<(), StoreError> {
    let keys: Vec<&str> = changed.iter().map(|line| line.key.as_str()).collect();
    let deducted: Vec<i64> = changed.iter().map(|line| line.deducted.milli()).collect();
    let awaiting: Vec<i64> = changed.iter().map(|line| line.awaiting.milli()).collect();
    sqlx::query!(
        "update ledger.shop_order h set revision = $2
        from ledger.sale s
        where s.sale_id = $1 and h.connection_id = s.connection_id
            and h.shop_order_id = s.shop_order_id",
        sale.uuid(),
        revision,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update ledger.sale_line l
        set deducted_milli = n.deducted, awaiting_milli = n.awaiting
        from unnest($2::text[], $3::bigint[], $4::bigint[]) n (line_key, deducted, awaiting)
        where l.sale_id = $1 and l.line_key = n.line_key",
        sale.uuid(),
        &keys as _,
        &deducted,
        &awaiting,
    )
    .execute(db)
    .await?;
    Ok(())
}
