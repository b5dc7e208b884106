//! From views to the wire, by full destructuring.

use proto::convert::{
    balance_into, instant_into, money_into, payment_kind_into, quantity_into, state_into,
};
use proto::{ledger as wire, order};
use retail::StockRule;

use super::invoices::invoice_into;
use super::stock_entry::{entry_cause_into, entry_into};
use crate::decide::{Delivery, ItemKind, Outcome};
use crate::store::{
    CauseView, CheckView, DeliveryView, KitCause, KnownOrder, LevelView, LineView, MovementView,
    ParkedView, PaymentView, SaleCause, SaleView, Standing,
};

pub fn sale_into(sale: SaleView) -> wire::Sale {
    let SaleView {
        sale,
        retailer,
        outlet,
        register,
        connection,
        order,
        receipt_number,
        state,
        balance,
        total,
        tax,
        received,
        covered,
        refunded,
        customer,
        customer_name,
        placed_at,
        recorded_at,
        changed_at,
        revision,
        shop_status,
        warning_not_imported,
        stock_rule,
        has_invoice: _,
        lines,
        payments,
        invoices,
    } = sale;
    wire::Sale {
        sale_id: sale.to_string(),
        retailer_id: retailer.to_string(),
        outlet_id: outlet.to_string(),
        register_id: register.to_string(),
        connection_id: connection.to_string(),
        order_id: order,
        receipt_number,
        state: state_into(state).into(),
        balance: balance_into(balance).into(),
        total: Some(money_into(total)),
        tax: Some(money_into(tax)),
        received: Some(money_into(received)),
        covered: Some(money_into(covered)),
        refunded: Some(money_into(refunded)),
        customer_id: customer.to_string(),
        customer_name,
        placed_at: Some(instant_into(placed_at)),
        recorded_at: Some(instant_into(recorded_at)),
        changed_at: Some(instant_into(changed_at)),
        revision,
        shop_status,
        warning_not_imported,
        lines: lines.into_iter().map(line_into).collect(),
        payments: payments.into_iter().map(payment_into).collect(),
        stock_rule: stock_rule_into(stock_rule).into(),
        invoices: invoices.into_iter().map(invoice_into).collect(),
    }
}

fn line_into(line: LineView) -> wire::SaleLine {
    let LineView {
        key,
        item,
        sku,
        name,
        kind,
        quantity,
        restocked,
        fulfilled,
        progress: _,
        deducted,
        awaiting,
        net,
        tax,
    } = line;
    wire::SaleLine {
        line_key: key,
        item_id: item.to_string(),
        sku: sku.unwrap_or_default(),
        name,
        kind: item_kind_into(kind).into(),
        quantity: Some(quantity_into(quantity)),
        restocked: Some(quantity_into(restocked)),
        deducted: Some(quantity_into(deducted)),
        fulfilled: Some(quantity_into(fulfilled)),
        net: Some(money_into(net)),
        tax: Some(money_into(tax)),
        awaiting_invoice: Some(quantity_into(awaiting)),
    }
}

pub const fn stock_rule_into(rule: StockRule) -> wire::StockRule {
    match rule {
        StockRule::AtOrder => wire::StockRule::AtOrder,
        StockRule::AtInvoice => wire::StockRule::AtInvoice,
        StockRule::Never => wire::StockRule::Never,
    }
}

fn payment_into(payment: PaymentView) -> wire::Payment {
    let PaymentView {
        key,
        kind,
        method,
        amount,
        paid_at,
        is_by_hand,
    } = payment;
    wire::Payment {
        payment_key: key,
        kind: payment_kind_into(kind).into(),
        method,
        amount: Some(money_into(amount)),
        paid_at: paid_at.map(instant_into),
        is_by_hand,
    }
}

pub fn level_into(level: LevelView) -> wire::Level {
    let available = level.available();
    let LevelView {
        item,
        sku,
        name,
        outlet,
        outlet_name,
        on_hand,
        safety,
        kits,
        version,
        changed_at,
    } = level;
    wire::Level {
        item_id: item.to_string(),
        sku,
        name,
        outlet_id: outlet.to_string(),
        outlet_name,
        on_hand: Some(quantity_into(on_hand)),
        version,
        changed_at: changed_at.map(instant_into),
        safety_stock: Some(quantity_into(safety)),
        available: Some(quantity_into(available)),
        is_kit: kits.is_some(),
    }
}

