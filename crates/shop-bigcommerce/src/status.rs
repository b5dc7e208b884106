//! What an order's status means for the sale (BC-3). The table is data and it is complete: what is
//! not in it is refused, never guessed.

use retail::SaleState;

use crate::scalar::Scalar;

/// One of BigCommerce's order statuses. Merchants rename them; the id stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    id: &'static str,
    pub(crate) label: &'static str,
    pub(crate) state: SaleState,
}

const fn status(id: &'static str, label: &'static str, state: SaleState) -> Status {
    Status { id, label, state }
}

/// A sale whose money is still to come: the only closed one that is unpaid where nothing says otherwise.
pub(crate) const AWAITING_PAYMENT: Status = status("7", "Awaiting Payment", SaleState::Closed);

const STATUSES: [Status; 15] = [
    status("0", "Incomplete", SaleState::Unfinished),
    status("1", "Pending", SaleState::Unfinished),
    status("2", "Shipped", SaleState::Closed),
    status("3", "Partially Shipped", SaleState::Closed),
    status("4", "Refunded", SaleState::Closed),
    status("5", "Cancelled", SaleState::Voided),
    status("6", "Declined", SaleState::Voided),
    AWAITING_PAYMENT,
    status("8", "Awaiting Pickup", SaleState::Closed),
    status("9", "Awaiting Shipment", SaleState::Closed),
    status("10", "Completed", SaleState::Closed),
    status("11", "Awaiting Fulfillment", SaleState::Closed),
    status("12", "Manual Verification Required", SaleState::Closed),
    status("13", "Disputed", SaleState::Closed),
    status("14", "Partially Refunded", SaleState::Closed),
];

/// `None` for an id that BigCommerce does not document.
pub(crate) fn status_of(id: &Scalar<'_>) -> Option<Status> {
    STATUSES.into_iter().find(|status| status.id == id.as_str())
}

/// Shipped, Refunded, Completed: with these nothing is to be handed over, whatever the lines say. A store's
/// people may set them by hand.
const HANDED_OVER: [&str; 3] = ["2", "4", "10"];

impl Status {
    /// Whether nothing of the order is to be handed over any more (POS-2).
    pub(crate) fn is_handed_over(self) -> bool {
        HANDED_OVER.contains(&self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bc_03_the_table_is_the_status_map() {
        let map: serde_json::Value =
            serde_json::from_str(include_str!("../fixtures/status-map.json")).unwrap();
        let rows = map["statuses"].as_array().unwrap();
        assert_eq!(rows.len(), STATUSES.len());
        for row in rows {
            let id = row["id"].to_string();
            let known = status_of(&serde_json::from_str(&id).unwrap()).unwrap();
            assert_eq!(known.label, row["system_label"], "{id}");
            assert_eq!(known.state.as_str(), row["pos_state"], "{id}");
        }
    }

    #[test]
    fn pos_02_a_status_can_say_that_all_is_handed_over() {
        let done = STATUSES
            .into_iter()
            .filter(|status| status.is_handed_over());
        let done: Vec<&str> = done.map(|status| status.label).collect();
        assert_eq!(done, ["Shipped", "Refunded", "Completed"]);
    }

    #[test]
    fn bc_03_any_other_id_is_unknown() {
        for json in ["15", "-1", "255", "1.0", "null", r#""Shipped""#, r#""011""#] {
            assert_eq!(
                status_of(&serde_json::from_str(json).unwrap()),
                None,
                "{json}"
            );
        }
    }
}
