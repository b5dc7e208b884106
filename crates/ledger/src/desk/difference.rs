//! What a sale is, and what the shop says it should be (SH-12).

use std::collections::{BTreeMap, BTreeSet};

use retail::posting::{Changes, OrderUpdates, Policy, Posting, post};
use retail::{ItemId, LineKind, Money, Order, OrderLine, Quantity, SaleState, StockRule};
use uuid::Uuid;

use crate::decide::Reason;
use crate::store::{LineView, SaleView};

/// The difference between a sale and an update that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub before: Figures,
    pub after: Figures,
    /// Those that differ, in the sale's order, new ones last.
    pub lines: Vec<LineDifference>,
    /// Why the order as it is cannot be booked.
    pub refusal: Option<Reason>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    pub state: SaleState,
    pub shop_status: String,
    pub total: Money,
    /// These are `None` where the order cannot be booked.
    pub tax: Option<Money>,
    pub received: Option<Money>,
    pub refunded: Option<Money>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineDifference {
    pub key: String,
    pub name: String,
    pub sku: Option<String>,
    /// `None`: the line is new.
    pub before: Option<LineFigures>,
    /// `None`: the line is gone.
    pub after: Option<LineFigures>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineFigures {
    pub quantity: Quantity,
    pub restocked: Quantity,
    pub fulfilled: Quantity,
    pub net: Money,
    pub tax: Money,
}

impl Difference {
    /// Holds `order` against `sale`, which has its lines.
    #[must_use]
    pub fn of(sale: &SaleView, order: &Order) -> Self {
        let (tax, received, refunded, refusal) = match would_be(order) {
            Ok(changes) => {
                let Changes {
                    tax,
                    received,
                    refunded,
                    ..
                } = changes;
                (Some(tax), Some(received), Some(refunded), None)
            }
            Err(refusal) => (None, None, None, refusal),
        };
        Self {
            before: Figures {
                state: sale.state,
                shop_status: sale.shop_status.clone(),
                total: sale.total,
                tax: Some(sale.tax),
                received: Some(sale.received),
                refunded: Some(sale.refunded),
            },
            after: Figures {
                state: order.state,
                shop_status: order.shop_status.clone(),
                total: order.total,
                tax,
                received,
                refunded,
            },
            lines: lines(&sale.lines, &order.lines),
            refusal,
        }
    }
}

/// What the order makes of a sale. Of which items its lines are does not matter to any figure.
fn would_be(order: &Order) -> Result<Changes, Option<Reason>> {
    let policy = Policy {
        updates: OrderUpdates::Apply,
        stock_rule: StockRule::AtOrder,
    };
    let items = vec![ItemId::new(Uuid::nil()); order.lines.len()];
    match post(None, policy, order, &items) {
        Ok(Posting::Record(changes)) => Ok(changes),
        Ok(
            Posting::AlreadyRecorded
            | Posting::NotImported { sale_exists: _ }
            | Posting::Held
            | Posting::Repoint(_),
        ) => Err(None),
        Err(refusal) => Err(Some(Reason::from(&refusal))),
    }
}

fn lines(before: &[LineView], after: &[OrderLine]) -> Vec<LineDifference> {
    let told: BTreeMap<&str, &OrderLine> =
        after.iter().map(|line| (line.key.as_str(), line)).collect();
    let known: BTreeSet<&str> = before.iter().map(|line| line.key.as_str()).collect();
    let changed = before.iter().map(|line| LineDifference {
        key: line.key.clone(),
        name: line.name.clone(),
        sku: line.sku.clone(),
        before: Some(LineFigures {
            quantity: line.quantity,
            restocked: line.restocked,
            fulfilled: line.fulfilled,
            net: line.net,
            tax: line.tax,
        }),
        after: told.get(line.key.as_str()).map(|line| figures(line)),
    });
    let new = after
        .iter()
        .filter(|line| !known.contains(line.key.as_str()))
        .map(|line| LineDifference {
            key: line.key.as_str().to_owned(),
            name: line.name.clone(),
            sku: sku(line),
            before: None,
            after: Some(figures(line)),
        });
    changed
        .chain(new)
        .filter(|line| line.before != line.after)
        .collect()
}

fn figures(line: &OrderLine) -> LineFigures {
    LineFigures {
        quantity: line.quantity,
        restocked: line.restocked,
        fulfilled: line.handed_over(),
        net: line.net,
        tax: line.tax,
    }
}

fn sku(line: &OrderLine) -> Option<String> {
    match &line.kind {
        LineKind::Product(item) => item.sku.as_ref().map(|sku| sku.as_str().to_owned()),
        LineKind::Shipping
        | LineKind::Handling
        | LineKind::GiftWrapping
        | LineKind::Fee
        | LineKind::Rounding => None,
    }
}
