//! What an order's status means for the sale. The table is data: adding a status is adding a row.

use retail::SaleState;

const STATES: [(&str, SaleState); 10] = [
    ("pending", SaleState::Closed),
    ("on-hold", SaleState::Closed),
    ("processing", SaleState::Closed),
    ("completed", SaleState::Closed),
    ("refunded", SaleState::Closed),
    ("cancelled", SaleState::Voided),
    ("failed", SaleState::Voided),
    ("checkout-draft", SaleState::Unfinished),
    ("auto-draft", SaleState::Unfinished),
    ("trash", SaleState::NotImported),
];

/// `None` for a status of somebody's plugin: such an order is not imported, and said so.
pub(crate) fn state(status: &str) -> Option<SaleState> {
    STATES
        .iter()
        .find(|(known, _)| *known == status)
        .map(|(_, state)| *state)
}

/// With these the shop is done with all goods; with any other it has yet to send them. WooCommerce itself
/// knows nothing finer.
const HANDED_OVER: [&str; 2] = ["completed", "refunded"];

/// Whether nothing of the order is to be handed over any more (POS-2).
pub(crate) fn is_handed_over(status: &str) -> bool {
    HANDED_OVER.contains(&status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pos_03_paid_and_unpaid_orders_are_both_imported() {
        for status in ["pending", "on-hold", "processing", "completed"] {
            assert_eq!(state(status), Some(SaleState::Closed), "{status}");
        }
    }

    #[test]
    fn pos_02_a_status_can_say_that_all_is_handed_over() {
        let done = STATES.iter().filter(|(status, _)| is_handed_over(status));
        let done: Vec<&str> = done.map(|(status, _)| *status).collect();
        assert_eq!(done, ["completed", "refunded"]);
    }

    #[test]
    fn other_texts_are_unknown() {
        for status in ["", "Processing", "wc-processing", "awaiting-shipment"] {
            assert_eq!(state(status), None, "{status}");
        }
    }
}
