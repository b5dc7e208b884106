//! From what waits to the wire, by full destructuring.

use proto::convert::{instant_into, money_into, quantity_into, state_into};
use proto::ledger as wire;
use retail::{ConnectionId, RetailerId};
use tonic::Status;

use crate::decide::{Body, Reason};
use crate::desk::{
    Act, ActionKind, ActionOutcome, Desk, DeskError, Difference, Done, Figures, LineDifference,
    LineFigures, Subject,
};
use crate::grpc::convert::{delivery_into, parked_into};
use crate::store::{ActionView, HeldKey, HeldView, LevelKey, OpenQuantity, ParkedView, SaleView};

pub fn entry_into(parked: ParkedView) -> wire::ParkedEntry {
    let can_retry = parked.can_retry;
    let reason = reason_into(&parked.reason);
    let (dismissed_at, dismissed_note) = parked.dismissed.clone().unzip();
    wire::ParkedEntry {
        order: Some(parked_into(parked)),
        reason: reason.into(),
        can_retry,
        dismissed_at: dismissed_at.map(instant_into),
        dismissed_note: dismissed_note.unwrap_or_default(),
    }
}

/// Of the codes of this service and of those that read the shops' answers.
fn reason_into(code: &str) -> wire::ParkedReason {
    use wire::ParkedReason;
    match code {
        "product_deleted" => ParkedReason::ProductDeleted,
        "sku_ambiguous" => ParkedReason::SkuAmbiguous,
        "receipt_number_taken" => ParkedReason::ReceiptNumberTaken,
        "totals_mismatch" => ParkedReason::TotalsMismatch,
        "line_twice" | "payment_twice" => ParkedReason::ToldTwice,
        "restock_negative" | "restock_exceeds_quantity" => ParkedReason::BadRestock,
        "amount_out_of_range" | "bad_amount" => ParkedReason::BadAmount,
        "quantity_out_of_range" | "bad_quantity" | "out_of_range" => ParkedReason::BadQuantity,
        "too_many_lines" | "too_large" => ParkedReason::TooLarge,
        "unreadable" => ParkedReason::Unreadable,
        "no_shipping_method" => ParkedReason::NoShippingMethod,
        "unknown_status" => ParkedReason::UnknownStatus,
        "unknown_currency" => ParkedReason::UnknownCurrency,
        "unstorable" | "unstorable_text" => ParkedReason::Unstorable,
        _ => ParkedReason::Unspecified,
    }
}

/// An update with what it would change.
pub fn held_into(
    desk: &Desk,
    retailer: RetailerId,
    held: HeldView,
) -> Result<wire::HeldOrder, Status> {
    let HeldView {
        key:
            HeldKey {
                last_held_at,
                connection,
                order,
            },
        version,
        message,
        delivery,
        first_held_at,
        sale,
    } = held;
    let incoming = desk
        .open(retailer, ConnectionId::new(connection), message)
        .map_err(DeskError::from)?;
    let Body::Order {
        order: told,
        email: _,
    } = incoming.body
    else {
        return Err(DeskError::NotReadable.into());
    };
    let Difference {
        before,
        after,
        lines,
        refusal,
    } = Difference::of(&sale, &told);
    let SaleView {
        sale,
        receipt_number,
        ..
    } = sale;
    let (reason, detail) = match refusal {
        Some(Reason { code, detail }) => (code.to_owned(), detail),
        None => (String::new(), String::new()),
    };
    Ok(wire::HeldOrder {
        connection_id: connection.to_string(),
        order_id: order,
        sale_id: sale.to_string(),
        receipt_number,
        modified_at: Some(instant_into(version.modified_at)),
        content_hash: version.content.bytes().to_vec(),
        delivery: Some(delivery_into(delivery)),
        first_held_at: Some(instant_into(first_held_at)),
        last_held_at: Some(instant_into(last_held_at)),
        before: Some(figures_into(before)),
        after: Some(figures_into(after)),
        lines: lines.into_iter().map(line_into).collect(),
        reason,
        detail,
    })
}

fn figures_into(figures: Figures) -> wire::SaleFigures {
    let Figures {
        state,
        shop_status,
        total,
        tax,
        received,
        refunded,
    } = figures;
    wire::SaleFigures {
        state: state_into(state).into(),
        shop_status,
        total: Some(money_into(total)),
        tax: tax.map(money_into),
        received: received.map(money_into),
        refunded: refunded.map(money_into),
    }
}

