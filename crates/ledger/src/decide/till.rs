//! What is sold at a till, as rows: one more sale, of the register's own connection.

use std::collections::BTreeSet;

use jiff::Timestamp;
use retail::kit::{self, MadeOf, Moved};
use retail::sale::RecordedLine;
use retail::settlement::Settlement;
use retail::till::Amounts;
use retail::{
    ConnectionId, ContentHash, CustomerId, ItemId, LineKey, Money, OutletId, Quantity, RegisterId,
    RetailerId, SaleId, SaleState, ShopOrderId, StockRule, Version,
};
use service::clock::Ids;

use super::{
    Delivery, DeliveryRow, Dirty, HeadRow, ItemKind, KitPartRow, LineRow, MovementCause,
    MovementRow, Naming, Outcome, Plan, SaleRow, receipt_key,
};

/// The platform of the connections that tills have.
pub const TILL_PLATFORM: &str = "till";

/// A sale as it is recorded at a till. It never changes but for being void and paid.
#[derive(Debug)]
pub struct TillSale<'a> {
    pub retailer: RetailerId,
    pub outlet: OutletId,
    pub register: RegisterId,
    pub connection: ConnectionId,
    pub sale: SaleId,
    pub order: &'a ShopOrderId,
    pub receipt_number: &'a str,
    pub customer: CustomerId,
    pub total: Money,
    pub tax: Money,
    pub settlement: Settlement,
    pub lines: &'a [TillLine],
    /// Of what those that are kits are made.
    pub made: &'a MadeOf,
    pub sold_at: Timestamp,
    /// What asked for it.
    pub delivery: &'a Delivery,
    pub content: ContentHash,
}

#[derive(Clone, Debug)]
pub struct TillLine {
    pub key: LineKey,
    pub item: ItemId,
    pub kind: ItemKind,
    pub name: String,
    /// Negative in a return.
    pub quantity: Quantity,
    pub amounts: Amounts,
    /// What stock gives for it; less than nothing, what stock gets back. What is returned may be beyond selling, or
    /// was never taken.
    pub stocked: Quantity,
}

impl TillLine {
    fn held(&self) -> RecordedLine {
        RecordedLine {
            key: self.key.clone(),
            item: self.item,
            named: None,
            deducted: self.deducted(),
            awaiting: Quantity::ZERO,
        }
    }

    fn deducted(&self) -> Quantity {
        match self.kind {
            ItemKind::Product => self.stocked,
            ItemKind::Shipping
            | ItemKind::Handling
            | ItemKind::GiftWrapping
            | ItemKind::Fee
            | ItemKind::Rounding => Quantity::ZERO,
        }
    }
}

impl<'a> TillSale<'a> {
    /// Everything that recording it writes.
    #[must_use]
    pub fn plan(&self, ids: &dyn Ids) -> Plan<'a> {
        let version = Version {
            modified_at: self.delivery.received_at,
            content: self.content,
        };
        let (mut movements, mut dirty) = (Vec::new(), BTreeSet::new());
        dirty.insert(Dirty::Sale(self.retailer, self.sale));
        let held: Vec<RecordedLine> = self.lines.iter().map(TillLine::held).collect();
        for Moved { movement, kit } in kit::movements(&[], &held, self.made) {
            dirty.insert(Dirty::Stock(self.retailer, movement.item, self.outlet));
            movements.push(MovementRow {
                movement: ids.next(),
                item: movement.item,
                outlet: self.outlet,
                quantity: movement.quantity,
                cause: MovementCause::Sale {
                    sale: self.sale,
                    line: movement.line,
                    revision: 1,
                    kit,
                },
            });
        }
        Plan {
            heads: vec![HeadRow {
                connection: self.connection,
                order: self.order,
                is_new: true,
                sale: Some(self.sale),
                revision: 1,
                version: Some(version),
                draft: None,
                open: None,
            }],
            sales: vec![self.sale_row()],
            lines: self.line_rows(),
            movements,
            kit_parts: KitPartRow::of(self.sale, self.made.clone()).collect(),
            deliveries: vec![DeliveryRow {
                connection: self.connection,
                order: self.order,
                delivery: self.delivery,
                version: Some(version),
                outcome: Outcome::Recorded,
                revision: Some(1),
            }],
            dirty: dirty.into_iter().collect(),
            ..Plan::default()
        }
    }

    fn sale_row(&self) -> SaleRow<'a> {
        let nothing = Money::zero(self.total.currency());
        SaleRow {
            sale: self.sale,
            is_new: true,
            retailer: self.retailer,
            outlet: self.outlet,
            register: self.register,
            connection: self.connection,
            order: self.order,
            receipt_number: self.receipt_number,
            receipt_key: receipt_key(self.receipt_number),
            state: SaleState::Closed,
            balance: self.settlement.balance,
            total: self.total,
            tax: self.tax,
            stock_rule: StockRule::AtOrder,
            // No shop tells of any payment.
            received: nothing,
            refunded: nothing,
            applied: self.settlement.applied,
            covered: nothing,
            customer: self.customer,
            shop_status: "",
            warning_not_imported: false,
            is_to_fulfil: false,
            revision: 1,
            placed_at: self.sold_at,
        }
    }

    fn line_rows(&self) -> Vec<LineRow<'a>> {
        let positions = 0_i32..;
        self.lines
            .iter()
            .zip(positions)
            .map(|(line, position)| LineRow {
                sale: self.sale,
                key: line.key.clone(),
                position,
                item: line.item,
                naming: Naming::Own,
                name: &line.name,
                quantity: line.quantity,
                restocked: Quantity::ZERO,
                // Handed over at the till.
                fulfilled: line.quantity.max(Quantity::ZERO),
                deducted: line.deducted(),
                awaiting: Quantity::ZERO,
                net: line.amounts.net,
                tax: line.amounts.tax,
                placed_at: self.sold_at,
            })
            .collect()
    }
}