pub fn movement_into(movement: MovementView) -> wire::Movement {
    let MovementView {
        movement,
        item,
        outlet,
        quantity,
        on_hand_after,
        recorded_at,
        cause,
    } = movement;
    let told = wire::Movement {
        movement_id: movement.to_string(),
        item_id: item.to_string(),
        outlet_id: outlet.to_string(),
        quantity: Some(quantity_into(quantity)),
        on_hand_after: Some(quantity_into(on_hand_after)),
        recorded_at: Some(instant_into(recorded_at)),
        ..wire::Movement::default()
    };
    match cause {
        CauseView::Sale(cause) => {
            let SaleCause {
                sale,
                receipt_number,
                line,
                revision,
                state,
                delivery,
                kit,
            } = cause;
            wire::Movement {
                sale_id: sale.to_string(),
                receipt_number,
                line_key: line,
                revision,
                sale_state: state_into(state).into(),
                delivery: delivery.map(delivery_into),
                kit: kit.map(kit_into),
                cause: wire::MovementCause::Sale.into(),
                ..told
            }
        }
        CauseView::Entry(entry) => wire::Movement {
            cause: entry_cause_into(entry.cause.kind()).into(),
            entry: Some(entry_into(*entry)),
            ..told
        },
    }
}

fn kit_into(kit: KitCause) -> wire::MovedKit {
    let KitCause {
        item,
        sku,
        name,
        quantity,
    } = kit;
    wire::MovedKit {
        item_id: item.to_string(),
        sku,
        name,
        quantity: Some(quantity_into(quantity)),
    }
}

pub fn delivery_into(delivery: Delivery) -> order::Delivery {
    let Delivery {
        id,
        topic,
        received_at,
    } = delivery;
    order::Delivery {
        delivery_id: id,
        received_at: Some(instant_into(received_at)),
        topic,
    }
}

pub fn received_into(received: DeliveryView) -> wire::ReceivedDelivery {
    let DeliveryView {
        delivery,
        version,
        outcome,
        revision,
    } = received;
    wire::ReceivedDelivery {
        delivery: Some(delivery_into(delivery)),
        modified_at: version.map(|version| instant_into(version.modified_at)),
        content_hash: version
            .map(|version| version.content.bytes().to_vec())
            .unwrap_or_default(),
        outcome: outcome_into(outcome).into(),
        revision: revision.unwrap_or_default(),
    }
}

pub fn parked_into(parked: ParkedView) -> wire::ParkedOrder {
    let ParkedView {
        key,
        order,
        receipt_number,
        placed_at,
        reason,
        detail,
        delivery,
        first_parked_at,
        can_retry: _,
        dismissed: _,
        times,
    } = parked;
    wire::ParkedOrder {
        connection_id: key.connection.to_string(),
        order_id: order.unwrap_or_default(),
        reason,
        detail,
        delivery: Some(delivery_into(delivery)),
        first_parked_at: Some(instant_into(first_parked_at)),
        last_parked_at: Some(instant_into(key.last_parked_at)),
        times: i32::try_from(times).unwrap_or(i32::MAX),
        receipt_number: receipt_number.unwrap_or_default(),
        placed_at: placed_at.map(instant_into),
    }
}

pub fn known_into(known: KnownOrder) -> wire::KnownOrder {
    let KnownOrder {
        order,
        modified_at,
        standing,
        reason,
    } = known;
    let standing = match standing {
        Standing::Sale => wire::Standing::Sale,
        Standing::NotImported => wire::Standing::NotImported,
        Standing::Parked => wire::Standing::Parked,
    };
    wire::KnownOrder {
        order_id: order,
        modified_at: modified_at.map(instant_into),
        standing: standing.into(),
        reason: reason.unwrap_or_default(),
    }
}

pub fn check_into(check: CheckView) -> wire::Check {
    let CheckView {
        name,
        title,
        examined,
        failures,
        failure_count,
    } = check;
    wire::Check {
        name: name.to_owned(),
        title: title.to_owned(),
        examined,
        failures,
        failure_count,
    }
}

pub const fn item_kind_into(kind: ItemKind) -> wire::ItemKind {
    match kind {
        ItemKind::Product => wire::ItemKind::Product,
        ItemKind::Shipping => wire::ItemKind::Shipping,
        ItemKind::Handling => wire::ItemKind::Handling,
        ItemKind::GiftWrapping => wire::ItemKind::GiftWrapping,
        ItemKind::Fee => wire::ItemKind::Fee,
        ItemKind::Rounding => wire::ItemKind::Rounding,
    }
}

const fn outcome_into(outcome: Outcome) -> wire::DeliveryOutcome {
    match outcome {
        Outcome::Recorded => wire::DeliveryOutcome::Recorded,
        Outcome::AlreadyRecorded => wire::DeliveryOutcome::AlreadyRecorded,
        Outcome::NotImported => wire::DeliveryOutcome::NotImported,
        Outcome::Held => wire::DeliveryOutcome::Held,
        Outcome::Parked => wire::DeliveryOutcome::Parked,
        // Of an unknown connection or import nothing is stored.
        Outcome::UnknownConnection | Outcome::UnknownImport => wire::DeliveryOutcome::Unspecified,
    }
}