fn line_into(line: LineDifference) -> wire::LineDifference {
    let LineDifference {
        key,
        name,
        sku,
        before,
        after,
    } = line;
    wire::LineDifference {
        line_key: key,
        name,
        sku: sku.unwrap_or_default(),
        before: before.map(line_figures_into),
        after: after.map(line_figures_into),
    }
}

fn line_figures_into(figures: LineFigures) -> wire::LineFigures {
    let LineFigures {
        quantity,
        restocked,
        fulfilled,
        net,
        tax,
    } = figures;
    wire::LineFigures {
        quantity: Some(quantity_into(quantity)),
        restocked: Some(quantity_into(restocked)),
        fulfilled: Some(quantity_into(fulfilled)),
        net: Some(money_into(net)),
        tax: Some(money_into(tax)),
    }
}

pub fn open_into(open: OpenQuantity) -> wire::OpenQuantity {
    let OpenQuantity {
        key: LevelKey { sku, item, outlet },
        skipped,
        parked,
        held,
        awaiting_invoice,
        orders,
        oldest_at,
    } = open;
    wire::OpenQuantity {
        item_id: item.to_string(),
        sku,
        outlet_id: outlet.to_string(),
        skipped: Some(quantity_into(skipped)),
        parked: Some(quantity_into(parked)),
        held: Some(quantity_into(held)),
        orders,
        oldest_at: Some(instant_into(oldest_at)),
        awaiting_invoice: Some(quantity_into(awaiting_invoice)),
    }
}

pub fn action_into(action: ActionView) -> wire::Action {
    use wire::action::Subject as Said;
    let ActionView {
        acted_at,
        connection,
        subject,
        act: Act {
            request,
            actor,
            note,
        },
        kind,
        done: Done {
            outcome,
            reason,
            item,
        },
    } = action;
    let (reason, detail) = reason.unwrap_or_default();
    wire::Action {
        act: Some(wire::Act {
            request_id: request.to_string(),
            actor,
            note,
        }),
        acted_at: Some(instant_into(acted_at)),
        connection_id: connection.to_string(),
        subject: Some(match subject {
            Subject::Order(id) => Said::OrderId(id),
            Subject::Delivery(id) => Said::DeliveryId(id),
            Subject::Variant(id) => Said::VariantId(id),
            Subject::Sku(sku) => Said::ShopSku(sku),
            Subject::Name(hash) => Said::LineNameHash(hash),
        }),
        kind: match kind {
            ActionKind::Retry => wire::ActionKind::Retry,
            ActionKind::Dismiss => wire::ActionKind::Dismiss,
            ActionKind::Remap => wire::ActionKind::Remap,
            ActionKind::Apply => wire::ActionKind::Apply,
        }
        .into(),
        outcome: match outcome {
            ActionOutcome::Recorded => wire::ActionOutcome::Recorded,
            ActionOutcome::AlreadyRecorded => wire::ActionOutcome::AlreadyRecorded,
            ActionOutcome::NotImported => wire::ActionOutcome::NotImported,
            ActionOutcome::Held => wire::ActionOutcome::Held,
            ActionOutcome::Parked => wire::ActionOutcome::Parked,
            ActionOutcome::Refused => wire::ActionOutcome::Refused,
            ActionOutcome::Dismissed => wire::ActionOutcome::Dismissed,
            ActionOutcome::Remapped => wire::ActionOutcome::Remapped,
        }
        .into(),
        reason,
        detail,
        item_id: item.map(|item| item.to_string()).unwrap_or_default(),
    }
}

/// Of what was tried: the others have answers of their own.
pub const fn outcome_into(outcome: ActionOutcome) -> wire::DeliveryOutcome {
    match outcome {
        ActionOutcome::Recorded => wire::DeliveryOutcome::Recorded,
        ActionOutcome::AlreadyRecorded => wire::DeliveryOutcome::AlreadyRecorded,
        ActionOutcome::NotImported => wire::DeliveryOutcome::NotImported,
        ActionOutcome::Held => wire::DeliveryOutcome::Held,
        ActionOutcome::Parked => wire::DeliveryOutcome::Parked,
        ActionOutcome::Refused | ActionOutcome::Dismissed | ActionOutcome::Remapped => {
            wire::DeliveryOutcome::Unspecified
        }
    }
}
