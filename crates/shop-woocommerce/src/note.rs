//! A note on an order: the shopkeeper's way of saying "import this one" (WC-11).

use retail::ShopOrderId;
use shop::Reading;

use crate::payload::Note;

/// The only topic that says which order a private note is on. No order topic is sent for a note.
pub(crate) const TOPIC: &str = "action.woocommerce_new_order_note_data";

/// Who signs the notes that WooCommerce writes by itself, and those written through its API.
const WOOCOMMERCE: &str = "WooCommerce";

/// How WooCommerce's own notes begin, in English. In another language such a note is taken for a
/// person's, and costs one fetch that changes nothing.
const OWN_NOTES: [&str; 4] = [
    "Order status changed from ",
    "Stock levels reduced:",
    "Stock levels increased:",
    "Adjusted stock:",
];

/// A hint to fetch the order the note is on, unless WooCommerce is sure to have written it.
pub(crate) fn read(note: &Note<'_>) -> Reading {
    let Note {
        order,
        author,
        content,
    } = note;
    let is_own = author.as_str() == WOOCOMMERCE
        && OWN_NOTES
            .iter()
            .any(|begin| content.as_str().starts_with(begin));
    if is_own {
        return Reading::Nothing("a note that WooCommerce wrote itself");
    }
    match order.id().map(ShopOrderId::new) {
        Some(Ok(order)) => Reading::Hint(order),
        Some(Err(_)) | None => Reading::Nothing("a note on no order"),
    }
}
