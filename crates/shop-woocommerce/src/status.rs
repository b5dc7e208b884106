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
    ("checkout-draft", SaleState::NotImported),
    ("auto-draft", SaleState::NotImported),
    ("trash", SaleState::NotImported),
];

/// `None` for a status of somebody's plugin: such an order is not imported, and said so.
pub(crate) fn state(status: &str) -> Option<SaleState> {
    STATES
        .iter()
        .find(|(known, _)| *known == status)
        .map(|(_, state)| *state)
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
    fn other_texts_are_unknown() {
        for status in ["", "Processing", "wc-processing", "awaiting-shipment"] {
            assert_eq!(state(status), None, "{status}");
        }
    }
}
