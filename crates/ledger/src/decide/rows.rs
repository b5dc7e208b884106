//! The rows of an order's sale and its lines, once all the order's messages are through.

use retail::posting::Changes;
use retail::sale::{Recorded, RecordedLine};
use retail::settlement::Settlement;
use retail::{OutletId, Quantity, SaleId, ShopVariantId, Sku};

use super::waiting::Snapshot;
use super::walk::Applied;
use super::{
    Group, Head, LineRow, Naming, OpenLineRow, Plan, RepointedLine, RepointedSale, SaleRow,
    receipt_key,
};

/// Where a sale's row stands once the batch is through.
pub(super) struct Booked {
    pub sale: SaleId,
    pub is_new: bool,
    pub outlet: OutletId,
    pub revision: i32,
    pub warning_not_imported: bool,
}

/// A sale as `applied` last, with its lines as `recorded`: since then an older snapshot may have
/// named their items.
pub(super) fn sale<'a>(
    plan: &mut Plan<'a>,
    group: &Group<'a>,
    applied: Applied<'a>,
    booked: &Booked,
    recorded: Recorded,
) {
    let Booked {
        sale,
        is_new,
        outlet,
        revision,
        warning_not_imported,
    } = *booked;
    let Applied {
        order,
        changes,
        settlement:
            Settlement {
                received: _,
                applied,
                covered,
                balance,
            },
        customer,
    } = applied;
    let Changes {
        state,
        balance: _,
        received,
        refunded,
        tax,
        stock_rule,
        lines: _,
        movements: _,
        payments: _,
    } = changes;
    plan.sales.push(SaleRow {
        sale,
        is_new,
        retailer: group.settings.retailer,
        outlet,
        register: group.settings.register,
        connection: group.connection,
        order: group.order,
        receipt_number: order.receipt_number.as_str(),
        receipt_key: receipt_key(order.receipt_number.as_str()),
        state,
        balance,
        total: order.total,
        tax,
        stock_rule,
        received,
        refunded,
        applied,
        covered,
        customer,
        shop_status: &order.shop_status,
        warning_not_imported,
        is_to_fulfil: order
            .lines
            .iter()
            .any(|line| !order.to_hand_over(line).is_zero()),
        revision,
        placed_at: order.placed_at,
    });
    let positions = 0_i32..;
    // Not the order's own: the shop may have said the same once more since.
    let version = recorded.version;
    let lines = order.lines.iter().zip(recorded.lines);
    for ((line, recorded), position) in lines.zip(positions) {
        let RecordedLine {
            key,
            item,
            named,
            deducted,
            awaiting,
        } = recorded;
        plan.lines.push(LineRow {
            sale,
            key,
            position,
            item,
            naming: Naming::of(named, version),
            name: &line.name,
            quantity: line.quantity,
            restocked: line.restocked,
            fulfilled: line.handed_over(),
            deducted,
            awaiting,
            net: line.net,
            tax: line.tax,
            placed_at: order.placed_at,
        });
    }
}

/// A sale of which nothing but items of lines has changed since its `head` was read.
pub(super) fn repointed(
    plan: &mut Plan<'_>,
    head: Option<&Head>,
    sale: SaleId,
    revision: i32,
    recorded: Recorded,
) {
    plan.repointed.push(RepointedSale { sale, revision });
    let before = head.and_then(|head| head.sale.as_ref());
    let before = before.map_or(&[][..], |before| &before.recorded.lines);
    let version = recorded.version;
    for (line, before) in recorded.lines.into_iter().zip(before) {
        if line == *before {
            continue;
        }
        let RecordedLine {
            key,
            item,
            named,
            deducted: _,
            awaiting: _,
        } = line;
        plan.repointed_lines.push(RepointedLine {
            sale,
            key,
            item,
            naming: Naming::of(named, version),
        });
    }
}

/// What the shop holds for an order that is not applied.
pub(super) fn open<'a>(group: &Group<'a>, snapshot: Snapshot<'a>) -> Vec<OpenLineRow<'a>> {
    let lines = snapshot.held().into_iter().zip(0_i32..);
    lines
        .map(|((item, quantity), position)| OpenLineRow {
            connection: group.connection,
            order: group.order,
            position,
            variant: item.variant.as_ref().map(ShopVariantId::as_str),
            sku: item.sku.as_ref().map(Sku::as_str),
            quantity,
        })
        .filter(|row| row.quantity != Quantity::ZERO)
        .collect()
}
