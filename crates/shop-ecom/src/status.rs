//! What an order's payment status means for the sale. The table is data: adding a status is adding
//! a row.
//!
//! The fulfilment status moves no stock: that moves when the sale lands (POS-11), and goods come
//! back to the shop's stock by the payment status alone. Three statuses of each kind are named by each
//! merchant (`CUSTOM_PAYMENT_STATUS_1` to `3`); what they mean is not ours to guess.

use retail::SaleState;

/// What a payment status says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) state: SaleState,
    pub(crate) paid: Paid,
    /// eCom puts all goods back to its stock with this status and with no other.
    pub(crate) restocked: bool,
}

/// Whether the shop has its money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paid {
    Yes,
    No,
    /// Paid, and given back: all of it where the order names no amount.
    AndGivenBack,
    /// Nothing stays booked but what was given back, and what it was given back from.
    Cancelled,
}

const fn row(state: SaleState, paid: Paid, restocked: bool) -> Status {
    Status {
        state,
        paid,
        restocked,
    }
}

const STATUSES: [(&str, Status); 6] = [
    ("PAID", row(SaleState::Closed, Paid::Yes, false)),
    ("AWAITING_PAYMENT", row(SaleState::Closed, Paid::No, false)),
    (
        "PARTIALLY_REFUNDED",
        row(SaleState::Closed, Paid::Yes, false),
    ),
    ("REFUNDED", row(SaleState::Closed, Paid::AndGivenBack, true)),
    ("CANCELLED", row(SaleState::Voided, Paid::Cancelled, false)),
    ("INCOMPLETE", row(SaleState::Unfinished, Paid::No, false)),
];

/// What an order in a status that is not in the table is: not imported.
pub(crate) const UNKNOWN: Status = row(SaleState::NotImported, Paid::No, false);

/// `None` for a status that is not in the table: such an order is not imported, and said so.
pub(crate) fn status(payment_status: &str) -> Option<Status> {
    STATUSES
        .iter()
        .find(|(known, _)| *known == payment_status)
        .map(|(_, status)| *status)
}

/// The fulfilment statuses with which eCom is done with all goods: under way, with the buyer, back, or never to
/// go. With any other they are still to be handed over.
const HANDED_OVER: [&str; 5] = [
    "OUT_FOR_DELIVERY",
    "SHIPPED",
    "DELIVERED",
    "RETURNED",
    "WILL_NOT_DELIVER",
];

/// Whether nothing of the order is to be handed over any more (POS-2).
pub(crate) fn is_handed_over(fulfilment_status: &str) -> bool {
    HANDED_OVER.contains(&fulfilment_status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pos_03_paid_and_unpaid_orders_are_both_imported() {
        for text in ["PAID", "AWAITING_PAYMENT", "PARTIALLY_REFUNDED", "REFUNDED"] {
            assert_eq!(status(text).unwrap().state, SaleState::Closed, "{text}");
        }
    }

    #[test]
    fn other_texts_are_unknown() {
        for text in ["", "paid", "DECLINED", "CUSTOM_PAYMENT_STATUS_1"] {
            assert_eq!(status(text), None, "{text}");
        }
    }
}
